"""Brute force: the whole grid where the budget allows, else a Sobol subsample of it."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.core.space import Batch, Space, joined, take
from alpha_discovery.search.seen import Seen
from alpha_discovery.search.sobol import sobol
from alpha_discovery.search.unguided import Unguided

_STRIDE = 65_536  # grid points decoded, or Sobol points drawn, at a time
_PATIENCE = 64  # draws in a row without a new point before the space counts as used up


class BruteForce(Unguided):
    """Every point once if there are at most ``budget`` valid ones, else ``budget`` points spread evenly.

    Source of the subsample: Sobol (1967); scrambled after Owen (1998), as in `scipy.stats.qmc`.
    """

    def __init__(self, space: Space, *, budget: int, seed: int) -> None:
        super().__init__(space)
        self._space = space
        self._budget = budget
        self._seed = seed
        self._valid = valid_points(space)
        self._source: _Grid | _Sobol = _Grid(space) if self._valid <= budget else _Sobol(space, seed)
        self._asked = 0

    @property
    def exhaustive(self) -> bool:
        """Whether every valid point is evaluated."""
        return isinstance(self._source, _Grid)

    @property
    def planned(self) -> int:
        return int(min(self._budget, self._valid))

    @property
    def asked(self) -> int:
        return self._asked

    @property
    def plan(self) -> str:
        if self.exhaustive:
            return f"all {int(self._valid):,} combinations"
        of = "a continuous space" if math.isinf(self._valid) else f"{int(self._valid):,} combinations"
        return f"{self._budget:,} points of {of}, spread by a Sobol sequence"

    def ask(self, n: int) -> Batch:
        batch = self._source.next(min(n, self._budget - self._asked))
        self._asked += len(next(iter(batch.values()), ()))
        return batch

    def again(self, asked: int) -> None:
        self.__init__(self._space, budget=self._budget, seed=self._seed)  # type: ignore[misc]
        while self._asked < asked:
            self.ask(asked - self._asked)


def valid_points(space: Space) -> float:
    """Number of grid points that meet the space's conditions; infinity for a continuous space.

    Only the parameters that occur in conditions are enumerated; the others multiply.
    """
    if math.isinf(space.size):
        return math.inf
    bound = {name for condition in space.conditions for name in condition.names()}
    part = Space({name: kind for name, kind in space.kinds.items() if name in bound}, space.conditions)
    free = math.prod(kind.size for name, kind in space.kinds.items() if name not in bound)
    if not bound:
        return free
    valid = 0
    for start in range(0, int(part.size), _STRIDE):
        index = np.arange(start, min(start + _STRIDE, int(part.size)), dtype=np.int64)
        valid += int(part.satisfied(part.at(index)).sum())
    return valid * free


class _Grid:
    """Valid grid points in order."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._position = 0

    def next(self, n: int) -> Batch:
        parts = [self._space.at(np.zeros(0, dtype=np.int64))]
        missing = n
        while missing > 0 and self._position < self._space.size:
            stop = int(min(self._position + _STRIDE, self._space.size))
            index = np.arange(self._position, stop, dtype=np.int64)
            batch = self._space.at(index)
            good = np.flatnonzero(self._space.satisfied(batch))[:missing]
            parts.append(take(batch, good))
            missing -= len(good)
            self._position = int(index[good[-1]]) + 1 if missing == 0 and len(good) else stop
        return joined(parts)


class _Sobol:
    """New valid points of a scrambled Sobol sequence, in order."""

    def __init__(self, space: Space, seed: int) -> None:
        self._space = space
        self._sequence = sobol(len(space.free), np.random.default_rng(seed))
        self._seen = Seen(space)
        self._left = space.at(np.zeros(0, dtype=np.int64)) if not math.isinf(space.size) else space.from_unit(
            np.zeros((0, len(space.free)))
        )

    def next(self, n: int) -> Batch:
        parts, have, misses = [self._left], len(next(iter(self._left.values()))), 0
        while have < n and misses < _PATIENCE:
            points = self._sequence.random(4_096)[:, : len(self._space.free)]
            new = self._seen.new_rows(self._space.from_unit(points))
            size = len(next(iter(new.values())))
            misses = 0 if size else misses + 1
            parts.append(new)
            have += size
        pool = joined(parts)
        self._left = take(pool, slice(n, None))
        return take(pool, slice(0, n))
