"""On-balance volume: volume added on a higher close and taken off on a lower one, from the first bar on."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(close, volume):  # type: ignore[no-untyped-def]
    out = np.full(len(close), np.nan)
    last, total = -np.inf, 0.0  # the first bar counts as a rise, as in TA-Lib
    for t in range(len(close)):
        if not math.isfinite(close[t] + volume[t]):
            last, total = -np.inf, 0.0
            continue
        if close[t] > last:
            total += volume[t]
        elif close[t] < last:
            total -= volume[t]
        out[t], last = total, close[t]
    return out


class _Step:
    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.last, self.total = -math.inf, 0.0

    def update(self, close: float, volume: float) -> float:
        close, volume = float(close), float(volume)
        if not math.isfinite(close + volume):
            self.reset()
            return math.nan
        if close > self.last:
            self.total += volume
        elif close < self.last:
            self.total -= volume
        self.last = close
        return self.total


obv = Indicator(
    name="obv", inputs=("close", "volume"), params=(), unit="count",
    array=_array, step=_Step, warmup=lambda: 1,
    source="Granville (1963), New Key to Stock Market Profits",
)
