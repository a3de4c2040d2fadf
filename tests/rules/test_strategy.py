"""Rules as a value, and a strategy with its spaces."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.core.params import Choice, Float, Int, Off, Optional
from alpha_discovery.core.scalar import Const, Param
from alpha_discovery.errors import OutOfRange, RuleError, UnknownName, UserError
from alpha_discovery.indicators import sma
from alpha_discovery.rules import Rules, Strategy, SymbolicBars, crosses_above, strategy

bars, other = SymbolicBars(), SymbolicBars(1)
UP = bars.close > bars.open


@strategy(
    family="trend_following",
    space={"fast": Int(5, 50), "slow": Int(20, 200)},
    where=lambda p: p.fast < p.slow,
    source="Nobody (2000)",
)
def cross(p: Any, bars: Any) -> Rules:
    """Long after a cross.

    More about it.
    """
    return Rules(enter_long=crosses_above(sma(bars.close, p.fast), sma(bars.close, p.slow)))


def test_conditions_left_out_are_never_true() -> None:
    assert Rules(enter_long=UP).describe() == ["enter long when close > open"]


def test_rules_describe_every_condition_and_what_is_unusual() -> None:
    rules = Rules(
        enter_long=UP, exit_long=~UP, enter_short=~UP, exit_short=UP,
        weights=(Const(1.0), -Param("ratio")), latency_ms=Param("delay"),
    )  # fmt: skip
    assert rules.describe({"delay": 250}) == [
        "enter long when close > open",
        "exit long when close <= open",
        "enter short when close <= open",
        "exit short when close > open",
        "a long position holds 1 of leg 1, -ratio of leg 2",
        "orders fill 250 ms after the open",
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "rules need enter_long or enter_short; both are missing"),
        ({"exit_long": UP}, "rules need enter_long or enter_short; both are missing"),
        ({"enter_long": True}, "enter_long needs a condition such as crosses_above(a, b); found True"),
        ({"enter_long": bars.close}, "enter_long needs a condition such as crosses_above(a, b); found close"),
        (
            {"enter_long": Param("a") < Param("b")},
            "enter_long needs a condition such as crosses_above(a, b); found a < b",
        ),
        (
            {"enter_long": bars.close > other.close},
            "the rules read 2 legs but give 1 weights; give one weight a leg",
        ),
        (
            {"enter_long": UP, "weights": (Const(0.5),)},
            "a single market has the weight 1; its size is the risk parameter position_size",
        ),
    ],
)
def test_rules_that_cannot_be_traded_are_refused(fields: Any, sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        Rules(**fields)
    assert str(caught.value) == sentence


def test_rules_know_the_parameters_of_weights_and_latency_too() -> None:
    rules = Rules(
        enter_long=bars.close > other.close, weights=(Const(1.0), Param("beta")), latency_ms=Param("delay") * 2
    )
    assert rules.parameters == ("beta", "delay")


def test_the_warmup_of_rules_is_that_of_their_slowest_condition() -> None:
    assert cross.rules.warmup({"fast": 5, "slow": 20}) == 21


def test_the_longest_warmup_of_a_space_is_at_its_longest_windows() -> None:
    assert cross.longest_warmup(cross.space) == 201
    assert cross.longest_warmup(cross.space_with({"slow": [20, 60]})) == 61


def test_the_summary_is_the_first_line_of_the_docstring() -> None:
    assert cross.summary == "Long after a cross."
    assert cross.doc == "Long after a cross.\n\nMore about it."


def test_a_strategy_knows_its_file_which_is_no_part_of_its_identity() -> None:
    assert cross.file == __file__
    moved = Strategy(cross.name, cross.family, cross.own, cross.rules, cross.source, cross.doc, file="elsewhere.py")
    assert moved == cross
    assert moved.fingerprint == cross.fingerprint


def test_the_default_space_holds_own_and_searched_risk_parameters() -> None:
    assert cross.space.names == ("fast", "slow", "position_size", "stop_loss", "take_profit")


def test_the_allowed_space_holds_all_of_risk() -> None:
    assert cross.allowed.names == (
        "fast", "slow", "position_size", "stop_loss", "take_profit", "trailing_stop", "max_holding_bars", "direction",
        "leverage",
    )  # fmt: skip


def test_complete_adds_the_usual_risk() -> None:
    assert cross.complete({"fast": 10, "slow": 50, "stop_loss": "off"}) == {
        "fast": 10, "slow": 50, "position_size": 0.1, "stop_loss": None, "take_profit": 0.1, "trailing_stop": None,
        "max_holding_bars": None, "direction": "both", "leverage": 1.0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "kind", "sentence"),
    [
        ({"fast": 10}, UserError, "no value for slow"),
        ({"fast": 4, "slow": 50}, OutOfRange, "fast=4 is outside the whole numbers [5, 50]"),
        ({"fast": 10.5, "slow": 50}, OutOfRange, "fast=10.5 is outside the whole numbers [5, 50]"),
        (
            {"fast": 30, "slow": 20},
            OutOfRange,
            "parameters=(fast=30, slow=20) is outside the condition fast < slow",
        ),
        ({"fast": 10, "slow": 50, "stop_los": 1}, UnknownName,
         "no parameter named 'stop_los'; did you mean stop_loss?"),
        ({"fast": 10, "slow": 50, "direction": "up"}, OutOfRange,
         "direction=up is outside the values both, long, short"),
    ],
)  # fmt: skip
def test_complete_refuses_what_does_not_fit(values: Any, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as caught:
        cross.complete(values)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("ranges", "name", "kind"),
    [
        ({"fast": [8, 12]}, "fast", Int(8, 12)),
        ({"fast": 8}, "fast", Int(8, 8)),
        ({"stop_loss": [0.02, 0.05]}, "stop_loss", Float(0.02, 0.05, step=0.005)),  # inside: the searched steps stay
        ({"stop_loss": [0.02, 0.5]}, "stop_loss", Float(0.02, 0.5)),  # beyond the searched range
        ({"stop_loss": "off"}, "stop_loss", Off()),
        ({"stop_loss": None}, "stop_loss", Off()),
        ({"trailing_stop": ["off", 0.01, 0.05]}, "trailing_stop", Optional(Float(0.01, 0.05))),
        ({"max_holding_bars": [5, 50]}, "max_holding_bars", Int(5, 50)),
        ({"direction": "long"}, "direction", Choice(("both", "long", "short"), ("long",))),
        ({"direction": ["long", "short"]}, "direction", Choice(("both", "long", "short"), ("long", "short"))),
    ],
)
def test_a_person_narrows_the_searched_space(ranges: Any, name: str, kind: Any) -> None:
    assert cross.space_with(ranges).kinds[name] == kind


def test_a_narrowed_space_keeps_the_other_parameters_and_the_conditions() -> None:
    space = cross.space_with({"fast": 8})
    assert {**space.kinds, "fast": cross.space.kinds["fast"]} == dict(cross.space.kinds)
    assert space.conditions == cross.space.conditions


UNEVEN = (
    "fast needs one value, [low, high], or values equally far apart; found 8, 9, 11; in Python a frame with a row for"
    " each set of parameters takes any"
)


@pytest.mark.parametrize(
    ("ranges", "sentence"),
    [
        ({"fst": 8}, "no parameter of cross named 'fst'; did you mean fast?"),
        ({"fast": [8, 60]}, "fast=60 is outside the whole numbers [5, 50]"),
        ({"stop_loss": [0.02, 3.0]}, "stop_loss=3.0 is outside [0.0001, 0.95]"),
        ({"fast": [8, 9, 11]}, UNEVEN),
    ],
)
def test_a_range_that_does_not_fit_is_refused(ranges: Any, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        cross.space_with(ranges)
    assert str(caught.value) == sentence


def test_the_identity_follows_rules_and_space() -> None:
    wider = Strategy(cross.name, cross.family, cross.space_with({"fast": 8}), cross.rules, cross.source)
    assert wider.fingerprint != cross.fingerprint
