"""Simple moving average."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel

REBASE = 1024  # inputs between fresh sums, so that rounding does not pile up over a million bars


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    out = np.full(len(x), np.nan)
    total, seen = 0.0, 0
    for t in range(len(x)):
        if np.isnan(x[t]):
            total, seen = 0.0, 0
            continue
        seen += 1
        total += x[t]
        if seen > window:
            total -= x[t - window]
        if seen % REBASE == 0 and seen >= window:
            total = 0.0
            for k in range(t - window + 1, t + 1):
                total += x[k]
        if seen >= window:
            out[t] = total / window
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.window = window
        self.reset()

    def reset(self) -> None:
        self.values: deque[float] = deque()
        self.total, self.seen = 0.0, 0

    def update(self, x: float) -> float:
        if math.isnan(x):
            self.reset()
            return math.nan
        self.seen += 1
        self.total += x
        self.values.append(x)
        if self.seen > self.window:
            self.total -= self.values.popleft()
        if self.seen % REBASE == 0 and self.seen >= self.window:
            self.total = 0.0
            for value in self.values:
                self.total += value
        return self.total / self.window if self.seen >= self.window else math.nan


sma = Indicator(
    name="sma", inputs=("x",), params=("window",), unit="same",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="arithmetic mean of the last `window` values",
)
