"""Differential evolution on mixed variables: mutation towards the best, crossover, survival of the better.

Ordered axes move by differences of population members; unordered ones take a parent's value. Step width and crossover
rate adapt to what succeeded lately, the population shrinks as the budget is used up and starts anew once it is stuck.

Source: Tanabe & Fukunaga (2014), Improving the Search Performance of SHADE Using Linear Population Size Reduction,
after Storn & Price (1997) and Zhang & Sanderson (2009); discrete axes in the manner of Lampinen & Zelinka (1999).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.search.cube import BELOW_ONE, Cube, Unit
from alpha_discovery.search.packing import packed, unpacked
from alpha_discovery.search.proposer import Proposals, Situation, Told

_FEWEST = 4  # members that a difference needs
_MEMORY = 6  # remembered pairs of step width and crossover rate
_BEST_SHARE = 0.15  # of the population, towards which mutation leads
_FRONT_SHARE = 0.1  # of the children lead towards the Pareto front instead, where there is one
_STUCK = 7  # generations with hardly a success before a new start
_HARDLY = 0.01

Float1D = npt.NDArray[np.float64]
Int1D = npt.NDArray[np.int64]


class DifferentialEvolution:
    """Breeds from a population that it keeps sorted, best first.

    Parameters
    ----------
    largest, smallest : int
        Members at the beginning, and once the budget is used up.
    aloof : bool
        Take no points of other methods: these gather about what is best already, and soon all members would.
    """

    name = "genetic"

    def __init__(self, cube: Cube, *, largest: int, smallest: int, aloof: bool = False) -> None:
        self._cube = cube
        self._largest = largest
        self._smallest = min(smallest, largest)
        self._aloof = aloof
        self._points: Unit = np.zeros((0, cube.axes))
        self._scores: Float1D = np.zeros(0)
        self._steps = np.full(_MEMORY, 0.5)
        self._rates = np.full(_MEMORY, 0.5)
        self._slot = 0
        self._stuck = 0
        self._since = 0.0  # progress at the last start

    def propose(self, n: int, situation: Situation, rng: np.random.Generator) -> Proposals:
        """Children of the population; none while it is too small, so that fresh points fill it."""
        members = len(self._points)
        if members < min(_FEWEST, self._smallest) or self._cube.axes == 0:
            return Proposals(np.zeros((0, self._cube.axes)), np.zeros((0, 3)))
        target = np.resize(rng.permutation(members), n)
        step, rate = self._drawn_settings(n, rng)
        towards = self._towards(n, situation.front, rng)
        children = self._children(target, towards, (step, rate), rng)
        children = self._cube.repaired(children, self._points[target])
        return Proposals(children, np.stack([target.astype(np.float64), step, rate], axis=1))

    def learn(self, told: Told, situation: Situation, rng: np.random.Generator) -> None:
        """Children replace their parents where they are at least as good; other points fill or renew the rest."""
        told = told.of_its_own() if self._aloof else told
        target = told.tags[:, 0]
        own = np.isfinite(target) & (np.nan_to_num(target) < len(self._scores))
        if own.any():
            self._replace(told, np.flatnonzero(own))
        room = self._room(situation.progress)
        self._admit(told.points[~own], told.scores[~own], room)
        order = np.argsort(-self._scores, kind="stable")[:room]
        self._points, self._scores = self._points[order], self._scores[order]
        if self._stuck >= _STUCK and len(self._scores) > 1:
            self._points, self._scores, self._stuck = self._points[:1], self._scores[:1], 0
            self._steps[:], self._rates[:] = 0.5, 0.5
            self._since = situation.progress

    def state(self) -> dict[str, Any]:
        """The population and the settings that adapt."""
        return {
            "points": packed(self._points), "scores": packed(self._scores), "steps": packed(self._steps),
            "rates": packed(self._rates), "slot": self._slot, "stuck": self._stuck, "since": self._since,
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self._points, self._scores = unpacked(state["points"]), unpacked(state["scores"])
        self._steps, self._rates = unpacked(state["steps"]), unpacked(state["rates"])
        self._slot, self._stuck, self._since = state["slot"], state["stuck"], state["since"]

    def _room(self, progress: float) -> int:
        done = (progress - self._since) / max(1.0 - self._since, 1e-9)
        return max(self._smallest, round(self._largest + (self._smallest - self._largest) * min(1.0, done)))

    def _drawn_settings(self, n: int, rng: np.random.Generator) -> tuple[Float1D, Float1D]:
        slot = rng.integers(_MEMORY, size=n)
        step = self._steps[slot] + 0.1 * rng.standard_cauchy(n)
        step = np.where(step <= 0, rng.uniform(0.1, 1.0, n), np.minimum(step, 1.0))
        rate = np.clip(self._rates[slot] + 0.1 * rng.standard_normal(n), 0.0, 1.0)
        return step, rate

    def _towards(self, n: int, front: Unit, rng: np.random.Generator) -> Unit:
        best = max(2, math.ceil(_BEST_SHARE * len(self._points)))
        towards = self._points[rng.integers(min(best, len(self._points)), size=n)]
        if len(front):
            led = rng.random(n) < _FRONT_SHARE
            towards[led] = front[rng.integers(len(front), size=int(led.sum()))]
        return towards

    def _children(
        self, target: Int1D, towards: Unit, settings: tuple[Float1D, Float1D], rng: np.random.Generator
    ) -> Unit:
        n, members, axes = len(target), len(self._points), self._cube.axes
        first = (target + rng.integers(1, max(members, 2), n)) % members
        second = (first + rng.integers(1, max(members, 2), n)) % members
        parent = self._points[target]
        step = settings[0][:, None]
        # a discrete value is a random place in its cell: small differences then reach the neighbouring values
        blur = (rng.random((3, n, axes)) - 0.5) * self._cube.width
        moved = parent + step * (towards + blur[0] - parent)
        moved += step * (self._points[first] + blur[1] - self._points[second] - blur[2])
        moved = np.where(moved < 0.0, parent / 2.0, np.where(moved > BELOW_ONE, (parent + 1.0) / 2.0, moved))
        if not self._cube.ordered.all():
            copied = np.where(rng.random((n, axes)) < 0.5, towards, self._points[first])
            moved = np.where(self._cube.ordered, moved, copied)
        anew = rng.random((n, axes)) < self._anew
        moved = np.where(anew, rng.random((n, axes)), moved)
        crossed = rng.random((n, axes)) < settings[1][:, None]
        crossed[np.arange(n), rng.integers(axes, size=n)] = True
        return np.where(crossed, moved, parent)

    @property
    def _anew(self) -> Float1D:
        """Chance per axis of a value drawn anew: where differences cannot lead, for they have no order or no value."""
        jumpy = ~self._cube.ordered | (self._cube.off_share > 0)
        return np.where(jumpy, 0.1, 0.0)

    def _replace(self, told: Told, own: Int1D) -> None:
        best_first = own[np.argsort(-told.scores[own], kind="stable")]
        target = told.tags[best_first, 0].astype(np.int64)
        _, once = np.unique(target, return_index=True)
        rows, target = best_first[once], target[once]
        with np.errstate(invalid="ignore"):  # minus infinity stands for "no score"
            rise = told.scores[rows] - self._scores[target]
        takes = told.scores[rows] >= self._scores[target]
        self._points[target[takes]] = told.points[rows[takes]]
        self._scores[target[takes]] = told.scores[rows[takes]]
        better = rise > 0
        self._stuck = 0 if better.mean() > _HARDLY else self._stuck + 1
        if better.any():
            self._adapt(told.tags[rows[better], 1], told.tags[rows[better], 2], rise[better])

    def _adapt(self, steps: Float1D, rates: Float1D, rise: Float1D) -> None:
        weight = np.where(np.isfinite(rise), rise, 0.0)
        weight = weight / weight.sum() if weight.sum() > 0 else np.full(len(rise), 1.0 / len(rise))
        # the Lehmer mean leans towards wide steps, which keep the population from closing up too early
        self._steps[self._slot] = (weight * steps**2).sum() / (weight * steps).sum()
        self._rates[self._slot] = (weight * rates).sum()
        self._slot = (self._slot + 1) % _MEMORY

    def _admit(self, points: Unit, scores: Float1D, room: int) -> None:
        free = max(0, room - len(self._scores))
        order = np.argsort(-scores, kind="stable")
        filling, rest = order[:free], order[free:]
        self._points = np.concatenate([self._points, points[filling]])
        self._scores = np.concatenate([self._scores, scores[filling]])
        renew = rest[: len(self._scores) // 4]
        if not len(renew):
            return
        worst = np.argsort(self._scores, kind="stable")[: len(renew)]
        better = scores[renew] > self._scores[worst]
        self._points[worst[better]] = points[renew[better]]
        self._scores[worst[better]] = scores[renew[better]]
