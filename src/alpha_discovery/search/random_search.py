"""Random search: independent draws from the space, none twice."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.space import Batch, Space, joined, take
from alpha_discovery.search.cube import BELOW_ONE
from alpha_discovery.search.sampling import style_named
from alpha_discovery.search.seen import Seen
from alpha_discovery.search.unguided import Unguided

_STRIDE = 4_096  # points drawn at once, at most
_FEWEST = 64
_PATIENCE = 64


class RandomSearch(Unguided):
    """Draws in one of `STYLES` that meet the conditions; usually uniform ones (by magnitude where the space says so).

    Source: Bergstra & Bengio (2012), Random Search for Hyper-Parameter Optimization.
    """

    def __init__(self, space: Space, *, budget: int, seed: int, style: str = "uniform") -> None:
        super().__init__(space)
        self._space = space
        self._budget = budget
        self._seed = seed
        self._style = style
        self._rng = np.random.default_rng(seed)
        self._draw = style_named(style)
        self._stride = min(_STRIDE, _drawn_at_once(budget, style))
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
        kind = "random" if self._style == "uniform" else self._style.replace("_", " ")
        return f"{self._budget:,} {kind} draws"

    def ask(self, n: int) -> Batch:
        wanted = min(n, self._budget - self._asked)
        parts, have, misses = [self._left], len(next(iter(self._left.values()))), 0
        while have < wanted and misses < _PATIENCE:
            draws = np.clip(self._draw(self._space, self._stride, self._rng), 0.0, BELOW_ONE)
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
        self.__init__(  # type: ignore[misc]
            self._space, budget=self._budget, seed=self._seed, style=self._style
        )
        while self._asked < asked:
            self.ask(asked - self._asked)


def _drawn_at_once(budget: int, style: str) -> int:
    """A Latin hypercube is one of exactly the points that are asked; of the others some are seen or not allowed.

    A genome of rules costs a thousandth of a second: a search of five draws no thousands.
    """
    return budget if style == "latin_hypercube" else max(_FEWEST, 1 << budget.bit_length())
