"""Stochastic oscillator: %K, where the close stands in the range of the last `window` bars, and %D.

0 is the low of the range and 100 its high; 50 where the range is flat, as there is no lean either way.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.indicators.highest import highest, peak
from alpha_discovery.indicators.lowest import lowest
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.sma import sma
from alpha_discovery.indicators.sma_blocks import averages
from alpha_discovery.kernels import kernel

_sma = sma.array


@kernel
def _array(high: Any, low: Any, close: Any, window: int) -> Any:
    top, bottom = np.empty(len(close)), np.empty(len(close))
    for t in range(len(close)):
        gap = 0.0 * (high[t] + low[t] + close[t])  # NaN where any input is missing: all restart together
        top[t], bottom[t] = high[t] + gap, low[t] + gap
    top, bottom = peak(top, 1.0, window), peak(bottom, -1.0, window)
    for t in range(len(close)):
        span = top[t] - bottom[t]
        top[t] = 50.0 if span == 0.0 else 100.0 * ((close[t] - bottom[t]) / span)
    return top


@kernel
def _d_array(high, low, close, window, smooth_window):  # type: ignore[no-untyped-def]
    return _sma(_array(high, low, close, window), smooth_window)


@kernel
def _many_d(high: Any, low: Any, close: Any, window: Any, smooth_window: Any, out: Any) -> None:
    """Neighbours with one %K share it."""
    first = 0
    while first < len(out):
        stop = first + 1
        while stop < len(out) and window[stop] == window[first]:
            stop += 1
        averages(_array(high, low, close, window[first]), smooth_window[first:stop], out[first:stop])
        first = stop


class _Step:
    def __init__(self, window: int) -> None:
        self.top, self.bottom = highest.step(window), lowest.step(window)

    def reset(self) -> None:
        self.top.reset()
        self.bottom.reset()

    def update(self, high: float, low: float, close: float) -> float:
        high, low, close = float(high), float(low), float(close)
        gap = 0.0 * (high + low + close)
        top, bottom = self.top.update(high + gap), self.bottom.update(low + gap)
        span = top - bottom
        return 50.0 if span == 0.0 else 100.0 * ((close - bottom) / span)


class _DStep:
    def __init__(self, window: int, smooth_window: int) -> None:
        self.k, self.d = _Step(window), sma.step(smooth_window)

    def reset(self) -> None:
        self.k.reset()
        self.d.reset()

    def update(self, high: float, low: float, close: float) -> float:
        return self.d.update(self.k.update(high, low, close))


stochastic = Indicator(
    name="stochastic", inputs=("high", "low", "close"), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: int(window), source="Lane (1984), Lane's Stochastics",
)

stochastic_d = Indicator(
    name="stochastic_d", inputs=("high", "low", "close"), params=("window", "smooth_window"), unit="ratio",
    array=_d_array, many=_many_d, step=_DStep, warmup=lambda window, smooth_window: int(window + smooth_window) - 1,
    source="Lane (1984), Lane's Stochastics",
)
