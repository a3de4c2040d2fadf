"""Genetic programming: generations of rules bred from an archive of different good ones.

What is bred from are the scores told when a generation is handed out, and randomness is drawn anew from (seed,
generation): the questions depend on neither the size of batches nor the number of workers.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.core.space import Batch, Space, batch_size, take
from alpha_discovery.generation.genome import Genes, GenomeSpace, Spelling
from alpha_discovery.generation.grammar import Derived
from alpha_discovery.generation.variation import crossed, fresh, joined, mutated, simple
from alpha_discovery.search.archive import Archive, Member
from alpha_discovery.search.behaviour import Behaviour, coarse_cells, direction_of, regime_of
from alpha_discovery.search.cube import Cube, Unit
from alpha_discovery.search.epochs import Epochs
from alpha_discovery.search.genetic import generation_size
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.pareto import Front, Objectives
from alpha_discovery.search.protocol import Row, Scores
from alpha_discovery.search.seen import Seen

PRESSURE = 0.3  # of t, that each condition must be worth
FRESH = 0.1  # of a generation is drawn at random
SIMPLE = 0.5  # of those with one condition
SAME_RULES = 0.12  # of the children differ from their parent in risk alone
CROSSED = 0.28  # of them have two parents
RISK_KEPT = 0.6  # of the children with other rules have their parent's risk: what was gained is not lost with it
OF_CHAMPIONS = 0.7  # of the parents are drawn by fitness, the others from all cells alike
CHAMPION = 16  # mean place of those
LOOKED_AT = 32  # of a generation by fitness alone: their positions are compared with the archive
OF_A_CELL = 3  # and so many of each holding time and turnover
LARGEST = 128  # rules of a generation
_MOVED = 0.15  # of the children's risk parameters that are drawn anew, and how far the others move
_TRIES = 6


class TreeSearch:
    """Genetic programming over a `GenomeSpace`; raises the t of detrended returns less what complexity costs."""

    adaptive = True

    def __init__(self, space: Space, *, budget: int, seed: int) -> None:
        assert isinstance(space, GenomeSpace)
        assert space.spelling is not None
        self._spelling: Spelling = space.spelling
        self._budget, self._seed, self._size = budget, seed, min(LARGEST, generation_size(budget))
        genes = set(self._spelling.parameters)
        self._risk = Cube(Space({name: kind for name, kind in space.kinds.items() if name not in genes}))
        self._names = space.names
        self._seen = Seen(space)
        self._archive = Archive()
        self._epochs = Epochs()
        self.front = Front(space)
        self._log: list[Row] = []
        self._asked = 0
        self._queue: Batch = self._batch([], np.zeros((0, self._risk.axes)))

    @property
    def planned(self) -> int:
        return self._budget

    @property
    def plan(self) -> str:
        return f"{self._budget:,} rules by genetic programming, {self._size:,} at a time"

    def ask(self, n: int) -> Batch:
        if not batch_size(self._queue):
            self._breed()
        count = min(n, batch_size(self._queue))
        batch, self._queue = take(self._queue, slice(0, count)), take(self._queue, slice(count, None))
        self._asked += count
        return batch

    def watch(self, batch: Batch, behaviour: Behaviour) -> None:
        """Take those into the archive that do well and differ."""
        derived = self._spelling.derived(batch)
        fitness = behaviour.traits["t"] - PRESSURE * np.array([one.n_conditions for one in derived], dtype=np.float64)
        coarse = coarse_cells(behaviour)
        rows = self._looked_at(fitness, coarse)
        if not len(rows):
            return
        risk = self._risk.encode({name: batch[name] for name in self._risk.space.names})
        for row, exposure in zip(rows.tolist(), behaviour.exposure(rows), strict=True):
            cell = (*coarse[row].tolist(), direction_of(exposure), regime_of(exposure, behaviour.regime))
            self._archive.add(Member(derived[row].genome, risk[row], float(fitness[row]), cell, exposure))

    def tell(self, batch: Batch, scores: Scores, objectives: Objectives | None = None) -> None:
        best = float(np.nanmax(scores, initial=-np.inf))
        if self._log and np.isfinite(best):
            row = self._log[-1]
            row["best"] = best if row["best"] is None else max(row["best"], best)
            row["gain"] = max(0.0, row["best"] - (self._log[-2]["best"] or 0.0)) if len(self._log) > 1 else 0.0
            row["cells"] = self._archive.cells
        if objectives is not None:
            self.front.add(batch, objectives)

    def log(self) -> list[Row]:
        return [dict(row) for row in self._log]

    def state(self) -> dict[str, Any]:
        return {
            "asked": self._asked, "log": self._log, "archive": self._archive.state(), "seen": self._seen.state(),
            "queue": {name: packed(column) for name, column in self._queue.items()}, "front": self.front.state(),
            "epochs": self._epochs.state(),
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        self._asked, self._log = state["asked"], [dict(row) for row in state["log"]]
        self._archive.restore(state["archive"])
        self._epochs.restore(state["epochs"])
        self._seen.restore(state["seen"])
        self._queue = {name: unpacked(column) for name, column in state["queue"].items()}
        self.front.restore(state["front"])

    def _looked_at(self, fitness: Scores, coarse: Genes) -> Genes:
        """Rows whose positions are worth to be known, the best first."""
        order = np.argsort(-np.nan_to_num(fitness, nan=-np.inf), kind="stable")
        least = self._archive.elite_fitness()
        chosen: list[int] = []
        taken: dict[tuple[int, int], int] = {}
        for place, row in enumerate(order.tolist()):
            if not np.isfinite(fitness[row]):
                break
            cell = (int(coarse[row, 0]), int(coarse[row, 1]))
            in_cell = taken.get(cell, 0) < OF_A_CELL and fitness[row] > least.get(cell, -np.inf)
            if place < LOOKED_AT or in_cell:
                chosen.append(row)
                taken[cell] = taken.get(cell, 0) + 1
        return np.array(chosen, dtype=np.int64)

    def _breed(self) -> None:
        wanted = min(self._size, self._budget - self._asked)
        if wanted <= 0:
            return
        self._archive = self._epochs.turned(self._archive, self._asked / self._budget)
        rng = np.random.default_rng([self._seed, 5, len(self._log)])
        batch, have, fresh_rows = self._queue, 0, 0
        for _ in range(_TRIES):
            share = FRESH if self._archive.members else 1.0
            new = self._children(wanted - have, share, rng)
            rows = self._seen.new(new)
            batch = {name: np.concatenate([batch[name], new[name][rows]]) for name in self._names}
            fresh_rows += int((rows < round(share * (wanted - have))).sum())
            have += len(rows)
            if have >= wanted:
                break
        self._queue = batch
        why = "one rule in ten is drawn at random, the others are bred from the archive"
        if not self._archive.members:
            why = "it was stuck, and begins anew" if self._epochs.number else "nothing is known yet"
        self._log.append(
            {"generation": len(self._log), "method": "trees", "why": why, "rows": have, "fresh": fresh_rows,
             "gain": None, "best": None}
        )  # fmt: skip

    def _children(self, n: int, share: float, rng: np.random.Generator) -> Batch:
        grammar, drawn = self._spelling.grammar, round(share * n)
        genomes = [(simple if rng.random() < SIMPLE else fresh)(grammar, rng) for _ in range(drawn)]
        risk = [rng.random(self._risk.axes) for _ in range(drawn)]
        for _ in range(n - drawn):
            first, second = self._parent(rng), self._parent(rng)
            genomes.append(child := self._child(grammar.derive(first.genome), grammar.derive(second.genome), rng))
            kept = child.genome != first.genome and rng.random() < RISK_KEPT
            risk.append(first.risk if kept else self._moved(first.risk, second.risk, rng))
        return self._batch(genomes, np.array(risk).reshape(n, self._risk.axes))

    def _child(self, first: Derived, second: Derived, rng: np.random.Generator) -> Derived:
        grammar, kind = self._spelling.grammar, rng.random()
        if kind < SAME_RULES:
            return first
        if kind < SAME_RULES + CROSSED:
            return (joined if rng.random() < 0.5 else crossed)(grammar, first, second, rng)
        return mutated(grammar, first, rng)

    def _parent(self, rng: np.random.Generator) -> Member:
        members = self._archive.members
        if rng.random() < OF_CHAMPIONS:  # the better, the more often, for they are in order
            return members[min(int(rng.geometric(1.0 / CHAMPION)) - 1, len(members) - 1)]
        return members[int(rng.integers(len(members)))]

    def _moved(self, first: Unit, second: Unit, rng: np.random.Generator) -> Unit:
        mixed = np.where(rng.random(len(first)) < 0.8, first, second)
        moved = np.clip(mixed + _MOVED * rng.standard_normal(len(first)) * (rng.random(len(first)) < 0.5), 0.0, 1.0)
        return np.where(rng.random(len(first)) < _MOVED, rng.random(len(first)), moved)

    def _batch(self, derived: list[Derived], risk: Unit) -> Batch:
        columns = {**self._spelling.columns([one.genome for one in derived]), **self._risk.decode(risk)}
        return {name: columns[name] for name in self._names}


