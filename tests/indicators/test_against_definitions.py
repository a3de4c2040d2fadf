"""Indicators against their definitions written in numpy and pandas, and their values at the edges by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import Bars
from alpha_discovery.indicators import (
    bollinger_lower,
    bollinger_upper,
    cci,
    efficiency_ratio,
    ema,
    highest,
    lowest,
    macd,
    obv,
    rank,
    realized_volatility,
    rma,
    roc,
    rolling_std,
    rolling_sum,
    rolling_vwap,
    rsi,
    sma,
    stochastic,
    stochastic_d,
    true_range,
    wma,
    zscore,
)

F64 = npt.NDArray[np.float64]
NAN = math.nan


def windows(x: F64, window: int) -> F64:
    """Every full window of ``x``, one a row."""
    return np.lib.stride_tricks.sliding_window_view(x, window)


def assert_tail(found: F64, expected: Any, window: int) -> None:
    """``expected`` from the first full window on, and nothing before."""
    assert np.isnan(found[: window - 1]).all()
    np.testing.assert_allclose(found[window - 1 :], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("window", [2, 9, 100])
def test_zscore_is_the_standard_score(bars: Bars, window: int) -> None:
    rows = windows(bars.close, window)
    assert_tail(zscore(bars.close, window), (rows[:, -1] - rows.mean(axis=1)) / rows.std(axis=1), window)


@pytest.mark.parametrize("window", [1, 9, 100])
def test_vwap_is_money_over_volume(bars: Bars, window: int) -> None:
    typical = (bars.high + bars.low + bars.close) / 3
    money, volume = windows(typical * bars.volume, window).sum(axis=1), windows(bars.volume, window).sum(axis=1)
    assert_tail(rolling_vwap(bars, window), money / volume, window)


@pytest.mark.parametrize("window", [2, 9, 100])
def test_realized_volatility_is_the_deviation_of_log_returns(bars: Bars, window: int) -> None:
    returns = np.diff(np.log(bars.close))
    assert_tail(realized_volatility(bars.close, window), windows(returns, window).std(axis=1), window + 1)


@pytest.mark.parametrize("window", [2, 9, 100])
def test_rank_is_the_mid_rank_of_pandas(bars: Bars, window: int) -> None:
    x = np.round(bars.close)  # whole numbers, so that many are equal
    expected = (pd.Series(x).rolling(window).rank() - 1) / (window - 1)
    np.testing.assert_allclose(rank(x, window), expected, rtol=1e-12)


@settings(max_examples=30, deadline=None)
@given(x=st.lists(st.integers(-5, 5), min_size=1, max_size=80), window=st.integers(1, 20))
def test_highest_and_lowest_are_the_extremes_of_the_window(x: list[int], window: int) -> None:
    series = pd.Series(x, dtype=float).rolling(window)
    np.testing.assert_array_equal(highest(x, window), series.max())
    np.testing.assert_array_equal(lowest(x, window), series.min())


@settings(max_examples=30, deadline=None)
@given(level=st.floats(1e-8, 1e8), window=st.integers(1, 60))
def test_a_price_that_stands_still_is_its_own_average(level: float, window: int) -> None:
    x = np.full(200, level)
    volume = np.arange(1.0, 201.0)
    for found in (sma(x, window), wma(x, window), ema(x, window), rma(x, window), bollinger_upper(x, window, 2.0)):
        assert set(found[window - 1 :]) == {level}
    typical = (level + level + level) / 3.0
    assert set(rolling_vwap(x, x, x, volume, window)[window - 1 :]) == {typical}
    assert set(rolling_std(x, window)[window - 1 :]) == {0.0}


def test_a_spike_leaves_no_trace_once_it_is_out_of_the_window(bars: Bars) -> None:
    x = bars.close.copy()
    x[100] = 1e15
    clean = bars.close[101:]
    for indicator in (sma, wma, rolling_sum, rolling_std):
        np.testing.assert_allclose(indicator(x, 30)[131:], indicator(clean, 30)[30:], rtol=1e-12)


def test_an_infinite_value_is_missing_like_nan() -> None:
    np.testing.assert_array_equal(sma([1.0, 2.0, math.inf, 3.0, 5.0], 2), [NAN, 1.5, NAN, NAN, 4.0])


def test_nothing_scores_where_nothing_deviates() -> None:
    assert np.isnan(zscore(np.full(20, 0.1), 5)).all()


def test_cci_is_zero_where_nothing_deviates() -> None:
    x = np.full(20, 0.1)
    assert set(cci(x, x, x, 7)[6:]) == {0.0}


def test_rsi_is_fifty_where_nothing_moves() -> None:
    assert list(rsi([3.0, 3.0, 3.0, 3.0], 2)) == pytest.approx([NAN, NAN, 50.0, 50.0], nan_ok=True)


def test_rsi_of_a_steady_rise_is_a_hundred_and_of_a_fall_zero() -> None:
    x = np.arange(1.0, 20.0)
    assert set(rsi(x, 5)[5:]) == {100.0}
    assert set(rsi(x[::-1], 5)[5:]) == {0.0}


def test_stochastic_tells_where_the_close_stands_in_the_range() -> None:
    high, low, close = [12.0, 14.0, 13.0], [10.0, 11.0, 12.0], [11.0, 14.0, 13.0]
    # bar 2: range 10 to 14, close at the top; bar 3: range 11 to 14, close 13 is two thirds up
    np.testing.assert_allclose(stochastic(high, low, close, 2), [NAN, 100.0, 200 / 3])
    np.testing.assert_allclose(stochastic_d(high, low, close, 2, 2), [NAN, NAN, 250 / 3])


def test_stochastic_of_a_flat_range_leans_neither_way() -> None:
    x = np.full(9, 7.0)
    assert set(stochastic(x, x, x, 3)[2:]) == {50.0}


def test_vwap_without_volume_is_missing_until_something_is_traded() -> None:
    x, volume = [3.0, 3.0, 6.0, 6.0, 6.0], [1.0, 0.0, 0.0, 0.0, 2.0]
    np.testing.assert_allclose(rolling_vwap(x, x, x, volume, 2), [NAN, 3.0, NAN, NAN, 6.0])


def test_obv_adds_volume_on_a_rise_and_takes_it_off_on_a_fall() -> None:
    assert list(obv([10.0, 11.0, 11.0, 9.0], [5.0, 3.0, 2.0, 4.0])) == [5.0, 8.0, 8.0, 4.0]


def test_efficiency_is_one_on_a_straight_path_and_zero_on_a_round_trip_or_none() -> None:
    assert set(efficiency_ratio(0.1 * np.arange(20), 6)[6:]) == {1.0}
    assert set(efficiency_ratio(np.arange(20) % 2, 6)[6:]) == {0.0}
    assert set(efficiency_ratio(np.full(20, 3.0), 6)[6:]) == {0.0}


def test_rate_of_change_is_a_fraction_and_undefined_from_zero() -> None:
    np.testing.assert_allclose(roc([100.0, 0.0, 110.0, 5.0], 2), [NAN, NAN, 0.1, NAN])


def test_equal_values_share_a_rank() -> None:
    # among 3, 2, 2 the newest 2 has half of one equal value below it, out of two others
    np.testing.assert_allclose(rank([3.0, 2.0, 2.0, 2.0, 9.0], 3), [NAN, NAN, 0.25, 0.5, 1.0])


def test_rank_in_a_window_of_one_is_in_the_middle() -> None:
    assert list(rank([3.0, 8.0], 1)) == [0.5, 0.5]


def test_doubling_and_halving_has_the_volatility_of_ln_two() -> None:
    assert realized_volatility([1.0, 2.0, 1.0, 2.0, 1.0], 4)[-1] == pytest.approx(math.log(2), rel=1e-15)


def test_a_price_that_is_not_positive_has_no_volatility() -> None:
    np.testing.assert_array_equal(
        realized_volatility([1.0, 2.0, 0.0, 2.0, -1.0, 2.0, 2.0], 1), [NAN, 0.0, NAN, NAN, NAN, NAN, 0.0]
    )


def test_true_range_reaches_to_the_close_before() -> None:
    # bar 2 gaps up: 15 - 10; bar 3 lies around the close before it: 16 - 12
    np.testing.assert_array_equal(true_range([11.0, 15.0, 16.0], [9.0, 14.0, 12.0], [10.0, 14.0, 13.0]), [NAN, 5, 4])


def test_macd_with_its_windows_swapped_has_the_other_sign(bars: Bars) -> None:
    np.testing.assert_array_equal(macd(bars.close, 12, 26), -macd(bars.close, 26, 12))


def test_bollinger_bands_lie_evenly_around_the_average(bars: Bars) -> None:
    middle = (bollinger_upper(bars.close, 20, 2.5) + bollinger_lower(bars.close, 20, 2.5)) / 2
    np.testing.assert_allclose(middle, sma(bars.close, 20), rtol=1e-12)


def test_a_history_shorter_than_the_window_gives_nothing() -> None:
    assert np.isnan(sma([1.0, 2.0, 3.0], 4)).all()
