"""Realised volatility: standard deviation (ddof 0) of the last `window` log returns, per bar.

A value that is not positive has no logarithm and counts as missing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.rolling_std import rolling_std
from alpha_discovery.kernels import kernel

_std = rolling_std.array


@kernel
def _returns(x: Any) -> Any:
    returns = np.full(len(x), np.nan)
    for t in range(1, len(x)):
        if x[t - 1] > 0.0 and 0.0 < x[t] / x[t - 1] < np.inf:
            returns[t] = math.log(x[t] / x[t - 1])
    return returns


@kernel
def _array(x: Any, window: int) -> Any:
    return _std(_returns(x), window)


@kernel
def _many(x: Any, window: Any, out: Any) -> None:
    returns = _returns(x)
    for k in range(len(window)):
        out[k] = _std(returns, window[k])


class _Step:
    def __init__(self, window: int) -> None:
        self.spread, self.last = rolling_std.step(window), math.nan

    def reset(self) -> None:
        self.spread.reset()
        self.last = math.nan

    def update(self, x: float) -> float:
        last, self.last = self.last, float(x)
        ratio = self.last / last if last > 0.0 else math.nan
        return self.spread.update(math.log(ratio) if 0.0 < ratio < math.inf else math.nan)


realized_volatility = Indicator(
    name="realized_volatility", inputs=("x",), params=("window",), unit="ratio",
    array=_array, many=_many, step=_Step, warmup=lambda window: int(window) + 1,
    source="Andersen and Bollerslev (1998), International Economic Review 39(4); as a rolling standard deviation",
)
