"""Wilder's moving average: an exponential one whose newest value weighs 1 / `window`."""

from __future__ import annotations

from alpha_discovery.indicators.ema import Smooth, smooth, smooth_each, smooth_many
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    return smooth(x, window, 1.0 / window)


@kernel
def _many(x, window, out):  # type: ignore[no-untyped-def]
    smooth_many(x, window, 1.0 / window, out)


@kernel
def _each(table, rows, window, out):  # type: ignore[no-untyped-def]
    smooth_each(table, rows, window, 1.0 / window, out)


rma = Indicator(
    name="rma", inputs=("x",), params=("window",), unit="same", many=_many, each=_each,
    array=_array, step=lambda window: Smooth(window, 1.0 / int(window)), warmup=lambda window: int(window),
    source="Wilder (1978), New Concepts in Technical Trading Systems",
)
