"""Kaufman's efficiency ratio: net change over path length, 0 (noise) to 1 (straight); 0 where nothing moved."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.indicators.momentum import momentum
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.rolling_sum import rolling_sum
from alpha_discovery.kernels import kernel

_sum = rolling_sum.array


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    steps = np.full(len(x), np.nan)
    for t in range(1, len(x)):
        steps[t] = abs(x[t] - x[t - 1])
    path = _sum(steps, window)
    for t in range(window, len(x)):
        net = abs(x[t] - x[t - window])  # rounding may leave a straight path shorter than this
        path[t] = 0.0 if path[t] == 0.0 else net / (net if net > path[t] else path[t])
    return path


class _Step:
    def __init__(self, window: int) -> None:
        self.net, self.path, self.last = momentum.step(window), rolling_sum.step(window), math.nan

    def reset(self) -> None:
        self.net.reset()
        self.path.reset()
        self.last = math.nan

    def update(self, x: float) -> float:
        step, self.last = abs(float(x) - self.last), float(x)
        net, path = abs(self.net.update(x)), self.path.update(step)
        return 0.0 if path == 0.0 else net / (net if net > path else path)


efficiency_ratio = Indicator(
    name="efficiency_ratio", inputs=("x",), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: int(window) + 1,
    source="Kaufman (1995), Smarter Trading",
)
