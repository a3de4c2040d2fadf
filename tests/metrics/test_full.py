"""All metrics of an evaluation that was written by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.results import SUMMARY, TRADE, Evaluation
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.metrics.full import full_metrics, period_times
from alpha_discovery.metrics.returns import daily_metrics
from alpha_discovery.metrics.summary import METRICS
from alpha_discovery.metrics.trades import trade_metrics

# one bar of warm-up, then three days of three bars
EQUITY = np.array([1.0, 1.01, 1.02, 1.0, 0.99, 1.0, 1.05, 1.06, 1.04])
RETURNS = np.array([0.02, 1.0 / 1.02 - 1.0, 0.04])


def bars(n: int, timeframe: str, start: str) -> Bars:
    frame = Timeframe.parse(timeframe)
    time = np.datetime64(start, "ms").astype(np.int64) + frame.ms * np.arange(n)
    price = np.full(n, 100.0)
    return Bars(Instrument("BTC/USDT"), frame, time, price, price, price, price, np.zeros(n))


def idle(market: Bars, *, begin: int) -> Evaluation:
    n, days = len(market) - begin, len(set(market.day[begin:]))
    return Evaluation(
        (market,), begin, len(market), np.ones(n), np.zeros(0, TRADE), np.zeros(n), np.zeros(days),
        np.zeros((1, days)), np.zeros(1, SUMMARY)[0],
    )  # fmt: skip


def evaluation(*, traded: bool = True) -> Evaluation:
    equity, returns = (EQUITY, RETURNS) if traded else (np.ones(9), np.zeros(3))
    summary, trades = np.zeros(1, dtype=SUMMARY)[0], np.zeros(int(traded), dtype=TRADE)
    summary["n_days"], summary["mean"], summary["std"] = 3, returns.mean(), returns.std(ddof=1)
    if traded:
        trades["side"], trades["entry_bar"], trades["exit_bar"], trades["pnl"] = 1, 2, 9, 0.04
        summary["n_trades"], summary["n_wins"], summary["gross_profit"] = 1, 1, 0.04
        summary["total_return"], summary["max_drawdown"] = 0.04, 0.03 / 1.02
    market = (bars(10, "8h", "2023-12-31T16:00"),)
    return Evaluation(market, 1, 10, equity, trades, np.zeros(9), returns, np.zeros((1, 3)), summary)


def test_every_name_of_the_three_sources_is_there() -> None:
    names = {*METRICS, *daily_metrics(RETURNS, 365.0), *trade_metrics(evaluation().trades)}
    assert full_metrics(evaluation()).keys() == names


def test_drawdown_is_at_bar_closes_and_not_at_the_ends_of_days() -> None:
    found = full_metrics(evaluation())
    assert found["max_drawdown"] == 0.03 / 1.02  # by days it is 0.02 / 1.02
    assert found["calmar_ratio"] == pytest.approx((1.04 ** (365 / 3) - 1.0) / (0.03 / 1.02), rel=1e-12)


def test_summary_and_daily_returns_agree_on_the_sharpe_ratio() -> None:
    assert full_metrics(evaluation())["sharpe_ratio"] == pytest.approx(
        daily_metrics(RETURNS, 365.0)["sharpe_ratio"], rel=1e-12
    )


def test_without_trades_every_performance_is_nan() -> None:
    found = full_metrics(evaluation(traded=False))
    zeros = {name for name, value in found.items() if not math.isnan(value)}
    assert {found[name] for name in zeros} == {0.0}
    assert zeros.isdisjoint({"sharpe_ratio", "max_drawdown", "total_return", "value_at_risk", "best_day"})


def test_a_win_alone_has_an_infinite_profit_factor() -> None:
    assert full_metrics(evaluation())["profit_factor"] == math.inf


def test_periods_of_short_bars_begin_at_midnight() -> None:
    late = idle(bars(6, "8h", "2024-01-01T00:00"), begin=1)  # from 08:00 on
    days = np.array(["2024-01-01", "2024-01-02"], dtype="datetime64[ms]").astype(np.int64)
    np.testing.assert_array_equal(period_times(late), days)


def test_periods_count_from_the_first_bar_of_the_backtest() -> None:
    days = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], dtype="datetime64[ms]").astype(np.int64)
    np.testing.assert_array_equal(period_times(evaluation()), days)


def test_periods_of_long_bars_begin_with_the_bar() -> None:
    weekly = bars(4, "1w", "2024-01-01T12:00")
    np.testing.assert_array_equal(period_times(idle(weekly, begin=1)), weekly.time[1:])
