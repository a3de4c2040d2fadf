"""A forest of regression trees as plain numbers: it is stored in a campaign and needs no library to be asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.search.extra_trees import extra_trees
from alpha_discovery.search.surrogate import Guess

Features = npt.NDArray[np.float64]  # (n, number of features)
DIGITS = 6  # of thresholds and values, so that the stored form is short


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree.

    Attributes
    ----------
    feature : int64 (m,)
        What an inner node asks about; -1 in a leaf.
    threshold : float64 (m,)
        Values up to it go left.
    left, right : int64 (m,)
    mean, variance : float64 (m,)
        Of what was learned in a leaf.
    """

    feature: npt.NDArray[np.int64]
    threshold: npt.NDArray[np.float64]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    mean: npt.NDArray[np.float64]
    variance: npt.NDArray[np.float64]

    def leaves(self, x: Features) -> npt.NDArray[np.int64]:
        """The leaf (n,) of each row."""
        at = np.zeros(len(x), dtype=np.int64)
        while (rows := np.flatnonzero(self.feature[at] >= 0)).size:
            node = at[rows]
            goes_left = x[rows, self.feature[node]] <= self.threshold[node]
            at[rows] = np.where(goes_left, self.left[node], self.right[node])
        return at

    def to_json(self) -> dict[str, list[float]]:
        """Plain form."""
        return {name: _short(column) for name, column in vars(self).items()}

    @staticmethod
    def from_json(data: Mapping[str, Sequence[float]]) -> Tree:
        """Inverse of `to_json`."""
        feature, left, right = (np.array(data[name], dtype=np.int64) for name in ("feature", "left", "right"))
        threshold, mean, variance = (np.array(data[name]) for name in ("threshold", "mean", "variance"))
        return Tree(feature, threshold.astype(np.float64), left, right, mean.astype(np.float64), variance.astype(float))


@dataclass(frozen=True)
class Forest:
    """Trees whose answers are averaged."""

    trees: tuple[Tree, ...]

    def guess(self, x: Features) -> Guess:
        """Mean and standard deviation (n,): trees disagree, and leaves hold more than one value.

        Source: Hutter, Xu, Hoos & Leyton-Brown (2014), Algorithm Runtime Prediction, section 4.3.2 (total variance).
        """
        leaves = [tree.leaves(x) for tree in self.trees]
        means = np.stack([tree.mean[leaf] for tree, leaf in zip(self.trees, leaves, strict=True)])
        inside = np.stack([tree.variance[leaf] for tree, leaf in zip(self.trees, leaves, strict=True)])
        return Guess(means.mean(axis=0), np.sqrt(means.var(axis=0) + inside.mean(axis=0)))

    def to_json(self) -> list[dict[str, list[float]]]:
        """Plain form."""
        return [tree.to_json() for tree in self.trees]

    @staticmethod
    def from_json(data: Sequence[Mapping[str, Sequence[float]]]) -> Forest:
        """Inverse of `to_json`."""
        return Forest(tuple(Tree.from_json(one) for one in data))


def fitted(x: Features, y: npt.NDArray[np.float64], *, trees: int, leaves: int, smallest: int, seed: int) -> Forest:
    """A forest of extremely randomised trees fitted to rows (n, k) and their values (n,)."""
    model = extra_trees(trees, seed=seed, max_leaf_nodes=leaves, min_samples_leaf=smallest, max_features=0.5)
    model.fit(x.astype(np.float32), y)
    return Forest.from_json(Forest(tuple(_tree(one.tree_) for one in model.estimators_)).to_json())


def _tree(tree: Any) -> Tree:
    feature = np.where(tree.children_left < 0, -1, tree.feature)
    # a row is compared as the library does it: in single precision, whose thresholds doubles hold exactly
    return Tree(
        feature.astype(np.int64), tree.threshold.astype(np.float64), tree.children_left.astype(np.int64),
        tree.children_right.astype(np.int64), tree.value[:, 0, 0].astype(np.float64),
        tree.impurity.astype(np.float64),
    )  # fmt: skip


def _short(column: npt.NDArray[Any]) -> list[float]:
    if column.dtype.kind == "i":
        return [int(value) for value in column]
    return [float(f"{value:.{DIGITS}g}") for value in column]
