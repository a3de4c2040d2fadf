"""Commodity channel index: distance of the typical price from its average in mean absolute deviations.

0 where nothing deviates, as in TA-Lib.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.sma import sma
from alpha_discovery.kernels import kernel

_sma = sma.array
_TILE = 512  # bars worked on side by side: a mean deviation has no running form, but many fit in one register


@kernel
def _array(high, low, close, window):  # type: ignore[no-untyped-def]
    price = np.empty(len(close))
    for t in range(len(close)):
        price[t] = (high[t] + low[t] + close[t]) / 3.0
    mean = _sma(price, window)
    for start in range(window - 1, len(price), _TILE):
        stop = min(start + _TILE, len(price))
        now, middle, away = price[start:stop], mean[start:stop], np.zeros(stop - start)
        for k in range(window):
            old = price[start - k : stop - k]
            for i in range(len(away)):
                away[i] += abs(old[i] - middle[i])
        for i in range(len(away)):
            middle[i] = 0.0 if away[i] == 0.0 else (now[i] - middle[i]) / (0.015 * (away[i] / window))
    return mean


class _Step:
    def __init__(self, window: int) -> None:
        self.window, self.mean = int(window), sma.step(window)
        self.prices: deque[float] = deque(maxlen=self.window)

    def reset(self) -> None:
        self.mean.reset()
        self.prices.clear()

    def update(self, high: float, low: float, close: float) -> float:
        price = (float(high) + float(low) + float(close)) / 3.0
        self.prices.append(price)
        mean, away = self.mean.update(price), 0.0
        if math.isnan(mean):
            return math.nan
        for old in reversed(self.prices):
            away += abs(old - mean)
        return 0.0 if away == 0.0 else (price - mean) / (0.015 * (away / self.window))


cci = Indicator(
    name="cci", inputs=("high", "low", "close"), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="Lambert (1980), Commodities 9(10); TA-Lib CCI",
)
