"""A model of the scores: what they probably are at points that nobody has tried, and how little is known there.

The mean of two that fail differently: randomised trees, which find out which parameters matter, and the nearest
neighbours, which know where nobody has been. Neither multiplies matrices, so the answer does not depend on the linear
algebra library, its number of threads or the processor.

Sources: Geurts, Ernst & Wehenkel (2006), Extremely Randomized Trees; Hutter, Hoos & Leyton-Brown (2011), Sequential
Model-Based Optimization for General Algorithm Configuration (trees as a surrogate); Shepard (1968), A Two-Dimensional
Interpolation Function for Irregularly-Spaced Data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from alpha_discovery.search.cube import Cube, Unit
from alpha_discovery.search.protocol import Scores
from alpha_discovery.search.randomised_trees import grown

_TREES = 16
_NEIGHBOURS = 4
_AWAY = 0.7  # standard deviations of the scores that are unknown at the distance 1 from the nearest point

Features = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Guess:
    """float64 (n,): the expected score of each point, and the standard deviation of what is unknown about it."""

    mean: Scores
    spread: Scores


def guess(cube: Cube, points: Unit, scores: Scores, pool: Unit, *, seed: int) -> Guess:
    """What scores (n,) at points (n, d) say about the points of a pool (m, d); n at least 1, scores finite."""
    known, asked = features(cube, points), features(cube, pool)
    trees, near = _by_trees(known, scores, asked, seed), _by_neighbours(known, scores, asked)
    return Guess((trees.mean + near.mean) / 2.0, (trees.spread + near.spread) / 2.0)


def features(cube: Cube, points: Unit) -> Features:
    """float64 (n, k): ordered axes as they are, a choice as one column for each value."""
    columns = [points[:, cube.ordered]]
    for axis in np.flatnonzero(~cube.ordered).tolist():
        cells = int(cube.cells[axis])
        columns.append((points[:, axis] * cells).astype(np.int64)[:, None] == np.arange(cells))
    return np.concatenate(columns, axis=1).astype(np.float64)


def ranked(scores: Scores) -> Scores:
    """Minus the logarithm of each score's rank as a share: outliers cannot bend the model, the best stand apart.

    Rows without a score (minus infinity) count as the worst; equal scores get equal values.
    """
    _, level, count = np.unique(-scores, return_inverse=True, return_counts=True)
    rank = np.cumsum(count) - (count - 1) / 2.0
    return np.asarray(-np.log(rank[level] / len(scores)))


def _by_trees(known: Features, scores: Scores, asked: Features, seed: int) -> Guess:
    said = grown(known.astype(np.float32), scores, trees=_TREES, seed=seed).said(asked.astype(np.float32))
    return Guess(said.mean(axis=0), said.std(axis=0))


def _by_neighbours(known: Features, scores: Scores, asked: Features) -> Guess:
    count = min(_NEIGHBOURS, len(known))
    found = KDTree(known).query(asked, k=np.arange(1, count + 1))
    distance, row = np.asarray(found[0]), np.asarray(found[1])
    weight = 1.0 / (distance + 1e-6)
    return Guess((scores[row] * weight).sum(axis=1) / weight.sum(axis=1), _AWAY * distance[:, 0])
