"""Where a market has bars."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars, iso

STRETCHES = 60  # of a picture


def coverage(bars: Bars, stretches: int = STRETCHES) -> list[dict[str, Any]]:
    """Bars in stretches of equal length, in order of time.

    Each has ``start`` and ``end`` (ISO 8601), ``bars`` in it and those ``expected`` of a market that never closes;
    None for one with closing times, whose holidays nobody has told us.
    """
    if not len(bars):
        return []
    step = bars.timeframe.ms
    first = int(bars.time[0])
    slots = (int(bars.time[-1]) - first) // step + 1
    edges = np.unique(np.linspace(0, slots, min(stretches, slots) + 1).round().astype(np.int64))
    counts = np.histogram((bars.time - first) // step, bins=edges)[0]
    always = bars.instrument.calendar == "24/7"
    return [
        {
            "start": iso(first + int(a) * step), "end": iso(first + int(b) * step), "bars": int(count),
            "expected": int(b - a) if always else None,
        } for a, b, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]  # fmt: skip
