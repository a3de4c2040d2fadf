"""Rate of change: the return over `window` bars as a fraction; NaN where the old value is zero."""

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
        if seen > window and x[t - window] != 0.0:
            out[t] = (x[t] - x[t - window]) / x[t - window]
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
        old = self.values.popleft() if len(self.values) > self.window else 0.0
        return (x - old) / old if old != 0.0 else math.nan


roc = Indicator(
    name="roc", inputs=("x",), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: int(window) + 1,
    source="x / x[-window] - 1; TA-Lib ROCP",
)
