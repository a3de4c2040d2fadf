"""Distance from the simple average in standard deviations (ddof 0); NaN where nothing deviates."""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.indicators.moments import Moments, moments
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    out = np.full(len(x), np.nan)
    std = moments(x, window, out)
    for t in range(len(x)):
        out[t] = (x[t] - out[t]) / std[t] if std[t] > 0.0 else math.nan
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.moments = Moments(window)

    def reset(self) -> None:
        self.moments.reset()

    def update(self, x: float) -> float:
        std = self.moments.update(x)
        return (float(x) - self.moments.mean) / std if std > 0.0 else math.nan


zscore = Indicator(
    name="zscore", inputs=("x",), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="standard score of the newest of the last `window` values",
)
