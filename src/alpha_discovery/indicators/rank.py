"""Rank of the newest of the last `window` values: 0 the lowest, 1 the highest; equal values share theirs.

0.5 for a constant window, and for a window of one. Compares with every value of the window.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from alpha_discovery.indicators.highest import highest
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel

_highest = highest.array
_TILE = 512  # bars worked on side by side, so that several fit in one register


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    out = _highest(x, window)  # only for where a full window of real values is
    others = float(max(window - 1, 1))
    for start in range(window - 1, len(x), _TILE):
        stop = min(start + _TILE, len(x))
        now, score, below = x[start:stop], out[start:stop], np.full(stop - start, 0.5 if window == 1 else 0.0)
        for k in range(1, window):
            old = x[start - k : stop - k]
            for i in range(len(below)):
                below[i] += 0.5 * (old[i] < now[i]) + 0.5 * (old[i] <= now[i])
        for i in range(len(below)):
            score[i] = below[i] / others if score[i] == score[i] else np.nan
    return out


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
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="(mid-rank - 1) / (window - 1)",
)
