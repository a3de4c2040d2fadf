"""Rank of the newest of the last `window` values: 0 the lowest, 1 the highest; equal values share theirs.

0.5 for a constant window, and for a window of one. Compares with every value of the window.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel

_TILE = 512  # bars worked on side by side, so that several fit in one register


@kernel
def _array(x: Any, window: int) -> Any:
    out = np.empty((1, len(x)))
    _many(x, np.full(1, window), out)
    return out[0]


@kernel
def _many(x: Any, window: Any, out: Any) -> None:
    """A longer window goes on counting where a shorter one ended."""
    order, seen = np.argsort(window), _seen(x)
    twice = np.empty(_TILE, dtype=np.int64)  # how many values are below, and how many are not above
    for start in range(0, len(x), _TILE):
        stop, counted = min(start + _TILE, len(x)), 1
        twice[:] = 0
        for place in order:
            for back in range(counted, window[place]):
                _compare(x, start, stop, back, twice)
            counted = max(counted, window[place])
            _write(twice, seen[start:stop], window[place], out[place, start:stop])


@kernel
def _seen(x: Any) -> Any:
    """Values up to each bar since one was missing."""
    seen, so_far = np.empty(len(x), dtype=np.int64), 0
    for t in range(len(x)):
        so_far = so_far + 1 if math.isfinite(x[t]) else 0
        seen[t] = so_far
    return seen


@kernel
def _compare(x: Any, start: int, stop: int, back: int, twice: Any) -> None:
    first = max(start, back)
    if first >= stop:
        return
    old, now, count = x[first - back : stop - back], x[first:stop], twice[first - start : stop - start]
    for i in range(len(now)):
        count[i] += old[i] < now[i]
        count[i] += old[i] <= now[i]


@kernel
def _write(twice: Any, seen: Any, window: int, out: Any) -> None:
    others = float(max(window - 1, 1))
    for i in range(len(out)):
        if seen[i] < window:
            out[i] = np.nan
        else:
            out[i] = 0.5 * twice[i] / others if window > 1 else 0.5


class _Step:
    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.values: deque[float] = deque(maxlen=self.window)

    def reset(self) -> None:
        self.values.clear()

    def update(self, x: float) -> float:
        x = float(x)
        if not math.isfinite(x):
            self.reset()
            return math.nan
        self.values.append(x)
        if len(self.values) < self.window:
            return math.nan
        if self.window == 1:
            return 0.5
        below = sum(old < x for old in self.values) + sum(old <= x for old in self.values) - 1  # less itself
        return 0.5 * below / (self.window - 1)


rank = Indicator(
    name="rank", inputs=("x",), params=("window",), unit="ratio",
    array=_array, many=_many, step=_Step, warmup=lambda window: int(window),
    source="(mid-rank - 1) / (window - 1)",
)
