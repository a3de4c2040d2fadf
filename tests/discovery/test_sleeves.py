"""Several markets under one rule: pooled by hand from the backtests of each."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.sleeves import align, calendar_of, screen_sleeves, sleeves
from alpha_discovery.errors import TooFewBars
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

SMA = find_strategy("sma_cross")
ROW = SMA.allowed.encode(SMA.complete({"fast": 6, "slow": 30, "position_size": 0.2}))
COSTS = Costs(0.0002, 0.0001)
HOLE = slice(24 * 50, 24 * 52)  # two days that the second market does not have


@pytest.fixture(scope="module")
def two() -> dict[str, Bars]:
    second = markets.random_walk(24 * 120, seed=2)
    kept = np.ones(len(second), dtype=np.bool_)
    kept[HOLE] = False
    columns = {name: getattr(second, name)[kept] for name in ("time", "open", "high", "low", "close", "volume")}
    return {
        "A": markets.random_walk(24 * 120, seed=1),
        "B": Bars(second.instrument, second.timeframe, **columns),
    }


def alone(bars: Bars) -> Evaluation:
    over = sleeves((("A",),), {"A": bars}, calendar_of({"A": bars}))
    return evaluate(SMA.rules, ROW, over.tapes[0], COSTS)


def pooled(two: dict[str, Bars]) -> tuple[np.ndarray, np.ndarray]:
    over = sleeves((("A",), ("B",)), two, calendar_of(two))
    chunk = next(screen_sleeves(SMA.rules, ROW, over, COSTS, intrabar="stop_first", workers=1))
    return chunk.raw[:, 0], chunk.summary[0]


def by_hand(two: dict[str, Bars]) -> np.ndarray:
    first, second = alone(two["A"]).daily_returns, alone(two["B"]).daily_returns
    with_hole = np.insert(second, 50, [0.0, 0.0])
    return np.asarray((first + with_hole) / 2.0)


def test_pooled_returns_are_the_mean_with_missing_days_flat(two: dict[str, Bars]) -> None:
    assert pooled(two)[0] == pytest.approx(by_hand(two), rel=1e-5, abs=1e-8)  # daily returns are kept in float32


def test_counts_are_added_and_money_is_averaged(two: dict[str, Bars]) -> None:
    summary, parts = pooled(two)[1], [alone(bars).summary for bars in two.values()]
    assert summary["n_trades"] == sum(part["n_trades"] for part in parts)
    assert summary["total_return"] == pytest.approx(np.mean([part["total_return"] for part in parts]), rel=1e-12)
    held = sum(part["avg_holding"] * part["n_trades"] for part in parts)
    assert summary["avg_holding"] == pytest.approx(held / summary["n_trades"], rel=1e-12)


def test_moments_and_drawdown_are_those_of_the_pooled_returns(two: dict[str, Bars]) -> None:
    summary, returns = pooled(two)[1], by_hand(two)
    equity = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
    assert summary["std"] == pytest.approx(returns.std(ddof=1), rel=1e-4)
    assert summary["max_drawdown"] == pytest.approx((1.0 - equity / np.maximum.accumulate(equity)).max(), rel=1e-4)
    assert summary["block_sum"].sum() == pytest.approx(returns.sum(), rel=1e-4)


def test_legs_are_aligned_at_common_times(two: dict[str, Bars]) -> None:
    first, second = align((two["A"], two["B"]))
    assert np.array_equal(first.time, second.time)
    assert len(first) == 24 * 118


def test_trading_starts_where_it_is_told_to(two: dict[str, Bars]) -> None:
    begin = int(two["A"].time[0]) + 60 * DAY
    over = sleeves((("A",),), two, calendar_of(two, begin=begin), begin=begin)
    assert over.tapes[0].begin == 60 * 24
    assert int(over.calendar[0]) == begin
    assert over.place[0].tolist() == list(range(60))


@pytest.mark.parametrize("gone", [24 * 80, 0])
def test_the_share_of_a_market_that_was_delisted_lies_idle(two: dict[str, Bars], gone: int) -> None:
    """Also of one that has no bar in the part at all: what is earned is half of what the other one earns alone."""
    bars = {"A": two["A"], "B": two["A"].slice(0, gone)}
    returns, summary = pooled(bars)
    first = alone(two["A"]).daily_returns
    second = np.zeros(len(first))
    if gone:
        own = alone(bars["B"])
        second[: len(own.daily_returns)] = own.daily_returns
        assert summary["n_trades"] == alone(two["A"]).summary["n_trades"] + own.summary["n_trades"]
        assert own.trades["exit_bar"][-1] == gone - 1  # what was open then is closed at its last bar
    assert returns == pytest.approx((first + second) / 2.0, rel=1e-5, abs=1e-8)
    assert summary["n_days"] == 120


def test_legs_without_a_common_bar_are_refused(two: dict[str, Bars]) -> None:
    apart = {"A": two["A"].slice(0, 100), "B": two["B"].slice(200, 300)}
    with pytest.raises(TooFewBars, match="A with B"):
        sleeves((("A", "B"),), apart, calendar_of(apart))
