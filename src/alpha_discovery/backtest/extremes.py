"""Lowest and highest marks of the stretches of 1, 2, 4, .. bars from each bar on, by doubling."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from alpha_discovery.kernels import hot_kernel


@hot_kernel
def fill_extremes(marked, out):
    """``out`` (L, levels, T, 2): minima and maxima of ``marked`` (L, T); stretches end with the marks."""
    for leg in range(len(marked)):
        marks, width = marked[leg], 1
        n_bars = len(marks)
        for t in range(n_bars):
            out[leg, 0, t, 0] = out[leg, 0, t, 1] = marks[t]
        for level in range(1, out.shape[1]):
            before, now = out[leg, level - 1], out[leg, level]
            whole = max(0, n_bars - width)
            for t in range(whole):
                low, later = before[t, 0], before[t + width, 0]
                now[t, 0] = low if low < later else later
                high, later = before[t, 1], before[t + width, 1]
                now[t, 1] = high if high > later else later
            for t in range(whole, n_bars):
                now[t, 0], now[t, 1] = before[t, 0], before[t, 1]
            width *= 2
