"""True range: the bar's range, stretched to the close before it; the first bar has none."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def reach(high: float, low: float, close: float, last: float) -> float:
    """True range of one bar after the close ``last``; NaN where any of the four is missing."""
    if not math.isfinite(high + low + close + last):
        return math.nan
    return max(high - low, abs(high - last), abs(low - last))


@kernel
def _array(high, low, close):  # type: ignore[no-untyped-def]
    out, last = np.empty(len(close)), math.nan
    for t in range(len(close)):
        out[t] = reach(high[t], low[t], close[t], last)
        last = close[t] + 0.0 * (high[t] + low[t])  # NaN where any input is missing: nothing to stretch to
    return out


class _Step:
    def __init__(self) -> None:
        self.reach = reach.py_func  # type: ignore[attr-defined]
        self.reset()

    def reset(self) -> None:
        self.last = math.nan

    def update(self, high: float, low: float, close: float) -> float:
        high, low, close = float(high), float(low), float(close)
        last, self.last = self.last, close + 0.0 * (high + low)
        return float(self.reach(high, low, close, last))


true_range = Indicator(
    name="true_range", inputs=("high", "low", "close"), params=(), unit="price",
    array=_array, step=_Step, warmup=lambda: 2,
    source="Wilder (1978), New Concepts in Technical Trading Systems",
)
