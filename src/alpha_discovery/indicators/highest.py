"""Highest of the last `window` values, the current one included.

The array form takes maxima in blocks (van Herk 1992), the streaming form keeps a queue of the values
that can still become the maximum; both are exact.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def peak(x: Any, sign: float, window: int) -> Any:
    """Highest (``sign`` 1.0) or lowest (-1.0) of the last ``window`` values of ``x`` (T,)."""
    out = np.full(len(x), np.nan)
    tail = np.full(window + 1, -np.inf)  # tail[k]: highest of the newest k values of the block before
    head, seen, size = -np.inf, 0, 0
    for t in range(len(x)):
        if not math.isfinite(x[t]):
            seen = 0
            continue
        if seen == 0 or size == window:
            head, size = -np.inf, 0
            for k in range(1, min(seen, window)):
                tail[k] = max(tail[k - 1], sign * x[t - k])
        head = max(head, sign * x[t])
        seen += 1
        size += 1
        if seen >= window:
            out[t] = sign * max(tail[window - size], head)
    return out


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    return peak(x, 1.0, window)


class _Step:
    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.reset()

    def reset(self) -> None:
        self.seen = 0
        self.queue: deque[tuple[int, float]] = deque()

    def update(self, x: float) -> float:
        x = float(x)
        if not math.isfinite(x):
            self.reset()
            return math.nan
        self.seen += 1
        while self.queue and self.queue[-1][1] <= x:
            self.queue.pop()
        self.queue.append((self.seen, x))
        if self.queue[0][0] <= self.seen - self.window:
            self.queue.popleft()
        return self.queue[0][1] if self.seen >= self.window else math.nan


highest = Indicator(
    name="highest", inputs=("x",), params=("window",), unit="same",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="Donchian channel, upper edge",
)
