from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData, NotFound, UserError
from alpha_discovery.market_data.catalog import Catalog
from alpha_discovery.market_data.quality import check
from alpha_discovery.market_data.raw import RawBars
from alpha_discovery.market_data.resample import resample
from alpha_discovery.testing.markets import random_walk


def market(symbol: str = "BTC/USDT", venue: str = "binance", timeframe: str = "1h", n: int = 200) -> Bars:
    return replace(random_walk(n, seed=1, timeframe=timeframe), instrument=Instrument(symbol, venue))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "data")


class TestPaths:
    @pytest.mark.parametrize(
        ("symbol", "name"),
        [("BTC/USDT", "BTC_USDT-1h"), ("BTC/USDT:USDT", "BTC_USDT_USDT-1h"), ("AAPL", "AAPL-1h")],
    )
    def test_are_those_of_freqtrade_below_the_venue(self, catalog: Catalog, symbol: str, name: str) -> None:
        assert catalog.save(market(symbol)) == catalog.root / "binance" / f"{name}.parquet"

    @pytest.mark.parametrize("venue", ["", "..", "../x", "a/b", "Binance", ".hidden"])
    def test_never_leave_the_folder(self, catalog: Catalog, venue: str) -> None:
        with pytest.raises(UserError, match="cannot use the venue"):
            catalog.path(Instrument("BTC/USDT", venue), Timeframe.parse("1h"))

    def test_of_symbols_in_another_form_are_refused(self, catalog: Catalog) -> None:
        with pytest.raises(UserError, match="stored as BTC/USDT"):
            catalog.save(market("BTCUSDT"))


class TestLoading:
    @pytest.mark.parametrize("symbol", ["BTC/USDT", "BTCUSDT", "btc-usdt", "BTC_USDT"])
    def test_takes_every_form_of_a_symbol(self, catalog: Catalog, symbol: str) -> None:
        bars = market()
        catalog.save(bars)
        assert catalog.load(symbol, "1h").fingerprint == bars.fingerprint

    def test_tells_spot_from_perpetual(self, catalog: Catalog) -> None:
        spot, perpetual = market(), market("BTC/USDT:USDT", n=50)
        catalog.save(spot)
        catalog.save(perpetual)
        assert catalog.load("BTC/USDT", "1h").fingerprint == spot.fingerprint
        assert catalog.load("BTC/USDT:USDT", "1h").fingerprint == perpetual.fingerprint

    def test_resamples_where_only_a_finer_timeframe_is_stored(self, catalog: Catalog) -> None:
        bars = market()
        catalog.save(bars)
        assert catalog.load("BTC/USDT", "4h").fingerprint == resample(bars, "4h").fingerprint

    def test_resamples_from_the_coarsest_that_fits(self, catalog: Catalog) -> None:
        fine, middle = market(timeframe="15m", n=2000), market(timeframe="2h")
        catalog.save(fine)
        catalog.save(middle)
        assert catalog.load("BTC/USDT", "4h").fingerprint == resample(middle, "4h").fingerprint
        assert catalog.load("BTC/USDT", "3h").fingerprint == resample(fine, "3h").fingerprint

    def test_prefers_what_is_stored(self, catalog: Catalog) -> None:
        stored = market(timeframe="4h", n=7)
        catalog.save(market())
        catalog.save(stored)
        assert catalog.load("BTC/USDT", "4h").fingerprint == stored.fingerprint

    def test_makes_it_anew_from_a_finer_one_when_asked(self, catalog: Catalog) -> None:
        fine = market()
        catalog.save(fine)
        catalog.save(market(timeframe="4h", n=7))
        assert catalog.load("BTC/USDT", "4h", from_finer=True).fingerprint == resample(fine, "4h").fingerprint

    def test_needs_the_venue_where_two_have_the_market(self, catalog: Catalog) -> None:
        catalog.save(market())
        catalog.save(market(venue="kraken"))
        with pytest.raises(UserError, match="stored for binance and kraken; name the venue"):
            catalog.load("BTC/USDT", "1h")
        assert catalog.load("BTC/USDT", "1h", "kraken").instrument.venue == "kraken"

    def test_of_what_is_not_stored_names_the_nearest(self, catalog: Catalog) -> None:
        catalog.save(market("AVAX/USDT"))
        with pytest.raises(NotFound, match=r"no bars of AVA/USDT 1h are stored; did you mean AVAX/USDT\?"):
            catalog.load("AVA/USDT", "1h")

    def test_of_a_finer_timeframe_names_what_is_stored(self, catalog: Catalog) -> None:
        catalog.save(market())
        with pytest.raises(NotFound, match="no bars of BTC/USDT 5m are stored; stored: BTC/USDT 1h of binance"):
            catalog.load("BTC/USDT", "5m")

    def test_of_an_empty_catalog_says_how_to_import(self, catalog: Catalog) -> None:
        message = "import it with: alpha data import FILE --symbol BTC/USDT --timeframe 1h --venue VENUE"
        with pytest.raises(NotFound, match=message):
            catalog.load("BTCUSDT", "1h")

    def test_of_a_venue_that_could_be_a_path_is_refused(self, catalog: Catalog) -> None:
        with pytest.raises(UserError, match="cannot use the venue"):
            catalog.load("BTC/USDT", "1h", "../..")


class TestDamage:
    def damage(self, catalog: Catalog, bars: Bars) -> None:
        path = catalog.save(bars)
        path.write_bytes(path.read_bytes()[:100])

    def test_is_told_for_the_market_asked_for(self, catalog: Catalog) -> None:
        self.damage(catalog, market())
        with pytest.raises(BadMarketData, match="import the market again"):
            catalog.load("BTC/USDT", "1h")

    def test_is_not_hidden_by_a_finer_timeframe(self, catalog: Catalog) -> None:
        catalog.save(market(timeframe="15m"))
        self.damage(catalog, market())
        with pytest.raises(BadMarketData, match="import the market again"):
            catalog.load("BTC/USDT", "1h")

    def test_does_not_stand_in_the_way_of_other_markets(self, catalog: Catalog) -> None:
        self.damage(catalog, market())
        catalog.save(market("ETH/USDT"))
        assert len(catalog.load("ETH/USDT", "1h")) == 200
        assert [entry.symbol for entry in catalog.entries()] == ["ETH/USDT"]
        assert len(catalog.damaged()) == 1

    def test_half_written_files_of_other_processes_are_not_seen(self, catalog: Catalog) -> None:
        path = catalog.save(market())
        path.with_name(".BTC_USDT-4h.parquet.0123.parquet").write_bytes(b"PAR1")
        assert catalog.damaged() == []


class TestEntries:
    def test_are_sorted_by_venue_symbol_and_length(self, catalog: Catalog) -> None:
        for bars in (market(timeframe="1d"), market(timeframe="15m"), market("ADA/USDT"), market(venue="bybit")):
            catalog.save(bars)
        names = [(entry.venue, entry.symbol, entry.timeframe) for entry in catalog.entries()]
        assert names == [
            ("binance", "ADA/USDT", "1h"),
            ("binance", "BTC/USDT", "15m"),
            ("binance", "BTC/USDT", "1d"),
            ("bybit", "BTC/USDT", "1h"),
        ]

    def test_tell_span_gaps_and_fingerprint(self, catalog: Catalog) -> None:
        bars = market(n=5)
        catalog.save(bars)
        (entry,) = catalog.entries()
        assert (entry.start, entry.end, entry.bars, entry.gaps) == (bars.time[0], bars.time[4], 5, 0)
        assert entry.fingerprint == bars.fingerprint
        assert entry.to_json()["start"] == "2020-01-01T00:00Z"

    def test_of_a_folder_that_is_not_there_are_none(self, catalog: Catalog) -> None:
        assert catalog.entries() == []

    def test_are_found_by_symbol_timeframe_and_venue(self, catalog: Catalog) -> None:
        for bars in (market(), market(timeframe="4h"), market(venue="kraken")):
            catalog.save(bars)
        assert len(catalog.find("BTCUSDT")) == 3
        assert len(catalog.find("BTCUSDT", "1h")) == 2
        assert len(catalog.find("BTCUSDT", "1h", "kraken")) == 1
        with pytest.raises(NotFound):
            catalog.find("BTCUSDT", "1m")


class TestQualityReports:
    def test_stand_beside_the_bars(self, catalog: Catalog) -> None:
        bars = market(n=5)
        path = catalog.save(bars, check(RawBars.of(bars), "1h"))
        report = json.loads((path.parent / "BTC_USDT-1h.quality.json").read_text())
        assert (report["fingerprint"], report["bars"], report["findings"]) == (bars.fingerprint, 5, [])

    def test_of_other_bars_are_not_taken_for_those_of_these(self, catalog: Catalog) -> None:
        bars = market(n=5)
        path = catalog.save(bars, check(RawBars.of(bars), "1h"))
        assert catalog.quality(path, bars.fingerprint) is not None
        catalog.save(market(n=6))
        assert catalog.quality(path, market(n=6).fingerprint) is None

    def test_with_errors_keep_bars_from_being_stored(self, catalog: Catalog) -> None:
        bars = market(n=5)
        raw = RawBars.of(bars)
        quality = check(replace(raw, close=raw.close * float("nan")), "1h")
        with pytest.raises(BadMarketData, match="errors block the import"):
            catalog.save(bars, quality)
        assert catalog.entries() == []


def test_no_bars_are_not_stored(catalog: Catalog) -> None:
    with pytest.raises(BadMarketData, match="has no bars; nothing is stored"):
        catalog.save(market().slice(0, 0))


def test_saving_replaces_what_was_there(catalog: Catalog) -> None:
    catalog.save(market(n=5))
    catalog.save(market(n=9))
    assert len(catalog.load("BTC/USDT", "1h")) == 9


def test_a_stamp_changes_with_every_storing_of_its_symbol_alone(catalog: Catalog) -> None:
    catalog.save(market(n=100))
    before = catalog.stamp("BTCUSDT")
    catalog.save(market("ETH/USDT"))
    assert catalog.stamp("BTC/USDT") == before
    catalog.save(market(n=200))
    assert catalog.stamp("BTC/USDT") != before
