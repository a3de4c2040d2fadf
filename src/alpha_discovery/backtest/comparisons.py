"""Comparisons of series as bitmaps, one bit a bar, and the crosses that follow from them."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from alpha_discovery.backtest.sides import above, at_least
from alpha_discovery.backtest.vectors import BARS
from alpha_discovery.kernels import hot_kernel, inlined

LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = 0, 1, 2, 3
COMPARISONS = {"<": LESS, "<=": LESS_EQUAL, ">": GREATER, ">=": GREATER_EQUAL}
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_LAST = np.uint64(63)
_TILE = 8  # words worked on together: a line of the cache


@hot_kernel
def compare_rows(op, left, left_row, right, right_row, out):
    """``out[i]``: bitmap of ``left[left_row[i]] op right[right_row[i]]``; a table of width 1 is a constant.

    Where rows of both sides come again, eight words of every row before the next eight of any: they are then still in
    the cache. Other rows are read from end to end, as memory likes it: a third to a half of the time for large tables.
    """
    if op in (LESS, LESS_EQUAL):
        left, left_row, right, right_row = right, right_row, left, left_row
    if op in (LESS, GREATER):  # said here and not for every word: a third of the time
        _compare_rows(True, left, left_row, right, right_row, out)
    else:
        _compare_rows(False, left, left_row, right, right_row, out)


@inlined
def _compare_rows(strict, left, left_row, right, right_row, out):
    n_bars, n_words = max(left.shape[1], right.shape[1]), out.shape[1]
    width = _tile(left, right, out)
    for tile in range(0, n_words, width):
        for i in range(len(out)):
            a, b = left[left_row[i]], right[right_row[i]]
            for w in range(tile, min(tile + width, n_words)):
                out[i, w] = _side(strict, a, b, w << 6, n_bars)


@hot_kernel
def cross_rows(happens, op, left, left_row, right, right_row, fresh, out):
    """``out[i]``: bars at which ``left[left_row[i]] op right[right_row[i]]`` becomes true, or is known not to.

    What `compare_rows` and `crossed_rows` make in several passes over the rows, in one. ``op`` is `LESS` or `GREATER`.
    """
    if op == LESS:
        left, left_row, right, right_row = right, right_row, left, left_row
    n_bars, n_words = max(left.shape[1], right.shape[1]), out.shape[1]
    width = _tile(left, right, out)
    for tile in range(0, n_words, width):
        for i in range(len(out)):
            a, b = left[left_row[i]], right[right_row[i]]
            above_before, known_before = _ZERO, _ZERO
            if tile > 0:
                above_before = _side_of_some(True, a, b, (tile << 6) - 1, tile << 6)
                known_before = above_before | _side_of_some(False, b, a, (tile << 6) - 1, tile << 6)
            for w in range(tile, min(tile + width, n_words)):
                higher = _side(True, a, b, w << 6, n_bars)
                known = higher | _side(False, b, a, w << 6, n_bars)
                out[i, w] = _crossing(happens, higher, known, above_before, known_before, fresh[w])
                above_before, known_before = higher >> _LAST, known >> _LAST


@inlined
def _crossing(happens, higher, known, above_before, known_before, fresh):
    """Bits of a word at which a cross happens, or is known not to: the first bar above after one known not to be."""
    seen = ((known << _ONE) | known_before) & ~fresh
    crossed = higher & seen & ~((higher << _ONE) | above_before)
    return crossed if happens else known & seen & ~crossed


@inlined
def _tile(left, right, out):
    """Words of a row that are worked on before the next row."""
    return _TILE if _come_again(left, len(out)) and _come_again(right, len(out)) else max(out.shape[1], 1)


@inlined
def _come_again(table, n):
    """Whether most rows of a table are read more than once by ``n`` comparisons; numbers are always at hand."""
    return table.shape[1] == 1 or 2 * len(table) <= n


@inlined
def _side(strict, a, b, start, n_bars):
    """Bits of ``a > b`` (``a >= b`` where not strict) for the bars of a word; false where either is NaN."""
    if start + BARS > n_bars:
        return _side_of_some(strict, a, b, start, n_bars)
    if len(a) == 1:
        return above(a[0], b, start) if strict else at_least(a[0], b, start)
    if len(b) == 1:
        return above(a, b[0], start) if strict else at_least(a, b[0], start)
    return above(a, b, start) if strict else at_least(a, b, start)


@inlined
def _side_of_some(strict, a, b, start, stop):
    bits = _ZERO
    for t in range(start, stop):
        x, y = a[t if len(a) > 1 else 0], b[t if len(b) > 1 else 0]
        bits |= np.uint64((x > y) if strict else (x >= y)) << np.uint64(t - start)
    return bits


@hot_kernel
def crossed_rows(happens, left_known, left_row, right_known, right_row, fresh, out):
    """Turn bitmaps of ``a > b`` into those of the bars at which a cross happens, or is known not to.

    Parameters
    ----------
    left_known, right_known : uint64 tables
        Bars at which either side has a value; a table of width 1 is a constant.
    fresh : uint64 bitmap
        Bars whose predecessor is missing: nothing is known there.
    out : uint64 (n, words)
        Changed in place.
    """
    for i in range(len(out)):
        a, b, row = left_known[left_row[i]], right_known[right_row[i]], out[i]
        above_before, known_before = _ZERO, _ZERO
        for w in range(len(row)):
            higher = row[w]
            known = a[w if len(a) > 1 else 0] & b[w if len(b) > 1 else 0]
            row[w] = _crossing(happens, higher, known, above_before, known_before, fresh[w])
            above_before, known_before = higher >> _LAST, known >> _LAST
