"""Lowest of the last `window` values, the current one included: the highest of the negated values."""

from __future__ import annotations

from alpha_discovery.indicators.highest import highest, peak
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x, window):  # type: ignore[no-untyped-def]
    return peak(x, -1.0, window)


class _Step:
    def __init__(self, window: int) -> None:
        self.highest = highest.step(window)

    def reset(self) -> None:
        self.highest.reset()

    def update(self, x: float) -> float:
        return -self.highest.update(-float(x))


lowest = Indicator(
    name="lowest", inputs=("x",), params=("window",), unit="same",
    array=_array, step=_Step, warmup=lambda window: int(window),
    source="Donchian channel, lower edge",
)
