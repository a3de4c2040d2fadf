"""Warm-up, parameters and legs of a tree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alpha_discovery.core.scalar import Const, Param, Scalar
from alpha_discovery.errors import RuleError
from alpha_discovery.indicators import ema, rsi, sma
from alpha_discovery.rules import SymbolicBars, crosses_above, lag
from alpha_discovery.rules.nodes import NEVER
from alpha_discovery.rules.walk import bounds, legs, longest_warmup, number, parameters, walk, warmup, windows

bars, other = SymbolicBars(), SymbolicBars(1)
fast, slow, shift = Param("fast"), Param("slow"), Param("shift")
VALUES = {"fast": 5.0, "slow": 20.0, "shift": 3.0}


@pytest.mark.parametrize(
    ("node", "need"),
    [
        (bars.close, 1),
        (sma(bars.close, fast), 5),
        (rsi(bars.close, fast), 6),  # five changes need six closes
        (lag(bars.close, shift), 4),
        (lag(sma(bars.close, fast), shift), 8),
        (ema(sma(bars.close, fast), slow), 24),  # 20 values of an average, the first of which needs 5 bars
        (sma(bars.close, fast) > sma(bars.close, slow), 20),
        (crosses_above(sma(bars.close, fast), sma(bars.close, slow)), 21),  # both sides at the last bar too
        ((bars.close > bars.open) & (lag(bars.close, shift) > 0), 4),
        (sma(bars.close, slow - fast), 15),
        (NEVER, 1),
    ],
)
def test_warmup_counts_the_bars_up_to_the_first_known_one(node: Any, need: int) -> None:
    assert warmup(node, VALUES) == need


@pytest.mark.parametrize("bad", [0.0, -2.0, 2.5])
def test_a_window_that_is_not_a_whole_number_of_bars_is_refused(bad: float) -> None:
    with pytest.raises(RuleError) as caught:
        warmup(sma(bars.close, fast), {"fast": bad})
    assert str(caught.value) == f"sma window needs a whole number of bars >= 1; fast gives {bad:g}"


def test_a_lag_into_the_future_is_refused() -> None:
    with pytest.raises(RuleError, match=r"^lag needs a whole number of bars >= 1; shift gives -1$"):
        warmup(lag(bars.close, shift), {"shift": -1.0})


def test_the_longest_warmup_looks_at_every_corner() -> None:
    # slow - fast is longest at slow=50, fast=5: neither the lowest nor the highest values of both
    assert longest_warmup(sma(bars.close, slow - fast), {"fast": (5.0, 20.0), "slow": (20.0, 50.0)}) == 45


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20), st.integers(21, 60), st.integers(1, 9))
def test_no_parameters_need_more_than_the_longest_warmup(a: int, b: int, c: int) -> None:
    past = lag(sma(bars.close, slow - fast), shift * 2)
    node = crosses_above(past, ema(rsi(bars.close, fast), shift) / 2 * bars.open)
    ranges = {"fast": (1.0, 20.0), "slow": (21.0, 60.0), "shift": (1.0, 9.0)}
    assert warmup(node, {"fast": float(a), "slow": float(b), "shift": float(c)}) <= longest_warmup(node, ranges)


numbers = st.floats(-5.0, 5.0).map(lambda x: round(x, 2) + 0.0)  # no negative zero
scalars: st.SearchStrategy[Scalar] = st.recursive(
    st.one_of(numbers.map(Const), st.sampled_from((Param("a"), Param("b")))),
    lambda inner: st.tuples(st.sampled_from("+-*"), inner, inner).map(
        lambda t: t[1] + t[2] if t[0] == "+" else t[1] - t[2] if t[0] == "-" else t[1] * t[2]
    ),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scalars, st.tuples(numbers, numbers).map(sorted), st.tuples(numbers, numbers).map(sorted), st.data())
def test_no_value_lies_outside_its_bounds(scalar: Scalar, a: list[float], b: list[float], data: st.DataObject) -> None:
    values = {"a": data.draw(st.floats(*a)), "b": data.draw(st.floats(*b))}
    low, high = bounds(scalar, {"a": (a[0], a[1]), "b": (b[0], b[1])})
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert low - slack <= number(scalar, values) <= high + slack


def test_bounds_of_a_quotient() -> None:
    assert bounds(slow / fast, {"slow": (20.0, 60.0), "fast": (2.0, 5.0)}) == (4.0, 30.0)


def test_bounds_refuse_to_divide_by_zero() -> None:
    with pytest.raises(RuleError, match=r"^\(slow / fast\) divides by zero within its ranges$"):
        bounds(slow / fast, {"slow": (1.0, 2.0), "fast": (-1.0, 1.0)})


def test_parameters_are_found_once_and_in_order() -> None:
    node = crosses_above(sma(bars.close, slow), lag(sma(bars.close, fast + slow), shift))
    assert parameters(node) == ("fast", "shift", "slow")


def test_legs_are_counted_from_the_highest() -> None:
    assert legs(bars.close > bars.open) == 1
    assert legs(bars.close > other.close) == 2
    assert legs(NEVER) == 1


def test_windows_are_listed_with_their_names() -> None:
    node = crosses_above(sma(bars.close, fast), lag(bars.close, shift))
    assert list(windows(node)) == [("sma window", fast), ("lag", shift)]


def test_walk_visits_every_part() -> None:
    node = sma(bars.close, fast) > bars.open
    assert list(walk(node)) == [node, sma(bars.close, fast), bars.close, fast, bars.open]
