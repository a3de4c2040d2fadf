"""Sum of the last `window` values.

Time is cut into blocks of `window` bars. A window is the newest part of one block (``tail``, summed
backwards when the block is complete) and all of the next one so far (``head``). Nothing is ever
subtracted: rounding cannot pile up, a spike leaves no trace, and zeros sum to exactly zero.
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
    tail = np.zeros(window + 1)  # tail[k]: sum of the newest k values of the block before
    head, seen, size = 0.0, 0, 0
    for t in range(len(x)):
        if not math.isfinite(x[t]):
            seen = 0
            continue
        if seen == 0 or size == window:
            head, size = 0.0, 0
            for k in range(1, min(seen, window)):
                tail[k] = tail[k - 1] + x[t - k]
        head += x[t]
        seen += 1
        size += 1
        if seen >= window:
            out[t] = tail[window - size] + head
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.reset()

    def reset(self) -> None:
        self.block: list[float] = []
        self.tail, self.head, self.seen = [0.0], 0.0, 0

    def update(self, x: float) -> float:
        x = float(x)
        if not math.isfinite(x):
            self.reset()
            return math.nan
        if len(self.block) == self.window:
            self.tail = list(accumulate(reversed(self.block), initial=0.0))
            self.block, self.head = [], 0.0
        self.block.append(x)
        self.head += x
        self.seen += 1
        return self.tail[self.window - len(self.block)] + self.head if self.seen >= self.window else math.nan


rolling_sum = Indicator(
    name="rolling_sum", inputs=("x",), params=("window",), unit="same",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="sum of the last `window` values",
)
