"""Bringing the markets of a campaign up to date from where they were downloaded."""

from __future__ import annotations

from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.market_data.catalog import Entry
from alpha_discovery.market_data.download import download, source_of
from alpha_discovery.market_data.sources.named import source_named
from alpha_discovery.market_data.sources.port import Market, Span


def refresh(place: Workplace, campaign: Campaign) -> None:
    """Fetch what has come since for each of its markets that was downloaded; others stay as they are.

    Raises
    ------
    AlphaDiscoveryError
        If a source does not deliver; what is stored stays as it was.
    """
    now = int(place.lab.clock.now().timestamp() * 1000)
    wanted = {key.partition("@")[0] for key in (*campaign.symbols, *campaign.against)}
    for entry in place.catalog.entries():
        name = source_of(entry)
        if entry.symbol in wanted and name is not None:
            frame = Timeframe.parse(entry.timeframe)
            span = Span(entry.end + frame.ms, now)
            if span.end > span.start:
                download(place.catalog, source_named(name), _market(entry, frame), span, progress=lambda *_: None)


def _market(entry: Entry, frame: Timeframe) -> Market:
    calendar: Any = entry.calendar
    return Market(Instrument(entry.symbol, entry.venue, calendar), frame)
