"""Points that a model of the scores believes in, and some that it does not know how to judge."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.search.cube import BELOW_ONE, Cube, Unit
from alpha_discovery.search.memory import Memory
from alpha_discovery.search.proposer import Proposals, Situation, Told, untagged
from alpha_discovery.search.surrogate import Guess, guess, ranked

_REMEMBERED = 400  # best points, and as many of the others, that the model is fitted to
_FEWEST = 8  # scored points that a model needs
_WIDE, _NEAR = 1_000, 2_000  # points of the pool: anywhere, and around the best known ones
_CENTRES = 50  # best points, around which the pool is dense
_GLANCE = 0.05  # share of the pool that is compared for each choice: keeps the choices of one batch apart
_BLIND = 0.25  # share of a batch that changes one parameter of a top point without asking the model
_TOP = 8


class ModelSearch:
    """Chooses by upper confidence bound: the expected score plus a random multiple of what is unknown.

    Sources: Cox & John (1992), A Statistical Method for Global Optimization (the bound); Hutter, Hoos & Leyton-Brown
    (2012), Parallel Algorithm Configuration (a random multiple for each point of a batch); Regis & Shoemaker (2013),
    Combining Radial Basis Function Surrogates and Dynamic Coordinate Search (a pool around the best points).
    """

    name = "bayesian"

    def __init__(self, cube: Cube) -> None:
        self._cube = cube
        self._memory = Memory(cube.axes, best=_REMEMBERED, others=_REMEMBERED)

    def propose(self, n: int, situation: Situation, rng: np.random.Generator) -> Proposals:
        """New points; none while too little is known for a model."""
        points, scores = self._memory.points, self._memory.scores
        nothing = np.zeros((0, self._cube.axes))
        if np.isfinite(scores).sum() < _FEWEST or not self._cube.axes:
            return untagged(nothing)
        blind = math.floor(n * _BLIND)
        pool = np.concatenate([self._near(max(_NEAR, 2 * n), situation, rng), self._wide(rng)])
        pool = pool[situation.new(pool)]
        if len(pool):
            found = guess(self._cube, points, ranked(scores), pool, seed=int(rng.integers(2**31)))
            pool = pool[chosen(found, n - blind, rng)]
        changed = one_changed(self._cube, points[:_TOP], 4 * blind, rng)
        return untagged(np.concatenate([pool, changed[situation.new(changed)][:blind]]))

    def learn(self, told: Told, situation: Situation, rng: np.random.Generator) -> None:
        """Remember scored points; the model is fitted when it is asked."""
        self._memory.add(told.points, told.scores, rng)

    def state(self) -> dict[str, Any]:
        """What is remembered: a model needs no more."""
        return self._memory.state()

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self._memory.restore(state)

    def _wide(self, rng: np.random.Generator) -> Unit:
        return rng.random((_WIDE, self._cube.axes))

    def _near(self, n: int, situation: Situation, rng: np.random.Generator) -> Unit:
        centres = self._memory.points[:_CENTRES]
        if len(situation.front):
            centres = np.concatenate([centres, situation.front[rng.permutation(len(situation.front))[: _CENTRES // 4]]])
        return near(self._cube, centres, n, rng)


def chosen(found: Guess, n: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Up to n rows of a pool, each the best of a random share of it by mean plus a random multiple of the spread."""
    n = min(n, len(found.mean))
    share = max(1, round(_GLANCE * len(found.mean)))
    rows: list[int] = []
    free = np.ones(len(found.mean), dtype=np.bool_)
    for multiple in rng.exponential(1.0, n):
        glance = rng.integers(len(free), size=share)
        glance = glance[free[glance]]
        if not len(glance):
            glance = np.flatnonzero(free)
        row = int(glance[np.argmax(found.mean[glance] + multiple * found.spread[glance])])
        free[row] = False
        rows.append(row)
    return np.array(rows, dtype=np.int64)


def near(cube: Cube, centres: Unit, n: int, rng: np.random.Generator) -> Unit:
    """Valid points (n, d) around valid centres (best first): steps of all widths, differences, crossings."""
    axes, count = cube.axes, len(centres)
    rank = np.minimum(rng.geometric(1.0 / (1.0 + count / 3.0), n) - 1, count - 1)  # the better, the more often
    centre, mate = centres[rank], centres[rng.integers(count, size=n)]
    first, second = centres[rng.integers(count, size=(2, n))]
    by_step = np.exp(rng.uniform(math.log(0.003), math.log(0.3), (n, 1))) * rng.standard_normal((n, axes))
    by_difference = rng.uniform(0.2, 1.0, (n, 1)) * (first - second)
    moved = centre + (rng.random((n, axes)) - 0.5) * cube.width
    moved += np.where(rng.random((n, 1)) < 0.5, by_difference, by_step)
    anywhere = rng.random((n, axes))
    moved = np.where((moved < 0.0) | (moved > BELOW_ONE), anywhere, moved)
    moved = np.where(cube.ordered, moved, np.where(rng.random((n, 1)) < 0.5, mate, anywhere))
    changed = rng.random((n, axes)) < rng.uniform(1.0 / axes, 1.0, (n, 1))
    changed[np.arange(n), rng.integers(axes, size=n)] = True
    crossed = (rng.random((n, axes)) < 0.5) & (rng.random((n, 1)) < 0.5)
    return cube.repaired(np.where(changed, moved, np.where(crossed, mate, centre)), centre)


def one_changed(cube: Cube, centres: Unit, n: int, rng: np.random.Generator) -> Unit:
    """Valid points (n, d): centres with one parameter drawn anew, twice as often one whose values have no order."""
    centre = centres[rng.integers(len(centres), size=n)]
    weight = np.where(~cube.ordered | (cube.off_share > 0), 2.0, 1.0)
    points = centre.copy()
    points[np.arange(n), rng.choice(cube.axes, size=n, p=weight / weight.sum())] = rng.random(n)
    return cube.repaired(points, centre)
