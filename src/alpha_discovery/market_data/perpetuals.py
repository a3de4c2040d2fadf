"""What perpetuals have besides candles: funding rates and mark prices, from the source of the candles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alpha_discovery.core.bars import to_ms
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.market_data.catalog import Catalog
from alpha_discovery.market_data.download import download, tidy
from alpha_discovery.market_data.funding import Funding, funding_file, read_funding, save_funding, stored_funding
from alpha_discovery.market_data.marks import marks_of
from alpha_discovery.market_data.origin import Origin, empty_from, remember
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
    catalog: Catalog, source: Source, market: Market, asked: Span, *, progress: Progress, again: bool = False
) -> Besides:
    """Funding rates and mark prices of a perpetual that are not stored yet.

    A source is not asked once more for a time before what is stored of a series, unless ``again`` says so. One that
    does not have one of them is no failure: the note says so. Others raise as `download`, and leave what is stored as
    it was.
    """
    if not is_perpetual(market) or not isinstance(source, PerpetualSource):
        return Besides()
    rates = marks = 0
    notes = []
    try:
        rates = _funding(catalog, source, market, asked, progress, again=again)
    except (NotFound, UserError) as missing:
        notes.append(f"funding: {missing}")
    try:
        done = download(
            marks_of(catalog), source.marks(), market, asked, progress=progress, exclude_bad=True, again=again
        )
        marks = 0 if done.imported is None else done.imported.added
    except (NotFound, UserError) as missing:
        notes.append(f"mark prices: {missing}")
    return Besides(rates, marks, tuple(notes))


def _funding(
    catalog: Catalog, source: PerpetualSource, market: Market, asked: Span, progress: Progress, *, again: bool
) -> int:
    before, path = stored_funding(catalog.root, market.instrument), funding_file(catalog.root, market.instrument)
    first = int(before.time[0]) if before is not None and len(before) else None
    known = empty_from(path, source.name, first)
    useful = max(asked.start, _first(catalog, market))
    held = [at for at in (None if first is None else first - EIGHT_HOURS, None if again else known) if at is not None]
    is_whole = bool(held) and useful >= min(held)
    start = _due(before) if before is not None and is_whole else asked.start
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
        remember(path, Origin(source.name, known if is_whole else start, int(whole.time[0])))
    tidy(paths, incoming)
    return len(whole) - (0 if before is None else len(before))


def _due(known: Funding) -> int:
    """When the rate after the last one is due."""
    step = int(np.diff(known.time[-2:])[0]) if len(known) > 1 else EIGHT_HOURS
    return int(known.time[-1]) + step


def _first(catalog: Catalog, market: Market) -> int:
    """Where the candles begin; rates from before are of no use."""
    stored = catalog.stored(market.instrument, market.timeframe)
    return int(stored.time[0]) if stored is not None and len(stored) else to_ms("2019-09-01")
