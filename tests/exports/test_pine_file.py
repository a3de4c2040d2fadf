"""The Pine export, read by a parser of its own and evaluated bar by bar; TradingView itself has not run it."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.risk import DEFAULTS
from alpha_discovery.errors import UserError
from alpha_discovery.exports.lowered import lowered
from alpha_discovery.exports.pine_file import library, pine_file
from alpha_discovery.exports.subject import Subject
from alpha_discovery.indicators.registry import all_indicators
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.rules.nodes import Apply, Field
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.alpha_examples import random_subjects
from alpha_discovery.trading.rows import rows_of
from alpha_discovery.trading.stream import SignalStream

NAN = math.nan
FLAT = {
    "strategy.equity": 10_000.0, "strategy.position_size": 0, "strategy.opentrades": 0, "strategy.long": 1,
    "strategy.short": -1, "strategy.position_avg_price": NAN, "syminfo.mintick": 0.01, "entry bar": NAN,
    "strategy.commission.percent": "percent",
}  # fmt: skip


def _reader() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pine", Path(__file__).with_name("pine.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pine = _reader()
BARS = load_sample("BTC_USD-1h")


def evaluated(subject: Subject, bars: Bars, names: list[str], **state: Any) -> tuple[Any, list[Any]]:
    """Values of variables at every bar, and the orders that were given."""
    script = pine.Script(pine_file(subject))
    columns = {name: getattr(bars, name).tolist() for name in ("time", "open", "high", "low", "close", "volume")}
    return script.run(columns, names, {**FLAT, **state}), script.orders


def differences(subject: Subject, bars: Bars) -> tuple[int, int]:
    """How many of the four conditions differ over all bars, and how many are true."""
    names = list(lowered(subject.rules, str).signals.values())
    found, _ = evaluated(subject, bars, names)
    stream = SignalStream(subject.rules, subject.parameters)
    wanted = np.array([stream.update(rows, gap) for rows, gap in rows_of((bars,))]).T
    return int((np.array([found[name] for name in names]) != wanted).sum()), int(wanted.sum())


def test_conditions_of_random_alphas_are_those_of_the_stream() -> None:
    bars = BARS.slice(0, 330)
    wrong, true = np.sum([differences(one, bars) for one in random_subjects(6, 11, bars)], axis=0)
    assert wrong == 0
    assert true > 100


@pytest.mark.slow
def test_conditions_of_fifty_alphas_over_a_month_are_those_of_the_stream_but_for_ties() -> None:
    bars = BARS.slice(0, 1_000)
    found = [differences(one, bars) for one in random_subjects(50, 50, bars)]
    # sums are taken in another order: averages that are equal on paper differ in the sixteenth digit, and one rule
    # compares such averages (0.7365217391304348 against 0.7365217391304347) at one bar
    assert sum(wrong > 0 for wrong, _ in found) <= 1
    assert sum(wrong for wrong, _ in found) <= 4
    assert sum(true for _, true in found) > 1_000


def of_rules(rules: Rules, **risk: Any) -> Subject:
    return Subject("ab" * 16, 'a "name"', rules, {**DEFAULTS, **risk}, Costs(), BARS.timeframe, (("BTC/USD",),))


UNTRANSLATED = {"markov_regime"}  # a fit of thousands of steps a bar; Pine ends a script that loops for long


@pytest.mark.parametrize("name", sorted({*all_indicators()} - UNTRANSLATED))
def test_every_indicator_has_a_pine_function_that_computes_the_same(name: str) -> None:
    indicator = all_indicators()[name]
    fields = ("open", "high", "low", "close", "volume")
    inputs = [Field(part if part in fields else "close") for part in indicator.inputs]
    node = indicator(*inputs, *(4 if indicator.is_window(param) else 2.0 for param in indicator.params))
    rules = Rules(enter_long=node > (1.0 if node.unit == "ratio" else 0.0))
    bars, values = BARS.slice(0, 60), [getattr(BARS.slice(0, 60), part.name) for part in inputs]
    found, _ = evaluated(of_rules(rules), bars, [f"v{len(set(inputs)) + 1}"])
    wanted = indicator(*values, *(4 if indicator.is_window(param) else 2.0 for param in indicator.params))
    assert next(iter(found.values())) == pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True)
    assert np.isfinite(wanted).sum() > 40


@pytest.mark.parametrize("name", sorted(UNTRANSLATED))
def test_an_indicator_without_a_pine_function_is_refused_with_where_to_turn(name: str) -> None:
    rules = Rules(enter_long=all_indicators()[name](Field("close"), 40, 10) > 1.5)
    with pytest.raises(UserError, match=f"{name} has no translation to Pine Script; export this alpha as python"):
        pine_file(of_rules(rules))


def test_an_entry_spends_the_share_of_the_equity_that_the_alpha_spends() -> None:
    up = of_rules(Rules(enter_long=Field("close") > Field("open")), position_size=0.5, leverage=2.0, stop_loss=0.05)
    bars = BARS.slice(0, 40)
    _, orders = evaluated(up, bars, [])
    entries = [(bar, told["qty"]) for bar, name, _, told in orders if name == "strategy.entry"]
    rate = 0.001 + 0.0005
    assert entries == [
        (bar, pytest.approx(10_000.0 * 0.5 * 2.0 / (bars.close[bar] * (1.0 + rate))))
        for bar in range(40) if bars.close[bar] > bars.open[bar]
    ]  # fmt: skip


def test_levels_of_an_open_position_are_those_of_the_alpha() -> None:
    risk = {"stop_loss": 0.02, "take_profit": 0.05, "trailing_stop": 0.03, "max_holding_bars": 9}
    subject = of_rules(Rules(enter_short=Field("close") > Field("open") * 9.0), **risk)
    bars = BARS.slice(0, 12)
    state = {
        "strategy.position_size": -2.0, "strategy.opentrades": 1, "entry bar": 3,
        "strategy.position_avg_price": float(bars.open[3]),
    }  # fmt: skip
    _, orders = evaluated(subject, bars, [], **state)
    exits = {bar: told for bar, name, _, told in orders if name == "strategy.exit"}
    best = np.minimum.accumulate(bars.close)
    for bar, told in exits.items():  # a short: both stops above, the lower one counts
        assert told["stop"] == pytest.approx(min(bars.open[3] * 1.02, best[bar] * 1.03))
        assert told["limit"] == pytest.approx(bars.open[3] * 0.95)
    assert [bar for bar, name, _, _ in orders if name == "strategy.close"] == [11]  # the ninth close


def test_two_legs_and_an_unknown_indicator_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    two = next(iter(random_subjects(1, 1, BARS, n_legs=2)))
    with pytest.raises(UserError, match="Export it as python or json"):
        pine_file(two)
    rules = Rules(enter_long=Apply("sma", (Field("close"),), (two.rules.weights[0],)) > 0.0)
    subject = of_rules(rules)
    monkeypatch.delitem(library(), "ad_sma")
    with pytest.raises(UserError, match="sma has no translation to Pine Script"):
        pine_file(subject)
