"""Trend regime: 1 trending, 0 ranging: whether the efficiency ratio is in the upper half of its own recent past."""

from __future__ import annotations

from alpha_discovery.indicators.efficiency_ratio import efficiency_ratio
from alpha_discovery.indicators.rank import rank
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel

_efficiency, _rank = efficiency_ratio.array, rank.array
MIDDLE = 0.5


@kernel
def _array(x, window, past_window):  # type: ignore[no-untyped-def]
    out = _rank(_efficiency(x, window), past_window)
    for t in range(len(out)):
        if out[t] == out[t]:
            out[t] = 1.0 if out[t] > MIDDLE else 0.0
    return out


class _Step:
    def __init__(self, window: int, past_window: int) -> None:
        self.efficiency, self.rank = efficiency_ratio.step(window), rank.step(past_window)

    def reset(self) -> None:
        self.efficiency.reset()
        self.rank.reset()

    def update(self, x: float) -> float:
        place = self.rank.update(self.efficiency.update(x))
        if place != place:
            return place
        return 1.0 if place > MIDDLE else 0.0


trend_regime = Indicator(
    name="trend_regime", inputs=("x",), params=("window", "past_window"), unit="ratio",
    array=_array, step=_Step, warmup=lambda window, past_window: int(window) + int(past_window),
    source="Kaufman (1995), Smarter Trading: the efficiency ratio; above its rolling median",
)
