"""Plus directional indicator: the share of the true range that went up, 0 to 100; 0 where nothing moved.

Started as TA-Lib does: sums over the first `window` - 1 moves, then Wilder's decay.
"""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.indicators.true_range import reach, true_range
from alpha_discovery.kernels import kernel

State = tuple[float, float, int]
NO_MOVES = (0.0, 0.0, 0)  # decayed sums of the moves this way and of the true ranges, bars seen


@kernel
def share(this_way: float, other_way: float, span: float, window: int, state: State) -> tuple[float, State]:
    """Take one bar's two moves and its true range: (100 * moves this way / true ranges, next state)."""
    moved, total, seen = state
    if math.isnan(span):
        return math.nan, (0.0, 0.0, 0)
    seen += 1
    decay = 1.0 / window if seen >= window else 0.0
    moved += (this_way if this_way > other_way and this_way > 0.0 else 0.0) - decay * moved
    total += span - decay * total
    if seen < window:
        return math.nan, (moved, total, seen)
    return (100.0 * (moved / total) if total > 0.0 else 0.0), (moved, total, seen)


@kernel
def _array(high, low, close, window):  # type: ignore[no-untyped-def]
    out, state = np.full(len(close), np.nan), NO_MOVES
    for t in range(1, len(close)):
        last = close[t - 1] + 0.0 * (high[t - 1] + low[t - 1])  # as in `true_range`
        span = reach(high[t], low[t], close[t], last)
        out[t], state = share(high[t] - high[t - 1], low[t - 1] - low[t], span, window, state)
    return out


class _Step:
    def __init__(self, window: int) -> None:
        self.window, self.range = int(window), true_range.step()
        self.share = share.py_func  # type: ignore[attr-defined]
        self.reset()

    def reset(self) -> None:
        self.range.reset()
        self.high, self.low, self.state = math.nan, math.nan, NO_MOVES

    def update(self, high: float, low: float, close: float) -> float:
        rise, fall = float(high) - self.high, self.low - float(low)
        self.high, self.low = float(high), float(low)
        span = self.range.update(high, low, close)
        value, self.state = self.share(rise, fall, span, self.window, self.state)
        return float(value)


plus_di = Indicator(
    name="plus_di", inputs=("high", "low", "close"), params=("window",), unit="ratio",
    array=_array, step=_Step, warmup=lambda window: int(window) + 1,
    source="Wilder (1978), New Concepts in Technical Trading Systems; started as TA-Lib PLUS_DI",
)
