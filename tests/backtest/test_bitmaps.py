"""Rows and bitmaps against numpy, and the search for the next bit against a walk over the bars."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.bitmaps import (
    ARITHMETIC,
    combine_rows,
    join_rows,
    next_entry,
    next_exit,
    packed,
    words,
)
from alpha_discovery.backtest.conditions import fixed
from alpha_discovery.backtest.lowest_bit import lowest_bit
from alpha_discovery.kernels import kernel

Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]
ARITHMETICS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}
sizes = st.sampled_from([1, 2, 7, 63, 64, 65, 127, 128, 129, 200])
seeds = st.integers(0, 2**16)


def flags_of(bits: Bits, n_bars: int) -> Flags:
    """Flags of one bitmap; what is beyond the last bar must be zero."""
    flags = np.unpackbits(bits.view(np.uint8), bitorder="little").astype(np.bool_)
    assert not flags[n_bars:].any()
    return flags[:n_bars]


def values(rng: np.random.Generator, rows: int, n_bars: int) -> npt.NDArray[np.float64]:
    """Few distinct values, so that ties are frequent; some missing."""
    drawn = rng.integers(-2, 3, (rows, n_bars)).astype(np.float64)
    return fixed(np.where(rng.random((rows, n_bars)) < 0.15, np.nan, drawn))


def sides(rng: np.random.Generator, n_bars: int, constant: str) -> tuple[Any, ...]:
    """Left and right tables with the rows that five candidates read; one of them may be numbers."""
    left = values(rng, 3, 1 if constant == "left" else n_bars)
    right = values(rng, 4, 1 if constant == "right" else n_bars)
    return left, rng.integers(0, 3, 5), right, rng.integers(0, 4, 5)


@pytest.mark.parametrize(("n_bars", "need"), [(1, 1), (63, 1), (64, 1), (65, 2), (128, 2), (129, 3)])
def test_words_hold_a_bit_a_bar(n_bars: int, need: int) -> None:
    assert words(n_bars) == need


@given(seeds, sizes)
def test_packed_flags_come_back(seed: int, n_bars: int) -> None:
    flags = np.random.default_rng(seed).random(n_bars) < 0.5
    assert flags_of(packed(flags), n_bars).tolist() == flags.tolist()


@pytest.mark.parametrize("constant", ["neither", "left", "right"])
@pytest.mark.parametrize("op", ARITHMETICS)
def test_arithmetic_is_that_of_numpy(op: str, constant: str) -> None:
    left, left_row, right, right_row = sides(np.random.default_rng(5), 100, constant)
    out = np.empty((5, 100))
    combine_rows(ARITHMETIC[op], left, left_row, right, right_row, out)
    with np.errstate(all="ignore"):
        expected = np.broadcast_to(ARITHMETICS[op](left[left_row], right[right_row]), out.shape)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize(("is_and", "join"), [(True, np.logical_and), (False, np.logical_or)])
def test_joining_is_and_and_or(is_and: bool, join: Any) -> None:
    rng = np.random.default_rng(2)
    first, second = (rng.random((3, 130)) < 0.5 for _ in range(2))
    row = np.array([2, 0, 1])
    out = np.stack([packed(flags) for flags in first])
    join_rows(is_and, np.stack([packed(flags) for flags in second]), row, out)
    for k in range(3):
        assert flags_of(out[k], 130).tolist() == join(first[k], second[row[k]]).tolist()


@kernel
def compiled_lowest_bit(word: np.uint64) -> Any:
    return lowest_bit(word)


@pytest.mark.parametrize("lowest", [lowest_bit, compiled_lowest_bit])
def test_lowest_bit_is_found_at_every_position(lowest: Callable[[np.uint64], int]) -> None:
    for position in range(64):
        noise = 0xB7E1_5162_8AED_2A6B << (position + 1)
        assert lowest(np.uint64((1 << position | noise) & 0xFFFF_FFFF_FFFF_FFFF)) == position


class Walk:
    """Four conditions, and what the execution rules say of them, bar by bar."""

    def __init__(self, seed: int, n_bars: int) -> None:
        rng = np.random.default_rng(seed)
        share = rng.choice([0.0, 0.01, 0.1, 0.5], size=4)
        self.flags = [rng.random(n_bars) < share[k] for k in range(4)]
        self.bits = tuple(packed(flags) for flags in self.flags)
        enter_long, exit_long, enter_short, exit_short = self.flags
        self.long = enter_long & ~enter_short & ~exit_long
        self.short = enter_short & ~enter_long & ~exit_short

    def entry(self, start: int, stop: int) -> tuple[int, int]:
        for t in range(start, stop):
            if self.long[t] or self.short[t]:
                return t, 1 if self.long[t] else -1
        return stop, 0

    def exit(self, side: int, start: int, stop: int) -> tuple[int, bool]:
        leave, reverse = (self.flags[1], self.short) if side > 0 else (self.flags[3], self.long)
        for t in range(start, stop):
            if leave[t] or reverse[t]:
                return t, bool(reverse[t])
        return stop, False


@settings(max_examples=60)
@given(seeds, sizes, st.data())
def test_next_entry_is_the_first_that_counts(seed: int, n_bars: int, data: st.DataObject) -> None:
    walk = Walk(seed, n_bars)
    start, stop = data.draw(st.integers(0, n_bars)), data.draw(st.integers(0, n_bars))
    found = next_entry(walk.bits, start, stop)
    assert tuple(found) == walk.entry(start, stop)


@settings(max_examples=60)
@given(seeds, sizes, st.sampled_from([1, -1]), st.data())
def test_next_exit_is_the_first_exit_or_reversal(seed: int, n_bars: int, side: int, data: st.DataObject) -> None:
    walk = Walk(seed, n_bars)
    start = data.draw(st.integers(0, n_bars - 1))
    stop = data.draw(st.integers(start, n_bars))
    found = next_exit(walk.bits, side, start, stop)
    assert tuple(found) == walk.exit(side, start, stop)
