"""Arithmetic on parameters: kept as a tree, calculated by column, stored and printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.scalar import Condition, Const, Param, Parameters, Scalar, as_scalar, scalar_from_json
from alpha_discovery.errors import RuleError, UnknownName

a, b = Param("a"), Param("b")
COLUMNS = {"a": np.array([1.0, 2.0, 3.0]), "b": np.array([4.0, 2.0, 0.5])}
numbers = st.floats(-100.0, 100.0).map(lambda x: round(x, 3) + 0.0)
scalars: st.SearchStrategy[Scalar] = st.recursive(
    st.one_of(numbers.map(Const), st.sampled_from((a, b))),
    lambda inner: st.tuples(st.sampled_from("+-*"), inner, inner).map(
        lambda t: t[1] + t[2] if t[0] == "+" else t[1] - t[2] if t[0] == "-" else t[1] * t[2]
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("scalar", "values"),
    [
        (a + b, [5.0, 4.0, 3.5]), (a - b, [-3.0, 0.0, 2.5]), (a * b, [4.0, 4.0, 1.5]), (a / b, [0.25, 1.0, 6.0]),
        (1 + a, [2.0, 3.0, 4.0]), (1 - a, [0.0, -1.0, -2.0]), (2 * a, [2.0, 4.0, 6.0]), (6 / a, [6.0, 3.0, 2.0]),
        (-a, [-1.0, -2.0, -3.0]), ((a + b) / 2, [2.5, 2.0, 1.75]), (np.float64(2.0) * a, [2.0, 4.0, 6.0]),
    ],
)  # fmt: skip
def test_scalars_are_calculated_for_whole_columns(scalar: Scalar, values: list[float]) -> None:
    assert scalar.values(COLUMNS).tolist() == values


def test_a_constant_has_one_value_for_all_rows() -> None:
    assert float(Const(3.0).values(COLUMNS)) == 3.0


def test_zero_has_one_form() -> None:
    assert str(Const(-0.0).value) == "0.0"


def test_numbers_are_calculated_at_once() -> None:
    assert Const(2.0) + 3 == Const(5.0)


@settings(max_examples=60, deadline=None)
@given(scalars)
def test_scalars_survive_json(scalar: Scalar) -> None:
    again = scalar_from_json(scalar.to_json())
    assert again == scalar
    np.testing.assert_equal(again.values(COLUMNS), scalar.values(COLUMNS))


@settings(max_examples=60, deadline=None)
@given(scalars)
def test_a_scalar_knows_exactly_the_parameters_it_needs(scalar: Scalar) -> None:
    scalar.values({name: COLUMNS[name] for name in scalar.names()})
    for name in scalar.names():
        with pytest.raises(UnknownName):
            scalar.values({other: COLUMNS[other] for other in scalar.names() - {name}})


@pytest.mark.parametrize(
    ("scalar", "text"),
    [
        (a, "a"), (a + 1, "(a + 1)"), (a - b / 2, "(a - (b / 2))"), (-a, "-a"), (-(a + b), "-(a + b)"),
        (0.5 * a, "(0.5 * a)"),
    ],
)  # fmt: skip
def test_scalars_print_as_they_are_written(scalar: Scalar, text: str) -> None:
    assert str(scalar) == text


@pytest.mark.parametrize(
    ("scalar", "data"),
    [
        (Const(5.0), 5), (Const(0.5), 0.5), (a, {"param": "a"}), (-a, {"op": "-", "args": [0, {"param": "a"}]}),
        (a / 2, {"op": "/", "args": [{"param": "a"}, 2]}),
    ],
)  # fmt: skip
def test_json_is_plain_and_writes_whole_numbers_whole(scalar: Scalar, data: Any) -> None:
    assert repr(scalar.to_json()) == repr(data)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (a < b, [True, False, False]), (a <= b, [True, True, False]), (a > b, [False, False, True]),
        (a >= b, [False, True, True]), (a * 2 < b + 1, [True, False, False]), (a > 1, [False, True, True]),
        ((a < 3) & (b < 4), [False, True, False]), ((a < b) & (b < 9) & (a > 0), [True, False, False]),
    ],
)  # fmt: skip
def test_conditions_are_decided_for_whole_columns(condition: Condition, holds: list[bool]) -> None:
    assert condition.holds(COLUMNS).tolist() == holds


def test_conditions_name_their_parameters_and_survive_json() -> None:
    condition = (a < b) & (a + 1 <= 9)
    assert condition.names() == {"a", "b"}
    assert Condition.from_json(condition.to_json()) == condition
    assert str(condition) == "a < b and (a + 1) <= 9"


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda: bool(a),
         "a parameter has no value while a strategy is defined; use & | ~ instead of and, or, not, if"),
        (lambda: 1 < a < 5,
         "parameters have no values yet; join conditions with & (each in brackets), not and, or, if"),
        (lambda: (a < b) and (b < 5),
         "parameters have no values yet; join conditions with & (each in brackets), not and, or, if"),
        (lambda: (a < b) & True, "needs a condition between parameters on both sides of &; found True"),
        (lambda: as_scalar("5"), "needs a number or a parameter; found str"),
        (lambda: as_scalar(True), "needs a number or a parameter; found bool"),
        (lambda: as_scalar(float("inf")), "needs a finite number; found inf"),
        (lambda: a + float("nan"), "needs a finite number; found nan"),
        (lambda: scalar_from_json({"op": "%", "args": [1, 2]}), "cannot read the number {'op': '%', 'args': [1, 2]}"),
        (lambda: scalar_from_json({"op": "+", "args": [1]}), "cannot read the number {'op': '+', 'args': [1]}"),
        (lambda: scalar_from_json("a"), "cannot read the number a"),
        (lambda: scalar_from_json(True), "needs a number or a parameter; found bool"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(write: Callable[[], object], sentence: str) -> None:
    with pytest.raises(RuleError) as caught:
        write()
    assert str(caught.value) == sentence


def test_parameters_are_read_as_attributes() -> None:
    assert Parameters(("fast", "slow"), "cross").fast == Param("fast")


def test_a_misspelt_parameter_gets_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match=r"^no parameter of cross named 'fsat'; did you mean fast\?$"):
        _ = Parameters(("fast", "slow"), "cross").fsat


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UnknownName, match="no parameter named 'c'"):
        Param("c").values(COLUMNS)


def test_a_parameter_has_one_zero() -> None:
    # 1 / -0.0 is minus infinity: rows that hold 0.0 and -0.0 count as one value and must give one result
    assert not np.signbit(Param("level").values({"level": np.array([-0.0, 0.0])})).any()
