"""Mean and standard deviation (ddof 0) of the last `window` values, in one pass.

Summed in blocks as in `rolling_sum`, as distances from a value in the window: no cancellation
whatever the price level, and exactly zero deviation for a constant window.
"""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Any

import numpy as np

from alpha_discovery.indicators.moments_blocks import fill_moments
from alpha_discovery.kernels import kernel

SHORT = 10  # bars: blocks as small as this take longer to begin than to sum


@kernel
def moments(x: Any, window: int, mean: Any) -> Any:
    """Standard deviation of the last ``window`` values of ``x`` (T,); fills ``mean`` unless it is empty."""
    out = np.full(len(x), np.nan)
    if window < SHORT:
        _bar_by_bar(x, window, out, mean)
    else:
        fill_moments(x, window, out, mean)
    return out


@kernel
def _bar_by_bar(x: Any, window: int, out: Any, mean: Any) -> None:
    tail, tail2 = np.zeros(window + 1), np.zeros(window + 1)  # of the newest k values of the block before
    anchor, head, head2, seen, size = 0.0, 0.0, 0.0, 0, 0
    for t in range(len(x)):
        if not math.isfinite(x[t]):
            seen = 0
            continue
        if seen == 0 or size == window:
            anchor, head, head2, size = x[t], 0.0, 0.0, 0
            for k in range(1, min(seen, window)):
                away = x[t - k] - anchor
                tail[k] = tail[k - 1] + away
                tail2[k] = tail2[k - 1] + away * away
        away = x[t] - anchor
        head, head2, seen, size = head + away, head2 + away * away, seen + 1, size + 1
        if seen >= window:
            lead = (tail[window - size] + head) / window
            out[t] = math.sqrt(max((tail2[window - size] + head2) / window - lead * lead, 0.0))
            if len(mean) > 0:
                mean[t] = anchor + lead


class Moments:
    """Streaming form of `moments`; ``mean`` belongs to the last deviation returned."""

    def __init__(self, window: int) -> None:
        self.window = int(window)
        self.reset()

    def reset(self) -> None:
        """Forget everything, as at a gap in the bars."""
        self.block: list[float] = []
        self.tail, self.tail2, self.seen, self.mean = [0.0], [0.0], 0, math.nan

    def update(self, x: float) -> float:
        """The standard deviation after ``x``, NaN while warming up."""
        x = float(x)
        if not math.isfinite(x):
            self.reset()
            return math.nan
        if self.seen == 0 or len(self.block) == self.window:
            aways = [value - x for value in reversed(self.block)]
            self.tail = list(accumulate(aways, initial=0.0))
            self.tail2 = list(accumulate((away * away for away in aways), initial=0.0))
            self.block, self.anchor, self.head, self.head2 = [], x, 0.0, 0.0
        away = x - self.anchor
        self.block.append(x)
        self.head, self.head2, self.seen = self.head + away, self.head2 + away * away, self.seen + 1
        return self._spread(self.window - len(self.block)) if self.seen >= self.window else math.nan

    def _spread(self, old: int) -> float:
        lead = (self.tail[old] + self.head) / self.window
        self.mean = self.anchor + lead
        return math.sqrt(max((self.tail2[old] + self.head2) / self.window - lead * lead, 0.0))
