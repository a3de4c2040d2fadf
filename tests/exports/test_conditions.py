"""The exported text of a rule computes what the streaming indicators compute, over the whole grammar."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.risk import DEFAULTS
from alpha_discovery.errors import UserError
from alpha_discovery.exports.kernel_source import KernelSource
from alpha_discovery.exports.python_file import python_file
from alpha_discovery.exports.subject import Subject
from alpha_discovery.indicators.registry import Indicator, all_indicators
from alpha_discovery.indicators.sma import sma
from alpha_discovery.market_data.sample import load_sample
from alpha_discovery.rules.nodes import Field
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import legs_strategy
from alpha_discovery.testing.trees import rules_strategy, values_strategy
from alpha_discovery.trading.rows import rows_of
from alpha_discovery.trading.stream import SignalStream


def computed(rules: Rules, values: dict[str, Any], bars: Bars) -> Any:
    """The conditions of the exported text, run here."""
    subject = Subject(
        "0" * 32, "random", rules, values, Costs(), bars.timeframe, (("X",),),
        is_continuous=bars.instrument.calendar == "24/7",
    )  # fmt: skip
    text = python_file(subject).partition("\nif __name__")[0]
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, "exported", "exec"), names)
    leg = {name: getattr(bars, name) for name in ("time", "open", "high", "low", "close", "volume")}
    return names["signals"]([leg], names["conditions"], names["SPEC"])


def assert_same_conditions(rules: Rules, values: dict[str, Any], bars: Bars) -> None:
    """Bar by bar, with the restart after a gap."""
    stream = SignalStream(rules, values)
    wanted = np.array([stream.update(rows, gap) for rows, gap in rows_of((bars,))]).T
    assert (computed(rules, values, bars) == wanted).all()


@given(st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_conditions_of_random_trees_are_those_of_the_stream(data: Any) -> None:
    rules = data.draw(rules_strategy(depth=2))
    values = data.draw(values_strategy(rules))
    (bars,) = data.draw(legs_strategy(n_legs=1, min_bars=30, max_bars=80))
    assert_same_conditions(rules, values, bars)


@pytest.mark.parametrize("name", sorted(all_indicators()))
def test_every_indicator_is_written_down_and_computes_the_same(name: str) -> None:
    indicator = all_indicators()[name]
    fields = ("open", "high", "low", "close", "volume")
    inputs = [Field(part if part in fields else "close") for part in indicator.inputs]
    node = indicator(*inputs, *(3 if indicator.is_window(param) else 2.0 for param in indicator.params))
    line = 1.0 if node.unit == "ratio" else 0.0
    rules = Rules(enter_long=node > line, enter_short=node < line)
    assert_same_conditions(rules, dict(DEFAULTS), load_sample("BTC_USD-1h").slice(0, 120))


def test_an_indicator_without_source_is_refused_by_name() -> None:
    bare = Indicator("mine", ("x",), (), "same", len, sma.step, lambda: 1, "a test")
    with pytest.raises(UserError, match="mine cannot be exported"):
        KernelSource().add(bare)
