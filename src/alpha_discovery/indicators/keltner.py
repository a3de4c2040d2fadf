"""Keltner channel: the exponential average of the typical price, `width` average true ranges up and down.

Both averages start with the first bar that has a true range, as in TA-Lib KC.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from alpha_discovery.indicators.ema import START, advance, ema
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.rma import rma
from alpha_discovery.indicators.true_range import reach, true_range
from alpha_discovery.kernels import kernel


@kernel
def _upper(high: Any, low: Any, close: Any, window: int, width: float) -> Any:
    out, last, average, spread = np.empty(len(close)), math.nan, START, START
    for t in range(len(close)):
        span = reach(high[t], low[t], close[t], last)
        last = close[t] + 0.0 * (high[t] + low[t])  # as in `true_range`
        typical = (high[t] + low[t] + close[t]) / 3.0 + 0.0 * span  # missing where the true range is
        middle, average = advance(typical, window, 2.0 / (window + 1), average)
        wide, spread = advance(span, window, 1.0 / window, spread)
        out[t] = middle + width * wide
    return out


@kernel
def _lower(high, low, close, window, width):  # type: ignore[no-untyped-def]
    return _upper(high, low, close, window, -width)


class _Step:
    def __init__(self, window: int, width: float) -> None:
        self.range, self.middle, self.spread = true_range.step(), ema.step(window), rma.step(window)
        self.width = float(width)

    def reset(self) -> None:
        self.range.reset()
        self.middle.reset()
        self.spread.reset()

    def update(self, high: float, low: float, close: float) -> float:
        span = self.range.update(high, low, close)
        typical = (float(high) + float(low) + float(close)) / 3.0 + 0.0 * span
        return self.middle.update(typical) + self.width * self.spread.update(span)


keltner_upper = Indicator(
    name="keltner_upper", inputs=("high", "low", "close"), params=("window", "width"), unit="price",
    array=_upper, step=_Step, warmup=lambda window, width: int(window) + 1,
    source="Keltner (1960), How to Make Money in Commodities; averages as in TA-Lib KC",
)

keltner_lower = Indicator(
    name="keltner_lower", inputs=("high", "low", "close"), params=("window", "width"), unit="price",
    array=_lower, step=lambda window, width: _Step(window, -width), warmup=lambda window, width: int(window) + 1,
    source=keltner_upper.source,
)
