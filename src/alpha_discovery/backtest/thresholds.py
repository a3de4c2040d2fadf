"""A series beside the thresholds of many candidates, by sixteen bits a bar.

The values of a series are sorted into buckets of equal width, and each threshold has its own. What lies in a higher
bucket is greater; bars in the bucket of the threshold, a few in ten thousand, are looked at as they are. Two vectors
of 32 bars are compared where eight were.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from numba.core import types
from numba.extending import intrinsic, overload

from alpha_discovery.backtest.bitmaps import words
from alpha_discovery.backtest.kept_memory import empty
from alpha_discovery.backtest.lowest_bit import lowest_bit
from alpha_discovery.backtest.parts import ALONE, Parts
from alpha_discovery.backtest.sides import above
from alpha_discovery.backtest.vectors import BARS, bits, loaded, spread
from alpha_discovery.kernels import hot_kernel, inlined

LAST = 65_534  # of the buckets that are counted from 1; 0 is no value
_APART = 8  # bars between those that the extent is taken from
_FEW = 8  # bars of a word that are looked at one by one
_NONE, _ONE, _ZERO = np.uint16(0), np.uint64(1), np.uint64(0)
_INLINED: Any = {"nogil": True, "forceinline": True, "_nrt": False}


@hot_kernel
def beside_thresholds(buckets, extents, exact, thresholds, strict, up, down):
    """Bitmaps ``up[i]`` of ``x > c`` and ``down[i]`` of ``x < c``; where not strict of ``x >= c`` and ``x <= c``.

    Parameters
    ----------
    buckets, extents, exact, thresholds : tuples (table, row)
        Those of the series (see `bucketed_rows`, `extents`), the series (n, T), the numbers (n, 1), and the row of
        each that is candidate i's.
    up, down : uint64 (n, words)
        One of them may be without rows: nobody asks for it.
    """
    for i in range(max(len(up), len(down))):
        c = thresholds[0][thresholds[1][i], 0]
        if math.isnan(c):
            up[i : i + 1], down[i : i + 1] = _ZERO, _ZERO
            continue
        series, x, extent = buckets[0][buckets[1][i]], exact[0][exact[1][i]], extents[0][extents[1][i]]
        own = _bucket(c, extent[0], extent[1])
        for w in range(len(series) // BARS):
            start = w * BARS
            same = equal(series, own, start)
            if len(up) > 0:
                up[i, w] = higher(series, own, start) | _of_same(strict, x, c, start, same, True)
            if len(down) > 0:
                down[i, w] = lower(series, own, start) | _of_same(strict, x, c, start, same, False)


@inlined
def _of_same(strict, x, c, start, same, upwards):
    """Bits of ``x > c`` (upwards) or ``x < c``, or equal where not strict, for the bars in the threshold's bucket."""
    if start + BARS <= len(x) and _are_many(same):
        return _all_of_same(strict, x, c, start, same, upwards)
    found, left = _ZERO, same
    while left != _ZERO:
        bit = np.uint64(lowest_bit(left))
        value = x[start + np.int64(bit)]
        beyond = value > c if upwards else value < c
        found |= np.uint64(beyond or (not strict and value == c)) << bit
        left &= left - _ONE
    return found


@inlined
def _are_many(bits):
    """Whether more bars than a few are set."""
    seen = 0
    while bits != _ZERO and seen < _FEW:
        bits &= bits - _ONE
        seen += 1
    return bits != _ZERO


@inlined
def _all_of_same(strict, x, c, start, same, upwards):
    if upwards:
        return same & (above(x, c, start) if strict else ~above(c, x, start))  # what has a bucket is a number
    return same & (above(c, x, start) if strict else ~above(x, c, start))


@inlined
def _bucket(value, low, scale):
    place = (value - low) * scale
    if not place > 0.0:
        place = 0.0
    return np.uint16(min(place, float(LAST - 1))) + np.uint16(1)


def extents(table: npt.NDArray[np.float64], row: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Start of the first bucket and buckets per unit of rows of a table, (n, 2); 0 per unit where there is one.

    They span the finite values of some bars; what lies beyond is in the first bucket or in the last.
    """
    out = np.empty((len(row), 2))
    _measure(table, row, out)
    return out


def bucketed_rows(
    table: npt.NDArray[np.float64], row: npt.NDArray[np.int64], extent: npt.NDArray[np.float64], parts: Parts = ALONE
) -> npt.NDArray[np.uint16]:
    """Buckets of rows of a table, uint16 (n, 64 * words); 0 where there is no value, and after the last bar."""
    out = empty((len(row), BARS * words(table.shape[1])), np.uint16)
    parts.each(lambda part: _sort_in(table, row[part], extent[part], out[part]), len(out))
    return out


@hot_kernel
def _measure(table, row, out):
    for i in range(len(out)):
        low, high = math.inf, -math.inf
        for x in table[row[i], ::_APART]:
            if math.isfinite(x):
                low, high = min(low, x), max(high, x)
        wide = high - low
        usable = wide > 0.0 and math.isfinite(wide)
        out[i, 0], out[i, 1] = (low, (LAST - 1) / wide) if usable else (0.0, 0.0)


@hot_kernel
def _sort_in(table, row, extent, out):
    for i in range(len(out)):
        series, sorted_in, low, scale = table[row[i]], out[i], extent[i, 0], extent[i, 1]
        for t in range(len(series)):
            sorted_in[t] = _NONE if math.isnan(series[t]) else _bucket(series[t], low, scale)
        sorted_in[len(series) :] = _NONE


def higher(buckets, own, start):
    """Bits of the bars ``start .. start + 63`` in a higher bucket."""
    return _one_by_one(buckets, start, lambda bucket: bucket > own)


def lower(buckets, own, start):
    """Bits of the bars ``start .. start + 63`` in a lower bucket that is one."""
    return _one_by_one(buckets, start, lambda bucket: 0 < bucket < own)


def equal(buckets, own, start):
    """Bits of the bars ``start .. start + 63`` in the same bucket."""
    return _one_by_one(buckets, start, lambda bucket: bucket == own)


def _one_by_one(buckets, start, true):
    found = _ZERO
    for k in range(BARS):
        found |= np.uint64(true(buckets[start + k])) << np.uint64(k)
    return found


@overload(higher, jit_options=_INLINED)
def _higher(buckets, own, start):
    return lambda buckets, own, start: _is_higher(buckets, own, start)  # type: ignore[call-arg]


@overload(lower, jit_options=_INLINED)
def _lower(buckets, own, start):
    return lambda buckets, own, start: _is_lower(buckets, own, start)  # type: ignore[call-arg]


@overload(equal, jit_options=_INLINED)
def _equal(buckets, own, start):
    return lambda buckets, own, start: _is_equal(buckets, own, start)  # type: ignore[call-arg]


@intrinsic
def _is_higher(context, buckets, own, start):
    return types.uint64(buckets, own, start), lambda *of: _compared(">", of)


@intrinsic
def _is_equal(context, buckets, own, start):
    return types.uint64(buckets, own, start), lambda *of: _compared("==", of)


@intrinsic
def _is_lower(context, buckets, own, start):
    return types.uint64(buckets, own, start), lambda *of: _compared("<", of, less=1)


def _compared(op: str, of: tuple[Any, ...], less: int = 0) -> Any:
    """One compare of all bars; of both sides less ``less``, which makes the highest bucket of what has none."""
    context, builder, signature, (buckets, own, start) = of
    series = loaded(context, builder, signature.args[0], buckets, start)
    number = spread(builder, context.cast(builder, own, signature.args[1], signature.args[0].dtype))
    if less:
        by = spread(builder, context.get_constant(types.uint16, less))
        series, number = builder.sub(series, by), builder.sub(number, by)
    return bits(builder, builder.icmp_unsigned(op, series, number))
