"""Linearly weighted moving average: the newest value weighs `window`, the oldest one.

Summed in blocks as in `rolling_sum`, as distances from a value in the window.
"""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    out = np.full(len(x), np.nan)
    tail, slope = np.zeros(window + 1), np.zeros(window + 1)  # plain and weighted, of the block before
    anchor, head, ramp, seen, size = 0.0, 0.0, 0.0, 0, 0
    weights = window * (window + 1) / 2
    for t in range(len(x)):
        if not math.isfinite(x[t]):
            seen = 0
            continue
        if seen == 0 or size == window:
            anchor, head, ramp, size = x[t], 0.0, 0.0, 0
            for k in range(1, min(seen, window)):
                tail[k] = tail[k - 1] + (x[t - k] - anchor)
                slope[k] = slope[k - 1] + tail[k]
        seen += 1
        size += 1
        head += x[t] - anchor
        ramp += size * (x[t] - anchor)
        if seen >= window:
            old = window - size
            out[t] = anchor + (slope[old] + (ramp + old * head)) / weights
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.weights = self.window * (self.window + 1) / 2
        self.reset()

    def reset(self) -> None:
        self.block: list[float] = []
        self.slope, self.seen = [0.0], 0

    def update(self, x: float) -> float:
        x = float(x)
        if not math.isfinite(x):
            self.reset()
            return math.nan
        if self.seen == 0 or len(self.block) == self.window:
            tail = accumulate(value - x for value in reversed(self.block))
            self.slope = list(accumulate(tail, initial=0.0))
            self.block, self.anchor, self.head, self.ramp = [], x, 0.0, 0.0
        self.block.append(x)
        self.seen += 1
        self.head += x - self.anchor
        self.ramp += len(self.block) * (x - self.anchor)
        if self.seen < self.window:
            return math.nan
        old = self.window - len(self.block)
        return self.anchor + (self.slope[old] + (self.ramp + old * self.head)) / self.weights


wma = Indicator(
    name="wma", inputs=("x",), params=("window",), unit="same",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="Murphy (1999), Technical Analysis of the Financial Markets, ch. 9; TA-Lib WMA",
)
