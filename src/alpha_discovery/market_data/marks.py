"""Mark prices of perpetuals: a catalog of their own below ``mark``, and what funding is reckoned from."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D, Int1D
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.market_data.catalog import Catalog, Entry
from alpha_discovery.market_data.store import read_bars


def marks_of(catalog: Catalog) -> Catalog:
    """Where mark prices are stored, by the same names as the candles."""
    return Catalog(catalog.root / "mark")


def stored_marks(root: Path, market: Instrument) -> Bars | None:
    """The finest mark prices that are stored for a market; None if there are none. `BadMarketData` if damaged."""
    entries = mark_entries(Catalog(root), market)
    return read_bars(entries[0].path) if entries else None


def mark_entries(catalog: Catalog, market: Instrument) -> list[Entry]:
    """What is stored of a market's mark prices, the finest first."""
    own = marks_of(catalog)
    held = own.entries() if own.root.exists() else []
    return [one for one in held if (one.symbol, one.venue) == (market.symbol, market.venue)]


def marks_at(marks: Bars, times: Int1D) -> Float1D:
    """float64 (n,): the open of the mark bar in which each time lies; NaN where there is none."""
    at = np.searchsorted(marks.time, times, side="right") - 1
    inside = (at >= 0) & (times < marks.time[np.maximum(at, 0)] + marks.timeframe.ms)
    return np.where(inside, marks.open[np.maximum(at, 0)], np.nan)
