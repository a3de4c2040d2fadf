"""What a finished backtest amounts to, by the plain formulas."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D, Int1D
from alpha_discovery.core.results import BLOCKS, SUMMARY, Evaluation, Records
from alpha_discovery.trading.session import Mark


def periods_of(day: Int1D) -> list[range]:
    """Positions of the bars of each accounting period, from the period of each bar."""
    starts = [t for t in range(len(day)) if t == 0 or day[t] != day[t - 1]]
    return [range(start, stop) for start, stop in zip(starts, [*starts[1:], len(day)], strict=True)]


def period_returns(equity: Sequence[float], periods: Sequence[range]) -> Float1D:
    """float64 (n_days,): change of equity from the last bar of one period to the last of the next, the first from 1.

    0 for periods that begin with nothing left.
    """
    returns, before = [], 1.0
    for bars in periods:
        after = equity[bars[-1]]
        returns.append(after / before - 1.0 if before > 0.0 else 0.0)
        before = after
    return np.array(returns, dtype=np.float64)


def period_exposure(marks: Sequence[Mark], periods: Sequence[range], n_legs: int) -> Float1D:
    """float64 (n_legs, n_days): signed value held of each leg, averaged over the bars, by equity before the period."""
    exposure, before = np.zeros((n_legs, len(periods))), 1.0
    for d, bars in enumerate(periods):
        for leg in range(n_legs):
            held = sum(marks[t].values[leg] for t in bars)
            exposure[leg, d] = held / len(bars) / before if held != 0.0 else 0.0
        before = marks[bars[-1]].equity
    return exposure


def detrended_returns(evaluation: Evaluation) -> Float1D:
    """float64 (n_days,): daily returns less what each leg's mean daily return gave to the share of it held."""
    begin, end = evaluation.begin, evaluation.end
    returns = evaluation.daily_returns.copy()
    for leg, bars in enumerate(evaluation.bars):
        periods = periods_of(evaluation.bars[0].day[begin:end])
        returns -= evaluation.daily_exposure[leg] * mean_own_return(bars, begin, periods)
    return returns


def mean_own_return(bars: Bars, begin: int, periods: Sequence[range]) -> float:
    """Mean return of holding the market itself: close to close, the first period from its first open."""
    total, before = 0.0, float(bars.open[begin])
    for positions in periods:
        after = float(bars.close[begin + positions[-1]])
        total += after / before - 1.0
        before = after
    return total / len(periods)


def summary_of(marks: Sequence[Mark], periods: Sequence[range], returns: Float1D, trades: Records) -> Records:
    """The `SUMMARY` record but for turnover, funding and what the volume allowed.

    Statistics of no trades are 0, those that need variation NaN.
    """
    record: Any = np.zeros(1, dtype=SUMMARY)[0]
    _count_trades(record, trades)
    _measure_equity(record, marks)
    _measure_returns(record, returns)
    held = sum(mark.held for mark in marks)
    record["exposure"] = held / len(marks)
    record["avg_holding"] = held / int(record["n_trades"]) if len(trades) else 0.0
    record["active_days"] = sum(any(marks[t].held for t in bars) for bars in periods)
    summary: Records = record
    return summary


def round_trips(trades: Records) -> list[float]:
    """Profit of each round trip: legs that were entered and left together are one."""
    profits: dict[tuple[int, int], float] = {}
    for trade in trades:
        key = int(trade["entry_bar"]), int(trade["exit_bar"])
        profits[key] = profits.get(key, 0.0) + float(trade["pnl"])
    return list(profits.values())


def _count_trades(record: Any, trades: Records) -> None:
    profits = round_trips(trades)
    record["n_trades"] = len(profits)
    record["n_wins"] = sum(profit > 0.0 for profit in profits)
    record["gross_profit"] = sum(profit for profit in profits if profit > 0.0)
    record["gross_loss"] = -sum(profit for profit in profits if profit < 0.0)
    record["n_ambiguous"] = sum(bool(flag) for flag in trades["ambiguous"])
    record["commission"] = sum(float(paid) for paid in trades["commission"])
    record["slippage"] = sum(float(lost) for lost in trades["slippage"])


def _measure_equity(record: Any, marks: Sequence[Mark]) -> None:
    peak, deepest = 1.0, 0.0
    for mark in marks:
        peak = max(peak, mark.equity)
        deepest = max(deepest, 1.0 - mark.equity / peak)
    record["max_drawdown"] = deepest
    record["total_return"] = marks[-1].equity - 1.0


def _measure_returns(record: Any, returns: Float1D) -> None:
    n = len(returns)
    mean = sum(returns) / n
    away = [float(value) - mean for value in returns]
    record["n_days"], record["mean"] = n, mean
    record["std"] = math.sqrt(sum(x**2 for x in away) / (n - 1)) if n > 1 else math.nan
    record["skew"], record["kurtosis"] = _shape(away)
    for d, value in enumerate(returns):
        block = d * BLOCKS // n
        record["block_sum"][block] += value
        record["block_sumsq"][block] += value**2


def _shape(away: Sequence[float]) -> tuple[float, float]:
    """Skewness and kurtosis of distances from their mean."""
    second, third, fourth = (sum(x**power for x in away) / len(away) for power in (2, 3, 4))
    if second <= 0.0:
        return math.nan, math.nan
    return third / second**1.5, fourth / second**2
