"""Bars one at a time, as plain numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from alpha_discovery.core.bars import FIELDS, Bars


class BarRow(NamedTuple):
    """One closed bar: open time in milliseconds since 1970 UTC, prices, volume."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


def rows_of(bars: Sequence[Bars], stop: int | None = None) -> Iterator[tuple[tuple[BarRow, ...], bool]]:
    """Bars ``0 .. stop-1`` in order: the row of each leg, and whether bars are missing before it in any leg."""
    columns = [[getattr(leg, name)[:stop].tolist() for name in ("time", *FIELDS)] for leg in bars]
    rows = zip(*(map(BarRow._make, zip(*leg, strict=True)) for leg in columns), strict=True)
    gaps: list[bool] = np.any([leg.gap_before[:stop] for leg in bars], axis=0).tolist()
    return zip(rows, gaps, strict=True)
