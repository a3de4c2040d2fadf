"""Rows of series and of bitmaps (one bit a bar): arithmetic, joining, the next set bit."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.bar_index import bar_index
from alpha_discovery.backtest.lowest_bit import lowest_bit
from alpha_discovery.kernels import inlined, kernel

ARITHMETIC = {"+": 0, "-": 1, "*": 2, "/": 3}
_ONE = np.uint64(1)
_ZERO = np.uint64(0)


def words(n_bars: int) -> int:
    """64-bit words that hold a bit for each bar."""
    return (n_bars + 63) // 64


def packed(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """One flag a bar as a bitmap, uint64 (words,)."""
    bits = np.zeros(words(len(flags)) * 64, dtype=np.uint8)
    bits[: len(flags)] = flags
    return np.packbits(bits, bitorder="little").view(np.uint64)


@lru_cache(maxsize=64)
def every_bar(n_bars: int) -> npt.NDArray[np.uint64]:
    """The bitmap (words,) of all bars, which nobody may write to."""
    bits = packed(np.ones(n_bars, dtype=np.bool_))
    bits.flags.writeable = False
    return bits


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


@kernel
def join_rows(is_and, part, part_row, out):
    """``out[i] &= part[part_row[i]]`` (or ``|=``)."""
    for i in range(len(out)):
        source = part[part_row[i]]
        for w in range(out.shape[1]):
            out[i, w] = (out[i, w] & source[w]) if is_and else (out[i, w] | source[w])


@inlined
def next_entry(bits, start, stop):
    """First bar in ``[start, stop)`` with a valid entry, and its side (0: none).

    ``bits`` are the bitmaps enter long, exit long, enter short, exit short.
    """
    enter_long, exit_long, enter_short, exit_short = bits
    if start >= stop:
        return stop, 0
    w = bar_index(start >> 6)
    keep = ~_ZERO << np.uint64(start & 63)
    while w << 6 < stop:
        long_raw, short_raw = enter_long[w], enter_short[w]
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
        w = bar_index(w + 1)
    return stop, 0


@inlined
def seen_from(bits, side):
    """Bitmaps as a position of ``side`` sees them: own entries, exits, the other side's entries and exits."""
    enter_long, exit_long, enter_short, exit_short = bits
    if side < 0:
        return enter_short, exit_short, enter_long, exit_long
    return bits


@inlined
def ending(seen, w):
    """Bits of a word whose closes end a position, and of those that reverse it; ``seen`` is `seen_from`."""
    own, exits, opposite, other_exits = seen
    reversing = opposite[w] & ~own[w] & ~other_exits[w]
    return exits[w] | reversing, reversing


@inlined
def next_exit(bits, side, start, stop):
    """First bar in ``[start, stop)`` whose close ends a position of ``side``, and whether it reverses it."""
    seen = seen_from(bits, side)
    w = bar_index(start >> 6)
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
        w = bar_index(w + 1)
    return stop, False
