"""Rules as JSON: what is stored is read back to the same tree, and nothing else is accepted."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.core.identity import canonical_json
from alpha_discovery.core.scalar import Const, Param
from alpha_discovery.errors import RuleError, UnknownName
from alpha_discovery.indicators import ema, sma
from alpha_discovery.rules import Rules, SymbolicBars, crosses_above, crosses_below, lag
from alpha_discovery.rules.json_form import bool_from_json, operand_from_json, to_json
from alpha_discovery.rules.nodes import NEVER, Bool
from alpha_discovery.testing.trees import rules_strategy

bars, other = SymbolicBars(), SymbolicBars(1)
fast = Param("fast")
CLOSE = {"field": "close"}


@pytest.mark.parametrize(
    ("node", "data"),
    [
        (bars.close, CLOSE),
        (other.close, {"field": "close", "leg": 1}),
        (fast, {"param": "fast"}),
        (fast + 0.5, {"op": "+", "args": [{"param": "fast"}, 0.5]}),
        (ema(bars.close, fast), {"indicator": "ema", "args": [CLOSE, {"param": "fast"}]}),
        (bars.close / bars.open, {"combine": "/", "args": [CLOSE, {"field": "open"}]}),
        (-bars.close, {"unary": "neg", "args": [CLOSE]}),
        (lag(bars.close, 3), {"lag": CLOSE, "bars": 3}),
    ],
)
def test_series_and_numbers_have_a_canonical_form(node: Any, data: Any) -> None:
    assert to_json(node) == data
    assert operand_from_json(data) == node


@pytest.mark.parametrize(
    ("node", "data"),
    [
        (bars.close > lag(bars.close, 1), {"compare": ">", "args": [CLOSE, {"lag": CLOSE, "bars": 1}]}),
        (crosses_above(bars.close, 0), {"cross": "above", "args": [CLOSE, 0], "happens": True}),
        (~crosses_below(bars.close, 0), {"cross": "below", "args": [CLOSE, 0], "happens": False}),
        ((bars.close > 0) & (bars.open > 0), {"and": [{"compare": ">", "args": [CLOSE, 0]},
                                                      {"compare": ">", "args": [{"field": "open"}, 0]}]}),
        (NEVER, {"or": []}),
    ],
)  # fmt: skip
def test_conditions_have_a_canonical_form(node: Bool, data: Any) -> None:
    assert to_json(node) == data
    assert bool_from_json(data) == node


def test_whole_numbers_are_written_without_a_point() -> None:
    assert canonical_json(to_json(sma(bars.close, 5.0))) == '{"args":[{"field":"close"},5],"indicator":"sma"}'


def test_the_fingerprint_is_the_hash_of_the_canonical_text() -> None:
    rules = Rules(enter_long=bars.close > bars.open)
    # content_hash hashes the list of its arguments
    text = '[{"enter_long":{"args":[{"field":"close"},{"field":"open"}],"compare":">"}}]'
    assert rules.fingerprint == hashlib.sha256(text.encode()).hexdigest()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 3).flatmap(lambda legs: rules_strategy(n_legs=legs, depth=3)))
def test_any_rules_survive_being_stored(rules: Rules) -> None:
    again = Rules.from_json(json.loads(canonical_json(rules.to_json())))
    assert again == rules
    assert again.fingerprint == rules.fingerprint
    assert again.describe() == rules.describe()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules_strategy(), rules_strategy())
def test_different_rules_have_different_fingerprints(one: Rules, two: Rules) -> None:
    assert (one == two) == (one.fingerprint == two.fingerprint)


def test_weights_and_latency_are_kept() -> None:
    rules = Rules(enter_long=bars.close > other.close, weights=(Const(1.0), -fast), latency_ms=fast * 2)
    assert Rules.from_json(rules.to_json()) == rules


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"compare": "==", "args": [CLOSE, CLOSE]}, "cannot read the condition {'compare': '==', "),
        ({"and": CLOSE}, "cannot read the condition {'and': "),
        ("close > open", "cannot read the condition close > open"),
        ({"compare": ">", "args": [1, 2]},
         "a comparison needs at least one series of bars; put one between parameters into where="),
        ({"compare": ">", "args": [CLOSE, {"field": "volume"}]}, "cannot compare with >: close is a price"),
        ({"compare": ">", "args": [CLOSE, {"lag": 5, "bars": 1}]}, "needs a series of bars; found 5"),
        ({"compare": ">", "args": [CLOSE, {"lag": CLOSE, "bars": -1}]},
         "lag needs a whole number of bars >= 1; found -1"),
        ({"compare": ">", "args": [CLOSE, {"indicator": "sma", "args": [CLOSE]}]},
         "sma takes (x, window); got 1 series"),
        ({"compare": ">", "args": [CLOSE, True]}, "needs a number or a parameter; found bool"),
        ({"compare": ">", "args": [CLOSE, {"op": "**", "args": [1, 2]}]}, "cannot read the number {'op': '**'"),
        ({"compare": ">", "args": [CLOSE, None]}, "cannot read the number None"),
    ],
)  # fmt: skip
def test_what_is_not_a_rule_is_refused(data: Any, sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        bool_from_json(data)
    assert str(caught.value).startswith(sentence)


def test_an_indicator_that_is_gone_is_named() -> None:
    with pytest.raises(UnknownName, match="no indicator named 'smaa'; did you mean sma"):
        operand_from_json({"indicator": "smaa", "args": [CLOSE, 5]})


def test_a_misspelt_part_of_rules_is_not_passed_over() -> None:
    data = {**Rules(enter_long=bars.close > bars.open).to_json(), "exit_lnog": {"or": []}}
    with pytest.raises(UnknownName, match="no part of rules named 'exit_lnog'; did you mean exit_long"):
        Rules.from_json(data)
