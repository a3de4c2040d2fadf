"""Volatility regime by a hidden Markov model: 0 low, 1 normal, 2 high, the state that is the most likely one now.

The model is fitted on the newest `fit_window` log returns, and again after every `keep_window` bars; between fits the
chances of its states are filtered forward, so each value is told from its own bar and those before it. A value that is
not positive has no logarithm and counts as missing; where nothing moved in the window there is no value until the next
fit.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from alpha_discovery.indicators.hidden_markov import STATES, advance, expect, fitted, settle
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel


@kernel
def _array(x, fit_window, keep_window):  # type: ignore[no-untyped-def]
    out, moves, seen = np.full(len(x), np.nan), np.full(len(x), np.nan), 0
    model, chance = np.zeros(1), np.zeros(STATES)
    for t in range(1, len(x)):
        if x[t - 1] > 0.0 and 0.0 < x[t] / x[t - 1] < np.inf:
            moves[t] = math.log(x[t] / x[t - 1])
        seen = seen + 1 if math.isfinite(moves[t]) else 0
        if seen < fit_window:
            continue
        fresh = (seen - fit_window) % keep_window == 0
        if fresh:
            model = fitted(moves[t + 1 - fit_window : t + 1])
        if model[0] > 0.0:
            if fresh:
                out[t] = settle(model, chance, moves[t + 1 - fit_window : t + 1])
            else:
                expect(model, chance)
                out[t] = advance(model, chance, moves[t])
    return out


class _Step:
    def __init__(self, fit_window: int, keep_window: int) -> None:
        self.fit, self.keep = int(fit_window), int(keep_window)
        self.moves: deque[float] = deque(maxlen=self.fit)
        self.chance = np.zeros(STATES)
        self.reset()

    def reset(self) -> None:
        self.moves.clear()
        self.last, self.seen = math.nan, 0

    def update(self, x: float) -> float:
        last, self.last = self.last, float(x)
        ratio = self.last / last if last > 0.0 else math.nan
        if not 0.0 < ratio < math.inf:
            self.moves.clear()
            self.seen = 0
            return math.nan
        self.moves.append(math.log(ratio))
        self.seen += 1
        if self.seen < self.fit:
            return math.nan
        fresh = (self.seen - self.fit) % self.keep == 0
        if fresh:
            self.model = fitted(np.array(self.moves))
        if not self.model[0] > 0.0:
            return math.nan
        if fresh:
            return float(settle(self.model, self.chance, np.array(self.moves)))
        expect(self.model, self.chance)
        return float(advance(self.model, self.chance, self.moves[-1]))


markov_regime = Indicator(
    name="markov_regime", inputs=("x",), params=("fit_window", "keep_window"), unit="ratio",
    array=_array, step=_Step, warmup=lambda fit_window, keep_window: int(fit_window) + 1,
    source="Hamilton (1989), Econometrica 57: three states of volatility, filtered; refitted on a rolling past",
)
