"""Metrics of daily returns against hand calculations and two libraries."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import Float1D
from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.metrics.returns import (
    annual_return,
    annual_volatility,
    calmar,
    conditional_value_at_risk,
    daily_metrics,
    kurtosis,
    omega,
    sharpe,
    skew,
    sortino,
    tail_ratio,
    value_at_risk,
)

STEPS = np.arange(1, 61)
SERIES = np.round(0.01 * np.sin(1.7 * STEPS) + 0.008 * np.cos(0.31 * STEPS**2) + 0.002, 6)
SHORT = np.array([0.02, -0.01, 0.03, -0.02])  # mean 0.005, squared deviations add up to 0.0017

# SERIES as 60 days of 2024 with 365 periods a year, by empyrical-reloaded 0.7.1 (numpy 2.4.6, pandas 3.1.1);
# quantstats 0.0.86 agrees on all but the last two. Their losses (drawdown, value at risk) are negative.
EMPYRICAL = {
    "sharpe_ratio": 5.018913180858986,
    "sortino_ratio": 9.643853359747792,
    "omega_ratio": 1.9665043510218003,
    "annual_return": 1.4090822949166584,
    "annual_volatility": 0.17850813533698084,
    "calmar_ratio": 41.75825861175156,
    "max_drawdown": 0.033743799233048384,
    "tail_ratio": 1.5694583215911322,
    "value_at_risk": 0.011709899999999999,  # quantstats takes the quantile of a normal: 0.0129
    "conditional_value_at_risk": 0.014427999999999998,
}


def finite(minimum: float = -0.5) -> st.SearchStrategy[Float1D]:
    values = st.floats(minimum, 0.5).map(lambda v: round(v, 6))
    return st.lists(values, min_size=2, max_size=40).map(np.array)


@pytest.mark.parametrize("name", EMPYRICAL)
def test_agrees_with_empyrical(name: str) -> None:
    assert daily_metrics(SERIES, 365.0)[name] == pytest.approx(EMPYRICAL[name], rel=1e-12)


def test_shape_and_ulcer_index_agree_with_quantstats_after_its_conventions() -> None:
    # quantstats 0.0.86: skewness and excess kurtosis are pandas' unbiased ones, the ulcer index divides by n - 1
    n, g1, g2 = 60, skew(SERIES), kurtosis(SERIES) - 3.0
    assert g1 * math.sqrt(n * (n - 1)) / (n - 2) == pytest.approx(0.19985236321731606, rel=1e-12)
    assert (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6.0) == pytest.approx(-0.6834373883660069, rel=1e-12)
    ulcer = daily_metrics(SERIES, 365.0)["ulcer_index"]
    assert ulcer * math.sqrt(n / (n - 1)) == pytest.approx(0.011046088035586465, rel=1e-12)


def test_best_worst_and_longest_drawdown_agree_with_quantstats() -> None:
    # quantstats 0.0.86: best, worst, and drawdown_details, whose longest row is 2024-01-28 .. 2024-02-09, 13 days
    found = daily_metrics(SERIES, 365.0)
    assert [found[name] for name in ("best_day", "worst_day", "drawdown_duration")] == [0.019535, -0.014769, 13.0]


def test_sharpe_by_hand() -> None:
    assert sharpe(SHORT, 252.0) == pytest.approx(0.005 / math.sqrt(0.0017 / 3.0) * math.sqrt(252.0), rel=1e-14)


def test_sortino_divides_by_all_periods() -> None:
    # (0.01^2 + 0.02^2) / 4 periods
    assert sortino(SHORT, 252.0) == pytest.approx(0.005 / math.sqrt(0.000125) * math.sqrt(252.0), rel=1e-14)


def test_omega_by_hand() -> None:
    assert omega(SHORT) == pytest.approx(0.05 / 0.03, rel=1e-14)


def test_moments_by_hand() -> None:
    # 0 0 0 4: mean 1, deviations -1 -1 -1 3, m2 = 3, m3 = 6, m4 = 21
    values = np.array([0.0, 0.0, 0.0, 0.04])
    assert skew(values) == pytest.approx(6.0 / 3.0**1.5, rel=1e-12)
    assert kurtosis(values) == pytest.approx(21.0 / 9.0, rel=1e-12)


def test_tails_by_hand() -> None:
    # 21 values from -10 % to 10 %: the 5 % quantile is the second, -9 %; beyond it lie -10 % and -9 %
    values = np.arange(-10, 11) / 100.0
    assert value_at_risk(values) == pytest.approx(0.09, rel=1e-12)
    assert conditional_value_at_risk(values) == pytest.approx(0.095, rel=1e-12)
    assert tail_ratio(values) == pytest.approx(1.0, rel=1e-12)


def test_annual_return_compounds() -> None:
    # two periods of 10 %, four a year: 1.1^4 - 1
    assert annual_return([0.1, 0.1], 4.0) == pytest.approx(0.4641, rel=1e-12)


def test_annual_return_after_losing_everything_is_minus_one() -> None:
    assert annual_return([0.5, -1.2, 0.0], 365.0) == -1.0


def test_annual_return_beyond_float64_is_infinite_without_a_warning() -> None:
    assert annual_return([9.0], 8760.0) == math.inf


def test_calmar_is_annual_return_over_drawdown() -> None:
    # equity 1.2, 0.9, 1.08: drawdown 25 %, return 8 % in three of three periods
    assert calmar([0.2, -0.25, 0.2], 3.0) == pytest.approx(0.08 / 0.25, rel=1e-12)


@pytest.mark.parametrize("ratio", [sharpe, sortino, annual_volatility])
@pytest.mark.parametrize("returns", [[], [0.01]], ids=["empty", "one"])
def test_ratios_need_two_periods(ratio: Callable[..., float], returns: list[float]) -> None:
    assert math.isnan(ratio(np.array(returns), 365.0))


@pytest.mark.parametrize("value", [0.1, -0.1, 0.01, 0.0])  # the standard deviation of seven times 0.1 is 1.5e-17
def test_constant_returns_have_no_ratio_and_no_shape(value: float) -> None:
    constant = np.full(7, value)
    found = [sharpe(constant, 365.0), sortino(constant, 365.0), skew(constant), kurtosis(constant)]
    assert np.isnan(found).all()


def test_without_losses_ratios_to_risk_are_nan_and_gains_per_loss_infinite() -> None:
    rising = [0.01, 0.02, 0.0]
    assert math.isnan(sortino(rising, 365.0))
    assert math.isnan(calmar(rising, 365.0))
    assert math.isnan(tail_ratio(rising))
    assert omega(rising) == math.inf


def test_what_rounding_leaves_is_no_drawdown() -> None:
    assert math.isnan(calmar([0.1, -1e-15, 0.1], 365.0))


def test_omega_of_idle_days_is_nan() -> None:
    assert math.isnan(omega(np.zeros(5)))


def test_no_periods_give_nan_for_everything() -> None:
    assert np.isnan(list(daily_metrics(np.array([]), 365.0).values())).all()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_return_that_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(OutOfRange, match="returns=nan or inf is outside the finite numbers"):
        sharpe([0.01, bad], 365.0)


def test_two_series_are_refused() -> None:
    with pytest.raises(UserError, match=r"need one series of returns; found an array of shape \(2, 3\)"):
        omega(np.zeros((2, 3)))


@given(finite())
@settings(max_examples=60, deadline=None)
def test_sortino_has_the_sign_of_sharpe(returns: Float1D) -> None:
    one, other = sharpe(returns, 365.0), sortino(returns, 365.0)
    assert math.isnan(one) or math.isnan(other) or np.sign(one) == np.sign(other)


@given(finite(), st.floats(0.1, 10.0))
@settings(max_examples=60, deadline=None)
def test_leverage_leaves_ratios_alone(returns: Float1D, leverage: float) -> None:
    for ratio in (lambda x: sharpe(x, 365.0), lambda x: sortino(x, 365.0), omega, skew, kurtosis):
        assert ratio(returns * leverage) == pytest.approx(ratio(returns), rel=1e-6, abs=1e-9, nan_ok=True)


@given(finite())
@settings(max_examples=60, deadline=None)
def test_the_mirror_image_has_the_opposite_numbers(returns: Float1D) -> None:
    assert sharpe(-returns, 365.0) == pytest.approx(-sharpe(returns, 365.0), rel=1e-9, abs=1e-12, nan_ok=True)
    assert skew(-returns) == pytest.approx(-skew(returns), rel=1e-9, abs=1e-12, nan_ok=True)
    assert omega(returns) * omega(-returns) == pytest.approx(1.0) or not np.any(returns > 0) or not np.any(returns < 0)


@given(finite())
@settings(max_examples=60, deadline=None)
def test_the_mean_loss_of_the_tail_is_not_below_its_edge(returns: Float1D) -> None:
    assert conditional_value_at_risk(returns) >= value_at_risk(returns) - 1e-12


@given(finite())
@settings(max_examples=60, deadline=None)
def test_kurtosis_is_at_least_one_plus_squared_skewness(returns: Float1D) -> None:
    assert math.isnan(skew(returns)) or kurtosis(returns) >= 1.0 + skew(returns) ** 2 - 1e-6


@given(finite(-0.9), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_only_drawdowns_depend_on_the_order(returns: Float1D, random: Random) -> None:
    by_path = {"calmar_ratio", "max_drawdown", "drawdown_duration", "ulcer_index"}
    shuffled = returns[np.array(sorted(range(len(returns)), key=lambda _: random.random()))]
    before, after = daily_metrics(returns, 2.0), daily_metrics(shuffled, 2.0)
    for name in before.keys() - by_path:
        assert after[name] == pytest.approx(before[name], rel=1e-9, abs=1e-9, nan_ok=True)
