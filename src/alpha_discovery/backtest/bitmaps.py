"""Rows of series and of bitmaps (one bit a bar): arithmetic, packed comparisons, joining, the next set bit."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.lowest_bit import lowest_bit
from alpha_discovery.kernels import hot_kernel, inlined, kernel

LESS, LESS_EQUAL, GREATER, GREATER_EQUAL = 0, 1, 2, 3
ARITHMETIC = {"+": 0, "-": 1, "*": 2, "/": 3}
COMPARISONS = {"<": LESS, "<=": LESS_EQUAL, ">": GREATER, ">=": GREATER_EQUAL}
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_LAST = np.uint64(63)
_TILE = 8  # words worked on together: a line of the cache


def words(n_bars: int) -> int:
    """64-bit words that hold a bit for each bar."""
    return (n_bars + 63) // 64


def packed(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """One flag a bar as a bitmap, uint64 (words,)."""
    bits = np.zeros(words(len(flags)) * 64, dtype=np.uint8)
    bits[: len(flags)] = flags
    return np.packbits(bits, bitorder="little").view(np.uint64)


@kernel
def combine_rows(op, left, left_row, right, right_row, out):
    """``out[i] = left[left_row[i]] op right[right_row[i]]``; a table of width 1 is a constant."""
    for i in range(len(out)):
        a, b, row = left[left_row[i]], right[right_row[i]], out[i]
        if len(a) == 1:
            x = a[0]
            for t in range(len(row)):
                row[t] = _arithmetic(op, x, b[t if len(b) > 1 else 0])
        elif len(b) == 1:
            y = b[0]
            for t in range(len(row)):
                row[t] = _arithmetic(op, a[t], y)
        else:
            for t in range(len(row)):
                row[t] = _arithmetic(op, a[t], b[t])


@inlined
def _arithmetic(op, x, y):
    """The loops that call it are compiled once for each operation."""
    if op == 0:
        return x + y
    if op == 1:
        return x - y
    if op == 2:
        return x * y
    return x / y


@hot_kernel
def compare_rows(op, left, left_row, right, right_row, out):
    """``out[i]``: bitmap of ``left[left_row[i]] op right[right_row[i]]``; a table of width 1 is a constant.

    Eight words of every row before the next eight of any: rows that come again are then still in the cache.
    """
    n_bars, n_words = max(left.shape[1], right.shape[1]), out.shape[1]
    negated = op in (LESS_EQUAL, GREATER_EQUAL)
    for tile in range(0, n_words, _TILE):
        for i in range(len(out)):
            a, b = left[left_row[i]], right[right_row[i]]
            if op in (LESS, GREATER_EQUAL):
                a, b = b, a
            for w in range(tile, min(tile + _TILE, n_words)):
                higher, lower = _sides(a, b, w << 6, n_bars)
                out[i, w] = lower if negated else higher


@inlined
def _sides(a, b, start, n_bars):
    """Bits of ``a > b`` and of ``a <= b`` for the bars of a word; both false where either is NaN.

    Loops over exactly 64 elements of a slice compile to compares of whole vectors.
    """
    if start + 64 > n_bars:
        return _sides_of_some(a, b, start, n_bars - start)
    higher, lower = _ZERO, _ZERO
    if len(a) == 1 and len(b) > 1:
        x, right = a[0], b[start : start + 64]
        for k in range(64):
            y = right[k]
            higher |= np.uint64(x > y) << np.uint64(k)
            lower |= np.uint64(x <= y) << np.uint64(k)
    elif len(b) == 1 and len(a) > 1:
        y, left = b[0], a[start : start + 64]
        for k in range(64):
            x = left[k]
            higher |= np.uint64(x > y) << np.uint64(k)
            lower |= np.uint64(x <= y) << np.uint64(k)
    else:
        left, right = a[start : start + 64], b[start : start + 64]
        for k in range(64):
            x, y = left[k], right[k]
            higher |= np.uint64(x > y) << np.uint64(k)
            lower |= np.uint64(x <= y) << np.uint64(k)
    return higher, lower


@inlined
def _sides_of_some(a, b, start, n):
    """`_sides` of the first ``n`` bars of a word."""
    higher, lower = _ZERO, _ZERO
    for k in range(n):
        x, y = a[start + k if len(a) > 1 else 0], b[start + k if len(b) > 1 else 0]
        higher |= np.uint64(x > y) << np.uint64(k)
        lower |= np.uint64(x <= y) << np.uint64(k)
    return higher, lower


@hot_kernel
def cross_rows(above, happens, left, left_row, right, right_row, fresh, out):
    """Bitmaps of crosses, from those of ``a > b`` and ``a <= b``: a cross is the first after the second.

    ``fresh`` is the bitmap of bars whose predecessor is missing: nothing is known there.
    """
    n_bars, n_words = max(left.shape[1], right.shape[1]), out.shape[1]
    for tile in range(0, n_words, _TILE):
        for i in range(len(out)):
            a, b = left[left_row[i]], right[right_row[i]]
            if not above:
                a, b = b, a
            low_before, known_before = _ZERO, _ZERO
            if tile > 0:
                x, y = a[(tile << 6) - 1 if len(a) > 1 else 0], b[(tile << 6) - 1 if len(b) > 1 else 0]
                low_before, known_before = np.uint64(x <= y), np.uint64((x <= y) | (x > y))
            for w in range(tile, min(tile + _TILE, n_words)):
                higher, lower = _sides(a, b, w << 6, n_bars)
                out[i, w] = _crossed(higher, lower, low_before, known_before, happens) & ~fresh[w]
                low_before, known_before = lower >> _LAST, (higher | lower) >> _LAST


@inlined
def _crossed(higher, lower, low_before, known_before, happens):
    """Bars of a word that cross (or are known not to), given the last bar of the word before."""
    crossed = higher & ((lower << _ONE) | low_before)
    if happens:
        return crossed
    known = higher | lower
    return known & ((known << _ONE) | known_before) & ~crossed


@kernel
def join_rows(is_and, part, part_row, out):
    """``out[i] &= part[part_row[i]]`` (or ``|=``)."""
    for i in range(len(out)):
        source = part[part_row[i]]
        for w in range(out.shape[1]):
            out[i, w] = (out[i, w] & source[w]) if is_and else (out[i, w] | source[w])


@inlined
def next_entry(bits, masks, start, stop):
    """First bar in ``[start, stop)`` with a valid entry, and its side (0: none).

    ``bits`` are the bitmaps enter long, exit long, enter short, exit short; ``masks`` (all ones or zero) switch
    long and short entries on.
    """
    enter_long, exit_long, enter_short, exit_short = bits
    if start >= stop:
        return stop, 0
    w = start >> 6
    keep = ~_ZERO << np.uint64(start & 63)
    while w << 6 < stop:
        long_raw, short_raw = enter_long[w] & masks[0], enter_short[w] & masks[1]
        longs = long_raw & ~short_raw & ~exit_long[w]
        shorts = short_raw & ~long_raw & ~exit_short[w]
        word = (longs | shorts) & keep
        if word != _ZERO:
            b = lowest_bit(word)
            t = (w << 6) + b
            if t >= stop:
                return stop, 0
            return t, (1 if (longs >> np.uint64(b)) & _ONE != _ZERO else -1)
        keep = ~_ZERO
        w += 1
    return stop, 0


@inlined
def seen_from(bits, masks, side):
    """Bitmaps and masks as a position of ``side`` sees them: own entries, exits, the other side's entries and exits."""
    enter_long, exit_long, enter_short, exit_short = bits
    if side < 0:
        return enter_short, exit_short, enter_long, exit_long, masks[1], masks[0]
    return enter_long, exit_long, enter_short, exit_short, masks[0], masks[1]


@inlined
def ending(seen, w):
    """Bits of a word whose closes end a position, and of those that reverse it; ``seen`` is `seen_from`."""
    own, exits, opposite, other_exits, mask_own, mask_opposite = seen
    reversing = (opposite[w] & mask_opposite) & ~(own[w] & mask_own) & ~other_exits[w]
    return exits[w] | reversing, reversing


@inlined
def next_exit(bits, masks, side, start, stop):
    """First bar in ``[start, stop)`` whose close ends a position of ``side``, and whether it reverses it."""
    seen = seen_from(bits, masks, side)
    w = start >> 6
    keep = ~_ZERO << np.uint64(start & 63)
    while w << 6 < stop:
        ends, reversing = ending(seen, w)
        word = ends & keep
        if word != _ZERO:
            b = lowest_bit(word)
            t = (w << 6) + b
            if t >= stop:
                return stop, False
            return t, (reversing >> np.uint64(b)) & _ONE != _ZERO
        keep = ~_ZERO
        w += 1
    return stop, False
