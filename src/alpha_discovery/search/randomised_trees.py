"""Extremely randomised regression trees, grown to the end and asked about many points, compiled.

They are those of scikit-learn's `ExtraTreesRegressor` to the last bit: the same draws and the same sums in the same
order. The library spends a millisecond a tree on its own objects before it looks at a point, and a search grows sixteen
for every few dozen candidates. The kernels of this file call only each other, so numba notices every edit of them.

Sources: Geurts, Ernst & Wehenkel (2006), Extremely Randomized Trees, Machine Learning 63; Marsaglia (2003), Xorshift
RNGs, Journal of Statistical Software 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.kernels import hot_kernel, inlined

_ALIKE = np.float32(1e-7)  # values of a feature within this are one value
_PURE = float(np.finfo(np.float64).eps)  # variance of a leaf, at most
_LARGEST = 2**31 - 1  # what a draw can be
_WORD = 2**32 - 1

Points = npt.NDArray[np.float32]  # (n, k)


@dataclass(frozen=True, eq=False)
class RandomisedTrees:
    """Trees side by side, each in a row of its own; the left child of a node is the next one.

    Attributes
    ----------
    feature : int64 (t, m)
        What an inner node asks about; 0 in a leaf.
    threshold : float64 (t, m)
        Values up to it go left; minus infinity in a leaf, so that every point stays there.
    right : int64 (t, m)
        The other child; a leaf itself.
    value : float64 (t, m)
        Mean of the values that a node was grown from.
    """

    feature: npt.NDArray[np.int64]
    threshold: npt.NDArray[np.float64]
    right: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]

    def said(self, points: Points) -> npt.NDArray[np.float64]:
        """float64 (t, n): what each tree expects at each point."""
        out = np.empty((len(self.feature), len(points)))
        _ask(points, self.feature, self.threshold, self.right, self.value, out)
        return out


def grown(points: Points, values: npt.NDArray[np.float64], *, trees: int, seed: int) -> RandomisedTrees:
    """So many trees fitted to points (n, k) with finite values (n,); n and k at least 1."""
    (n, k), shape = points.shape, (trees, 2 * len(points) - 1)
    found = RandomisedTrees(
        np.zeros(shape, dtype=np.int64), np.full(shape, -np.inf), np.zeros(shape, dtype=np.int64), np.zeros(shape)
    )
    rows, features = (np.empty(n, dtype=np.int64), np.empty(n, dtype=np.float32)), np.empty((2, k), dtype=np.int64)
    waiting = (np.empty((n + 1, 4), dtype=np.int64), np.empty(n + 1))
    of_nodes = (found.feature, found.threshold, found.right, found.value)
    _grow_all((points, values), rows, features, waiting, _seeds(trees, seed), of_nodes)
    return found


def _seeds(trees: int, seed: int) -> npt.NDArray[np.int64]:
    """Where each tree's draws begin: the first number of a generator that is seeded by another one's numbers."""
    chance = np.random.RandomState(seed)
    firsts = []
    for one in chance.randint(np.iinfo(np.int32).max, size=trees).tolist():
        chance.seed(one)
        firsts.append(chance.randint(0, _LARGEST))
    return np.array(firsts, dtype=np.int64)


@hot_kernel
def _grow_all(known: Any, rows: Any, features: Any, waiting: Any, chances: Any, of_nodes: Any) -> None:
    """Fill the trees' arrays ``of_nodes`` (t, m).

    ``known``: points (n, k), values (n,). Room to work in: ``rows``, which of them, and a feature of each (n,);
    ``features`` (2, k), in the order of their drawing, and those that are constant; ``waiting``, nodes to be split.
    """
    for tree in range(len(chances)):
        chance = chances[tree : tree + 1]
        feature, threshold, right, value = of_nodes
        _grow(known, rows, features, waiting, chance, (feature[tree], threshold[tree], right[tree], value[tree]))


@inlined
def _grow(known: Any, rows: Any, features: Any, waiting: Any, chance: Any, of_node: Any) -> None:
    """One tree, depth first. What waits: first row and the end, number of constant features, parent; variance."""
    n, (places, variances) = len(known[1]), waiting
    for place in range(n):
        rows[0][place] = place
    for place in range(features.shape[1]):
        features[0, place] = place
    _wait(places, 0, 0, n, 0, -1)
    height, node = 1, 0
    while height > 0:
        height -= 1
        start, end, constants, parent = places[height, 0], places[height, 1], places[height, 2], places[height, 3]
        total, squares = _sums(known[1], rows[0], start, end)
        of_node[3][node], of_node[2][node] = total / (end - start), node
        if parent >= 0:
            of_node[2][parent] = node
        variance = variances[height] if node > 0 else squares / n - (total / n) ** 2
        if end - start >= 2 and variance > _PURE:
            feature, cut, middle, constants = _split(known, rows, features, start, end, constants, total, chance)
            if middle < end:
                left, other = _variances(known[1], rows[0], start, middle, end, total, squares)
                if _gained(start, middle, end, n, variance, left, other):
                    of_node[0][node], of_node[1][node] = feature, cut
                    _wait(places, height, middle, end, constants, node)
                    _wait(places, height + 1, start, middle, constants, -1)
                    variances[height], variances[height + 1] = other, left
                    height += 2
        node += 1


@inlined
def _wait(places: Any, at: int, start: int, end: int, constants: int, parent: int) -> None:
    places[at, 0], places[at, 1], places[at, 2], places[at, 3] = start, end, constants, parent


@inlined
def _gained(start: int, middle: int, end: int, n: int, variance: float, left: float, other: float) -> bool:
    """Whether parting rows lessens their variance, but for rounding."""
    share_left, share_other = (middle - start) / (end - start), (end - middle) / (end - start)
    return bool((end - start) / n * (variance - share_other * other - share_left * left) + _PURE >= 0.0)


@inlined
def _split(known: Any, rows: Any, features: Any, start: int, end: int, constant: int, total: float, chance: Any) -> Any:
    """The best of one random threshold for each feature, and the rows parted by it.

    So many features are known to be ``constant`` in these rows and come first. Returns feature, threshold, first row of
    the right part (``end``: there is none), and how many features are constant in the children.
    """
    k = features.shape[1]
    undrawn, found, drawn, constants, asked = k, 0, 0, constant, 0
    best, best_feature, best_cut, best_middle, latest = -np.inf, 0, 0.0, end, -1
    while undrawn > constants and (asked < k or asked <= found + drawn):
        asked += 1
        place = drawn + _drawn(chance) % (undrawn - found - drawn)
        if place < constant:
            _swap(features[0], drawn, place)
            drawn += 1
            continue
        place += found
        latest = features[0, place]
        low, high = _range(known[0], rows, start, end, latest)
        if high <= low + _ALIKE:
            _swap(features[0], place, constants)
            found, constants = found + 1, constants + 1
            continue
        undrawn -= 1
        _swap(features[0], undrawn, place)
        cut = (np.float64(high) - np.float64(low)) * _drawn(chance) / _LARGEST + np.float64(low)
        if cut == high:
            cut = np.float64(low)
        middle = _part(rows, start, end, cut)
        left = _left_sum(known[1], rows[0], start, middle, end, total)
        gained = left * left / (middle - start) + (total - left) * (total - left) / (end - middle)
        if gained > best:
            best, best_feature, best_cut, best_middle = gained, latest, cut, middle
    if best_middle < end and latest != best_feature:
        _range(known[0], rows, start, end, best_feature)
        _part(rows, start, end, best_cut)
    for place in range(constants):  # children and siblings find the known ones in the order in which they left them
        if place < constant:
            features[0, place] = features[1, place]
        else:
            features[1, place] = features[0, place]
    return best_feature, best_cut, best_middle, constants


@inlined
def _drawn(chance: Any) -> int:
    """The next of 2^31 numbers: a xorshift generator of 32 bits."""
    word = chance[0] if chance[0] != 0 else 1
    word ^= (word << 13) & _WORD
    word ^= word >> 17
    word ^= (word << 5) & _WORD
    chance[0] = word
    return word & _LARGEST


@inlined
def _swap(features: Any, one: int, other: int) -> None:
    features[one], features[other] = features[other], features[one]


@inlined
def _sums(y: Any, rows: Any, start: int, end: int) -> Any:
    total, squares = 0.0, 0.0
    for place in range(start, end):
        one = y[rows[place]]
        total += one
        squares += one * one
    return total, squares


@inlined
def _range(x: Any, rows: Any, start: int, end: int, feature: int) -> Any:
    """Lay a feature's values out along the rows; the lowest and the highest."""
    low = high = x[rows[0][start], feature]
    for place in range(start, end):
        one = x[rows[0][place], feature]
        rows[1][place] = one
        low, high = min(low, one), max(high, one)
    return low, high


@inlined
def _part(rows: Any, start: int, end: int, cut: float) -> int:
    """Move rows with values up to the cut before the others; where those begin."""
    while start < end:
        if rows[1][start] <= cut:
            start += 1
        else:
            end -= 1
            rows[0][start], rows[0][end] = rows[0][end], rows[0][start]
            rows[1][start], rows[1][end] = rows[1][end], rows[1][start]
    return end


@inlined
def _left_sum(y: Any, rows: Any, start: int, middle: int, end: int, total: float) -> float:
    """Sum of the left part, from the side that has fewer rows."""
    left = 0.0
    if middle - start <= end - middle:
        for place in range(start, middle):
            left += y[rows[place]]
        return left
    left = total
    for place in range(end - 1, middle - 1, -1):
        left -= y[rows[place]]
    return left


@inlined
def _variances(y: Any, rows: Any, start: int, middle: int, end: int, total: float, squares: float) -> Any:
    left, inside, n, m = _left_sum(y, rows, start, middle, end, total), 0.0, middle - start, end - middle
    for place in range(start, middle):
        one = y[rows[place]]
        inside += one * one
    return inside / n - (left / n) ** 2, (squares - inside) / m - ((total - left) / m) ** 2


@hot_kernel
def _ask(x: Any, feature: Any, threshold: Any, right: Any, value: Any, out: Any) -> None:
    for tree in range(len(feature)):
        for row in range(len(x)):
            node, before = 0, -1
            while node != before:
                before = node
                goes_left = x[row, feature[tree, node]] <= threshold[tree, node]
                node = node + 1 if goes_left else right[tree, node]
            out[tree, row] = value[tree, node]
