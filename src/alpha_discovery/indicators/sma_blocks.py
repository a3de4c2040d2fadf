"""The simple moving average written block by block instead of bar by bar, with the same bits.

The sums of a block wait for one another and not for those of the next block: two blocks are summed in step. What
follows from the sums is a loop of its own, which the compiler makes of vectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.indicators.runs import next_run
from alpha_discovery.kernels import inlined, kernel


@kernel
def averages(x: Any, windows: Any, out: Any) -> None:
    """Averages of the last so many values of ``x`` (T,) into the rows of ``out`` (n, T); NaN where there are none."""
    sums = np.empty((4, windows.max() if len(windows) > 0 else 0))  # of two blocks: what is left before, and they
    done, (first, stop) = 0, next_run(x, 0)
    while first < stop:
        out[:, done:first] = np.nan
        for k in range(len(windows)):
            _of_run(x[first:stop], windows[k], out[k, first:stop], sums)
        done, (first, stop) = stop, next_run(x, stop)
    out[:, done:] = np.nan


@inlined
def _of_run(x: Any, window: int, out: Any, sums: Any) -> None:
    out[: window - 1] = np.nan
    if len(x) < window:
        return
    head = 0.0
    for k in range(window):
        head += x[k] - x[0]
    out[window - 1] = x[0] + head / window
    start = window
    while start + 2 * window <= len(x):
        _sum_two(x, start, window, sums)
        _write(x[start], sums[0], sums[1], window, out[start : start + window])
        _write(x[start + window], sums[2], sums[3], window, out[start + window : start + 2 * window])
        start += 2 * window
    while start < len(x):
        size = min(window, len(x) - start)
        _sum_one(x, start, window, size, sums)
        _write(x[start], sums[0], sums[1], window, out[start : start + size])
        start += window


@inlined
def _sum_one(x: Any, start: int, window: int, size: int, sums: Any) -> None:
    anchor, tail, head = x[start], 0.0, 0.0
    sums[0, window - 1] = 0.0
    for k in range(window - 1):
        tail += x[start - 1 - k] - anchor
        sums[0, window - 2 - k] = tail
    for k in range(size):
        head += x[start + k] - anchor
        sums[1, k] = head


@inlined
def _sum_two(x: Any, start: int, window: int, sums: Any) -> None:
    u = start + window
    a, b = x[start], x[u]
    tail_a, head_a, tail_b, head_b = 0.0, 0.0, 0.0, 0.0
    sums[0, window - 1], sums[2, window - 1] = 0.0, 0.0
    for k in range(window - 1):
        tail_a += x[start - 1 - k] - a
        tail_b += x[u - 1 - k] - b
        head_a += x[start + k] - a
        head_b += x[u + k] - b
        sums[0, window - 2 - k], sums[2, window - 2 - k], sums[1, k], sums[3, k] = tail_a, tail_b, head_a, head_b
    sums[1, window - 1] = head_a + (x[u - 1] - a)
    sums[3, window - 1] = head_b + (x[u + window - 1] - b)


@inlined
def _write(anchor: float, tail: Any, head: Any, window: int, out: Any) -> None:
    for k in range(len(out)):
        out[k] = anchor + (tail[k] + head[k]) / window
