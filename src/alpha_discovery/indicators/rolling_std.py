"""Standard deviation of the last `window` values (ddof 0, as TA-Lib and Bollinger have it)."""

from __future__ import annotations

import numpy as np

from alpha_discovery.indicators.moments import Moments, moments
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    return moments(x, window, np.empty(0))


rolling_std = Indicator(
    name="rolling_std", inputs=("x",), params=("window",), unit="same",
    array=_array, step=Moments, warmup=lambda window: int(window),
    source="population standard deviation of the last `window` values",
)
