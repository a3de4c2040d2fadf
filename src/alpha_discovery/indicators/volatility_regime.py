"""Volatility regime: 0 low, 1 normal, 2 high, the third that realised volatility now is in of its own recent past."""

from __future__ import annotations

from alpha_discovery.indicators.rank import rank
from alpha_discovery.indicators.realized_volatility import realized_volatility
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel

_volatility, _rank = realized_volatility.array, rank.array
LOW, HIGH = 1.0 / 3.0, 2.0 / 3.0  # ranks below and above which volatility is low and high


@kernel
def _array(x, window, past_window):  # type: ignore[no-untyped-def]
    out = _rank(_volatility(x, window), past_window)
    for t in range(len(out)):
        if out[t] == out[t]:
            out[t] = 0.0 if out[t] < LOW else (2.0 if out[t] > HIGH else 1.0)
    return out


class _Step:
    def __init__(self, window: int, past_window: int) -> None:
        self.volatility, self.rank = realized_volatility.step(window), rank.step(past_window)

    def reset(self) -> None:
        self.volatility.reset()
        self.rank.reset()

    def update(self, x: float) -> float:
        place = self.rank.update(self.volatility.update(x))
        if place != place:
            return place
        return 0.0 if place < LOW else (2.0 if place > HIGH else 1.0)


volatility_regime = Indicator(
    name="volatility_regime", inputs=("x",), params=("window", "past_window"), unit="ratio",
    array=_array, step=_Step, warmup=lambda window, past_window: int(window) + int(past_window),
    source="terciles of realised volatility over a rolling past",
)
