"""Trees of the model of scores, held to scikit-learn's, which follow the same draws."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.search.extra_trees import extra_trees
from alpha_discovery.search.randomised_trees import RandomisedTrees, grown

TREES = 5
Points = npt.NDArray[np.float32]


def said_by_scikit_learn(
    points: Points, values: npt.NDArray[np.float64], asked: Points, seed: int
) -> list[list[float]]:
    forest = extra_trees(TREES, seed=seed).fit(points, values)
    return [tree.tree_.predict(asked)[:, 0].tolist() for tree in forest.estimators_]


def market(n: int, features: int, values: int, seed: int) -> tuple[Points, npt.NDArray[np.float64], Points]:
    """Points with many or few different values in each feature, some of them constant; values with ties."""
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, 6, features)  # 0: no two alike; 1: a constant
    points = np.stack([rng.random(n) if k == 0 else rng.integers(0, k, n) / k for k in levels], axis=1)
    asked = np.concatenate([points, rng.random((50, features))])
    return points.astype(np.float32), rng.integers(0, values, n) / 7.0, asked.astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(n=st.integers(1, 120), features=st.integers(1, 9), values=st.integers(1, 200), seed=st.integers(0, 2**31 - 2))
def test_every_tree_says_what_scikit_learns_tree_says_to_the_last_bit(
    n: int, features: int, values: int, seed: int
) -> None:
    points, worth, asked = market(n, features, values, seed)
    assert grown(points, worth, trees=TREES, seed=seed).said(asked).tolist() == said_by_scikit_learn(
        points, worth, asked, seed
    )


def test_a_memory_full_of_scores_gives_the_same_trees_too() -> None:
    points, _, asked = market(800, 7, 2, seed=3)
    worth = -np.log((np.random.default_rng(4).permutation(800) + 1.0) / 800)
    assert grown(points, worth, trees=TREES, seed=9).said(asked).tolist() == said_by_scikit_learn(
        points, worth, asked, seed=9
    )


def test_a_tree_goes_on_until_each_leaf_holds_one_value() -> None:
    points = np.arange(30, dtype=np.float32)[:, None]
    worth = np.arange(30.0) ** 2
    assert (grown(points, worth, trees=1, seed=0).said(points)[0] == worth).all()


def test_points_that_look_alike_share_their_mean() -> None:
    points, worth = np.zeros((4, 2), dtype=np.float32), np.array([1.0, 2.0, 3.0, 6.0])
    assert grown(points, worth, trees=3, seed=0).said(points).tolist() == [[3.0] * 4] * 3


def test_a_leaf_answers_for_itself_and_children_come_after_their_parent() -> None:
    points, worth, _ = market(50, 3, 9, seed=1)
    trees = grown(points, worth, trees=TREES, seed=1)
    for tree in range(TREES):
        place, leaf = np.arange(trees.right.shape[1]), np.isneginf(trees.threshold[tree])
        used = place <= trees.right[tree].max()
        assert (trees.right[tree][used & leaf] == place[used & leaf]).all()
        assert (trees.right[tree][used & ~leaf] > place[used & ~leaf] + 1).all()


def test_trees_are_plain_arrays_of_one_width() -> None:
    points, worth, _ = market(10, 2, 5, seed=2)
    trees = grown(points, worth, trees=TREES, seed=2)
    assert isinstance(trees, RandomisedTrees)
    assert {array.shape for array in vars(trees).values()} == {(TREES, 19)}
