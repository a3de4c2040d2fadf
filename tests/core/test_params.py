"""Kinds of parameters: ends, steps, coding, and what a person may narrow them to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.params import Choice, Float, Int, Kind, Off, Optional, kind_from_json, limited
from alpha_discovery.errors import OutOfRange, UserError

LAST = 1.0 - 2.0**-53  # the largest number below one
KINDS: list[Kind] = [
    Int(5, 20), Int(10, 50, step=5), Int(7, 7), Float(0.01, 0.2, step=0.01), Float(0.5, 2.0),
    Float(0.001, 1.0, log=True), Choice(("both", "long", "short")), Choice(("a", "b", "c"), only=("c", "a")),
    Optional(Int(1, 9)), Optional(Float(0.01, 0.1, step=0.01), share_off=0.2), Off(),
]  # fmt: skip
finite = [kind for kind in KINDS if math.isfinite(kind.size)]
units = st.floats(0.0, LAST)


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (Int(5, 20), 16), (Int(10, 50, step=5), 9), (Int(10, 52, step=5), 9), (Int(3, 3), 1),
        (Float(0.01, 0.2, step=0.01), 20), (Float(0.01, 0.1, step=0.005), 19), (Float(0.02, 0.2, step=0.01), 19),
        (Float(0.0, 1.0), math.inf), (Float(0.3, 0.3), 1), (Choice(("a", "b", "c")), 3),
        (Choice(("a", "b", "c"), only=("b",)), 1), (Optional(Int(1, 9)), 10), (Optional(Float(0, 1)), math.inf),
        (Off(), 1),
    ],
)  # fmt: skip
def test_size_counts_the_values(kind: Kind, size: float) -> None:
    assert kind.size == size


@pytest.mark.parametrize("kind", finite, ids=str)
def test_positions_and_values_are_one_to_one(kind: Kind) -> None:
    codes = kind.at(np.arange(int(kind.size)))
    assert len({str(code) for code in codes}) == kind.size


@pytest.mark.parametrize("kind", KINDS, ids=str)
@settings(max_examples=25, deadline=None)
@given(u=units)
def test_every_sample_decodes_to_a_value_that_encodes_back(kind: Kind, u: float) -> None:
    code = float(kind.from_unit(np.array([u]))[0])
    value = kind.decode(code)
    np.testing.assert_equal(kind.encode("x", value), code)


@pytest.mark.parametrize("kind", finite, ids=str)
def test_even_samples_reach_every_value(kind: Kind) -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    assert len({str(code) for code in kind.from_unit(u)}) == kind.size


def test_samples_of_a_whole_number_are_even() -> None:
    u = (np.arange(1600) + 0.5) / 1600
    _, counts = np.unique(Int(5, 20).from_unit(u), return_counts=True)
    assert set(counts) == {100}


def test_both_ends_are_reached() -> None:
    assert Int(5, 20).from_unit(np.array([0.0, LAST])).tolist() == [5.0, 20.0]
    assert Float(0.5, 2.0).from_unit(np.array([0.0, LAST])) == pytest.approx([0.5, 2.0], abs=1e-15)


def test_log_spreads_samples_evenly_over_magnitudes() -> None:
    # halfway between 0.001 and 0.1 on a logarithmic axis lies their geometric mean 0.01
    assert Float(0.001, 0.1, log=True).from_unit(np.array([0.0, 0.5])) == pytest.approx([0.001, 0.01], rel=1e-12)


def test_steps_are_the_numbers_that_a_person_would_type() -> None:
    assert Float(0.01, 0.1, step=0.005).at(np.arange(5)).tolist() == [0.01, 0.015, 0.02, 0.025, 0.03]


def test_off_takes_its_share_of_samples() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    codes = Optional(Int(1, 4), share_off=0.2).from_unit(u)
    assert np.isnan(codes).sum() == 200
    assert [int((codes == value).sum()) for value in (1, 2, 3, 4)] == [200] * 4


def test_off_comes_first_on_a_grid() -> None:
    np.testing.assert_equal(Optional(Int(3, 5)).at(np.arange(4)), np.array([math.nan, 3.0, 4.0, 5.0]))


@pytest.mark.parametrize("off", [None, "off"])
@pytest.mark.parametrize("kind", [Optional(Int(1, 9)), Off()])
def test_off_is_written_as_none_or_a_word_and_coded_as_nan(kind: Kind, off: Any) -> None:
    assert math.isnan(kind.encode("x", off))
    assert kind.decode(math.nan) is None


def test_a_choice_is_coded_by_its_position_among_all_values() -> None:
    kind = Choice(("both", "long", "short"), only=("short", "long"))
    assert kind.at(np.arange(2)).tolist() == [2.0, 1.0]
    assert kind.encode("x", "short") == 2.0
    assert kind.decode(1.0) == "long"


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (Int(5, 20), 4, "x=4 is outside the whole numbers [5, 20]"),
        (Int(5, 20), 7.5, "x=7.5 is outside the whole numbers [5, 20]"),
        (Int(5, 20), True, "x=True is outside the whole numbers [5, 20]"),
        (Int(5, 20), math.nan, "x=nan is outside the whole numbers [5, 20]"),
        (Int(5, 20), "7", "x=7 is outside the whole numbers [5, 20]"),
        (Int(5, 20), None, "x=None is outside the whole numbers [5, 20]"),
        (Float(0.5, 2.0), 2.1, "x=2.1 is outside [0.5, 2]"),
        (Float(0.5, 2.0), math.inf, "x=inf is outside [0.5, 2]"),
        (Choice(("both", "long", "short")), "up", "x=up is outside the values both, long, short"),
        (Choice(("both", "long", "short"), only=("long",)), "short", "x=short is outside the values long"),
        (Optional(Int(1, 9)), 10, "x=10 is outside the whole numbers [1, 9]"),
        (Off(), 0.1, "x=0.1 is outside off"),
    ],
)  # fmt: skip
def test_a_value_outside_is_refused(kind: Kind, value: Any, sentence: str) -> None:
    with pytest.raises(OutOfRange) as caught:
        kind.encode("x", value)
    assert str(caught.value) == sentence


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert Int(5, 20).encode("x", 7.0) == 7.0
    assert Int(5, 20).encode("x", np.int64(7)) == 7.0


def test_decoded_whole_numbers_are_whole() -> None:
    assert isinstance(Int(5, 20).decode(7.0), int)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Int(5, 4), lambda: Int(1, 5, step=0), lambda: Float(2.0, 1.0), lambda: Float(0.0, 1.0, step=-0.1),
        lambda: Float(0.0, 1.0, log=True),
    ],
)  # fmt: skip
def test_a_range_that_holds_nothing_is_refused(make: Any) -> None:
    with pytest.raises(UserError, match="needs low <= high"):
        make()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_kinds_survive_json(kind: Kind) -> None:
    assert kind_from_json(kind.to_json()) == kind


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UserError, match="no parameter kind 'complex'; use int, float, choice or optional"):
        kind_from_json({"kind": "complex"})


@pytest.mark.parametrize(
    ("kind", "wanted", "left"),
    [
        (Int(5, 20), 7, Int(7, 7)),
        (Int(5, 20), [7, 9], Int(7, 9)),
        (Int(10, 50, step=5), [20, 30], Int(20, 30, step=5)),
        (Float(0.5, 2.0), 1.25, Float(1.25, 1.25)),
        (Float(0.01, 0.2, step=0.01), [0.05, 0.1], Float(0.05, 0.1, step=0.01)),
        (Float(0.001, 1.0, log=True), (0.01, 0.1), Float(0.01, 0.1, log=True)),
        (Choice(("both", "long", "short")), "long", Choice(("both", "long", "short"), ("long",))),
        (Choice(("both", "long", "short")), ["long", "short"], Choice(("both", "long", "short"), ("long", "short"))),
        (Optional(Int(1, 9)), 4, Int(4, 4)),
        (Optional(Int(1, 9)), "off", Off()),
        (Optional(Int(1, 9)), None, Off()),
        (Optional(Int(1, 9)), [2, 4], Int(2, 4)),
        (Optional(Int(1, 9), share_off=0.2), ["off", 2, 4], Optional(Int(2, 4), share_off=0.2)),
        (Optional(Int(1, 9)), [None, 2, 4], Optional(Int(2, 4))),
        (Off(), None, Off()),
    ],
)
def test_a_kind_can_be_limited_to_fewer_values(kind: Kind, wanted: Any, left: Kind) -> None:
    assert limited(kind, "x", wanted) == left


@pytest.mark.parametrize(
    ("kind", "wanted", "sentence"),
    [
        (Int(5, 20), [7, 21], "x=21 is outside the whole numbers [5, 20]"),
        (Int(5, 20), [9, 7], "x needs [low, high]; found [9, 7]; swap the two"),
        (Int(5, 20), [7], "x needs one value or [low, high]; found [7]"),
        (Int(5, 20), ["off", 7, 9], "x needs one value or [low, high]; found ['off', 7, 9]"),
        (Int(5, 20), "off", "x=off is outside the whole numbers [5, 20]"),
        (Optional(Int(1, 9)), [], "x needs one value, [low, high] or [off, low, high]; found []"),
        (Int(5, 20), {5, 6}, "x needs one value or [low, high]; found a set, {5, 6}"),
        (Int(5, 20), [5, 5.5, 6], "x=5.5 is outside the whole numbers [5, 20]"),
        (Int(5, 20), [15, 20, 25], "x=25 is outside the whole numbers [5, 20]"),
        (Choice(("a", "b")), ["a", "z"], "x=z is outside the values a, b"),
        (Choice(("a", "b")), [], "x needs one value or [low, high]; found []"),
        (Off(), [1, 2], "x needs one value or [low, high]; found [1, 2]"),
    ],
)
def test_a_limit_outside_the_kind_is_refused(kind: Kind, wanted: Any, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        limited(kind, "x", wanted)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("kind", "wanted", "values"),
    [
        (Int(5, 50), [5, 10, 15], [5, 10, 15]),
        (Int(5, 50, 5), [6, 7, 8], [6, 7, 8]),
        (Int(5, 50), [20.0, 15.0, 10.0], [10, 15, 20]),
        (Float(0.0, 1.0), np.linspace(0.1, 0.3, 3).tolist(), [0.1, 0.2, 0.3]),
        (Float(0.0, 1.0), np.arange(0.01, 0.06, 0.01).tolist(), [0.01, 0.02, 0.03, 0.04, 0.05]),
        (Optional(Int(1, 9)), [2, 4, 6], [2, 4, 6]),
        (Optional(Int(1, 9)), ["off", 2, 4, 6], [None, 2, 4, 6]),
    ],
)
def test_values_that_are_equally_far_apart_are_just_these(kind: Kind, wanted: Any, values: list[Any]) -> None:
    left = limited(kind, "x", wanted)
    assert [left.decode(code) for code in left.at(np.arange(int(left.size)))] == values


@pytest.mark.parametrize("wanted", [[5, 10, 20], [7, 7, 7]])
def test_values_that_are_not_say_how_to_try_them(wanted: list[int]) -> None:
    found = ", ".join(map(str, wanted))
    told = f"values equally far apart; found {found}; in Python a frame with a row for each set of parameters takes any"
    with pytest.raises(UserError, match=told):
        limited(Int(5, 20), "x", wanted)


def test_a_limited_choice_keeps_its_codes() -> None:
    kind = limited(Choice(("both", "long", "short")), "x", "short")
    assert kind.from_unit(np.array([0.0, LAST])).tolist() == [2.0, 2.0]
