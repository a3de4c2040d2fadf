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

    Eight words of every row before the next eight of any: rows that come again are then still in the cache.
    """
    strict = op in (LESS, GREATER)
    if op in (LESS, LESS_EQUAL):
        left, left_row, right, right_row = right, right_row, left, left_row
    n_bars, n_words = max(left.shape[1], right.shape[1]), out.shape[1]
    for tile in range(0, n_words, _TILE):
        for i in range(len(out)):
            a, b = left[left_row[i]], right[right_row[i]]
            for w in range(tile, min(tile + _TILE, n_words)):
                out[i, w] = _side(strict, a, b, w << 6, n_bars)


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

    A cross is the first bar above after one that is known and not above.

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
            seen = ((known << _ONE) | known_before) & ~fresh[w]
            crossed = higher & seen & ~((higher << _ONE) | above_before)
            row[w] = crossed if happens else known & seen & ~crossed
            above_before, known_before = higher >> _LAST, known >> _LAST
