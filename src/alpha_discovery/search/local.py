"""Small steps around the best points: what is left to do once the right place is found."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.search.cube import BELOW_ONE, Cube, Unit
from alpha_discovery.search.memory import Memory
from alpha_discovery.search.proposer import Proposals, Situation, Told, untagged

_CENTRES = 6  # best points that it steps from; the better, the more often
_CONTINUOUS = 1e-4  # the smallest step on an axis without cells, as a share of it
_WIDEST = 0.15  # the widest one
_SCALED = 0.4  # share of the steps that scale what conditions bind, as `Cube.scaled` says
_FACTOR = 0.4  # spread of the logarithm of the factor
_SURPLUS = 4  # times as many as asked, for many were proposed before


class LocalSearch:
    """Steps of any size from one value to a part of the range, in one parameter of a top point, seldom in more.

    Some steps scale all parameters that conditions bind (fast < slow) by one factor: what their ratio has found stays.
    Source of the steps: Muehlenbein & Schlierkamp-Voosen (1993), Predictive Models for the Breeder Genetic Algorithm
    (every magnitude alike, about one parameter at a time).
    """

    name = "local"

    def __init__(self, cube: Cube) -> None:
        self._cube = cube
        self._memory = Memory(cube.axes, best=_CENTRES, others=0)

    def propose(self, n: int, situation: Situation, rng: np.random.Generator) -> Proposals:
        """New points; none while nothing has a score."""
        known = np.isfinite(self._memory.scores)
        if not known.any() or not self._cube.axes:
            return untagged(np.zeros((0, self._cube.axes)))
        steps = stepped(self._cube, self._memory.points[known], _SURPLUS * n, rng)
        return untagged(steps[situation.new(steps)][:n])

    def learn(self, told: Told, situation: Situation, rng: np.random.Generator) -> None:
        """Remember the best points."""
        self._memory.add(told.points, told.scores, rng)

    def state(self) -> dict[str, Any]:
        """The best points."""
        return self._memory.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self._memory.restore(state)


def stepped(cube: Cube, centres: Unit, n: int, rng: np.random.Generator) -> Unit:
    """Valid points (n, d), each some steps away from one of the centres (best first)."""
    axes, count = cube.axes, len(centres)
    centre = centres[np.minimum(rng.geometric(0.4, n) - 1, count - 1)]
    more = rng.choice([0.0, 1.0 / axes, 2.0 / axes], n)
    changed = rng.random((n, axes)) < more[:, None]
    changed[np.arange(n), rng.integers(axes, size=n)] = True
    moved = centre + _steps(cube, n, rng) * np.where(rng.random((n, axes)) < 0.5, -1.0, 1.0)
    switched = (cube.off_share > 0.0) & ((rng.random((n, axes)) < 0.25) | (centre < cube.off_share))
    moved = np.where(~cube.ordered | switched, rng.random((n, axes)), np.clip(moved, 0.0, BELOW_ONE))
    points = np.where(changed, moved, centre)
    if not cube.together:
        return cube.repaired(points, centre)
    scaled = cube.scaled(centre, np.exp(rng.normal(0.0, _FACTOR, n)))
    return cube.repaired(np.where((rng.random(n) < _SCALED)[:, None], scaled, points), centre)


def _steps(cube: Cube, n: int, rng: np.random.Generator) -> Unit:
    """Widths (n, d), every magnitude alike: whole cells where an axis has cells."""
    smallest = np.where(cube.width > 0.0, cube.width, _CONTINUOUS)
    widest = np.maximum(_WIDEST, smallest)
    step = smallest * np.exp(rng.random((n, cube.axes)) * np.log(widest / smallest))
    return np.where(cube.width > 0.0, np.maximum(np.rint(step / smallest), 1.0) * smallest, step)
