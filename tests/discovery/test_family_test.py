"""Which test a search gets, and how many candidates stand out in it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from alpha_discovery.discovery.family_test import (
    Copies,
    against_copies,
    copies_for,
    enough_of,
    fitting_test,
    reaching,
    stood_out,
)
from alpha_discovery.validation.effective import implied_number
from alpha_discovery.validation.stepm import StepMResult


def result(t: list[float], p: list[float], maxima: list[float]) -> StepMResult:
    values = np.array(maxima, dtype=np.float32)
    return StepMResult(9, 9, np.arange(len(t)), np.array(t), np.array(p), 2.5, 40.0, values)


def search(found: StepMResult, *, adaptive: bool, t: list[float] | None = None) -> Any:
    trials = SimpleNamespace(columns={"t": np.array(t or found.t)})
    family = SimpleNamespace(result=lambda: found, alpha=0.05)
    return cast("Any", SimpleNamespace(trials=(trials,), adaptive=adaptive, family=family))


def copies(*best: float) -> Copies:
    return Copies(np.array(best), np.full(len(best), -np.inf), 4, settled=False)


FIXED = result([3.0, 1.0], [0.01, 0.4], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(("adaptive", "test"), [(False, "stepm"), (True, "replication")])
def test_the_test_follows_from_how_candidates_were_chosen(adaptive: bool, test: str) -> None:
    assert fitting_test(search(FIXED, adaptive=adaptive), FIXED) == test


def test_a_search_that_learned_is_compared_with_itself_on_null_markets() -> None:
    found = against_copies(FIXED, copies(2.0, 3.5, 0.5), alpha=0.05)
    assert found.p_adjusted.tolist() == [2 / 4, 3 / 4]  # one null search reaches 3.0, two reach 1.0; (1 + #) / (3 + 1)
    assert sorted(found.maxima.tolist()) == [0.5, 2.0, 3.5]


def test_the_critical_value_of_a_replication_is_that_of_the_null_searches() -> None:
    found = against_copies(FIXED, copies(*np.arange(0.0, 2.1, 0.1)), alpha=0.05)
    assert found.critical_value == pytest.approx(1.9)  # 95 % of 0 .. 2
    assert found.n_eff == pytest.approx(implied_number(1.9, 0.05))


def test_fat_tails_of_null_searches_are_no_more_trials_than_were_made() -> None:
    found = against_copies(FIXED, copies(*np.arange(0.0, 21.0)), alpha=0.05)
    assert implied_number(19.0, 0.05) > 1e70
    assert found.n_eff == FIXED.n_tested


def test_null_searches_without_an_eligible_candidate_count_but_do_not_reach_anything() -> None:
    found = against_copies(FIXED, copies(-np.inf, -np.inf, 5.0), alpha=0.05)
    assert found.p_adjusted[0] == 2 / 4
    assert found.noise_reach()[0] == 5.0


def test_nothing_eligible_asks_for_no_null_search() -> None:
    empty = result([], [], [])
    assert fitting_test(search(empty, adaptive=True), empty) == "stepm"


@pytest.mark.parametrize(
    ("level", "least", "number"), [(0.05, 4, 19), (0.0304, 39, 39), (0.01, 39, 99), (1e-6, 39, 999)]
)
def test_there_are_as_many_copies_as_the_smallest_p_value_needs(level: float, least: int, number: int) -> None:
    # the smallest p-value of 19 copies is 1 / 20 = 0.05, of 99 copies 0.01
    assert copies_for(level, least=least) == number


def test_a_tenth_of_the_copies_settles_a_search_but_four_at_least() -> None:
    assert [enough_of(n) for n in (9, 39, 99, 200)] == [4, 4, 9, 20]


def test_those_behind_the_followed_ones_count_if_they_pass_the_single_step() -> None:
    followed = result([5.0, 4.0], [0.1, 0.2], [1.0, 2.0, 3.0])
    # the median of the maxima is 2: of the five, 5, 4 and 2.5 are above it
    assert stood_out(search(followed, adaptive=False, t=[5.0, 4.0, 2.5, 1.5, np.nan]), followed, 0.5) == 3


def test_stepping_down_may_find_more_than_the_single_step() -> None:
    followed = result([5.0, 1.9], [0.1, 0.2], [1.0, 2.0, 3.0])
    assert stood_out(search(followed, adaptive=False), followed, 0.5) == 2


def test_a_loser_does_not_stand_out() -> None:
    lonely = result([-0.1], [0.45], [-0.2, 0.1, -1.0])
    assert reaching(lonely, 0.5).tolist() == [False]
    assert stood_out(search(lonely, adaptive=False), lonely, 0.5) == 0
