"""Drawdowns by hand and by their properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.metrics.drawdown import drawdown_duration, drawdowns, max_drawdown, ulcer_index

WAVE = [0.10, -0.20, 0.25, 0.10, -0.50]  # equity 1.1, 0.88, 1.1, 1.21, 0.605
paths = st.lists(st.floats(-0.9, 1.0), min_size=1, max_size=40)


def test_drawdowns_are_positive_fractions_of_the_peak() -> None:
    assert drawdowns(WAVE) == pytest.approx([0.0, 0.2, 0.0, 0.0, 0.5], abs=1e-12)


def test_the_first_loss_is_measured_from_the_start() -> None:
    assert max_drawdown([-0.1, 0.05]) == pytest.approx(0.1, rel=1e-12)


def test_max_drawdown_is_the_deepest() -> None:
    assert max_drawdown(WAVE) == pytest.approx(0.5, rel=1e-12)


def test_losing_everything_is_a_drawdown_of_one_for_good() -> None:
    assert drawdowns([0.5, -1.0, 0.0]).tolist() == [0.0, 1.0, 1.0]


def test_ulcer_index_is_the_root_mean_square() -> None:
    assert ulcer_index(WAVE) == pytest.approx(math.sqrt((0.2**2 + 0.5**2) / 5.0), rel=1e-12)


def test_duration_counts_periods_that_end_below_the_peak() -> None:
    assert drawdown_duration([0.1, -0.2, 0.1, 0.05, 0.5, -0.01, 0.2]) == 3.0


def test_a_drawdown_that_has_not_ended_counts() -> None:
    assert drawdown_duration([0.1, -0.1, 0.2, -0.2, 0.0, 0.01]) == 3.0


def test_a_peak_that_is_reached_again_exactly_ends_a_drawdown() -> None:
    up_again = 1.0 / 0.95 - 1.0  # 0.95 * (1 + up_again) is 1 - 1.1e-16 in float64
    assert drawdown_duration([-0.05, up_again, -0.05, up_again]) == 1.0


def test_no_loss_is_no_drawdown() -> None:
    rising = np.array([0.0, 0.01, 0.0])
    assert (max_drawdown(rising), drawdown_duration(rising), ulcer_index(rising)) == (0.0, 0.0, 0.0)


def test_no_periods_have_no_drawdown() -> None:
    assert np.isnan([max_drawdown([]), drawdown_duration([]), ulcer_index([])]).all()


@given(paths)
@settings(max_examples=60, deadline=None)
def test_drawdowns_lie_between_zero_and_one_while_equity_is_positive(returns: list[float]) -> None:
    depth = drawdowns(returns)
    assert ((depth >= 0.0) & (depth <= 1.0)).all()
    assert ulcer_index(returns) <= max_drawdown(returns) + 1e-12


@given(paths, paths)
@settings(max_examples=40, deadline=None)
def test_the_past_keeps_its_drawdowns(past: list[float], future: list[float]) -> None:
    np.testing.assert_array_equal(drawdowns(past + future)[: len(past)], drawdowns(past))


@given(st.lists(st.floats(0.1, 10.0), min_size=2, max_size=40), st.floats(0.01, 100.0))
@settings(max_examples=60, deadline=None)
def test_drawdown_ignores_the_currency_unit(path: list[float], unit: float) -> None:
    equity = np.array(path)
    dollars, cents = (np.diff(e) / e[:-1] for e in (equity, equity * unit))
    assert max_drawdown(cents) == pytest.approx(max_drawdown(dollars), rel=1e-9, abs=1e-12)
