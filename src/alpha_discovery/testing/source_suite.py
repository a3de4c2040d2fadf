"""What every source of prices must do; inherit it and give the fixtures ``source``, ``market`` and ``bars``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.errors import NotFound
from alpha_discovery.market_data import Catalog, check_files
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.importing import Request
from alpha_discovery.market_data.sources.port import Market, Source, Span


class SourceSuite:
    """``bars`` are all closed bars that the source has of ``market``, without a gap."""

    def test_names_itself_and_its_venue(self, source: Source) -> None:
        assert source.name
        assert source.venue == source.venue.lower()

    def test_symbols_are_sorted_and_hold_the_market(self, source: Source, market: Market) -> None:
        symbols = list(source.symbols())
        assert symbols == sorted(symbols)
        assert market.instrument.symbol in symbols

    def test_listed_covers_every_bar(self, source: Source, market: Market, bars: Bars) -> None:
        span = source.listed(market)
        assert span.start <= bars.time[0]
        assert span.end >= bars.time[-1] + market.timeframe.ms

    def test_files_hold_every_bar_of_the_span_in_a_readable_shape(
        self, source: Source, market: Market, bars: Bars, tmp_path: Path
    ) -> None:
        span = Span(int(bars.time[5]), int(bars.time[-5]))
        paths = source.fetch(market, span, tmp_path / "incoming", lambda done, total: None)
        request = Request(market.instrument.symbol, market.timeframe.name, market.instrument.venue, "24/7")
        raw = check_files(paths, request).raw.between(span.start, span.end)
        assert np.array_equal(raw.time, bars.time[5:-5])
        assert np.array_equal(raw.close, bars.close[5:-5])

    def test_progress_ends_at_its_total(self, source: Source, market: Market, bars: Bars, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        span = Span(int(bars.time[0]), int(bars.time[-1]))
        source.fetch(market, span, tmp_path / "incoming", lambda done, total: told.append((done, total)))
        assert told[-1][0] == told[-1][1]
        assert [done for done, _ in told] == sorted(done for done, _ in told)

    def test_a_market_that_it_does_not_have_is_not_found(self, source: Source, market: Market) -> None:
        with pytest.raises(NotFound):
            source.listed(Market(Instrument("NOSUCH/USDT", market.instrument.venue), market.timeframe))

    def test_in_two_parts_as_at_once(self, source: Source, market: Market, bars: Bars, tmp_path: Path) -> None:
        catalog, middle = Catalog(tmp_path / "data"), int(bars.time[len(bars) // 2])
        for end in (middle, int(bars.time[-1]) + market.timeframe.ms):
            download(catalog, source, market, Span(0, end), progress=lambda done, total: None)
        stored = catalog.load(market.instrument.symbol, market.timeframe, market.instrument.venue)
        assert np.array_equal(stored.time, bars.time)
        assert np.array_equal(stored.close, bars.close)
