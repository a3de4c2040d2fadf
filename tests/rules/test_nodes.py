"""What the grammar lets a strategy say, and the exact sentence for what it does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.scalar import Const, Param
from alpha_discovery.errors import RuleError, UnknownName
from alpha_discovery.indicators import atr, ema, rsi, sma
from alpha_discovery.rules import SymbolicBars, crosses_above, crosses_below, lag
from alpha_discovery.rules.nodes import NEVER, Apply, Bool, Combine, Compare, Cross, Field, Junction, Lag, Unary

bars = SymbolicBars()
fast = Param("fast")


@pytest.mark.parametrize(
    ("series", "unit"),
    [
        (bars.close, "price"), (bars.volume, "count"), (bars.hour, "ratio"), (bars.weekday, "ratio"),
        (sma(bars.close, 5), "price"), (sma(bars.volume, 5), "count"), (rsi(bars.close, 5), "ratio"),
        (atr(bars, 5), "price"), (bars.close - bars.open, "price"), (bars.close / bars.open, "ratio"),
        (bars.close * 2, "price"), (2 * bars.close, "price"), (bars.close / 2, "price"),
        (bars.close / bars.open * bars.volume, "count"), (bars.close + 0, "price"), (0 - bars.close, "price"),
        (1 - bars.close / bars.open, "ratio"), (fast * bars.close, "price"), (-bars.volume, "count"),
        (abs(bars.close - bars.open), "price"), (lag(bars.volume, 3), "count"), (1 / (bars.close / bars.open), "ratio"),
    ],
)  # fmt: skip
def test_every_series_has_the_unit_that_its_parts_make(series: Any, unit: str) -> None:
    assert series.unit == unit


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda: bars.close > bars.volume,
         "cannot compare with >: close is a price and volume a count; divide by a price first"),
        (lambda: bars.close < 100, "cannot compare with <: close is a price and 100 a ratio; divide by a price first"),
        (lambda: bars.close > fast,
         "cannot compare with >: close is a price and fast a ratio; divide by a price first"),
        (lambda: rsi(bars.close, 14) > sma(bars.close, 5),
         "cannot compare with >: RSI(close, 14) is a ratio and SMA(close, 5) a price; divide by a ratio first"),
        (lambda: crosses_above(bars.close, bars.hour),
         "cannot cross above: close is a price and hour a ratio; divide by a price first"),
        (lambda: crosses_below(bars.volume, 3),
         "cannot cross below: volume is a count and 3 a ratio; divide by a count first"),
        (lambda: bars.close + bars.volume, "cannot add: close is a price and volume a count; divide by a price first"),
        (lambda: bars.close - 1, "cannot subtract: close is a price and 1 a ratio; divide by a price first"),
        (lambda: bars.close * bars.open, "cannot multiply a price with a price (close, open)"),
        (lambda: bars.close / bars.volume, "cannot divide a price by a count (close, volume)"),
        (lambda: 1 / bars.close, "cannot divide a ratio by a price (1, close)"),
        (lambda: atr(bars.volume, bars.low, bars.close, 5), "atr needs a price as high; volume is a count"),
    ],
)  # fmt: skip
def test_units_that_do_not_fit_are_told_apart(write: Callable[[], object], sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        write()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda: lag(bars.close, 0), "lag needs a whole number of bars >= 1; found 0 (the future is not available)"),
        (lambda: lag(bars.close, -1), "lag needs a whole number of bars >= 1; found -1 (the future is not available)"),
        (lambda: lag(bars.close, 1.5),
         "lag needs a whole number of bars >= 1; found 1.5 (the future is not available)"),
        (lambda: lag(5, 1), "lag needs a series of bars; found 5"),
        (lambda: sma(bars.close, 0), "sma needs a whole number of bars >= 1 as window; found 0"),
        (lambda: sma(bars.close, 2.5), "sma needs a whole number of bars >= 1 as window; found 2.5"),
        (lambda: sma(bars.close), "sma takes (x, window); got 1 arguments"),
        (lambda: sma(fast, bars.close), "sma needs a series of bars as x; found fast"),
        (lambda: sma(bars.close, "5"), "needs a number or a parameter; found str"),
        (lambda: sma(bars.close, float("nan")), "needs a finite number; found nan"),
        (lambda: bars.close > float("inf"), "needs a finite number; found inf"),
        (lambda: crosses_above(fast, 3), "a cross needs at least one series of bars; found fast and 3"),
        (lambda: (bars.close > bars.open) & True, "needs a condition on both sides of &; found True"),
        (lambda: True & (bars.close > bars.open), "needs a condition on both sides of &; found True"),
        (lambda: (bars.close > bars.open) | bars.close, "needs a condition on both sides of |; found close"),
        (lambda: Field("close", -1), "legs are counted from 0; found -1"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_answered_with_what_can(write: Callable[[], object], sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        write()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "write",
    [
        lambda: bars.close > bars.open and bars.close > bars.low,
        lambda: not bars.close > bars.open,
        lambda: bars.low < bars.open < bars.high,
        lambda: 1 if bars.close else 2,
        lambda: 1 if crosses_above(bars.close, bars.open) else 2,
    ],
)
def test_python_logic_is_refused_because_it_would_be_decided_now(write: Callable[[], object]) -> None:
    with pytest.raises(RuleError, match=r"has no single truth; .*join .*with & \| ~ instead of and, or, not$"):
        write()


def test_an_unknown_bar_field_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match=re.escape("no bar field named 'clsoe'; did you mean close?")):
        Field("clsoe")


def test_an_unknown_indicator_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match=re.escape("no indicator named 'smaa'; did you mean sma?")):
        Apply("smaa", (bars.close,), (Const(5.0),))


def test_bars_stand_for_their_fields_where_an_indicator_names_them() -> None:
    assert atr(bars, fast) == atr(bars.high, bars.low, bars.close, fast)


def test_equal_expressions_are_equal_and_have_one_hash() -> None:
    one, other = ema(bars.close, fast) - bars.open, ema(bars.close, Param("fast")) - SymbolicBars().open
    assert one == other
    assert hash(one) == hash(other)


def test_legs_tell_fields_apart() -> None:
    assert SymbolicBars(1).close == Field("close", 1) != bars.close


def test_numbers_on_the_left_of_a_comparison_turn_it_around() -> None:
    turned = 30 < rsi(bars.close, 14)  # noqa: SIM300  the point of the test
    assert turned == Compare(">", rsi(bars.close, 14), Const(30.0))


def test_parameters_join_series_from_either_side() -> None:
    assert fast * bars.close == Combine("*", fast, bars.close)
    assert bars.close * fast == Combine("*", bars.close, fast)
    assert (fast + 1) * bars.close == Combine("*", fast + 1, bars.close)


def test_signs_and_distances_are_nodes_of_their_own() -> None:
    assert -bars.close == Unary("neg", bars.close)
    assert abs(bars.close) == Unary("abs", bars.close)
    assert lag(bars.close) == Lag(bars.close, Const(1.0))


def test_junctions_of_one_kind_become_one() -> None:
    a, b, c = bars.close > bars.open, bars.close > bars.low, bars.close > bars.high
    assert a & b & c == a & (b & c) == Junction("and", (a, b, c))
    assert (a & b) | c == Junction("or", (Junction("and", (a, b)), c))


def test_a_comparison_is_negated_by_its_opposite() -> None:
    assert ~(bars.close > bars.open) == (bars.close <= bars.open)
    assert ~(bars.close >= bars.open) == (bars.close < bars.open)
    assert ~(bars.close < bars.open) == (bars.close >= bars.open)
    assert ~(bars.close <= bars.open) == (bars.close > bars.open)


def test_a_cross_is_negated_to_one_that_is_known_not_to_happen() -> None:
    assert ~crosses_above(bars.close, bars.open) == Cross("above", bars.close, bars.open, happens=False)


def test_negation_goes_down_to_the_comparisons() -> None:
    a, b, c = bars.close > bars.open, bars.close > bars.low, crosses_above(bars.close, bars.high)
    assert ~(a & (b | c)) == ~a | (~b & ~c)


def test_the_negation_of_never_is_always() -> None:
    assert NEVER.negated() == Junction("and", ())


leaves = st.integers(0, 3).map(lambda leaf: Compare("<", bars.close / bars.open, Const(float(leaf))))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: Junction("and", tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: Junction("or", tuple(parts))),
        inner.map(lambda part: ~part),
    ),
    max_leaves=8,
)  # fmt: skip
truths = st.lists(st.sampled_from((True, False, None)), min_size=4, max_size=4)


def known_to_hold(node: Bool, truth: list[bool | None]) -> bool:
    """The meaning of a tree whose leaves are ``x < k``: true where known, with ``truth[k]`` None for unknown."""
    if isinstance(node, Junction):
        parts = [known_to_hold(part, truth) for part in node.parts]
        return all(parts) if node.op == "and" else any(parts)
    assert isinstance(node, Compare)
    assert isinstance(node.right, Const)
    value = truth[int(node.right.value)]
    return value is not None and (value if node.op == "<" else not value)


@settings(max_examples=60, deadline=None)
@given(trees, truths)
def test_a_condition_and_its_negation_are_never_both_true(tree: Bool, truth: list[bool | None]) -> None:
    assert not (known_to_hold(tree, truth) and known_to_hold(~tree, truth))


@settings(max_examples=60, deadline=None)
@given(trees, st.lists(st.booleans(), min_size=4, max_size=4))
def test_where_everything_is_known_one_of_the_two_is_true(tree: Bool, truth: list[bool | None]) -> None:
    assert known_to_hold(tree, truth) != known_to_hold(~tree, truth)


@settings(max_examples=60, deadline=None)
@given(trees)
def test_negating_twice_changes_nothing(tree: Bool) -> None:
    assert ~~tree == tree
