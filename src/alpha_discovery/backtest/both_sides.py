"""Both directions of a comparison in one pass, by prices rounded to single precision: half of the memory is read.

Rounding keeps the order: what is greater after it was greater before. Bars at which two sides round to the same
number are looked at again, unrounded.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.bitmaps import words
from alpha_discovery.backtest.kept_memory import empty
from alpha_discovery.backtest.lowest_bit import lowest_bit
from alpha_discovery.backtest.parts import ALONE, Parts
from alpha_discovery.backtest.sides import above
from alpha_discovery.kernels import hot_kernel, inlined

_ONE, _ZERO = np.uint64(1), np.uint64(0)
_TILE = 8  # words worked on together: a line of the cache


@hot_kernel
def both_sides(left, right, strict, up, down):
    """Bitmaps ``up[i]`` of ``a > b`` and ``down[i]`` of ``a < b``; where not strict of ``a >= b`` and ``a <= b``.

    Parameters
    ----------
    left, right : tuples (rounded, row), (known, row), (exact, row)
        Three tables of a side, and the row of each that is candidate i's: as `rounded_rows` gives it, uint64 bitmaps
        of the bars that have a value, float64 (n, T).
    """
    n_words = up.shape[1]
    for tile in range(0, n_words, _TILE):
        for i in range(len(up)):
            a, b = left[0][0][left[0][1][i]], right[0][0][right[0][1][i]]
            of_a, of_b = left[1][0][left[1][1][i]], right[1][0][right[1][1][i]]
            for w in range(tile, min(tile + _TILE, n_words)):
                start = w << 6
                greater, less, both = above(a, b, start), above(b, a, start), of_a[w] & of_b[w]
                same = both & ~(greater | less)
                if same != _ZERO:
                    x, y = left[2][0][left[2][1][i]], right[2][0][right[2][1][i]]
                    more, fewer = _unrounded(x, y, start, same)
                    greater, less = greater | more, less | fewer
                up[i, w] = greater if strict else both & ~less
                down[i, w] = less if strict else both & ~greater


@inlined
def _unrounded(x, y, start, bars):
    """Bits of ``x > y`` and of ``x < y`` for some bars of a word."""
    greater, less = _ZERO, _ZERO
    while bars != _ZERO:
        bit = np.uint64(lowest_bit(bars))
        t = start + np.int64(bit)
        greater |= np.uint64(x[t] > y[t]) << bit
        less |= np.uint64(x[t] < y[t]) << bit
        bars &= bars - _ONE
    return greater, less


def rounded_rows(
    table: npt.NDArray[np.float64], row: npt.NDArray[np.int64], parts: Parts = ALONE
) -> npt.NDArray[np.float32]:
    """Rows of a table in single precision, float32 (n, 64 * words), NaN after the last bar."""
    out = empty((len(row), 64 * words(table.shape[1])), np.float32)
    parts.each(lambda part: _round(table, row[part], out[part]), len(out))
    return out


@hot_kernel
def _round(table, row, out):
    n_bars = table.shape[1]
    for i in range(len(out)):
        series, rounded = table[row[i]], out[i]
        for t in range(n_bars):
            rounded[t] = series[t]
        rounded[n_bars:] = np.nan
