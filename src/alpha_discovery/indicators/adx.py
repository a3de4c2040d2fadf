"""Average directional index: Wilder's average of how one-sided the movement is, 0 to 100.

A bar before which nothing has moved either way counts as 0.
"""

from __future__ import annotations

import numpy as np

from alpha_discovery.indicators.ema import START, advance
from alpha_discovery.indicators.minus_di import minus_di
from alpha_discovery.indicators.plus_di import NO_MOVES, plus_di, share
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.rma import rma
from alpha_discovery.indicators.true_range import reach
from alpha_discovery.kernels import kernel


@kernel
def _array(high, low, close, window):  # type: ignore[no-untyped-def]
    out, up, down, average = np.full(len(close), np.nan), NO_MOVES, NO_MOVES, START
    for t in range(1, len(close)):
        last = close[t - 1] + 0.0 * (high[t - 1] + low[t - 1])  # as in `true_range`
        span = reach(high[t], low[t], close[t], last)
        rise, fall = high[t] - high[t - 1], low[t - 1] - low[t]
        plus, up = share(rise, fall, span, window, up)
        minus, down = share(fall, rise, span, window, down)
        both = plus + minus
        lean = 0.0 if both == 0.0 else 100.0 * (abs(plus - minus) / both)
        out[t], average = advance(lean, window, 1.0 / window, average)
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.plus, self.minus, self.average = plus_di.step(window), minus_di.step(window), rma.step(window)

    def reset(self) -> None:
        self.plus.reset()
        self.minus.reset()
        self.average.reset()

    def update(self, high: float, low: float, close: float) -> float:
        plus, minus = self.plus.update(high, low, close), self.minus.update(high, low, close)
        both = plus + minus
        return self.average.update(0.0 if both == 0.0 else 100.0 * (abs(plus - minus) / both))


adx = Indicator(
    name="adx", inputs=("high", "low", "close"), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: 2 * int(window),
    source="Wilder (1978), New Concepts in Technical Trading Systems; started as TA-Lib ADX",
)
