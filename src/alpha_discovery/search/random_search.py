"""Random search: independent draws from the space, none twice."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.space import Batch, Space, joined, take
from alpha_discovery.search.seen import Seen
from alpha_discovery.search.unguided import Unguided

_STRIDE = 4_096
_PATIENCE = 64


class RandomSearch(Unguided):
    """Uniform (log-uniform where the space says so) draws that meet the conditions.

    Source: Bergstra & Bengio (2012), Random Search for Hyper-Parameter Optimization.
    """

    def __init__(self, space: Space, *, budget: int, seed: int) -> None:
        super().__init__(space)
        self._space = space
        self._budget = budget
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        self._seen = Seen(space)
        self._asked = 0
        self._left = space.from_unit(np.zeros((0, len(space.free))))

    @property
    def planned(self) -> int:
        return int(min(self._budget, self._space.size))

    @property
    def asked(self) -> int:
        return self._asked

    @property
    def plan(self) -> str:
        return f"{self._budget:,} random draws"

    def ask(self, n: int) -> Batch:
        wanted = min(n, self._budget - self._asked)
        parts, have, misses = [self._left], len(next(iter(self._left.values()))), 0
        while have < wanted and misses < _PATIENCE:
            draws = self._rng.random((_STRIDE, len(self._space.free)))
            new = self._seen.new_rows(self._space.from_unit(draws))
            size = len(next(iter(new.values())))
            misses = 0 if size else misses + 1
            parts.append(new)
            have += size
        pool = joined(parts)
        self._left = take(pool, slice(wanted, None))
        self._asked += min(have, wanted)
        return take(pool, slice(0, wanted))

    def again(self, asked: int) -> None:
        self.__init__(self._space, budget=self._budget, seed=self._seed)  # type: ignore[misc]
        while self._asked < asked:
            self.ask(asked - self._asked)
