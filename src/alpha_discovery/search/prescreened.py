"""A search whose proposals are looked at by a model first: the better half is evaluated, and some of the rest.

It stands in front of any method. The method proposes twice as many as the budget; what the model drops counts as a row
without a score. A share of what is kept is drawn by lot, so that a model that is wrong cannot hide anything for good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch, Space, batch_size, take
from alpha_discovery.search.behaviour import Behaviour, Watching
from alpha_discovery.search.genetic import generation_size
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.pareto import Front, Objectives
from alpha_discovery.search.protocol import Optimizer, Row, Scores
from alpha_discovery.search.surrogate import Guess
from alpha_discovery.search.turn_record import TurnRecord

LOOKED_AT = 2  # proposals for each that is evaluated
BY_LOT = 0.25  # of those that are evaluated
_BY_SPREAD = 0.5  # of a standard deviation: what is unknown counts in favour

Make = Callable[..., Optimizer]


class Judge(Protocol):
    """What predicts scores without a backtest."""

    def guess(self, batch: Batch) -> Guess:
        """Expected score and spread of each row."""


class Prescreened:
    """A method made by ``make(space, budget=, seed=)`` whose proposals a judge thins."""

    adaptive = True

    def __init__(self, make: Make, space: Space, judge: Judge, *, budget: int, seed: int) -> None:
        self._thins = space.size > LOOKED_AT * budget  # what can be tried whole is tried whole
        self._inner = make(space, budget=LOOKED_AT * budget if self._thins else budget, seed=seed)
        self._judge = judge
        self._record = TurnRecord()
        self._budget, self._seed, self._size = budget, seed, LOOKED_AT * generation_size(budget)
        self._asked = self._looked = 0
        self._queue: Batch = space.from_unit(np.zeros((0, len(space.free))))

    @property
    def planned(self) -> int:
        return min(self._budget, self._inner.planned)

    @property
    def plan(self) -> str:
        return f"{self._inner.plan}; a model learned from earlier runs keeps one of {LOOKED_AT}"

    @property
    def front(self) -> Front:
        return self._inner.front

    def ask(self, n: int) -> Batch:
        if not batch_size(self._queue):
            self._fill()
        count = min(n, batch_size(self._queue), self._budget - self._asked)
        batch, self._queue = take(self._queue, slice(0, count)), take(self._queue, slice(count, None))
        self._asked += count
        return batch

    def tell(self, batch: Batch, scores: Scores, objectives: Objectives | None = None) -> None:
        self._record.hear(scores)
        self._inner.tell(batch, scores, objectives)

    def watch(self, batch: Batch, behaviour: Behaviour) -> None:
        """Let a method that breeds different ones see what its candidates did."""
        if isinstance(self._inner, Watching):
            self._inner.watch(batch, behaviour)

    def log(self) -> list[Row]:
        return self._record.rows()

    def state(self) -> dict[str, Any]:
        return {
            "inner": self._inner.state(), "asked": self._asked, "looked": self._looked,
            "queue": {name: packed(column) for name, column in self._queue.items()},
            **self._record.state(),
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        self._inner.restore(state["inner"])
        self._asked, self._looked = state["asked"], state["looked"]
        self._queue = {name: unpacked(column) for name, column in state["queue"].items()}
        self._record.restore(state)

    def _fill(self) -> None:
        """Look at the next proposals, and keep the better ones."""
        self._record.settle()
        if self._asked >= self._budget:
            return
        batch = self._inner.ask(self._size)
        size = batch_size(batch)
        if not size:
            return
        self._looked += size
        kept = self._kept(batch) if self._thins else np.ones(size, dtype=np.bool_)
        dropped = take(batch, ~kept)
        if batch_size(dropped):
            self._inner.tell(dropped, np.full(batch_size(dropped), np.nan))
        self._queue = take(batch, kept)
        self._note(size)

    def _note(self, size: int) -> None:
        """A row of the record: what the method said of its last batch, and how much of it was kept."""
        rows = min(batch_size(self._queue), self._budget - self._asked)
        said = self._inner.log()
        method, why = (said[-1]["method"], said[-1]["why"]) if said else ("proposals", "the only method")
        self._record.begin(method, f"{why}; a model kept {rows} of {size}", rows)

    def _kept(self, batch: Batch) -> npt.NDArray[np.bool_]:
        size = batch_size(batch)
        wanted = -(-size // LOOKED_AT)
        guess = self._judge.guess(batch)
        by_lot = round(BY_LOT * wanted)
        order = np.argsort(-(guess.mean + _BY_SPREAD * guess.spread), kind="stable")
        best, rest = order[: wanted - by_lot], order[wanted - by_lot :]
        kept = np.zeros(size, dtype=np.bool_)
        kept[best] = True
        kept[np.random.default_rng([self._seed, 6, self._looked]).permutation(rest)[:by_lot]] = True
        return kept
