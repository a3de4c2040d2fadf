"""A search that begins where earlier ones found something, without forgetting the rest of the space.

Two optimizers of one method share the budget: one proposes inside a region, one everywhere. A bandit gives each next
batch to the one that gains more; a share of the budget always goes everywhere, so that a misleading region costs
little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.params import Off, Optional
from alpha_discovery.core.space import Batch, Space, batch_size, joined, take
from alpha_discovery.search.bandit import Bandit, Effort
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.genetic import generation_size
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.pareto import Front, Objectives
from alpha_discovery.search.protocol import Optimizer, Row, Scores
from alpha_discovery.search.seen import Seen
from alpha_discovery.search.turn_record import TurnRecord

REGION, EVERYWHERE = "region", "everywhere"
EXPLORES = 0.25  # share of the budget that goes everywhere, whatever the region brings
REGION_SHARE = 4  # the region gets a quarter of the budget: it is small, and a small budget learns in small steps
_BELOW_ALL = -1e300

Make = Callable[..., Optimizer]


class Focused:
    """``make(space, budget=, seed=)`` proposes everywhere, ``inside(region, ...)`` in a region of the space alone."""

    adaptive = True

    def __init__(self, make: Make, inside: Make, space: Space, region: Space, *, budget: int, seed: int) -> None:
        self._arms = {
            REGION: inside(region, budget=max(1, budget // REGION_SHARE), seed=seed + 1),
            EVERYWHERE: make(space, budget=budget, seed=seed),
        }
        self._budget = budget
        self._size = generation_size(max(1, budget // REGION_SHARE))
        self._region = region
        self._cube = Cube(region)
        self._seen = Seen(space)
        self._policy = _Shared(Bandit({arm: Effort(0.0, 0.0) for arm in self._arms}, cost=1.0, size=1, free=0.0))
        self._record = TurnRecord()
        self._asked = 0
        self._queue: Batch = space.from_unit(np.zeros((0, len(space.free))))

    @property
    def planned(self) -> int:
        return self._arms[EVERYWHERE].planned

    @property
    def plan(self) -> str:
        return f"{self._arms[EVERYWHERE].plan}; at most a quarter in the region of earlier finds"

    @property
    def front(self) -> Front:
        return self._arms[EVERYWHERE].front

    def ask(self, n: int) -> Batch:
        if not batch_size(self._queue):
            self._fill()
        count = min(n, batch_size(self._queue))
        batch, self._queue = take(self._queue, slice(0, count)), take(self._queue, slice(count, None))
        self._asked += count
        return batch

    def tell(self, batch: Batch, scores: Scores, objectives: Objectives | None = None) -> None:
        self._seen.new(batch)
        self._record.hear(scores)
        self._arms[EVERYWHERE].tell(batch, scores, objectives)
        inside = np.flatnonzero(self.within(batch))
        if len(inside):
            own = None if objectives is None else objectives[inside]
            self._arms[REGION].tell(take(batch, inside), scores[inside], own)

    def within(self, batch: Batch) -> npt.NDArray[np.bool_]:
        """bool (n,): rows that lie in the region."""
        filled = {
            name: column if isinstance(self._region.kinds[name], Optional | Off)
            else np.nan_to_num(column, nan=_BELOW_ALL)
            for name, column in batch.items()
        }  # fmt: skip
        back = self._cube.decode(self._cube.encode(filled))
        same = [np.isclose(back[name], filled[name], rtol=1e-9, atol=1e-12, equal_nan=True) for name in batch]
        return np.asarray(np.all(same, axis=0), dtype=np.bool_)

    def log(self) -> list[Row]:
        return self._record.rows()

    def state(self) -> dict[str, Any]:
        return {
            "arms": {name: arm.state() for name, arm in self._arms.items()}, "asked": self._asked,
            **self._record.state(), "seen": self._seen.state(),
            "queue": {name: packed(column) for name, column in self._queue.items()},
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        for name, arm in self._arms.items():
            arm.restore(state["arms"][name])
        self._asked = state["asked"]
        self._record.restore(state)
        self._seen.restore(state["seen"])
        self._queue = {name: unpacked(column) for name, column in state["queue"].items()}

    def _fill(self) -> None:
        """Let one of the two propose the next batch; the other one where it has nothing left."""
        self._record.settle()
        wanted = min(self._size, self._budget - self._asked)
        if wanted <= 0:
            return
        chosen, why = self._policy.choose(self._record.rows())
        other = EVERYWHERE if chosen == REGION else REGION
        for name, reason in ((chosen, why), (other, f"{chosen} has nothing left to propose")):
            self._queue = self._proposed(name, wanted)
            if rows := batch_size(self._queue):
                self._record.begin(name, reason, rows)
                return

    def _proposed(self, name: str, wanted: int) -> Batch:
        """New rows of one of the two; none only when it has no more."""
        parts = [self._queue]
        while batch_size(batch := self._arms[name].ask(wanted - sum(map(batch_size, parts)))):
            parts.append(self._seen.new_rows(batch))
            if batch_size(parts[-1]):
                break  # an optimizer that learns may have more to say once it is told of these
        return joined(parts)


class _Shared:
    """A bandit's choice, with a share of all rows kept for the whole space."""

    def __init__(self, bandit: Bandit) -> None:
        self._bandit = bandit

    def choose(self, log: Sequence[Row]) -> tuple[str, str]:
        everywhere = sum(row["rows"] for row in log if row["method"] == EVERYWHERE)
        if log and everywhere < EXPLORES * sum(row["rows"] for row in log):
            return EVERYWHERE, f"{EXPLORES:.0%} of the budget always goes there"
        return self._bandit.choose(log)
