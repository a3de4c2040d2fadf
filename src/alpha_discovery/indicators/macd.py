"""MACD line, a fast average less a slow one, and its signal line, an average of that.

Each average starts as `ema` does, at its own first full window; TA-Lib's MACD starts both where the
slow one does. The two agree once the start has faded.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.indicators.ema import START, advance, ema, smooth_each, smooth_many
from alpha_discovery.indicators.registry import Indicator
from alpha_discovery.kernels import kernel

_ema = ema.array
_MOST = 2**22  # values of averages that are held at a time
_LINES = 16  # lines that are held at a time: they stay in the cache


@kernel
def _array(x: Any, fast_window: int, slow_window: int) -> Any:
    out, fast, slow = np.empty(len(x)), START, START
    for t in range(len(x)):
        quick, fast = advance(x[t], fast_window, 2.0 / (fast_window + 1), fast)
        calm, slow = advance(x[t], slow_window, 2.0 / (slow_window + 1), slow)
        out[t] = quick - calm
    return out


@kernel
def _signal_array(x, fast_window, slow_window, signal_window):  # type: ignore[no-untyped-def]
    return _ema(_array(x, fast_window, slow_window), signal_window)


@kernel
def _many(x: Any, fast_window: Any, slow_window: Any, out: Any) -> None:
    """Windows that come again are averaged once, unless the averages would take more memory than that is worth."""
    windows = np.unique(np.concatenate((fast_window, slow_window)))
    if len(windows) * len(x) > _MOST:
        for k in range(len(out)):
            out[k] = _array(x, fast_window[k], slow_window[k])
        return
    average = np.empty((len(windows), len(x)))
    smooth_many(x, windows, 2.0 / (windows + 1), average)
    for k in range(len(out)):
        fast = average[np.searchsorted(windows, fast_window[k])]
        slow = average[np.searchsorted(windows, slow_window[k])]
        for t in range(len(x)):
            out[k, t] = fast[t] - slow[t]


@kernel
def _many_signals(x: Any, fast_window: Any, slow_window: Any, signal_window: Any, out: Any) -> None:
    """Neighbours with one line share it; some lines are held at a time."""
    n, held = len(out), max(1, min(_LINES, _MOST // max(1, len(x))))
    line_of = np.empty(n, dtype=np.int64)  # of some rows: their line among those that are held
    start = 0
    while start < n:
        firsts = np.empty(held, dtype=np.int64)
        lines, stop = 0, start
        while stop < n:
            k = max(start, stop - 1)
            if stop == start or fast_window[stop] != fast_window[k] or slow_window[stop] != slow_window[k]:
                if lines == held:
                    break
                firsts[lines] = stop
                lines += 1
            line_of[stop] = lines - 1
            stop += 1
        made, some = np.empty((lines, len(x))), signal_window[start:stop]
        _many(x, fast_window[firsts[:lines]], slow_window[firsts[:lines]], made)
        smooth_each(made, line_of[start:stop], some, 2.0 / (some + 1), out[start:stop])
        start = stop


class _Step:
    def __init__(self, fast_window: int, slow_window: int) -> None:
        self.fast, self.slow = ema.step(fast_window), ema.step(slow_window)

    def reset(self) -> None:
        self.fast.reset()
        self.slow.reset()

    def update(self, x: float) -> float:
        return self.fast.update(x) - self.slow.update(x)


class _SignalStep:
    def __init__(self, fast_window: int, slow_window: int, signal_window: int) -> None:
        self.line, self.signal = _Step(fast_window, slow_window), ema.step(signal_window)

    def reset(self) -> None:
        self.line.reset()
        self.signal.reset()

    def update(self, x: float) -> float:
        return self.signal.update(self.line.update(x))


macd = Indicator(
    name="macd", inputs=("x",), params=("fast_window", "slow_window"), unit="same",
    array=_array, many=_many, step=_Step,
    warmup=lambda fast_window, slow_window: int(max(fast_window, slow_window)),
    source="Appel (1979), The Moving Average Convergence Divergence Trading Method",
)

macd_signal = Indicator(
    name="macd_signal", inputs=("x",), params=("fast_window", "slow_window", "signal_window"), unit="same",
    array=_signal_array, many=_many_signals, step=_SignalStep,
    warmup=lambda fast_window, slow_window, signal_window: int(max(fast_window, slow_window) + signal_window) - 1,
    source=macd.source,
)
