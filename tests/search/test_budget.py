from __future__ import annotations

import json

import numpy as np
import pytest

from alpha_discovery.errors import UserError
from alpha_discovery.search.budget import Spent, candidates, no_progress, seconds

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


def test_no_progress_counts_batches_that_do_not_raise_the_best_score() -> None:
    budget = no_progress(batches=2)
    assert not budget.reached(spent([1.0], [1.0], [2.0], [0.0]))
    assert budget.reached(spent([1.0], [1.0], [2.0], [0.0], [2.0]))


def test_batches_without_any_score_are_no_progress() -> None:
    assert spent([NAN], [NAN]).idle == 2


def test_the_first_score_is_progress_even_below_zero() -> None:
    assert spent([NAN], [-5.0, NAN]).idle == 0


def test_any_part_of_an_or_ends_it() -> None:
    budget = candidates(100) | seconds(2) | no_progress(batches=50)
    assert budget.reached(spent([1.0], [2.0]))
    assert not budget.reached(spent([1.0]))


def test_an_and_waits_for_all_parts() -> None:
    budget = candidates(2) & no_progress(batches=1)
    assert not budget.reached(spent([1.0], [2.0]))
    assert budget.reached(spent([1.0], [2.0], [2.0]))


def test_a_budget_reads_as_a_sentence() -> None:
    budget = candidates(50_000) | seconds(28_800) | no_progress(batches=20)
    assert repr(budget) == "50,000 candidates or 28,800 seconds or 20 batches without progress"
    assert repr((candidates(5) & seconds(1)) | candidates(9)) == "(5 candidates and 1 seconds) or 9 candidates"


def test_the_reason_names_the_part_that_ended_the_search() -> None:
    budget = candidates(100) | seconds(2)
    assert budget.reason(spent([1.0], [2.0])) == "2 seconds"
    assert budget.reason(spent([1.0])) == ""


def test_what_was_spent_survives_json() -> None:
    for one in (Spent(), spent([1.0, NAN], [0.5])):
        assert repr(Spent.from_json(json.loads(json.dumps(one.to_json(), allow_nan=False)))) == repr(one)


@pytest.mark.parametrize("make", [candidates, seconds, lambda n: no_progress(batches=n)])
def test_a_budget_of_nothing_is_refused(make: object) -> None:
    with pytest.raises(UserError, match="above 0; found 0"):
        make(0)  # type: ignore[operator]
