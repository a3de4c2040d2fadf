"""What must hold of every backtest: no look-ahead, no unit of money, no reward for costs, two equal sides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import PRICE_FIELDS, Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS, Evaluation, Records
from alpha_discovery.rules.strategy import SIGNALS, Rules
from alpha_discovery.testing.paths import PathStyle, at, legs_strategy, random_leg, random_times
from alpha_discovery.testing.trees import risk_strategy, rules_strategy, values_strategy
from alpha_discovery.trading import replay

FORCED = [EXIT_REASONS.index("end_of_data")]
COSTS = st.builds(Costs, commission=st.sampled_from((0.0, 0.001, 0.02)), slippage=st.sampled_from((0.0, 0.0005, 0.01)))
LEVELS_OFF = {"stop_loss": None, "take_profit": None, "trailing_stop": None}
WEEK = 168  # hours

hours = st.sets(st.integers(0, WEEK - 1), max_size=30).map(sorted)
clock_signals = st.fixed_dictionaries(dict.fromkeys(SIGNALS, hours))


def clock_rules(signals: dict[str, list[int]]) -> Rules:
    """Entries and exits at hours of the week: what they say does not depend on prices."""
    enter_long, exit_long, enter_short, exit_short = (at(*signals[name], -1) for name in SIGNALS)
    return Rules(enter_long, exit_long, enter_short, exit_short)


@st.composite
def quiet_bars(draw: st.DrawFn, n: int = 150) -> Bars:
    """Prices off any grid, without jumps: no knife edges, and nobody loses everything."""
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    style = PathStyle(jumps=0.0, tick=0.0, still=0.0)
    return random_leg(rng, random_times(rng, n, style), style)


def scaled(bars: Bars, factor: float) -> Bars:
    return replace(bars, **{name: getattr(bars, name) * factor for name in PRICE_FIELDS})


def mirrored(bars: Bars) -> Bars:
    """Prices mirrored on the log scale at 100: every rise becomes an equal fall."""
    up = {name: 1e4 / getattr(bars, name) for name in PRICE_FIELDS}
    return replace(bars, open=up["open"], high=up["low"], low=up["high"], close=up["close"])


def when(trades: Records) -> list[tuple[int, int, int]]:
    """Entry bar, exit bar and reason."""
    return [(int(t["entry_bar"]), int(t["exit_bar"]), int(t["reason"])) for t in trades]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_what_comes_later_changes_no_trade_closed_before(data: st.DataObject) -> None:
    n_legs = data.draw(st.sampled_from((1, 1, 2)))
    rules = data.draw(rules_strategy(n_legs=n_legs))
    values, costs = data.draw(values_strategy(rules)), data.draw(COSTS)
    bars = data.draw(legs_strategy(n_legs=n_legs, min_bars=2, max_bars=150))
    cut = data.draw(st.integers(1, len(bars[0]) - 1))
    whole = replay(rules, values, bars, costs)
    part = replay(rules, values, tuple(leg.slice(0, cut) for leg in bars), costs)
    closed = part.trades[~np.isin(part.trades["reason"], FORCED)]
    assert closed.tolist() == whole.trades[: len(closed)].tolist()
    assert part.equity[:-1].tolist() == whole.equity[: cut - 1].tolist()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_warm_up_before_the_range_changes_nothing_for_rules_on_the_clock(data: st.DataObject) -> None:
    rules, risk = clock_rules(data.draw(clock_signals)), data.draw(risk_strategy())
    bars, costs, begin = data.draw(quiet_bars()), data.draw(COSTS), data.draw(st.integers(0, 100))
    inside = replay(rules, risk, (bars,), costs, begin=begin)
    alone = replay(rules, risk, (bars.slice(begin, len(bars)),), costs)
    assert inside.equity.tolist() == alone.equity.tolist()
    assert (inside.trades["entry_bar"] - begin).tolist() == alone.trades["entry_bar"].tolist()


@settings(max_examples=40, deadline=None)
@given(clock_signals, risk_strategy(), quiet_bars(), COSTS)
def test_the_unit_of_the_price_changes_nothing(
    signals: dict[str, list[int]], risk: dict[str, Any], bars: Bars, costs: Costs
) -> None:
    cheap, dear = (replay(clock_rules(signals), risk, (scaled(bars, k),), costs) for k in (1.0, 1000.0))
    assert when(dear.trades) == when(cheap.trades)
    assert dear.equity == pytest.approx(cheap.equity, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(clock_signals, risk_strategy(), quiet_bars())
def test_long_and_short_mirror_each_other_on_mirrored_prices(
    signals: dict[str, list[int]], risk: dict[str, Any], bars: Bars
) -> None:
    risk = {**risk, **LEVELS_OFF, "direction": "both", "position_size": 0.1}
    other = {
        "enter_long": signals["enter_short"], "exit_long": signals["exit_short"],
        "enter_short": signals["enter_long"], "exit_short": signals["exit_long"],
    }  # fmt: skip
    free = Costs(commission=0.0, slippage=0.0)
    up = replay(clock_rules(signals), risk, (bars,), free)
    down = replay(clock_rules(other), risk, (mirrored(bars),), free)
    assert when(down.trades) == when(up.trades)
    assert (-down.trades["side"]).tolist() == up.trades["side"].tolist()


@settings(max_examples=40, deadline=None)
@given(clock_signals, risk_strategy(), quiet_bars(), st.floats(0.0, 0.01), st.floats(0.0, 0.01))
def test_more_commission_never_leaves_more(
    signals: dict[str, list[int]], risk: dict[str, Any], bars: Bars, low: float, more: float
) -> None:
    risk = {**risk, **LEVELS_OFF, "position_size": min(0.5, risk["position_size"])}
    cheap, dear = (
        replay(clock_rules(signals), risk, (bars,), Costs(commission=rate, slippage=0.0)).equity[-1]
        for rate in (low, low + more)
    )
    assert dear <= cheap * (1 + 1e-12)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_records_of_random_rules_agree_with_each_other(data: st.DataObject) -> None:
    n_legs = data.draw(st.sampled_from((1, 2, 3)))
    rules = data.draw(rules_strategy(n_legs=n_legs))
    values, costs = data.draw(values_strategy(rules)), data.draw(COSTS)
    bars = data.draw(legs_strategy(n_legs=n_legs, max_bars=150))
    result = replay(rules, values, bars, costs, intrabar=data.draw(st.sampled_from(("stop_first", "target_first"))))
    assert 1.0 + result.trades["pnl"].sum() == pytest.approx(result.equity[-1], rel=1e-9, abs=1e-9)
    assert result.daily_returns.sum() == pytest.approx(result.summary["block_sum"].sum(), rel=1e-9, abs=1e-9)
    assert (result.trades["quantity"] > 0.0).all()
    assert result.exposure[-1] == 0.0
    _one_position_at_a_time(result)


def _one_position_at_a_time(result: Evaluation) -> None:
    first_leg = result.trades[np.unique(result.trades["entry_bar"], return_index=True)[1]]
    entries, exits = first_leg["entry_bar"], first_leg["exit_bar"]
    assert (exits >= entries).all()
    assert (entries[1:] >= exits[:-1]).all()
