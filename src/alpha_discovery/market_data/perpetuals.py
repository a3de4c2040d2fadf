"""What perpetuals have besides candles: funding rates and mark prices, from the source of the candles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alpha_discovery.core.bars import to_ms
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.market_data.catalog import Catalog
from alpha_discovery.market_data.download import download, tidy
from alpha_discovery.market_data.funding import read_funding, save_funding, stored_funding
from alpha_discovery.market_data.marks import marks_of
from alpha_discovery.market_data.sources.port import Market, PerpetualSource, Progress, Source, Span

EIGHT_HOURS = 8 * 3_600_000


@dataclass(frozen=True)
class Besides:
    """What came of a download of the other series.

    Attributes
    ----------
    funding, marks : int
        Rates and mark bars that came new.
    notes : tuple of str
        Why one of the two is not there.
    """

    funding: int = 0
    marks: int = 0
    notes: tuple[str, ...] = ()


def is_perpetual(market: Market) -> bool:
    """Whether a market pays funding."""
    return ":" in market.instrument.symbol


def download_besides(
    catalog: Catalog, source: Source, market: Market, asked: Span, *, progress: Progress
) -> Besides:
    """Funding rates and mark prices of a perpetual that are not stored yet.

    A source that does not have one of them is no failure: the note says so. Others raise as `download`, and leave what
    is stored as it was.
    """
    if not is_perpetual(market) or not isinstance(source, PerpetualSource):
        return Besides()
    rates = marks = 0
    notes = []
    try:
        rates = _funding(catalog, source, market, asked, progress)
    except (NotFound, UserError) as missing:
        notes.append(f"funding: {missing}")
    try:
        done = download(marks_of(catalog), source.marks(), market, asked, progress=progress, exclude_bad=True)
        marks = 0 if done.imported is None else done.imported.added
    except (NotFound, UserError) as missing:
        notes.append(f"mark prices: {missing}")
    return Besides(rates, marks, tuple(notes))


def _funding(catalog: Catalog, source: PerpetualSource, market: Market, asked: Span, progress: Progress) -> int:
    before = stored_funding(catalog.root, market.instrument)
    start = asked.start
    if before is not None and len(before) and before.time[0] <= max(start, _first(catalog, market)) + EIGHT_HOURS:
        step = int(np.diff(before.time[-2:])[0]) if len(before) > 1 else EIGHT_HOURS
        start = int(before.time[-1]) + step  # when the next one is due
    if start >= asked.end:
        return 0
    incoming = catalog.root / ".incoming"
    paths = source.funding(market.instrument, Span(start, asked.end), incoming, progress)
    found = read_funding(paths)
    inside = (found.time >= asked.start) & (found.time < asked.end)
    found = type(found)(found.time[inside], found.rate[inside])
    whole = found if before is None else before.added(found)
    if len(whole):
        save_funding(catalog.root, market.instrument, whole)
    tidy(paths, incoming)
    return len(whole) - (0 if before is None else len(before))


def _first(catalog: Catalog, market: Market) -> int:
    """Where the candles begin; rates from before are of no use."""
    stored = catalog.stored(market.instrument, market.timeframe)
    return int(stored.time[0]) if stored is not None and len(stored) else to_ms("2019-09-01")

