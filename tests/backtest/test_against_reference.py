"""The batch engine against the plain reference in `trading`, which shares no accounting code with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.screen import Options, screen_chunks
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.results import SUMMARY, TRADE, Evaluation, Records
from alpha_discovery.core.scalar import Const
from alpha_discovery.rules.nodes import Field
from alpha_discovery.rules.strategy import ONE, Rules
from alpha_discovery.testing.paths import at, detailed_strategy, explicit_bars, funding_strategy, legs_strategy
from alpha_discovery.testing.trees import busy_rules, rules_strategy, strategy_of, values_strategy
from alpha_discovery.trading.reference import replay

costs_strategy = st.builds(
    Costs,
    commission=st.sampled_from([0.0, 0.0004, 0.001, 0.01]),
    slippage=st.sampled_from([0.0, 0.0005, 0.003]),
    maker=st.sampled_from([None, 0.0002]),
    maintenance=st.sampled_from([0.005, 0.03, 0.2]),  # with 0.2 some are liquidated at once, above the market
)
sized_costs = st.builds(
    Costs,
    slippage=st.sampled_from([0.0, 0.0005]),
    impact=st.sampled_from([0.0, 0.3, 1.0, 10.0]),
    max_share=st.sampled_from([None, 0.01, 0.1, 1.0]),
    capital=st.sampled_from([0.1, 10.0, 1e3]),  # a bar of the cheapest markets trades less than 1
)
levels = st.sampled_from([0.01, 0.02, 0.05, 0.1, 0.3])  # about as wide as bars are: one often touches two
lengths = st.sampled_from([200, 200, 200, 500])
policies = st.sampled_from(["stop_first", "target_first"])
EXACT = ("leg", "side", "entry_bar", "exit_bar", "reason", "at_open", "ambiguous")
SHAPES = ("skew", "kurtosis")
COUNTS = ("n_trades", "n_wins", "n_days", "active_days", "n_ambiguous", "n_capped")


@dataclass(frozen=True)
class Market:
    """What a candidate is traded on, and what that costs."""

    bars: tuple[Bars, ...]
    costs: Costs
    funding: tuple[Float1D | None, ...] = ()
    detail: Bars | None = None


def compare(
    rules: Rules, values: dict[str, Any], market: Market, *, policy: Any = "stop_first", begin: int = 0
) -> None:
    bars, costs, funding, detail = market.bars, market.costs, market.funding, market.detail
    row = strategy_of(rules).allowed.encode(values)
    over = tape(bars, begin=begin, funding=funding, detail=detail)
    batch = evaluate(rules, row, over, costs, intrabar=policy)
    plain = replay(rules, values, bars, costs, begin=begin, intrabar=policy, funding=funding, detail=detail)
    assert_same(batch, plain)
    chunk = next(screen_chunks(rules, row, over, costs, Options(intrabar=policy, daily=2)))
    assert chunk.summary[0] == batch.summary or str(chunk.summary[0]) == str(batch.summary)  # NaN differs from itself
    adjusted = plain.daily_returns - plain.daily_exposure.T @ over.drift
    assert chunk.adjusted[:, 0] == pytest.approx(adjusted, rel=1e-5, abs=1e-7)  # float32
    assert chunk.raw[:, 0] == pytest.approx(plain.daily_returns, rel=1e-6, abs=1e-9)


def drawn_market(data: st.DataObject, n_legs: int, min_bars: int = 1) -> Market:
    bars = data.draw(legs_strategy(n_legs=n_legs, min_bars=min_bars, max_bars=data.draw(lengths)))
    funding = tuple(data.draw(funding_strategy(len(bars[0]))) for _ in bars)
    return Market(bars, data.draw(costs_strategy), data.draw(st.sampled_from([(), funding, funding])))


def assert_same(batch: Evaluation, plain: Evaluation) -> None:
    assert len(batch.trades) == len(plain.trades)
    for name in TRADE.names or ():
        if name in EXACT:
            assert batch.trades[name].tolist() == plain.trades[name].tolist(), name
        else:
            assert batch.trades[name] == pytest.approx(plain.trades[name], rel=1e-9, abs=1e-12), name
    assert batch.equity == pytest.approx(plain.equity, rel=1e-9, abs=1e-12)
    assert batch.exposure == pytest.approx(plain.exposure, rel=1e-9, abs=1e-12)
    assert batch.daily_returns == pytest.approx(plain.daily_returns, rel=1e-9, abs=1e-12)
    assert batch.daily_exposure == pytest.approx(plain.daily_exposure, rel=1e-9, abs=1e-12)
    assert_same_summary(batch.summary, plain.summary)


def assert_same_summary(batch: Records, plain: Records) -> None:
    mean = float(plain["mean"])
    std = max(float(plain["std"]), 1e-12) if float(plain["std"]) > 0.0 else 1.0
    rounding = 1e-24 + 1e-13 * mean**2 + 2e-15 * std  # returns of a tiny position are differences of numbers near 1
    shape_error = 1e-14 / std + 1e-6 + 1e-13 * steadiness(plain) ** 4  # powers of the mean are taken off sums of powers
    for name in SUMMARY.names or ():
        if name in COUNTS:
            assert batch[name] == plain[name], name
        elif name == "std":
            variance = pytest.approx(plain[name] ** 2, rel=2e-9, abs=rounding, nan_ok=True)
            assert batch[name] ** 2 == variance, name
        elif name in SHAPES:
            near = pytest.approx(plain[name], rel=shape_error, abs=shape_error, nan_ok=True)
            assert shape_error > 0.01 or batch[name] == near, name
        else:
            assert batch[name] == pytest.approx(plain[name], rel=1e-9, abs=1e-12, nan_ok=True), name


def steadiness(summary: Records) -> float:
    """Mean of the daily returns over their spread."""
    mean, std = float(summary["mean"]), float(summary["std"])
    if mean == 0.0:
        return 0.0
    return abs(mean) / std if std > 0.0 else math.inf


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), policies)
def test_one_leg_equals_the_reference_trade_by_trade(data: st.DataObject, policy: str) -> None:
    rules = data.draw(rules_strategy())
    values = data.draw(values_strategy(rules))
    market = drawn_market(data, n_legs=1)
    begin = data.draw(st.integers(0, min(20, len(market.bars[0]) - 1)))
    compare(rules, values, market, policy=policy, begin=begin)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.sampled_from([1.0, 2.0, 5.0, 20.0]), policies)
def test_leverage_and_funding_equal_the_reference(data: st.DataObject, leverage: float, policy: str) -> None:
    rules = data.draw(busy_rules())
    size, stop = data.draw(st.sampled_from([1.0, 0.5])), data.draw(st.none() | levels)
    values = {**data.draw(values_strategy(rules)), "position_size": size, "stop_loss": stop, "leverage": leverage}
    compare(rules, values, drawn_market(data, n_legs=1, min_bars=20), policy=policy)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), sized_costs, st.sampled_from([1, 1, 2]), policies)
def test_impact_and_the_limit_of_volume_equal_the_reference(
    data: st.DataObject, costs: Costs, n_legs: int, policy: str
) -> None:
    rules = data.draw(busy_rules(n_legs=n_legs))
    values = data.draw(values_strategy(rules))
    compare(rules, values, replace(drawn_market(data, n_legs=n_legs, min_bars=20), costs=costs), policy=policy)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_two_legs_equal_the_reference_trade_by_trade(data: st.DataObject) -> None:
    rules = data.draw(st.one_of(rules_strategy(n_legs=2), busy_rules(n_legs=2)))
    values = data.draw(values_strategy(rules))
    compare(rules, values, drawn_market(data, n_legs=2))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), costs_strategy)
def test_finer_bars_decide_as_in_the_reference(data: st.DataObject, costs: Costs) -> None:
    rules = data.draw(busy_rules())
    values = {**data.draw(values_strategy(rules)), "stop_loss": data.draw(levels), "take_profit": data.draw(levels)}
    bars, finer = data.draw(detailed_strategy())
    begin = data.draw(st.integers(0, min(20, len(bars) - 1)))
    compare(rules, values, Market((bars,), costs, detail=finer), policy="detail", begin=begin)


@pytest.mark.parametrize("n_legs", [1, 2])
def test_a_reversal_that_leaves_nothing_equals_the_reference(n_legs: int) -> None:
    # sold at 100, bought back at 210: a loss of more than everything, marked from that open on
    bars = explicit_bars([(price,) * 4 for price in (100.0, 100.0, 210.0, 210.0, 210.0)])
    still = replace(explicit_bars([(50.0,) * 4] * 5), instrument=Instrument("BBB/USDT"))
    rules = Rules(enter_short=at(0), enter_long=at(1), weights=(ONE, Const(-0.5))[:n_legs])
    values = strategy_of(rules).complete({"position_size": 1.0, "stop_loss": None, "take_profit": None})
    compare(rules, values, Market((bars, still)[:n_legs], Costs(commission=0.0, slippage=0.0)))


@pytest.mark.parametrize("day", ["2024-02-29", "2024-03-01"])
def test_the_finer_bars_of_a_month_are_those_of_the_reference(day: str) -> None:
    # the last day of February would decide for the target; the first of March must not
    wild, still = (100.0, 111.0, 94.0, 100.0), (100.0,) * 4
    times = np.array(["2024-01-01", "2024-02-01", "2024-03-01"], dtype="datetime64[ms]").astype(np.int64)
    months = replace(explicit_bars([still, wild, still], timeframe="1M"), time=times)
    start = int(np.datetime64(day, "ms").astype(np.int64))
    finer = explicit_bars([(100.0, 111.0, 99.0, 100.0)], timeframe="1d", start=start)
    rules = Rules(enter_long=Field("close") > 0)
    values = strategy_of(rules).complete({"stop_loss": 0.05, "take_profit": 0.1})
    compare(rules, values, Market((months,), Costs(), detail=finer), policy="detail")
