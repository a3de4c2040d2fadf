"""Random rules say what a person could have written, over all of the grammar."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.indicators.registry import all_indicators
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.trees import UNITS, can_measure, rules_strategy, strategy_of, values_strategy


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3).flatmap(lambda legs: rules_strategy(n_legs=legs)))
def test_random_rules_survive_json(rules: Rules) -> None:
    assert Rules.from_json(json.loads(json.dumps(rules.to_json()))) == rules


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_random_values_are_complete_and_in_range(data: st.DataObject) -> None:
    rules = data.draw(rules_strategy())
    values = data.draw(values_strategy(rules))
    assert strategy_of(rules).complete(values) == values


def test_every_indicator_can_be_drawn() -> None:
    assert all(any(can_measure(one, unit) for unit in UNITS) for one in all_indicators().values())
