"""Minus directional indicator: `plus_di` of the bars turned upside down."""

from __future__ import annotations

import numpy as np

from alpha_discovery.indicators.plus_di import NO_MOVES, plus_di, share
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.true_range import reach
from alpha_discovery.kernels import kernel


@kernel
def _array(high, low, close, window):  # type: ignore[no-untyped-def]
    out, state = np.full(len(close), np.nan), NO_MOVES
    for t in range(1, len(close)):
        last = close[t - 1] + 0.0 * (high[t - 1] + low[t - 1])  # as in `true_range`
        span = reach(high[t], low[t], close[t], last)
        out[t], state = share(low[t - 1] - low[t], high[t] - high[t - 1], span, window, state)
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.plus = plus_di.step(window)

    def reset(self) -> None:
        self.plus.reset()

    def update(self, high: float, low: float, close: float) -> float:
        return self.plus.update(-low, -high, -close)


minus_di = Indicator(
    name="minus_di", inputs=("high", "low", "close"), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: int(window) + 1,
    source=plus_di.source,
)
