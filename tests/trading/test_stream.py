"""The streaming form of rules: known or not, restarts, one state a node, plain arithmetic."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.scalar import Const, Param, Scalar
from alpha_discovery.errors import RuleError, UnknownName
from alpha_discovery.indicators import sma
from alpha_discovery.rules.nodes import (
    Apply,
    Bool,
    Combine,
    Compare,
    Cross,
    Field,
    Junction,
    Lag,
    Node,
    Unary,
    crosses_above,
    crosses_below,
    lag,
)
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.rules.walk import number, window_values
from alpha_discovery.testing.paths import MONDAY, explicit_bars, legs_strategy
from alpha_discovery.testing.trees import rules_strategy, values_strategy
from alpha_discovery.trading.cells import quotient
from alpha_discovery.trading.rows import BarRow, rows_of
from alpha_discovery.trading.stream import Signals, SignalStream

CLOSE = Field("close")
HOUR_MS = 3_600_000


def bars_at(closes: Sequence[float], **kinds: Any) -> Bars:
    return explicit_bars([(close, close, close, close) for close in closes], **kinds)


def heard(condition: Bool, bars: Bars, **values: float) -> list[bool]:
    """The condition at every close."""
    stream = SignalStream(Rules(enter_long=condition), values)
    return [stream.update(rows, gap).enter_long for rows, gap in rows_of((bars,))]


def test_a_window_is_unknown_until_it_is_full() -> None:
    assert heard(sma(CLOSE, 3) > 0, bars_at([1, 2, 3, 4])) == [False, False, True, True]


def test_unknown_is_false_on_both_sides_of_a_negation() -> None:
    assert heard(~(sma(CLOSE, 3) > 0), bars_at([1, 2, 3, 4])) == [False] * 4


def test_a_gap_restarts_every_window() -> None:
    bars = bars_at([1, 2, 3, 4, 5, 6], missing={3: 1})
    assert heard(sma(CLOSE, 2) > 0, bars) == [False, True, True, False, True, True]


def test_a_gap_restarts_lags_and_crosses() -> None:
    bars = bars_at([1, 2, 3, 3, 4, 5], missing={3: 1})
    assert heard(lag(CLOSE, 1) < CLOSE, bars) == [False, True, True, False, True, True]
    flat = sma(CLOSE, 1)
    assert heard(crosses_above(CLOSE, lag(flat, 1)), bars_at([5, 5, 6, 7, 7, 8], missing={3: 1})) == [
        False, False, True, False, False, True,
    ]  # fmt: skip


def test_nothing_crosses_over_a_gap() -> None:
    rows = [(2.0, 2.0, 1.0, 1.0), (1.0, 2.0, 1.0, 2.0), (2.0, 2.0, 1.0, 1.0), (1.0, 2.0, 1.0, 2.0)]
    condition = crosses_above(CLOSE, Field("open"))
    assert heard(condition, explicit_bars(rows)) == [False, True, False, True]
    assert heard(condition, explicit_bars(rows, missing={3: 1})) == [False, True, False, False]


def test_the_caller_says_what_a_gap_is() -> None:
    stream = SignalStream(Rules(enter_long=lag(CLOSE, 1) > 0), {})
    row = BarRow(MONDAY, 1.0, 1.0, 1.0, 1.0, 0.0)
    said = [stream.update([row], gap).enter_long for gap in (True, False, False, True, False)]
    assert said == [False, True, True, False, True]


def test_a_lag_looks_as_many_bars_back_as_it_says() -> None:
    # close two bars ago: - - 5 6 7, against 6 6 7 5 9
    assert heard(lag(CLOSE, 2) < CLOSE, bars_at([5, 6, 7, 5, 9])) == [False, False, True, False, True]


def test_a_cross_needs_the_other_side_at_the_last_bar() -> None:
    ratio = CLOSE / Field("open")  # of bars that stand still: 1; the level moves instead
    level = Field("hour")
    # hours 0 1 2 3: the ratio 1 is above 0, at 1, below 2
    assert heard(crosses_above(level, ratio), bars_at([7, 7, 7, 7])) == [False, False, True, False]
    assert heard(crosses_below(ratio, level), bars_at([7, 7, 7, 7])) == [False, False, True, False]


def test_a_cross_starts_from_equal() -> None:
    two = lag(CLOSE, 1)
    # close - last close: -, 0, +1, 0, -1
    assert heard(crosses_above(CLOSE, two), bars_at([5, 5, 6, 6, 5])) == [False, False, True, False, False]
    assert heard(crosses_below(CLOSE, two), bars_at([5, 5, 6, 6, 5])) == [False, False, False, False, True]


def test_a_cross_that_is_known_not_to_happen() -> None:
    condition = ~crosses_above(CLOSE, lag(CLOSE, 1))
    # unknown at the first two bars: the lag is known from the second on, and its last value from the third
    assert heard(condition, bars_at([5, 5, 6, 6, 5])) == [False, False, False, True, True]


def test_the_clock_is_that_of_the_open_in_utc() -> None:
    bars = bars_at([1] * 26, start=MONDAY - HOUR_MS)  # from Sunday 23 h on
    hours = [heard((Field("hour") >= h) & (Field("hour") <= h), bars).index(True) for h in (23, 0, 5)]
    assert hours == [0, 1, 6]
    assert heard(Field("weekday") > 5, bars) == [True] + [False] * 25
    assert heard((Field("weekday") >= 1) & (Field("weekday") <= 1), bars) == [False] * 25 + [True]


def test_a_parameter_counts_bars() -> None:
    assert heard(sma(CLOSE, Param("n")) > 0, bars_at([1, 2, 3]), n=2) == [False, True, True]


def test_always_and_never_need_no_bars() -> None:
    assert heard(Junction("and", ()), bars_at([1, 2])) == [True, True]
    assert heard(Junction("or", (Junction("or", ()), Junction("or", ()))), bars_at([1, 2])) == [False, False]


def test_legs_are_read_from_their_own_bars() -> None:
    other, weights = Field("close", 1), (Const(1.0), Const(1.0))
    rules = Rules(enter_long=other < CLOSE, enter_short=other > CLOSE, weights=weights)
    stream = SignalStream(rules, {})
    pair = bars_at([5, 5]), bars_at([4, 6])
    assert [stream.update(rows, gap) for rows, gap in rows_of(pair)] == [
        Signals(True, False, False, False),
        Signals(False, False, True, False),
    ]


def test_a_gap_in_any_leg_restarts_all() -> None:
    first = bars_at([1, 2, 3], missing={2: 4})
    with_calendar = Bars(first.instrument.__class__("X", calendar="exchange"), first.timeframe, *(
        getattr(first, name) for name in ("time", "open", "high", "low", "close", "volume")
    ))  # fmt: skip
    assert [gap for _, gap in rows_of((with_calendar,))] == [False, False, False]
    assert [gap for _, gap in rows_of((with_calendar, first))] == [False, False, True]


def test_a_subtree_that_occurs_twice_is_computed_once() -> None:
    average = sma(CLOSE, 3)
    rules = Rules(enter_long=crosses_above(CLOSE, average), exit_long=crosses_below(CLOSE, sma(CLOSE, 3)))
    # close, the number 3, the average, two crosses, never (for two signals)
    assert len(SignalStream(rules, {})._cells) == 6


def test_memory_does_not_grow_with_the_stream() -> None:
    stream = SignalStream(Rules(enter_long=crosses_above(sma(CLOSE, 5), lag(sma(CLOSE, 5), 3))), {})
    sizes = []
    for t in range(3000):
        price = 100.0 + t % 7
        stream.update([BarRow(MONDAY + t * HOUR_MS, price, price, price, price, 1.0)], False)
        if t % 1000 == 999:
            sizes.append(_size(stream))
    assert len(set(sizes)) == 1


def _size(thing: Any) -> int:
    """Bytes of all containers under an object, each once."""
    seen: set[int] = set()
    stack, total = [thing], 0
    while stack:
        one = stack.pop()
        if id(one) in seen or isinstance(one, float | int | type):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        if isinstance(one, dict):
            stack += [*one.values()]
        elif isinstance(one, list | tuple) or hasattr(one, "maxlen"):
            stack += [*one]
        elif type(one).__module__.startswith("alpha_discovery"):
            stack += [vars(one)] if hasattr(one, "__dict__") else []
    return total


def test_a_parameter_without_a_value_is_named() -> None:
    with pytest.raises(UnknownName, match="no parameter named 'fast'"):
        SignalStream(Rules(enter_long=sma(CLOSE, Param("fast")) < CLOSE), {"slow": 3})


@pytest.mark.parametrize("bars", [0, 2.5])
def test_a_window_or_lag_of_no_whole_number_of_bars_is_refused(bars: float) -> None:
    for series in (sma(CLOSE, Param("n")), lag(CLOSE, Param("n"))):
        with pytest.raises(RuleError, match="whole number of bars"):
            SignalStream(Rules(enter_long=series < CLOSE), {"n": bars})


odd = st.one_of(st.floats(), st.sampled_from((0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan)))


@given(odd, odd)
@example(1.0, -0.0)
@example(-math.inf, 0.0)
@example(1e308, 1e-308)
def test_division_is_that_of_numpy(a: float, b: float) -> None:
    with np.errstate(all="ignore"):
        expected = np.float64(a) / np.float64(b)
    np.testing.assert_array_equal(quotient(a, b), expected)
    if not math.isnan(expected):
        assert math.copysign(1.0, quotient(a, b)) == math.copysign(1.0, expected)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_random_rules_say_what_whole_arrays_say(data: st.DataObject) -> None:
    n_legs = data.draw(st.integers(1, 2))
    rules = data.draw(rules_strategy(n_legs=n_legs))
    values = data.draw(values_strategy(rules))
    bars = data.draw(legs_strategy(n_legs=n_legs, max_bars=120))
    stream = SignalStream(rules, values)
    streamed = [stream.update(rows, gap) for rows, gap in rows_of(bars)]
    stretches = zip(bars[0].segments[:-1], bars[0].segments[1:], strict=True)
    pieces = [tuple(leg.slice(a, b) for leg in bars) for a, b in stretches]
    own = {name: values[name] for name in rules.parameters}
    for position, signal in enumerate(rules.signals):
        whole = np.concatenate([np.broadcast_to(_array(signal, piece, own), len(piece[0])) for piece in pieces])
        assert [said[position] for said in streamed] == whole.astype(bool).tolist()


def _array(node: Node, bars: tuple[Bars, ...], values: dict[str, float]) -> npt.NDArray[Any]:
    """The node over one unbroken stretch, in numpy; indicators by their streaming form."""
    with np.errstate(all="ignore"):
        match node:
            case Scalar():
                return np.array(number(node, values))
            case Field(name="hour" | "weekday"):
                opened = [datetime.fromtimestamp(ms / 1000.0, UTC) for ms in bars[0].time.tolist()]
                return np.array([float(at.hour if node.name == "hour" else at.weekday()) for at in opened])
            case Field():
                return np.asarray(getattr(bars[node.leg], node.name))
            case Apply():
                step = node.indicator.step(*window_values(node, values))
                inputs = [_array(part, bars, values) for part in node.inputs]
                return np.array([step.update(*row) for row in zip(*inputs, strict=True)])
            case Unary():
                x = _array(node.x, bars, values)
                return np.asarray(-x if node.op == "neg" else abs(x))
            case Lag():
                return _shifted(_array(node.x, bars, values), int(number(node.bars, values)))
            case Combine() | Compare():
                names = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
                names |= {"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"}
                left, right = _array(node.left, bars, values), _array(node.right, bars, values)
                return np.asarray(getattr(np, names[node.op])(left, right))
            case Cross():
                return _crossed(node, bars, values)
            case Junction():
                parts = [np.broadcast_to(_array(part, bars, values), len(bars[0])) for part in node.parts]
                join, empty = (np.logical_and, True) if node.op == "and" else (np.logical_or, False)
                return np.asarray(join.reduce([np.full(len(bars[0]), empty), *parts]))
    raise AssertionError(node)


def _shifted(x: npt.NDArray[Any], bars: int) -> npt.NDArray[Any]:
    return np.concatenate((np.full(min(bars, len(x)), np.nan), x[: max(0, len(x) - bars)]))


def _crossed(node: Cross, bars: tuple[Bars, ...], values: dict[str, float]) -> npt.NDArray[Any]:
    n = len(bars[0])
    left, right = (np.broadcast_to(_array(side, bars, values), n) for side in (node.left, node.right))
    distance = left, right, _shifted(left, 1), _shifted(right, 1)
    known = ~np.isnan(distance).any(axis=0)
    now, before = (left > right, distance[2] <= distance[3])
    if node.direction == "below":
        now, before = (left < right, distance[2] >= distance[3])
    return np.asarray(known & ((now & before) == node.happens))
