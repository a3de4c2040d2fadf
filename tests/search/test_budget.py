from __future__ import annotations

import json

import numpy as np
import pytest

from alpha_discovery.errors import UserError
from alpha_discovery.search.budget import Budget, Spent, candidates, no_progress, parsed, seconds

NAN = float("nan")


def spent(*batches: list[float], seconds_each: float = 1.0) -> Spent:
    out = Spent()
    for scores in batches:
        out.add(np.array(scores), seconds=seconds_each)
    return out


def test_candidates_end_a_search_at_their_number() -> None:
    budget = candidates(4)
    assert not budget.reached(spent([1.0, 2.0], [3.0]))
    assert budget.reached(spent([1.0, 2.0], [3.0, 3.0]))


def test_seconds_add_up_over_batches() -> None:
    assert not seconds(2.5).reached(spent([1.0], [1.0]))
    assert seconds(2.5).reached(spent([1.0], [1.0], [1.0]))


def test_no_progress_counts_candidates_that_do_not_raise_the_best_score() -> None:
    budget = no_progress(2)
    assert not budget.reached(spent([1.0], [1.0], [2.0], [0.0]))
    assert budget.reached(spent([1.0], [1.0], [2.0], [0.0], [2.0]))


def test_how_a_search_is_cut_into_batches_does_not_change_its_idle_candidates() -> None:
    assert spent([1.0, 5.0, 2.0], [4.0]).idle == spent([1.0], [5.0, 2.0, 4.0]).idle == 2


def test_batches_without_any_score_are_no_progress() -> None:
    assert spent([NAN], [NAN, NAN]).idle == 3


def test_the_first_score_is_progress_even_below_zero() -> None:
    assert spent([NAN], [NAN, -5.0]).idle == 0


def test_any_part_of_an_or_ends_it() -> None:
    budget = candidates(100) | seconds(2) | no_progress(50)
    assert budget.reached(spent([1.0], [2.0]))
    assert not budget.reached(spent([1.0]))


def test_an_and_waits_for_all_parts() -> None:
    budget = candidates(2) & no_progress(1)
    assert not budget.reached(spent([1.0], [2.0]))
    assert budget.reached(spent([1.0], [2.0], [2.0]))


def test_a_budget_reads_as_a_sentence() -> None:
    budget = candidates(50_000) | seconds(28_800) | no_progress(5_000)
    assert repr(budget) == "50,000 candidates or 28,800 seconds or 5,000 candidates without progress"
    assert repr((candidates(5) & seconds(1)) | candidates(9)) == "(5 candidates and 1 seconds) or 9 candidates"


def test_the_reason_names_the_part_that_ended_the_search() -> None:
    budget = candidates(100) | seconds(2)
    assert budget.reason(spent([1.0], [2.0])) == "2 seconds"
    assert budget.reason(spent([1.0])) == ""


def test_what_was_spent_survives_json() -> None:
    for one in (Spent(), spent([1.0, NAN], [0.5])):
        assert repr(Spent.from_json(json.loads(json.dumps(one.to_json(), allow_nan=False)))) == repr(one)


@pytest.mark.parametrize("make", [candidates, seconds, no_progress])
def test_a_budget_of_nothing_is_refused(make: object) -> None:
    with pytest.raises(UserError, match="above 0; found 0"):
        make(0)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("500 candidates", candidates(500)),
        ("1.5 hours", seconds(5_400)),
        ("1 minute or 5,000 candidates without progress", seconds(60) | no_progress(5_000)),
        ("2 hours and 9 candidates or 3 seconds", (seconds(7_200) & candidates(9)) | seconds(3)),
        ("2 hours and (9 candidates or 3 seconds)", seconds(7_200) & (candidates(9) | seconds(3))),
    ],
)
def test_a_budget_is_read_from_words_and_from_what_it_writes(text: str, budget: Budget) -> None:
    assert parsed(text) == budget
    assert parsed(repr(budget)) == budget


@pytest.mark.parametrize("text", ["", "soon", "5", "5 days", "5 seconds without progress", "(5 hours", "5 hours 6"])
def test_words_that_are_no_budget_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match="8 hours or 5000 candidates without progress"):
        parsed(text)


def test_words_that_are_no_budget_are_told_as_they_were_written() -> None:
    with pytest.raises(UserError, match="found '100 trials'"):
        parsed("100 trials")


def test_a_search_made_again_ends_where_the_clock_ended_the_first() -> None:
    budget = seconds(2) | no_progress(50)
    assert budget.timeless(spent([1.0, 2.0], [3.0])) == candidates(3) | no_progress(50)
    assert budget.timeless(spent([1.0])) == no_progress(50)
    assert seconds(2).timeless(spent([1.0])) is None
    assert (seconds(2) & candidates(1)).timeless(spent([1.0])) is None


def test_seconds_that_ended_nothing_leave_the_patience_that_they_were_joined_with() -> None:
    left = (seconds(2) & no_progress(1)).timeless(spent([1.0]))
    assert left is not None
    assert parsed(repr(left)) == left
    assert left.patience == 1
    assert not left.reached(spent([2.0], [1.0], [1.0], [1.0]))
    assert left.timeless(spent([1.0])) == left


def test_the_least_patience_of_all_parts_counts() -> None:
    assert (seconds(2) | no_progress(50) | (candidates(9) & no_progress(7))).patience == 7
    assert candidates(9).patience is None
