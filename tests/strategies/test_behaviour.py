"""Strategies do what they say: trade by trade on bars made by hand, and on markets with a planted edge."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.core.risk import DEFAULTS
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import all_strategies, find_strategy
from alpha_discovery.strategies.templates import templates
from alpha_discovery.testing.markets import planted_hours, planted_reversion, two_venues
from alpha_discovery.testing.paths import explicit_bars

FREE = Costs(commission=0.0, slippage=0.0)
N = 12_000  # hours, 1.4 years: the standard error of an annualised Sharpe ratio is below 0.9
WITH_THE_MOVE = ("trend_following", "momentum", "breakout", "volatility")
OFF = {"stop_loss": None, "take_profit": None}


@cache
def wandering(sharpe: float) -> Tape:
    """Hours that are pulled back to their 24-hour mean (sharpe > 0), or pushed away from it."""
    return tape((planted_reversion(N, seed=3, sharpe=sharpe, window=24),))


def sharpe_on(market: Tape, strategy: Strategy, **values: Any) -> float:
    row = strategy.allowed.encode({**templates(strategy)["standard"], **values})
    summary = evaluate(strategy.rules, row, market, FREE).summary
    return float(summary["mean"] / summary["std"]) * math.sqrt(365)


def closes(prices: list[float]) -> Tape:
    """Bars that open at the close before, with no more range than that."""
    opens = [prices[0], *prices[:-1]]
    return tape((explicit_bars([(o, max(o, c), min(o, c), c) for o, c in zip(opens, prices, strict=True)]),))


def with_small_windows(name: str, market: Tape, **values: float) -> Evaluation:
    """Windows below the strategy's own range keep examples short; the rules do not know the range."""
    full = {**values, **{key: DEFAULTS[key] for key in DEFAULTS}, **OFF}
    kinds = find_strategy(name).allowed.kinds
    row = {
        key: np.array([float(value) if key in values else kinds[key].encode(key, value)]) for key, value in full.items()
    }
    return evaluate(find_strategy(name).rules, row, market, FREE)


def legs_of(result: Evaluation) -> list[tuple[int, int, int, str]]:
    """Side, entry bar, exit bar and reason of each trade."""
    return [(int(t["side"]), int(t["entry_bar"]), int(t["exit_bar"]), EXIT_REASONS[t["reason"]]) for t in result.trades]


def test_sma_cross_enters_at_the_open_after_a_cross_and_reverses_at_the_next() -> None:
    # SMA(2) and SMA(3) from bar 2 on: 8.5 9 | 8.5 8.67 | 10 9.33 | 9.5 9.33 | 7 8.33 | 6.5 7 | 8.5 7.67
    market = closes([10, 9, 8, 9, 11, 8, 6, 7, 10, 10])
    result = with_small_windows("sma_cross", market, fast=2, slow=3)
    assert legs_of(result) == [(1, 5, 7, "reversal"), (-1, 7, 9, "reversal"), (1, 9, 9, "end_of_data")]


def test_donchian_breakout_leaves_at_the_low_of_the_shorter_window() -> None:
    # bar 4 closes at 12, above the highest high (11) of bars 1-3; bar 7 closes at 11, below 12, the low of 5-6
    market = closes([10, 11, 10, 11, 12, 14, 13, 11, 11, 11])
    result = with_small_windows("donchian_breakout", market, entry_window=3, exit_window=2)
    assert legs_of(result)[0] == (1, 5, 8, "signal")


def test_mean_reversion_buys_when_the_rsi_leaves_the_oversold_zone() -> None:
    # Wilder's RSI(2) by hand, gains and losses of the two first moves averaged: bar 2: 0/(0+2) -> 0;
    # bar 3: gain 0.5, loss 1 -> 33.3; bar 4: gain 1.25, loss 0.5 -> 71.4, past the middle of 30 and 70
    market = closes([14, 12, 10, 11, 13, 13, 13])
    result = with_small_windows("mean_reversion", market, rsi_period=2, rsi_oversold=30, rsi_overbought=70)
    assert legs_of(result)[0] == (1, 4, 5, "signal")


def test_arbitrage_pays_both_fees_and_both_delays_on_both_venues() -> None:
    # a gap of 1 % at the close of bar 1, filled in bar 2; gone at the close of bar 2, filled in bar 3
    first = explicit_bars([(100, 100, 100, 100), (100, 101, 100, 100), (100, 100.5, 99.5, 100), (100, 100, 100, 100)])
    second = explicit_bars([(100, 100, 100, 100), (100, 101, 99.99, 101), (101, 101, 100, 100), (100, 100, 100, 100)])
    strategy = find_strategy("arbitrage")
    # 360 ms of an hour: sqrt(0.0001) = 0.01 of the range of the bar before, as a fraction of its close
    values = {**DEFAULTS, **OFF, "min_profit_threshold": 0.005, "max_execution_time": 360.0, "position_size": 0.5}
    result = evaluate(strategy.rules, strategy.allowed.encode(values), tape((first, second)), Costs(0.001, 0.0))
    bought, sold = 100 * (1 + 0.01 * 1 / 100), 101 * (1 - 0.01 * 1.01 / 101)
    out_first, out_second = 100 * (1 - 0.01 * 1 / 100), 100 * (1 + 0.01 * 1 / 100)
    q_first, q_second = 0.5 / (bought * 1.001), 0.5 / (sold * 1.001)
    gain = q_first * (out_first - bought) - q_second * (out_second - sold)
    fees = 0.001 * (q_first * (bought + out_first) + q_second * (sold + out_second))
    assert legs_of(result) == [(1, 2, 3, "signal"), (-1, 2, 3, "signal")]
    assert result.equity[-1] == pytest.approx(1 + gain - fees, abs=1e-12)


def test_arbitrage_does_not_trade_a_gap_below_its_threshold() -> None:
    first = explicit_bars([(100, 100, 100, 100)] * 5)
    second = explicit_bars([(100.4, 100.4, 100.4, 100.4)] * 5)
    strategy = find_strategy("arbitrage")
    values = {**DEFAULTS, "min_profit_threshold": 0.005, "max_execution_time": 100.0}
    result = evaluate(strategy.rules, strategy.allowed.encode(values), tape((first, second)), FREE)
    assert len(result.trades) == 0


def test_arbitrage_earns_from_gaps_that_close() -> None:
    assert sharpe_on(tape(two_venues(N, seed=3)), find_strategy("arbitrage")) > 3.0


def test_pairs_reversion_earns_from_a_ratio_that_returns() -> None:
    assert sharpe_on(tape(two_venues(N, seed=3)), find_strategy("pairs_reversion")) > 3.0


@pytest.mark.parametrize("name", [s.name for s in all_strategies().values() if s.family in WITH_THE_MOVE])
def test_strategies_with_the_move_earn_where_moves_go_on_and_lose_where_they_turn(name: str) -> None:
    on, turn = sharpe_on(wandering(-12.0), find_strategy(name)), sharpe_on(wandering(12.0), find_strategy(name))
    assert on > 0.0 > turn


@pytest.mark.parametrize("name", [s.name for s in all_strategies().values() if s.family == "mean_reversion"])
def test_strategies_against_the_move_earn_where_moves_turn_and_lose_where_they_go_on(name: str) -> None:
    on, turn = sharpe_on(wandering(-12.0), find_strategy(name)), sharpe_on(wandering(12.0), find_strategy(name))
    assert turn > 0.0 > on


def test_hour_of_day_holds_the_hours_after_its_start() -> None:
    # the bars that open at 21, 22 and 23 are rewarded: the signals are those of the closes before each
    market = tape((planted_hours(N, seed=3, sharpe=6.0, hours=(21, 22, 23)),))
    strategy = find_strategy("hour_of_day")
    assert sharpe_on(market, strategy, start=20, hours=3, direction="long") > 3.0
    assert abs(sharpe_on(market, strategy, start=8, hours=3, direction="long")) < 3.0


@pytest.mark.parametrize(("start", "hours"), [(20, 3), (22, 5), (0, 1), (23, 23)])
def test_hour_of_day_counts_across_midnight(start: int, hours: int) -> None:
    market = tape((planted_hours(24 * 10, seed=3, sharpe=0.0),))
    values = {**DEFAULTS, **OFF, "start": start, "hours": hours, "direction": "long"}
    strategy = find_strategy("hour_of_day")
    held = evaluate(strategy.rules, strategy.allowed.encode(values), market, FREE)
    expected = {(start + 1 + k) % 24 for k in range(hours)}  # filled at the open after each close inside
    found = {int(bar) % 24 for trade in held.trades for bar in range(trade["entry_bar"], trade["exit_bar"])}
    assert found == expected


def test_day_of_week_is_long_on_the_days_after_its_start() -> None:
    daily = explicit_bars([(100, 101, 99, 100)] * 28, timeframe="1d")  # from Monday 2024-01-01 on
    values = {**DEFAULTS, **OFF, "start": 6, "days": 2, "direction": "long"}
    strategy = find_strategy("day_of_week")
    result = evaluate(strategy.rules, strategy.allowed.encode(values), tape((daily,)), FREE)
    found = {int(bar) % 7 for trade in result.trades for bar in range(trade["entry_bar"], trade["exit_bar"])}
    assert found == {0, 1}
