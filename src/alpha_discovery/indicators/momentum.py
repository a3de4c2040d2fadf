"""Momentum: the change over `window` bars."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    out = np.full(len(x), np.nan)
    seen = 0
    for t in range(len(x)):
        seen = seen + 1 if math.isfinite(x[t]) else 0
        if seen > window:
            out[t] = x[t] - x[t - window]
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.values: deque[float] = deque()

    def reset(self) -> None:
        self.values.clear()

    def update(self, x: float) -> float:
        x = float(x)
        if not math.isfinite(x):
            self.reset()
            return math.nan
        self.values.append(x)
        return x - self.values.popleft() if len(self.values) > self.window else math.nan


momentum = Indicator(
    name="momentum", inputs=("x",), params=("window",), unit="same",
    array=_array, step=_Step, warmup=lambda window: int(window) + 1,
    source="Murphy (1999), Technical Analysis of the Financial Markets, ch. 10",
)
