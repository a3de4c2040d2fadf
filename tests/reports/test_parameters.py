"""Which parameters matter, and the figures of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.core.params import Choice, Float, Int, Optional
from alpha_discovery.reports.parameters import Levels, heatmap_figure, influence, levels, ranked_levels, slice_figure


def two(place: list[int]) -> Levels:
    return Levels("x", np.array(place), ("a", "b"))


def test_a_parameter_that_decides_everything_has_influence_one() -> None:
    assert influence(two([0, 0, 1, 1]), np.array([1.0, 1.0, 3.0, 3.0])) == 1.0


def test_a_parameter_that_decides_nothing_has_influence_zero() -> None:
    assert influence(two([0, 1, 0, 1]), np.array([1.0, 1.0, 3.0, 3.0])) == 0.0


def test_influence_is_the_share_of_variance_between_groups() -> None:
    # groups {0, 2} and {4, 6}: means 1 and 5 about 3, between 4 * 2^2 = 16; total 9 + 1 + 1 + 9 = 20
    assert influence(two([0, 0, 1, 1]), np.array([0.0, 2.0, 4.0, 6.0])) == pytest.approx(0.8)


def test_without_variance_nothing_has_influence() -> None:
    assert influence(two([0, 1]), np.ones(2)) == 0.0


def test_few_values_stand_one_by_one() -> None:
    found = levels("window", Int(5, 20), np.array([5.0, 7.0, 5.0, 20.0]))
    assert found.labels == ("5", "7", "20")
    assert found.place.tolist() == [0, 1, 0, 2]
    assert found.centres == (5.0, 7.0, 20.0)


@given(st.integers(17, 400))
def test_many_values_are_in_groups_that_cover_all_of_them(n: int) -> None:
    column = np.linspace(0.0, 1.0, n)
    found = levels("threshold", Float(0.0, 1.0), column)
    assert len(found.labels) == 10
    assert np.bincount(found.place).sum() == n
    assert np.all(np.diff(found.place) >= 0)


def test_off_is_a_group_of_its_own() -> None:
    found = levels("trailing_stop", Optional(Float(0.01, 0.1)), np.array([math.nan, 0.02, 0.05]))
    assert found.labels == ("2%", "5%", "off")
    assert found.place.tolist() == [2, 0, 1]
    assert found.centres == ()


def test_a_parameter_that_is_always_off_is_one_group() -> None:
    assert levels("trailing_stop", Optional(Float(0.01, 0.1)), np.full(3, math.nan)).labels == ("off",)


def test_choices_keep_their_names() -> None:
    found = levels("direction", Choice(("both", "long", "short")), np.array([2.0, 0.0, 2.0]))
    assert found.labels == ("both", "short")
    assert found.place.tolist() == [1, 0, 1]


def test_a_cell_shows_the_best_of_it_and_stays_empty_without_any() -> None:
    across, up = two([0, 0, 1]), two([0, 0, 1])
    data = heatmap_figure(across, up, np.array([1.0, 2.0, -1.0]), luck=3.0)["data"][0]
    assert data["z"] == [[2.0, None], [None, -1.0]]
    assert (data["zmin"], data["zmax"]) == (-3.0, 3.0)


def test_a_slice_shows_the_best_and_the_median_of_enough() -> None:
    score = np.array([1.0, 2.0, 6.0, 4.0])
    best, middle = slice_figure(two([0, 0, 0, 1]), score, luck=3.0)["data"]
    assert best["y"] == [6.0, 4.0]
    assert middle["y"] == [2.0, None]  # one candidate has no median worth showing


def test_the_most_influential_parameter_comes_first(passed: Any) -> None:
    trials = passed.discovery.screening.trials[0]
    rows = np.flatnonzero(np.isfinite(trials.columns["t"]))
    score = trials.batch["slow"][rows]
    assert ranked_levels(trials, rows, score)[0].name == "slow"


def test_no_group_is_empty_where_values_lie_far_apart() -> None:
    # 17 values, most candidates at one of them: a quantile between two values would make a group of nobody
    column = np.concatenate((np.zeros(100), np.arange(1.0, 17.0)))
    found = levels("x", Float(0.0, 20.0), column)
    assert set(found.place.tolist()) == set(range(len(found.labels)))
