"""The batch engine against the plain reference in `trading`, which shares no accounting code with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.screen import Options, screen_chunks
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import SUMMARY, TRADE, Evaluation
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import bars_strategy, legs_strategy
from alpha_discovery.testing.trees import rules_strategy, strategy_of, values_strategy
from alpha_discovery.trading.reference import replay

costs_strategy = st.builds(
    Costs, commission=st.sampled_from([0.0, 0.0004, 0.001, 0.01]), slippage=st.sampled_from([0.0, 0.0005, 0.003])
)
policies = st.sampled_from(["stop_first", "target_first"])
EXACT = ("leg", "side", "entry_bar", "exit_bar", "reason", "at_open", "ambiguous")
COUNTS = ("n_trades", "n_wins", "n_days", "active_days", "n_ambiguous")


def compare(
    rules: Rules, values: dict[str, Any], bars: tuple[Bars, ...], costs: Costs, policy: Any, begin: int
) -> None:
    row = strategy_of(rules).allowed.encode(values)
    over = tape(bars, begin=begin)
    batch = evaluate(rules, row, over, costs, intrabar=policy)
    plain = replay(rules, values, bars, costs, begin=begin, intrabar=policy)
    assert_same(batch, plain)
    chunk = next(screen_chunks(rules, row, over, costs, Options(intrabar=policy, daily=2)))
    assert chunk.summary[0] == batch.summary or str(chunk.summary[0]) == str(batch.summary)  # NaN differs from itself
    adjusted = plain.daily_returns - plain.daily_exposure.T @ over.drift
    assert chunk.adjusted[:, 0] == pytest.approx(adjusted, rel=1e-5, abs=1e-7)  # float32
    assert chunk.raw[:, 0] == pytest.approx(plain.daily_returns, rel=1e-6, abs=1e-9)


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
    for name in SUMMARY.names or ():
        if name in COUNTS:
            assert batch.summary[name] == plain.summary[name], name
        else:
            rel = 1e-6 if name in ("skew", "kurtosis") else 1e-9
            assert batch.summary[name] == pytest.approx(plain.summary[name], rel=rel, abs=1e-12, nan_ok=True), name


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), costs_strategy, policies)
def test_one_leg_equals_the_reference_trade_by_trade(data: st.DataObject, costs: Costs, policy: str) -> None:
    rules = data.draw(rules_strategy())
    values = data.draw(values_strategy(rules))
    bars = data.draw(bars_strategy(max_bars=500))
    begin = data.draw(st.integers(0, min(20, len(bars) - 1)))
    compare(rules, values, (bars,), costs, policy, begin)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), costs_strategy)
def test_two_legs_equal_the_reference_trade_by_trade(data: st.DataObject, costs: Costs) -> None:
    rules = data.draw(rules_strategy(n_legs=2))
    values = data.draw(values_strategy(rules))
    bars = data.draw(legs_strategy(n_legs=2))
    compare(rules, values, bars, costs, "stop_first", 0)
