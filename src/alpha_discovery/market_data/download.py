"""From a source to the catalog: what is missing is fetched, checked like a user's file, and stored whole.

Files are brought to ``<data>/.incoming`` first; the catalog changes only when every file of the asked span has
arrived and passed the check. A failure leaves the catalog as it was and the complete files where they are, so
that the next attempt goes on from them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alpha_discovery.core.bars import FIELDS, Bars, iso
from alpha_discovery.errors import BadMarketData, NotFound
from alpha_discovery.market_data.catalog import Catalog
from alpha_discovery.market_data.importing import Checked, Imported, Request, check_files, store, store_bars
from alpha_discovery.market_data.origin import Origin, empty_from, remember
from alpha_discovery.market_data.quality import good_bars
from alpha_discovery.market_data.sources.port import Market, Progress, Source, Span

AGREEMENT = 0.02  # relative difference of closes beside a gap up to which two sources tell of one market


@dataclass(frozen=True)
class Downloaded:
    """What one download did.

    Attributes
    ----------
    market : Market
    span : Span or None
        What was asked of the source; None if everything was stored already.
    imported : Imported or None
        What is stored now; None if nothing came.
    """

    market: Market
    span: Span | None
    imported: Imported | None


def download(
    catalog: Catalog, source: Source, market: Market, asked: Span, *, progress: Progress, exclude_bad: bool = False,
    again: bool = False,
) -> Downloaded:  # fmt: skip
    """Bring what the catalog lacks of ``asked``, before and after what is stored.

    Holes inside the stored bars are `repair`'s business: the same source would have them again. So would it for a time
    before the stored bars that it was asked for already; ``again`` asks it all the same.

    Raises
    ------
    NotFound
        If the source does not have the market or the time.
    SourceFailed
        If it does not deliver.
    BadMarketData
        If what it delivered does not pass the check (``exclude_bad`` leaves bars with errors out), or says
        something else about bars that are stored.
    """
    stored = catalog.stored(market.instrument, market.timeframe)
    listed = source.listed(market)
    wanted = Span(max(asked.start, listed.start), min(asked.end, listed.end))
    path, first = catalog.path(market.instrument, market.timeframe), _first(stored)
    known = empty_from(path, source.name, first)
    span = _missing(stored, wanted, market, None if again else known)
    revises = getattr(source, "revises", False)  # its past changes: all of it is fetched, and replaces what is stored
    if revises and span is not None and stored is not None:
        span = Span(min(wanted.start, int(stored.time[0])), wanted.end)
    if span is None:
        return Downloaded(market, None, None)
    if span.end <= span.start:
        raise NotFound(f"{source.name} has {market} in {listed}; nothing of it is in {asked}")
    incoming = catalog.root / ".incoming"
    paths = source.fetch(market, span, incoming, progress)
    checked = _checked(paths, market, span, exclude_bad=exclude_bad)
    nothing_before = first is not None and span.end <= first and not len(checked.raw)
    imported = None if nothing_before else store(catalog, checked, "replace" if revises else "merge")
    asked_from = span.start if first is None or span.start < first else known
    remember(path, Origin(source.name, asked_from, first if imported is None else _first(imported.bars)))
    tidy(paths, incoming)
    return Downloaded(market, span, imported)


def repair(catalog: Catalog, source: Source, market: Market, *, progress: Progress) -> Downloaded:
    """Fill holes between stored bars from another source.

    The two must agree about the bars beside each hole: their closes may differ by two per cent at most.

    Raises
    ------
    NotFound
        If nothing is stored, or there is no hole.
    BadMarketData
        If the source tells of another market, or its bars do not pass the check.
    """
    stored = catalog.stored(market.instrument, market.timeframe)
    if stored is None:
        raise NotFound(f"no bars of {market} are stored; download them first")
    holes = _holes(stored)
    if not holes:
        return Downloaded(market, None, None)
    step = market.timeframe.ms
    span = Span(holes[0].start - step, holes[-1].end + step)
    theirs = Market(type(market.instrument)(market.instrument.symbol, source.venue), market.timeframe)
    incoming = catalog.root / ".incoming"
    paths = source.fetch(theirs, span, incoming, progress)
    checked = _checked(paths, theirs, span, exclude_bad=True)
    offered = good_bars(checked.raw, checked.quality, market.instrument, market.timeframe)
    _check_agreement(stored, offered, source.name)
    fill = _inside(offered, holes)
    if not len(fill):
        raise NotFound(f"{source.name} has no bars in the {len(holes)} gaps of {market} either")
    imported = store_bars(catalog, fill)
    tidy(paths, incoming)
    return Downloaded(market, span, imported)


def _first(bars: Bars | None) -> int | None:
    return int(bars.time[0]) if bars is not None and len(bars) else None


def _missing(stored: Bars | None, wanted: Span, market: Market, known: int | None) -> Span | None:
    """The part of ``wanted`` outside the stored bars, as one span; None if there is none.

    From ``known`` on the source has nothing before the stored bars.
    """
    if stored is None or not len(stored):
        return wanted
    first, after = int(stored.time[0]), int(stored.time[-1]) + market.timeframe.ms
    before_is_missing = wanted.start < (first if known is None else min(first, known))
    after_is_missing = wanted.end > after
    if before_is_missing and after_is_missing:
        return wanted
    if before_is_missing:
        return Span(wanted.start, first)
    return Span(max(after, wanted.start), wanted.end) if after_is_missing else None


def _checked(paths: Sequence[Path], market: Market, span: Span, *, exclude_bad: bool) -> Checked:
    instrument = market.instrument
    return check_files(
        paths,
        Request(
            instrument.symbol, market.timeframe.name, instrument.venue, instrument.calendar,
            start=iso(span.start), end=iso(span.end), exclude_bad=exclude_bad,
        ),
    )  # fmt: skip


def _holes(bars: Bars) -> list[Span]:
    at = np.flatnonzero(bars.gap_before)
    return [Span(int(bars.time[i - 1]) + bars.timeframe.ms, int(bars.time[i])) for i in at]


def _inside(bars: Bars, holes: Sequence[Span]) -> Bars:
    within = np.zeros(len(bars), dtype=np.bool_)
    for hole in holes:
        within |= (bars.time >= hole.start) & (bars.time < hole.end)
    columns = {name: getattr(bars, name)[within] for name in ("time", *FIELDS)}
    return Bars(bars.instrument, bars.timeframe, **columns)


def _check_agreement(stored: Bars, offered: Bars, name: str) -> None:
    _, ours, theirs = np.intersect1d(stored.time, offered.time, assume_unique=True, return_indices=True)
    if not len(ours):
        raise BadMarketData(f"{name} has no bar beside the gaps to compare with; use a source of the same market")
    differ = np.abs(offered.close[theirs] / stored.close[ours] - 1.0)
    worst = int(np.argmax(differ))
    if differ[worst] > AGREEMENT:
        raise BadMarketData(
            f"{name} closes at {offered.close[theirs[worst]]:g} where {stored.close[ours[worst]]:g} is stored "
            f"({iso(int(stored.time[ours[worst]]))}); that is another market, nothing was filled"
        )


def tidy(paths: Sequence[Path], incoming: Path) -> None:
    """Remove the fetched files once they are stored; a user's own files are not ours to remove."""
    for path in paths:
        if incoming in path.parents:
            path.unlink(missing_ok=True)
            path.with_name(path.name + ".CHECKSUM").unlink(missing_ok=True)
    if incoming.exists() and not any(path.is_file() for path in incoming.rglob("*")):
        shutil.rmtree(incoming, ignore_errors=True)
