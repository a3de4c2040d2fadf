"""Fisher's combination and the spending ledger."""

from __future__ import annotations

import math
from typing import Any

import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.combine import alpha_spending, fisher


def test_two_p_values_of_a_tenth(pin: Any) -> None:
    assert fisher(0.1, 0.1) == pytest.approx(pin("K_Fisher"), rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-12, 1.0), st.floats(1e-12, 1.0))
def test_fisher_is_that_of_scipy(p1: Any, p2: Any) -> None:
    theirs = scipy.stats.combine_pvalues([p1, p2], method="fisher").pvalue
    assert fisher(p1, p2) == pytest.approx(float(theirs), rel=1e-9)


def test_a_p_value_of_zero_decides() -> None:
    assert fisher(0.0, 0.9) == 0.0


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_what_is_no_probability_is_refused(p: Any) -> None:
    with pytest.raises(OutOfRange):
        fisher(0.5, p)


def test_pinned_spending(pin: Any) -> None:
    for r, amount in pin("G_alpha-spending").items():
        assert alpha_spending(int(r)) == pytest.approx(amount, rel=1e-12)


def test_all_rounds_together_never_spend_more_than_the_level() -> None:
    spent = sum(alpha_spending(r, 0.1) for r in range(1, 5001))
    # the tail of sum 1/r^2 after n terms is just below 1/n
    assert 0.1 * (1 - 1 / 5000) < spent < 0.1


def test_round_zero_is_refused() -> None:
    with pytest.raises(OutOfRange, match="r=0"):
        alpha_spending(0)
