"""Spaces: grids, samples, conditions, and one row at a time."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.identity import canonical_json
from alpha_discovery.core.params import Choice, Float, Int, Kind, Off, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Space, batch_size, chunks, joined, take
from alpha_discovery.errors import OutOfRange, UnknownName, UserError

SPACE = Space(
    {
        "fast": Int(5, 7), "slow": Int(6, 8), "stop": Optional(Float(0.01, 0.02, step=0.01)),
        "side": Choice(("both", "long", "short"), only=("long", "both")), "fixed": Int(3, 3),
    },
    (Param("fast") < Param("slow"),),
)  # fmt: skip
kinds: st.SearchStrategy[Kind] = st.one_of(
    st.tuples(st.integers(1, 9), st.integers(0, 5), st.integers(1, 3)).map(lambda t: Int(t[0], t[0] + t[1], t[2])),
    st.integers(1, 5).map(lambda n: Float(0.1, 0.1 + n * 0.05, step=0.05)),
    st.integers(1, 3).map(lambda n: Choice(tuple("abc"[:n]))),
    st.integers(1, 4).map(lambda n: Optional(Int(1, n))),
    st.just(Off()),
)
grids = st.lists(kinds, min_size=1, max_size=4).map(lambda some: Space({f"p{i}": kind for i, kind in enumerate(some)}))


def rows(space: Space, batch: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [tuple(space.decode(batch, row).values()) for row in range(batch_size(batch))]


@settings(max_examples=40, deadline=None)
@given(grids)
def test_a_grid_holds_every_combination_once(space: Space) -> None:
    found = rows(space, space.at(np.arange(int(space.size))))
    each = [[kind.decode(float(code)) for code in kind.at(np.arange(int(kind.size)))] for kind in space.kinds.values()]
    assert found == list(itertools.product(*each))  # the last parameter runs fastest


def test_a_grid_can_be_read_in_any_order() -> None:
    index = np.array([17, 3, 3, 0])
    assert rows(SPACE, SPACE.at(index)) == [rows(SPACE, SPACE.at(np.arange(54)))[i] for i in index]


def test_size_multiplies_and_is_infinite_with_a_continuous_parameter() -> None:
    assert SPACE.size == 3 * 3 * 3 * 2 * 1
    assert Space({"a": Int(1, 5), "b": Float(0.0, 1.0)}).size == math.inf
    assert Space({}).size == 1


def test_free_parameters_are_those_with_more_than_one_value() -> None:
    assert SPACE.free == ("fast", "slow", "stop", "side")


def test_samples_have_a_column_for_each_parameter_in_order() -> None:
    batch = SPACE.from_unit(np.random.default_rng(0).random((50, len(SPACE.free))))
    assert list(batch) == list(SPACE.names)
    assert {column.shape for column in batch.values()} == {(50,)}
    assert {column.dtype for column in batch.values()} == {np.dtype(np.float64)}


def test_samples_lie_in_the_space() -> None:
    batch = SPACE.from_unit(np.random.default_rng(0).random((200, len(SPACE.free))))
    good = take(batch, SPACE.satisfied(batch))
    for row in range(batch_size(good)):
        values = SPACE.decode(good, row)
        assert rows(SPACE, SPACE.encode(values)) == [tuple(values.values())]


def test_a_space_without_choice_makes_equal_rows() -> None:
    batch = Space({"a": Int(3, 3)}).from_unit(np.zeros((4, 0)))
    assert batch["a"].tolist() == [3.0] * 4


def test_conditions_are_answered_for_whole_columns() -> None:
    batch = {"fast": np.array([5.0, 7.0, 7.0]), "slow": np.array([6.0, 7.0, 8.0])}
    assert SPACE.satisfied(batch).tolist() == [True, False, True]


def test_all_conditions_must_hold() -> None:
    a, b = Param("a"), Param("b")
    space = Space({"a": Int(1, 9), "b": Int(1, 9)}, (a < b, a + b <= 10))
    batch = {"a": np.array([1.0, 4.0, 5.0]), "b": np.array([9.0, 7.0, 5.0])}
    assert space.satisfied(batch).tolist() == [True, False, False]


VALUES = {"fast": 5, "slow": 8, "stop": None, "side": "long", "fixed": 3}


def test_values_are_encoded_and_decoded_as_a_person_writes_them() -> None:
    assert SPACE.decode(SPACE.encode(VALUES), 0) == VALUES
    assert SPACE.decode(SPACE.encode({**VALUES, "stop": "off"}), 0) == VALUES


@pytest.mark.parametrize(
    ("change", "kind", "sentence"),
    [
        ({"fast": 9}, OutOfRange, "fast=9 is outside the whole numbers [5, 7]"),
        ({"fast": 7, "slow": 7}, OutOfRange, "parameters=(fast=7, slow=7) is outside the condition fast < slow"),
        ({"side": "short"}, OutOfRange, "side=short is outside the values long, both"),
        ({"fats": 5}, UnknownName, "no parameter named 'fats'; did you mean fast?"),
    ],
)
def test_values_outside_the_space_are_refused(change: Any, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as caught:
        SPACE.encode({**VALUES, **change})
    assert str(caught.value) == sentence


def test_missing_values_are_named() -> None:
    with pytest.raises(UserError, match=r"^no value for slow, fixed$"):
        SPACE.encode({"fast": 5, "stop": None, "side": "long"})


def test_ranges_narrow_and_fix_and_leave_the_rest() -> None:
    narrow = SPACE.with_ranges({"fast": [5, 6], "slow": 8, "stop": "off"})
    assert dict(narrow.kinds) == {**SPACE.kinds, "fast": Int(5, 6), "slow": Int(8, 8), "stop": Off()}
    assert narrow.conditions == SPACE.conditions
    assert narrow.free == ("fast", "side")


def test_every_row_of_a_narrowed_space_is_a_row_of_the_wide_one() -> None:
    wide = Space({"n": Int(10, 50, step=5), "x": Float(0.1, 0.5, step=0.1), "s": Optional(Int(1, 4))})
    narrow = wide.with_ranges({"n": [20, 35], "x": [0.2, 0.4], "s": ["off", 2, 3]})
    inside = set(rows(wide, wide.at(np.arange(int(wide.size)))))
    found = set(rows(narrow, narrow.at(np.arange(int(narrow.size)))))
    assert found < inside
    assert len(found) == narrow.size == 4 * 3 * 3


def test_a_range_of_an_unknown_parameter_is_refused() -> None:
    with pytest.raises(UnknownName, match="no parameter named 'fsat'; did you mean fast"):
        SPACE.with_ranges({"fsat": 5})


def test_a_space_survives_json() -> None:
    again = Space.from_json(SPACE.to_json())
    assert again == SPACE
    assert canonical_json(again.to_json()) == canonical_json(SPACE.to_json())


def test_batches_are_cut_and_joined_without_loss() -> None:
    batch = SPACE.at(np.arange(10))
    pieces = list(chunks(batch, 4))
    assert [batch_size(piece) for piece in pieces] == [4, 4, 2]
    again = joined(pieces)
    for name, column in batch.items():
        np.testing.assert_equal(again[name], column)


def test_rows_are_taken_by_position_mask_or_slice() -> None:
    batch = {"a": np.array([1.0, 2.0, 3.0])}
    assert take(batch, np.array([2, 0]))["a"].tolist() == [3.0, 1.0]
    assert take(batch, np.array([True, False, True]))["a"].tolist() == [1.0, 3.0]
    assert take(batch, slice(1, 3))["a"].tolist() == [2.0, 3.0]


def test_a_batch_without_columns_has_no_rows() -> None:
    assert batch_size({}) == 0
