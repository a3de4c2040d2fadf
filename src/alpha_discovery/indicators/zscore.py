"""Distance from the simple average in standard deviations (ddof 0); NaN where nothing deviates."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from alpha_discovery.indicators.moments import Moments, moments
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x: Any, window: int) -> Any:
    out = np.empty((1, len(x)))
    _many(x, np.full(1, window), out)
    return out[0]


@kernel
def _many(x: Any, window: Any, out: Any) -> None:
    for k in range(len(window)):
        out[k] = np.nan
        std = moments(x, window[k], out[k])
        for t in range(len(x)):
            out[k, t] = (x[t] - out[k, t]) / std[t] if std[t] > 0.0 else math.nan


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
    array=_array, many=_many, step=_Step, warmup=lambda window: int(window),
    source="standard score of the newest of the last `window` values",
)
