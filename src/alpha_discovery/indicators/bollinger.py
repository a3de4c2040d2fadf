"""Bollinger bands: the simple average, `width` standard deviations (ddof 0) up and down."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.indicators.moments import Moments, moments
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _upper(x: Any, window: int, width: float) -> Any:
    out = np.full(len(x), np.nan)
    std = moments(x, window, out)
    for t in range(len(x)):
        out[t] += width * std[t]
    return out


@kernel
def _lower(x: Any, window: int, width: float) -> Any:
    return _upper(x, window, -width)


@kernel
def _many_upper(x: Any, window: Any, width: Any, out: Any) -> None:
    """Neighbours with one window share its mean and its deviation."""
    mean, std, last = np.full(len(x), np.nan), np.empty(0), 0
    for k in range(len(window)):
        if window[k] != last:
            mean[:] = np.nan
            std, last = moments(x, window[k], mean), window[k]
        for t in range(len(x)):
            out[k, t] = mean[t] + width[k] * std[t]


@kernel
def _many_lower(x: Any, window: Any, width: Any, out: Any) -> None:
    _many_upper(x, window, -width, out)


class _Step:
    def __init__(self, window: int, width: float) -> None:
        self.moments, self.width = Moments(window), float(width)

    def reset(self) -> None:
        self.moments.reset()

    def update(self, x: float) -> float:
        std = self.moments.update(x)
        return self.moments.mean + self.width * std


bollinger_upper = Indicator(
    name="bollinger_upper", inputs=("x",), params=("window", "width"), unit="same",
    array=_upper, many=_many_upper, step=_Step, warmup=lambda window, width: int(window),
    source="Bollinger (2001), Bollinger on Bollinger Bands",
)

bollinger_lower = Indicator(
    name="bollinger_lower", inputs=("x",), params=("window", "width"), unit="same",
    array=_lower, many=_many_lower, step=lambda window, width: _Step(window, -width),
    warmup=lambda window, width: int(window),
    source=bollinger_upper.source,
)
