"""Bringing the markets of a campaign up to date from where they were downloaded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.market_data.catalog import Entry
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.origin import source_of
from alpha_discovery.market_data.perpetuals import download_besides
from alpha_discovery.market_data.sources.named import source_named
from alpha_discovery.market_data.sources.port import Market, Span

_log = logging.getLogger(__name__)


class _Over(Exception):
    """The program ends."""


def refresher(is_over: Callable[[], bool]) -> Callable[[Workplace, Campaign], None]:
    """`refresh` for a schedule that may end meanwhile."""
    return partial(refresh, is_over=is_over)


def refresh(place: Workplace, campaign: Campaign, *, is_over: Callable[[], bool] = lambda: False) -> None:
    """Fetch what has come since for each of its markets that was downloaded; others stay as they are.

    Of a perpetual funding rates and mark prices come too. A source that does not deliver is told and keeps nobody
    else's prices old; what is stored of its market stays as it was.

    Parameters
    ----------
    is_over : callable
        Asked before each file; once it says so, the rest is left for another time.
    """
    now = int(place.lab.clock.now().timestamp() * 1000)
    wanted = {key.partition("@")[0] for key in (*campaign.symbols, *campaign.against)}
    for entry in place.catalog.entries():
        name = source_of(entry)
        if entry.symbol not in wanted or name is None:
            continue
        try:
            _refresh(place, entry, name, now, is_over)
        except _Over:
            return
        except AlphaDiscoveryError as error:
            _log.warning("%s %s stays as it is: %s", entry.symbol, entry.timeframe, error)


def _refresh(place: Workplace, entry: Entry, name: str, now: int, is_over: Callable[[], bool]) -> None:
    def progress(*_: int) -> None:
        if is_over():
            raise _Over

    progress()
    frame = Timeframe.parse(entry.timeframe)
    market, span = _market(entry, frame), Span(entry.end + frame.ms, now)
    if span.end <= span.start:
        return
    source = source_named(name)
    download(place.catalog, source, market, span, progress=progress)
    besides = download_besides(place.catalog, source, market, Span(entry.start, now), progress=progress)
    for note in besides.notes:
        _log.warning("%s: %s", market, note)


def _market(entry: Entry, frame: Timeframe) -> Market:
    calendar: Any = entry.calendar
    return Market(Instrument(entry.symbol, entry.venue, calendar), frame)
