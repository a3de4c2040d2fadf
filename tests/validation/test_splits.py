"""Walk-forward, purged and combinatorial splits against hand-made and published index lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.errors import OutOfRange, TooFewBars, UserError
from alpha_discovery.validation.splits import Split, combinatorial, n_paths, paths, purged_k_fold, walk_forward


def listed(splits: list[Split]) -> list[tuple[list[int], list[int]]]:
    return [(s.train.tolist(), s.test.tolist()) for s in splits]


def test_rolling_windows() -> None:
    assert listed(walk_forward(10, train=4, test=2)) == [
        ([0, 1, 2, 3], [4, 5]), ([2, 3, 4, 5], [6, 7]), ([4, 5, 6, 7], [8, 9]),
    ]


def test_anchored_windows() -> None:
    assert listed(walk_forward(9, train=4, test=2, anchored=True)) == [
        ([0, 1, 2, 3], [4, 5]), ([0, 1, 2, 3, 4, 5], [6, 7]),
    ]


def test_a_gap_lies_between_training_and_test() -> None:
    assert listed(walk_forward(8, train=3, test=2, gap=1)) == [([0, 1, 2], [4, 5]), ([2, 3, 4], [6, 7])]


def test_a_history_without_room_for_one_period_is_refused() -> None:
    with pytest.raises(TooFewBars, match="at least 7"):
        walk_forward(6, train=4, test=2, gap=1)


def test_purged_folds_of_the_reference(pin: Any) -> None:
    # closed label intervals [i, i+2], embargo 1: keep i if i+2 < a or i > b+2+1 (timeseriescv)
    splits = purged_k_fold(np.arange(20) + 2, folds=4, embargo=1)
    assert [[s.test.tolist(), s.train.tolist()] for s in splits] == pin("H3_PurgedKFold")


@pytest.mark.parametrize("key", ["6,2", "10,2", "10,8", "12,4", "16,8"])
def test_number_of_splits_and_paths(pin: Any, key: Any) -> None:
    groups, test_groups = (int(v) for v in key.split(","))
    splits, number = pin("H1_CPCV")[key]
    assert n_paths(groups, test_groups) == number
    assert paths(groups, test_groups).shape == (number, groups)
    assert paths(groups, test_groups).max() + 1 == splits


def test_combinatorial_splits_of_skfolio(pin: Any) -> None:
    # skfolio CombinatorialPurgedCV(6, 2, purged_size=2, embargo_size=3) on 60 observations
    splits = combinatorial(np.arange(60) + 2, groups=6, test_groups=2, embargo=3)
    number, _, first, last, start = pin("H2_skfolio")
    assert len(splits) == number
    assert (len(splits[0].train), len(splits[-1].train)) == (first, last)
    assert splits[0].train[:5].tolist() == pin("H2b split")  # groups 0 and 1
    assert splits[1].train.tolist() == pin("H2c split")[0]  # groups 0 and 2
    assert splits[8].train[:12].tolist() == start  # groups 1 and 5


@settings(max_examples=25, deadline=None)
@given(st.integers(8, 40), st.integers(0, 6), st.integers(0, 5), st.integers(2, 5))
def test_no_label_of_the_training_set_meets_a_test_label(n: Any, horizon: Any, embargo: Any, folds: Any) -> None:
    ends = np.arange(n) + horizon
    for train, test in purged_k_fold(ends, folds=folds, embargo=embargo):
        for i in train:
            assert ends[i] < test[0] or i > ends[test[-1]] + embargo


def test_every_observation_is_tested_once() -> None:
    splits = purged_k_fold(np.arange(23), folds=5)
    assert np.array_equal(np.sort(np.concatenate([s.test for s in splits])), np.arange(23))


def test_each_path_judges_every_group_once_by_splits_that_test_it() -> None:
    splits = combinatorial(np.arange(24), groups=6, test_groups=2)
    for path in paths(6, 2):
        for group, number in enumerate(path):
            assert group * 4 in splits[number].test


@pytest.mark.parametrize("call", [
    lambda: walk_forward(10, train=0, test=1),
    lambda: purged_k_fold(np.arange(5), folds=1),
    lambda: purged_k_fold(np.arange(5), folds=2, embargo=-1),
    lambda: combinatorial(np.arange(9), groups=3, test_groups=3),
])
def test_settings_out_of_range_are_refused(call: Any) -> None:
    with pytest.raises(OutOfRange):
        call()


def test_a_label_from_before_its_observation_is_refused() -> None:
    with pytest.raises(UserError, match="number 2 ends at 1"):
        purged_k_fold([0, 1, 1], folds=2)


def test_more_folds_than_observations_are_refused() -> None:
    with pytest.raises(TooFewBars):
        purged_k_fold([0, 1], folds=3)
