"""Average true range: Wilder's average of the true range."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.indicators.ema import START, advance
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.rma import rma
from alpha_discovery.indicators.true_range import reach, true_range
from alpha_discovery.kernels import kernel


@kernel
def _array(high, low, close, window):  # type: ignore[no-untyped-def]
    out, last, state = np.empty(len(close)), math.nan, START
    for t in range(len(close)):
        out[t], state = advance(reach(high[t], low[t], close[t], last), window, 1.0 / window, state)
        last = close[t] + 0.0 * (high[t] + low[t])  # as in `true_range`
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.range, self.average = true_range.step(), rma.step(window)

    def reset(self) -> None:
        self.range.reset()
        self.average.reset()

    def update(self, high: float, low: float, close: float) -> float:
        return self.average.update(self.range.update(high, low, close))


atr = Indicator(
    name="atr", inputs=("high", "low", "close"), params=("window",), unit="price",
    array=_array, step=_Step, warmup=lambda window: int(window) + 1,
    source="Wilder (1978), New Concepts in Technical Trading Systems; started as TA-Lib ATR",
)
