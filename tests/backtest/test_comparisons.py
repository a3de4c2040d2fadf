"""Comparisons and crosses of rows against numpy and a walk over the bars; vectors against single bars."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.backtest.test_bitmaps import Bits, flags_of, seeds, sides, sizes

from alpha_discovery.backtest.bitmaps import packed, words
from alpha_discovery.backtest.comparisons import COMPARISONS, compare_rows, cross_rows, crossed_rows
from alpha_discovery.backtest.sides import above, at_least
from alpha_discovery.kernels import kernel

OPERATORS = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def known(table: npt.NDArray[np.float64]) -> Bits:
    """Bitmaps of the bars that have a value; a word of all bits or of none for a number."""
    if table.shape[1] == 1:
        return np.where(np.isnan(table), np.uint64(0), ~np.uint64(0))
    return np.stack([packed(~np.isnan(row)) for row in table])


@pytest.mark.parametrize("constant", ["neither", "left", "right"])
@pytest.mark.parametrize("op", OPERATORS)
def test_comparisons_are_those_of_numpy(op: str, constant: str) -> None:
    for n_bars in (2, 63, 64, 65, 200):
        left, left_row, right, right_row = sides(np.random.default_rng(n_bars), n_bars, constant)
        out = np.zeros((5, words(n_bars)), dtype=np.uint64)
        compare_rows(COMPARISONS[op], left, left_row, right, right_row, out)
        expected = OPERATORS[op](left[left_row], right[right_row])  # false with NaN on either side
        for row in range(5):
            assert flags_of(out[row], n_bars).tolist() == np.broadcast_to(expected[row], n_bars).tolist()


@pytest.mark.parametrize("constant", ["neither", "left", "right"])
@pytest.mark.parametrize("above", [True, False])
@settings(max_examples=15)
@given(seed=seeds, n_bars=sizes.filter(lambda n: n > 1))
def test_a_cross_is_a_change_of_sides_between_two_known_bars(
    above: bool, constant: str, seed: int, n_bars: int
) -> None:
    rng = np.random.default_rng(seed)
    left, left_row, right, right_row = sides(rng, n_bars, constant)
    fresh = np.concatenate(([True], rng.random(n_bars - 1) < 0.05))
    happens, never = (np.zeros((5, words(n_bars)), dtype=np.uint64) for _ in range(2))
    for happening, out in ((True, happens), (False, never)):
        compare_rows(COMPARISONS[">" if above else "<"], left, left_row, right, right_row, out)
        crossed_rows(happening, known(left), left_row, known(right), right_row, packed(fresh), out)
    for row in range(5):
        a, b = np.broadcast_to(left[left_row[row]], n_bars), np.broadcast_to(right[right_row[row]], n_bars)
        a, b = (a, b) if above else (b, a)
        for t in range(n_bars):
            clear = not fresh[t] and not np.isnan([a[t], b[t], a[t - 1], b[t - 1]]).any()
            crossed = bool(clear and a[t - 1] <= b[t - 1] and a[t] > b[t])
            assert flags_of(happens[row], n_bars)[t] == crossed
            assert flags_of(never[row], n_bars)[t] == (clear and not crossed)


@pytest.mark.parametrize("rows", [5, 40])  # most rows are read once, or many times
@pytest.mark.parametrize("constant", ["neither", "left", "right"])
@pytest.mark.parametrize("op", ["<", ">"])
@pytest.mark.parametrize("happens", [True, False])
@settings(max_examples=15)
@given(seed=seeds, n_bars=st.integers(2, 1_200))
def test_crosses_in_one_pass_are_those_in_several(
    happens: bool, op: str, constant: str, rows: int, seed: int, n_bars: int
) -> None:
    rng = np.random.default_rng(seed)
    left, left_row, right, right_row = sides(rng, n_bars, constant)
    left_row, right_row = rng.choice(left_row, rows), rng.choice(right_row, rows)
    fresh = packed(np.concatenate(([True], rng.random(n_bars - 1) < 0.05)))
    several, one = (np.zeros((rows, words(n_bars)), dtype=np.uint64) for _ in range(2))
    compare_rows(COMPARISONS[op], left, left_row, right, right_row, several)
    crossed_rows(happens, known(left), left_row, known(right), right_row, fresh, several)
    cross_rows(happens, COMPARISONS[op], left, left_row, right, right_row, fresh, one)
    behind = ~packed(np.ones(n_bars, dtype=np.bool_))
    assert ((several & ~behind) == (one & ~behind)).all()


@kernel
def compiled_above(a: Any, b: Any, start: int) -> Any:
    return above(a, b, start)


@kernel
def compiled_at_least(a: Any, b: Any, start: int) -> Any:
    return at_least(a, b, start)


@pytest.mark.parametrize("constant", ["neither", "left", "right"])
@pytest.mark.parametrize(("plain", "compiled"), [(above, compiled_above), (at_least, compiled_at_least)])
@settings(max_examples=15)
@given(seed=seeds)
def test_vectors_find_the_sides_that_single_bars_show(plain: Any, compiled: Any, constant: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    left, left_row, right, right_row = sides(rng, 200, constant)
    a, b = left[left_row[0]], right[right_row[0]]
    a, b = (a[0] if constant == "left" else a), (b[0] if constant == "right" else b)
    start = int(rng.integers(0, 137))
    assert compiled(a, b, start) == plain(a, b, start)
