"""Equity, daily returns, exposure and the summary of a finished backtest."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.results import SUMMARY
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import OutOfRange, UnknownName
from alpha_discovery.testing.paths import MONDAY
from alpha_discovery.trading import detrended_returns

EVENING = MONDAY + 22 * DAY // 24  # two hours before Tuesday
LONG = {"enter_long": [0]}


def test_equity_is_marked_at_every_close(trade: Any) -> None:
    rows = [100, (100, 105, 95, 102), (102, 104, 100, 103), 101]
    result = trade(rows, LONG, commission=0.25)
    # 0.008 units, 0.2 commission: 1 - 0.2 + 0.008 * (close - 100)
    # at the end 0.25 * 0.008 * 101 = 0.202 more
    assert result.equity == pytest.approx([1.0, 0.816, 0.824, 0.606], rel=1e-13)


def test_exposure_is_the_signed_value_over_equity_at_the_close(trade: Any) -> None:
    result = trade([100, (100, 120, 100, 120), 120, 120], {"enter_short": [0]}, position_size=0.5)
    # 0.005 units short at 100: value -0.6, equity 1 - 0.1 = 0.9
    assert result.exposure == pytest.approx([0.0, -2 / 3, -2 / 3, 0.0], rel=1e-14)


def test_daily_returns_are_taken_at_utc_midnight(trade: Any) -> None:
    rows = [100, (100, 110, 100, 110), (110, 121, 110, 121), 121, 121, 121]
    result = trade(rows, {"enter_long": [22], "exit_long": [24]}, start=EVENING)
    # Monday has two bars, at 22 and 23 h: equity 1.1; Tuesday ends at 1.21
    assert result.daily_returns == pytest.approx([0.1, 0.1], rel=1e-14)


def test_bars_of_a_day_are_periods_of_their_own(trade: Any) -> None:
    result = trade([100, (100, 110, 100, 110), 110], LONG, timeframe="1d")
    assert result.daily_returns == pytest.approx([0.0, 0.1, 0.0], rel=1e-14)


def test_days_are_counted_from_the_range_on(trade: Any) -> None:
    rows = [100] * 3 + [(100, 110, 100, 110), 110]
    # the range begins on Tuesday: one day, whose return counts from the equity of 1 at its beginning
    result = trade(rows, {"enter_long": [24]}, start=EVENING, begin=2)
    assert result.daily_returns == pytest.approx([0.1], rel=1e-14)


def test_a_day_without_bars_is_no_period(trade: Any) -> None:
    result = trade([100, 100, 110], {"enter_long": [0]}, missing={2: 60})
    assert result.daily_returns == pytest.approx([0.0, 0.1], rel=1e-14)


def test_returns_are_zero_once_everything_is_lost(trade: Any) -> None:
    result = trade([100, 100, 220, 220, 220], {"enter_short": [0]}, timeframe="1d")
    # equity 1 - 0.01 * 120 = -0.2
    assert result.daily_returns == pytest.approx([0.0, 0.0, -1.2, 0.0, 0.0], rel=1e-14)


def test_returns_are_zero_once_nothing_is_left(trade: Any) -> None:
    result = trade([100, 100, 200, 200], {"enter_short": [0]}, timeframe="1d")
    # equity 1 - 0.01 * 100 = 0
    assert result.daily_returns.tolist() == [0.0, 0.0, -1.0, 0.0]


def test_daily_exposure_averages_what_was_held_over_equity_of_the_day_before(trade: Any) -> None:
    rows = [100, (100, 110, 100, 110), (112, 121, 110, 121), (121, 130, 120, 125), (126, 126, 126, 126)]
    result = trade(rows, {"enter_long": [22], "exit_long": [25]}, start=EVENING, position_size=0.5)
    # 0.005 units. Monday: flat at 22 h, entry fill 100 at 23 h: (0 + 0.5) / 2 bars / 1 = 0.25
    # equity 1 + 0.005 * 10 = 1.05. Tuesday: previous closes 110 and 121, at 2 h sold at the open: not held
    # 0.005 * (110 + 121) / 3 bars / 1.05 = 0.385 / 1.05
    assert result.daily_exposure[0] == pytest.approx([0.25, 0.385 / 1.05], rel=1e-13)


def test_daily_exposure_of_the_entry_bar_is_at_the_fill(trade: Any) -> None:
    result = trade([100, 125, 130], LONG, timeframe="1d", position_size=0.5, slippage=0.2)
    # fill 125 * 1.2 = 150, 0.5 / 150 units: 0.5 in the entry bar; then at the close 125 over equity 1 - 25 * 0.5 / 150
    assert result.daily_exposure[0] == pytest.approx([0.0, 0.5, (62.5 / 150) / (1 - 12.5 / 150)], rel=1e-13)


def test_daily_exposure_of_a_short_is_negative(trade: Any) -> None:
    result = trade([100, 100, 100], {"enter_short": [0]}, timeframe="1d")
    assert result.daily_exposure[0] == pytest.approx([0.0, -1.0, -1.0], rel=1e-15)


def test_holding_the_market_all_the_time_leaves_no_detrended_return_on_average(trade: Any) -> None:
    rows = [(100, 110, 100, 110), (110, 110, 99, 99), (99, 120, 99, 118.8)]
    result = trade(rows, LONG, timeframe="1d")
    # the market: 110 / 100 - 1 = 0.1 (first day from its open), -0.1, +0.2: mean 0.2 / 3
    # held: nothing on the first day; then 110 / 110 and, 99 / 110 units worth, 99 / 0.9 / 110: the whole equity
    mean = 0.2 / 3
    assert detrended_returns(result) == pytest.approx([0.0, -0.1 - mean, 0.2 - mean], rel=1e-12)


def test_a_bar_is_held_if_a_position_is_open_after_its_open(trade: Any) -> None:
    rows = [100, 100, 100, 90, 100, (100, 100, 90, 95), 100, 100]
    result = trade(rows, {"enter_long": [0, 4]}, stop_loss=0.05)
    # first trade: bars 1 and 2, stopped at the open of bar 3: not held; second: stopped inside its entry bar 5: held
    assert result.summary["exposure"] == pytest.approx(3 / 8)
    assert result.summary["avg_holding"] == pytest.approx(1.5)


def test_the_bar_of_a_reversal_is_held_once(trade: Any) -> None:
    result = trade([100] * 5, {"enter_long": [0], "enter_short": [1], "exit_short": [2]})
    assert result.summary["exposure"] == pytest.approx(2 / 5)


def test_active_days_are_those_with_a_held_bar(trade: Any) -> None:
    result = trade([100] * 6, {"enter_long": [0], "exit_long": [2 * 24]}, timeframe="1d")
    # held on days 1 and 2, sold at the open of day 3
    assert (result.summary["active_days"], result.summary["n_days"]) == (2, 6)


def test_one_held_bar_makes_a_day_active(trade: Any) -> None:
    result = trade([100] * 6, {"enter_long": [22], "exit_long": [23]}, start=EVENING)
    # of Monday's two bars the second is held; on Tuesday it is sold at the first open
    assert (result.summary["active_days"], result.summary["n_days"]) == (1, 2)


def test_turnover_is_the_traded_value_over_equity_at_entry(trade: Any) -> None:
    rows = [100, 100, 110, 99, 99]
    result = trade(rows, {"enter_long": [0], "enter_short": [1], "exit_short": [2]}, position_size=0.5)
    # long: 0.005 * (100 + 110) / 1 = 1.05; equity 1.05; short: 0.5 + 0.5 * 99 / 110 = 0.95
    assert result.summary["turnover"] == pytest.approx(2.0, rel=1e-13)


def test_drawdown_starts_from_one(trade: Any) -> None:
    result = trade([100, (100, 100, 80, 80), (80, 90, 80, 90), (90, 90, 72, 72)], LONG)
    assert result.summary["max_drawdown"] == pytest.approx(0.28, rel=1e-13)


def test_wins_and_losses_are_counted_after_costs(trade: Any) -> None:
    rows = [100, 100, 110, 110, 110, 99, 99]
    signals = {"enter_long": [0, 3], "exit_long": [1, 4]}
    result = trade(rows, signals, commission=0.01)
    # each buys q = E / (open * 1.01); first 10 - 0.01 * 210 = 7.9 a unit, second -11 - 0.01 * 209 = -13.09
    won = 7.9 / 101
    lost = 13.09 * (1 + won) / 111.1
    summary = result.summary
    assert (summary["n_trades"], summary["n_wins"]) == (2, 1)
    assert summary["gross_profit"] == pytest.approx(won, rel=1e-12)
    assert summary["gross_loss"] == pytest.approx(lost, rel=1e-12)
    assert summary["total_return"] == pytest.approx(won - lost, rel=1e-12)
    assert summary["commission"] == pytest.approx(2.1 / 101 + 2.09 * (1 + won) / 111.1, rel=1e-12)


def test_moments_of_the_daily_returns_are_those_of_their_formulas(trade: Any) -> None:
    rows = [100, (100, 110, 100, 110), (110, 110, 99, 99), (99, 110, 99, 108.9)]
    result = trade(rows, LONG, timeframe="1d")
    # returns 0, 0.1, -0.1, 0.1: mean 0.025, away -0.025, 0.075, -0.125, 0.075
    # squares 0.000625 0.005625 0.015625 0.005625: sum 0.0275; std = sqrt(0.0275 / 3)
    # cubes -1.5625e-5 4.21875e-4 -1.953125e-3 4.21875e-4: mean -2.8125e-4; second moment 0.006875
    # fourth powers 3.90625e-7 3.1640625e-5 2.44140625e-4 3.1640625e-5: mean 7.6953125e-5
    assert result.summary["mean"] == pytest.approx(0.025, rel=1e-12)
    assert result.summary["std"] == pytest.approx(math.sqrt(0.0275 / 3), rel=1e-12)
    assert result.summary["skew"] == pytest.approx(-2.8125e-4 / 0.006875**1.5, rel=1e-11)
    assert result.summary["kurtosis"] == pytest.approx(7.6953125e-5 / 0.006875**2, rel=1e-11)


def test_blocks_hold_sixteenths_of_the_days(trade: Any) -> None:
    rows = [100.0] + [(100.0 * 1.1**k, 100 * 1.1 ** (k + 1), 100 * 1.1**k, 100 * 1.1 ** (k + 1)) for k in range(31)]
    result = trade(rows, LONG, timeframe="1d")
    # 32 days, two a block; the first day is flat, each other one gains 0.1
    assert result.summary["block_sum"] == pytest.approx([0.1] + [0.2] * 15, rel=1e-12)
    assert result.summary["block_sumsq"] == pytest.approx([0.01] + [0.02] * 15, rel=1e-12)


def test_few_days_leave_blocks_empty(trade: Any) -> None:
    result = trade([100, (100, 110, 100, 110)], LONG, timeframe="1d")
    # day 1 of 2 belongs to block 16 // 2 = 8
    assert np.flatnonzero(result.summary["block_sum"]).tolist() == [8]


def test_no_trades_leave_zeros_and_no_shape(trade: Any) -> None:
    result = trade([100, 101, 102], {"enter_long": [2 * 24]}, timeframe="1d")
    unknown = {"skew", "kurtosis"}
    for name in SUMMARY.names or ():
        expected = {"n_days": 3, "capacity": np.inf}.get(name, 0)
        assert np.isnan(result.summary[name]) if name in unknown else np.all(result.summary[name] == expected), name


def test_one_day_has_no_spread(trade: Any) -> None:
    result = trade([100, (100, 110, 100, 110)], LONG)
    assert np.isnan(result.summary["std"])
    assert result.summary["mean"] == pytest.approx(0.1, rel=1e-14)


def test_an_empty_range_is_refused(trade: Any) -> None:
    with pytest.raises(OutOfRange, match="0 <= begin < end <= 3"):
        trade([100, 100, 100], LONG, begin=2, end=2)


def test_an_unknown_policy_is_refused(trade: Any) -> None:
    with pytest.raises(UnknownName, match="did you mean stop_first"):
        trade([100, 100], LONG, intrabar="stop_frist")
