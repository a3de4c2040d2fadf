"""Simple moving average: summed in blocks as in `rolling_sum`, as distances from a value in the window.

The distances make the mean of a constant window exactly that constant, so a price that stands still
does not cross its own average.
"""

from __future__ import annotations

import math
from itertools import accumulate

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.sma_blocks import averages
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    out = np.full(len(x), np.nan)
    tail = np.zeros(window + 1)  # tail[k]: distances of the newest k values of the block before
    anchor, head, seen, size = 0.0, 0.0, 0, 0
    for t in range(len(x)):
        if not math.isfinite(x[t]):
            seen = 0
            continue
        if seen == 0 or size == window:
            anchor, head, size = x[t], 0.0, 0
            for k in range(1, min(seen, window)):
                tail[k] = tail[k - 1] + (x[t - k] - anchor)
        head += x[t] - anchor
        seen += 1
        size += 1
        if seen >= window:
            out[t] = anchor + (tail[window - size] + head) / window
    return out


@kernel
def _many(x, window, out):  # type: ignore[no-untyped-def]
    averages(x, window, out)


class _Step:
    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.reset()

    def reset(self) -> None:
        self.block: list[float] = []
        self.tail, self.seen = [0.0], 0

    def update(self, x: float) -> float:
        x = float(x)
        if not math.isfinite(x):
            self.reset()
            return math.nan
        if self.seen == 0 or len(self.block) == self.window:
            self.tail = list(accumulate((value - x for value in reversed(self.block)), initial=0.0))
            self.block, self.anchor, self.head = [], x, 0.0
        self.block.append(x)
        self.head += x - self.anchor
        self.seen += 1
        if self.seen < self.window:
            return math.nan
        return self.anchor + (self.tail[self.window - len(self.block)] + self.head) / self.window


sma = Indicator(
    name="sma", inputs=("x",), params=("window",), unit="same", many=_many,
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="arithmetic mean of the last `window` values",
)
