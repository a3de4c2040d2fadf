"""Volume-weighted average of the typical price over the last `window` bars; NaN if nothing was traded.

Summed in blocks as in `rolling_sum`, prices as distances from a price in the window.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _typical(high: Any, low: Any, close: Any, t: int) -> Any:
    return (high[t] + low[t] + close[t]) / 3.0


@kernel
def _array(high, low, close, volume, window):  # type: ignore[no-untyped-def]
    out = np.full(len(close), np.nan)
    tail, paid = np.zeros(window + 1), np.zeros(window + 1)  # volume and volume * distance, block before
    anchor, head, spent, seen, size = 0.0, 0.0, 0.0, 0, 0
    for t in range(len(close)):
        price = _typical(high, low, close, t)
        if not math.isfinite(price + volume[t]):
            seen = 0
            continue
        if seen == 0 or size == window:
            anchor, head, spent, size = price, 0.0, 0.0, 0
            for k in range(1, min(seen, window)):
                tail[k] = tail[k - 1] + volume[t - k]
                paid[k] = paid[k - 1] + volume[t - k] * (_typical(high, low, close, t - k) - anchor)
        head += volume[t]
        spent += volume[t] * (price - anchor)
        seen, size = seen + 1, size + 1
        traded = tail[window - size] + head
        if seen >= window and traded > 0.0:
            out[t] = anchor + (paid[window - size] + spent) / traded
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.reset()

    def reset(self) -> None:
        self.block: list[tuple[float, float]] = []
        self.tail, self.paid, self.seen = [0.0], [0.0], 0

    def update(self, high: float, low: float, close: float, volume: float) -> float:
        price, volume = (float(high) + float(low) + float(close)) / 3.0, float(volume)
        if not math.isfinite(price + volume):
            self.reset()
            return math.nan
        if self.seen == 0 or len(self.block) == self.window:
            self.tail = list(accumulate((v for _, v in reversed(self.block)), initial=0.0))
            self.paid = list(accumulate((v * (p - price) for p, v in reversed(self.block)), initial=0.0))
            self.block, self.anchor, self.head, self.spent = [], price, 0.0, 0.0
        self.block.append((price, volume))
        self.head, self.spent = self.head + volume, self.spent + volume * (price - self.anchor)
        self.seen += 1
        return self._average(self.window - len(self.block)) if self.seen >= self.window else math.nan

    def _average(self, old: int) -> float:
        traded = self.tail[old] + self.head
        return self.anchor + (self.paid[old] + self.spent) / traded if traded > 0.0 else math.nan


rolling_vwap = Indicator(
    name="rolling_vwap", inputs=("high", "low", "close", "volume"), params=("window",), unit="price",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="Berkowitz, Logue and Noser (1988), Journal of Finance 43(1), over a rolling window",
)
