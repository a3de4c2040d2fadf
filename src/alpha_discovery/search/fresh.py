"""Points that owe nothing to earlier scores: a Sobol sequence through the space, then whatever is left of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from alpha_discovery.core.space import Space, take
from alpha_discovery.search.cube import Cube, Unit
from alpha_discovery.search.seen import Seen
from alpha_discovery.search.sobol import sobol

if TYPE_CHECKING:
    from scipy.stats.qmc import Sobol

_STRIDE = 1_024  # smallest number of Sobol points drawn at a time
_PATIENCE = 64  # draws in a row without a new point before a continuous or huge space counts as used up
_LISTED = 2**18  # a space up to this size is listed when the sequence brings little new


class Fresh:
    """New valid points, evenly spread, until there are none.

    Source of the sequence: Sobol (1967); scrambled after Owen (1998), as in `scipy.stats.qmc`.
    """

    def __init__(self, cube: Cube, seen: Seen, seed: int) -> None:
        self._cube = cube
        self._seen = seen
        self._seed = seed
        self._drawn = 0
        self._left = np.zeros((0, cube.axes))  # drawn, not looked at yet
        self._sequence = self._start()
        self._used_up = False

    def take(self, n: int) -> Unit:
        """Points (at most n, d) that were not seen before, which they now are; fewer only at the end of the space."""
        parts, have = [np.zeros((0, self._cube.axes))], 0
        misses = 0
        patience = 2 if self._cube.space.size <= _LISTED else _PATIENCE
        while have < n and not self._used_up:
            draws = self._draw(max(n - have, 1))
            rows = self._seen.new(self._cube.decode(draws))
            parts.append(draws[rows])
            have += len(rows)
            misses = 0 if len(rows) else misses + len(draws)
            if misses >= patience * _STRIDE:
                rest = self._rest(n - have)
                parts.append(rest)
                have += len(rest)
                self._used_up = have < n
                break
        return np.concatenate(parts)

    def state(self) -> dict[str, Any]:
        """Plain form: how far the sequence is."""
        return {"drawn": self._drawn - len(self._left), "used_up": self._used_up}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self._sequence = self._start()
        if state["drawn"]:  # scipy's sequence cannot go forward by nothing
            self._sequence.fast_forward(state["drawn"])
        self._drawn = state["drawn"]
        self._left = np.zeros((0, self._cube.axes))
        self._used_up = state["used_up"]

    def _start(self) -> Sobol:
        return sobol(self._cube.axes, np.random.default_rng([self._seed, 0]))

    def _draw(self, n: int) -> Unit:
        while len(self._left) < n:
            # a power of two at a time: scipy warns about the balance of anything else
            more = self._sequence.random(_STRIDE)[:, : self._cube.axes]
            self._drawn += _STRIDE
            self._left = np.concatenate([self._left, more])
        draws, self._left = self._left[:n], self._left[n:]
        return draws

    def _rest(self, n: int) -> Unit:
        space: Space = self._cube.space
        if space.size > _LISTED:
            return np.zeros((0, self._cube.axes))
        grid = space.at(np.random.default_rng([self._seed, 1]).permutation(int(space.size)))
        return self._cube.encode(take(grid, self._seen.new(grid, at_most=n)))
