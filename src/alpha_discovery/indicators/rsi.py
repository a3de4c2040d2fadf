"""Relative strength index, 0 to 100; 50 while nothing has moved at all."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.indicators.ema import START, advance, smooth_many
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.rma import rma
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    out, up, down = np.full(len(x), np.nan), START, START
    for t in range(1, len(x)):
        change = x[t] - x[t - 1]
        gain, up = advance(0.5 * (abs(change) + change), window, 1.0 / window, up)
        loss, down = advance(0.5 * (abs(change) - change), window, 1.0 / window, down)
        moved = gain + loss
        out[t] = 50.0 if moved == 0.0 else 100.0 * (gain / moved)
    return out


@kernel
def _many(x, window, out):  # type: ignore[no-untyped-def]
    if len(x) == 0:
        return
    change = x[1:] - x[:-1]
    gains, losses = 0.5 * (np.abs(change) + change), 0.5 * (np.abs(change) - change)
    lost = np.empty((4, len(change)))
    out[:, 0] = np.nan
    for first in range(0, len(window), 4):
        some = window[first : first + 4]
        smooth_many(gains, some, 1.0 / some, out[first : first + 4, 1:])
        smooth_many(losses, some, 1.0 / some, lost[: len(some)])
        for k in range(len(some)):
            for t in range(len(change)):
                gain = out[first + k, t + 1]
                moved = gain + lost[k, t]
                out[first + k, t + 1] = 50.0 if moved == 0.0 else 100.0 * (gain / moved)


class _Step:
    def __init__(self, window: int) -> None:
        self.gain, self.loss = rma.step(window), rma.step(window)
        self.reset()

    def reset(self) -> None:
        self.last = math.nan
        self.gain.reset()
        self.loss.reset()

    def update(self, x: float) -> float:
        change, self.last = float(x) - self.last, float(x)
        gain = self.gain.update(0.5 * (abs(change) + change))  # max(change, 0) that keeps a NaN
        loss = self.loss.update(0.5 * (abs(change) - change))
        moved = gain + loss
        return 50.0 if moved == 0.0 else 100.0 * (gain / moved)


rsi = Indicator(
    name="rsi", inputs=("x",), params=("window",), unit="ratio", many=_many,
    array=_array, step=_Step, warmup=lambda window: int(window) + 1,
    source="Wilder (1978), New Concepts in Technical Trading Systems",
)
