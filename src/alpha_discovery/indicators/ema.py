"""Exponential moving average, started from the mean of its first `window` values.

The mean is taken as distances from the first value, so a constant input gives exactly that constant.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.runs import next_run
from alpha_discovery.kernels import kernel

State = tuple[float, float, int]
START = (0.0, 0.0, 0)  # first value, average (while warming up: sum of distances from the first), values seen


@kernel
def advance(x: float, window: int, alpha: float, state: State) -> tuple[float, State]:
    """Take the newest value, which weighs ``alpha``: (average, or NaN while warming up; next state)."""
    first, level, seen = state
    if not math.isfinite(x):
        return math.nan, (0.0, 0.0, 0)
    if seen == 0:
        first = x
    if seen >= window:
        level += alpha * (x - level)
        return level, (first, level, seen)
    level += x - first
    seen += 1
    if seen < window:
        return math.nan, (first, level, seen)
    level = first + level / window
    return level, (first, level, seen)


class Smooth:
    """Streaming form of an exponential average: `advance`, run as plain Python."""

    def __init__(self, window: int, alpha: float) -> None:
        self.window, self.alpha, self.advance = int(window), alpha, advance.py_func  # type: ignore[attr-defined]
        self.reset()

    def reset(self) -> None:
        """Forget everything, as at a gap in the bars."""
        self.state: State = START

    def update(self, x: float) -> float:
        """The average after ``x``, NaN while warming up."""
        value, self.state = self.advance(float(x), self.window, self.alpha, self.state)
        return float(value)


@kernel
def smooth(x: Any, window: int, alpha: float) -> Any:
    """Exponential average of ``x`` (T,) with weight ``alpha`` on the newest value."""
    out, state = np.empty(len(x)), START
    for t in range(len(x)):
        out[t], state = advance(x[t], window, alpha, state)
    return out


@kernel
def smooth_many(x: Any, windows: Any, alphas: Any, out: Any) -> None:
    """`smooth` of one series ``x`` (T,) into the rows of ``out`` (n, T), bit for bit.

    Eight rows in step, or four: each value of a row waits for the one before it, and that of another row need not. The
    last rows are worked on with some of those before them, which come out the same again.
    """
    done, n = 0, len(windows)
    first, stop = next_run(x, 0)
    while first < stop:
        out[:, done:first] = np.nan
        series, rows = x[first:stop], out[:, first:stop]
        if n >= 8:
            for k in range(0, n, 8):
                k = min(k, n - 8)
                _eight(series, windows[k : k + 8], alphas[k : k + 8], rows[k : k + 8])
        elif n >= 4:
            for k in range(0, n, 4):
                k = min(k, n - 4)
                _four(series, windows[k : k + 4], alphas[k : k + 4], rows[k : k + 4])
        else:
            for k in range(n):
                _one(series, windows[k], alphas[k], rows[k])
        done, (first, stop) = stop, next_run(x, stop)
    out[:, done:] = np.nan


@kernel
def smooth_each(table: Any, rows: Any, windows: Any, alphas: Any, out: Any) -> None:
    """`smooth` of a series each: rows ``rows`` (n,) of ``table`` (m, T) into the rows of ``out`` (n, T), bit for bit.

    Eight in step where none of them misses a value once it has begun; those begin when the last of them is warm.
    """
    n, n_bars = len(out), table.shape[1]
    if n < 8:
        _one_by_one(table, rows, windows, alphas, out)
        return
    first = np.empty(8, dtype=np.int64)
    for k in range(0, n, 8):
        k = min(k, n - 8)
        read, window, alpha, to = rows[k : k + 8], windows[k : k + 8], alphas[k : k + 8], out[k : k + 8]
        warm = _firsts(table, read, window, first)
        if warm >= n_bars:
            _one_by_one(table, read, window, alpha, to)
            continue
        for j in range(8):
            to[j, : first[j]] = np.nan
            series, values = table[read[j]][first[j] :], to[j, first[j] :]
            _begun(series, window[j], alpha[j], values, warm - first[j])
        _eight_series(table, read, alpha, to, warm)


@kernel
def _one_by_one(table: Any, rows: Any, windows: Any, alphas: Any, out: Any) -> None:
    for k in range(len(out)):
        smooth_many(table[rows[k]], windows[k : k + 1], alphas[k : k + 1], out[k : k + 1])


@kernel
def _firsts(table: Any, rows: Any, windows: Any, first: Any) -> int:
    """First known bar of each of eight series, and that from which all are warm: none if one misses a value later."""
    warm, n_bars = 0, table.shape[1]
    for j in range(8):
        first[j], stop = next_run(table[rows[j]], 0)
        warm = max(warm, first[j] + windows[j]) if stop == n_bars else n_bars
        if warm >= n_bars:
            return int(n_bars)
    return int(warm)


@kernel
def _begun(x: Any, window: int, alpha: float, out: Any, stop: int) -> None:
    state = START
    for t in range(stop):
        out[t], state = advance(x[t], window, alpha, state)


@kernel
def _one(x: Any, window: int, alpha: float, out: Any) -> None:
    begun = min(window, len(x))
    _begun(x, window, alpha, out, begun)
    level = out[begun - 1]
    for i in range(begun, len(x)):
        level += alpha * (x[i] - level)
        out[i] = level


@kernel
def _four(x: Any, windows: Any, alphas: Any, out: Any) -> None:
    begun = min(windows.max(), len(x))  # all are warm from here on
    for k in range(4):
        _begun(x, windows[k], alphas[k], out[k], begun)
    a, b, c, d = out[0, begun - 1], out[1, begun - 1], out[2, begun - 1], out[3, begun - 1]
    p, q, r, s = alphas[0], alphas[1], alphas[2], alphas[3]
    for i in range(begun, len(x)):
        a += p * (x[i] - a)
        b += q * (x[i] - b)
        c += r * (x[i] - c)
        d += s * (x[i] - d)
        out[0, i], out[1, i], out[2, i], out[3, i] = a, b, c, d


@kernel
def _eight(x: Any, windows: Any, alphas: Any, out: Any) -> None:
    begun = min(windows.max(), len(x))  # all are warm from here on
    for k in range(8):
        _begun(x, windows[k], alphas[k], out[k], begun)
    a, b, c, d = out[0, begun - 1], out[1, begun - 1], out[2, begun - 1], out[3, begun - 1]
    e, f, g, h = out[4, begun - 1], out[5, begun - 1], out[6, begun - 1], out[7, begun - 1]
    p, q, r, s = alphas[0], alphas[1], alphas[2], alphas[3]
    t, u, v, w = alphas[4], alphas[5], alphas[6], alphas[7]
    for i in range(begun, len(x)):
        a += p * (x[i] - a)
        b += q * (x[i] - b)
        c += r * (x[i] - c)
        d += s * (x[i] - d)
        e += t * (x[i] - e)
        f += u * (x[i] - f)
        g += v * (x[i] - g)
        h += w * (x[i] - h)
        out[0, i], out[1, i], out[2, i], out[3, i] = a, b, c, d
        out[4, i], out[5, i], out[6, i], out[7, i] = e, f, g, h


@kernel
def _eight_series(table: Any, rows: Any, alphas: Any, out: Any, begun: int) -> None:
    a, b, c, d = out[0, begun - 1], out[1, begun - 1], out[2, begun - 1], out[3, begun - 1]
    e, f, g, h = out[4, begun - 1], out[5, begun - 1], out[6, begun - 1], out[7, begun - 1]
    p, q, r, s = alphas[0], alphas[1], alphas[2], alphas[3]
    t, u, v, w = alphas[4], alphas[5], alphas[6], alphas[7]
    of_a, of_b, of_c, of_d = table[rows[0]], table[rows[1]], table[rows[2]], table[rows[3]]
    of_e, of_f, of_g, of_h = table[rows[4]], table[rows[5]], table[rows[6]], table[rows[7]]
    for i in range(begun, table.shape[1]):
        a += p * (of_a[i] - a)
        b += q * (of_b[i] - b)
        c += r * (of_c[i] - c)
        d += s * (of_d[i] - d)
        e += t * (of_e[i] - e)
        f += u * (of_f[i] - f)
        g += v * (of_g[i] - g)
        h += w * (of_h[i] - h)
        out[0, i], out[1, i], out[2, i], out[3, i] = a, b, c, d
        out[4, i], out[5, i], out[6, i], out[7, i] = e, f, g, h


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    return smooth(x, window, 2.0 / (window + 1))


@kernel
def _many(x, window, out):  # type: ignore[no-untyped-def]
    smooth_many(x, window, 2.0 / (window + 1), out)


@kernel
def _each(table, rows, window, out):  # type: ignore[no-untyped-def]
    smooth_each(table, rows, window, 2.0 / (window + 1), out)


ema = Indicator(
    name="ema", inputs=("x",), params=("window",), unit="same", many=_many, each=_each,
    array=_array, step=lambda window: Smooth(window, 2.0 / (int(window) + 1)), warmup=lambda window: int(window),
    source="Appel (1979), The Moving Average Convergence Divergence Trading Method; started as TA-Lib EMA",
)
