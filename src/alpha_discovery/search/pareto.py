"""The Pareto front: candidates that no other one beats in every objective.

Objectives are columns where higher is better; the convention of the package is Sharpe ratio, minus drawdown, minus
turnover.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.space import Batch, Space, joined, take
from alpha_discovery.search.packing import packed, unpacked

OBJECTIVES = ("sharpe_ratio", "-max_drawdown", "-turnover")
Objectives = npt.NDArray[np.float64]  # (n, number of objectives)
_BLOCK = 512  # rows compared with each other at a time
_ROOM = 200


class Front:
    """The non-dominated rows told so far; the most crowded go where there are more than ``room``.

    Attributes
    ----------
    batch : columns (n,)
    objectives : float64 (n, number of objectives)
        By falling first objective. No columns before anything was told.
    """

    def __init__(self, space: Space, *, room: int = _ROOM) -> None:
        self.batch: Batch = space.from_unit(np.zeros((0, len(space.free))))
        self.objectives: Objectives = np.zeros((0, 0))
        self._room = room

    def __len__(self) -> int:
        return len(self.objectives)

    def add(self, batch: Batch, objectives: Objectives) -> None:
        """Consider more rows; one with an objective that is NaN is left out."""
        complete = np.flatnonzero(~np.isnan(objectives).any(axis=1))
        for start in range(0, len(complete), _BLOCK):
            rows = complete[start : start + _BLOCK]
            self._consider(take(batch, rows), objectives[rows])

    def state(self) -> dict[str, Any]:
        """Plain form of at most ``room`` rows."""
        return {
            "batch": {name: packed(column) for name, column in self.batch.items()},
            "objectives": packed(self.objectives),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Hold exactly what a `state` says."""
        self.batch = {name: unpacked(column) for name, column in state["batch"].items()}
        self.objectives = unpacked(state["objectives"])

    def _consider(self, batch: Batch, objectives: Objectives) -> None:
        if len(self):
            new = np.flatnonzero(~dominated_by(objectives, self.objectives))
            batch, objectives = take(batch, new), objectives[new]
            batch = joined([self.batch, batch])
            objectives = np.concatenate([self.objectives, objectives])
        keep = np.flatnonzero(nondominated(objectives))
        keep = keep[least_crowded(objectives[keep], self._room)]
        keep = keep[np.lexsort(-objectives[keep].T[::-1])]
        self.batch, self.objectives = take(batch, keep), objectives[keep]


def front_rows(objectives: Objectives, *, most: int) -> npt.NDArray[np.int64]:
    """int64 (k,): the rows (n) that none dominates, by falling objectives; of more than ``most`` the most crowded go.

    A row with an objective that is NaN is left out.
    """
    complete = np.flatnonzero(~np.isnan(objectives).any(axis=1))
    # whatever dominates a row comes before it, so that most rows fall out at the first look
    order = complete[np.lexsort(-objectives[complete].T[::-1])]
    kept = np.zeros(0, dtype=np.int64)
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        block = block[~dominated_by(objectives[block], objectives[kept])]
        kept = np.concatenate([kept, block[nondominated(objectives[block])]])
    return kept[least_crowded(objectives[kept], most)]


def least_crowded(objectives: Objectives, most: int) -> npt.NDArray[np.int64]:
    """int64 (k,): at most so many rows, in their order, those that stand alone first to stay."""
    if len(objectives) <= most:
        return np.arange(len(objectives))
    widest = np.argsort(-crowding_distance(objectives), kind="stable")
    return np.sort(widest[:most])


def nondominated(objectives: Objectives) -> npt.NDArray[np.bool_]:
    """bool (n,): rows that no other row is at least as good as in all columns and better than in one.

    Of equal rows all or none are kept. Memory grows with the square of n.
    """
    return ~dominated_by(objectives, objectives)


def dominated_by(objectives: Objectives, others: Objectives) -> npt.NDArray[np.bool_]:
    """bool (n,): rows that one of ``others`` (m, k) dominates."""
    as_good = np.ones((len(objectives), len(others)), dtype=np.bool_)
    better = np.zeros_like(as_good)
    for mine, theirs in zip(objectives.T, others.T, strict=True):
        as_good &= theirs[None, :] >= mine[:, None]
        better |= theirs[None, :] > mine[:, None]
    return np.asarray((as_good & better).any(axis=1), dtype=np.bool_)


def crowding_distance(objectives: Objectives) -> npt.NDArray[np.float64]:
    """float64 (n,): how far apart each row's neighbours are, summed over scaled objectives; ends are infinitely far.

    Source: Deb, Pratap, Agarwal & Meyarivan (2002), A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II.
    """
    distance = np.zeros(len(objectives))
    for column in objectives.T:
        order = np.argsort(column, kind="stable")
        span = column[order[-1]] - column[order[0]]
        distance[order[[0, -1]]] = np.inf
        if span > 0 and np.isfinite(span):
            distance[order[1:-1]] += (column[order[2:]] - column[order[:-2]]) / span
    return distance
