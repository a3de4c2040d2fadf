from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.download import download, repair
from alpha_discovery.market_data.origin import source_of
from alpha_discovery.market_data.sources.folder import Folder
from alpha_discovery.market_data.sources.port import Market, Span
from alpha_discovery.testing.source_examples import BTC, history, ms
from alpha_discovery.testing.source_suite import SourceSuite

EVER = Span(0, ms("2030-01-01"))


def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def feather(path: Path, bars: Bars) -> None:
    """As freqtrade writes it: ``date`` with zone, then the five numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    date = pl.Series(bars.time).cast(pl.Datetime("ms", "UTC"))
    pl.DataFrame({"date": date, **columns}).write_ipc(path, compression="lz4")


@pytest.fixture
def freqtrade(tmp_path: Path) -> Path:
    """``user_data/data/binance`` of freqtrade: spot, a perpetual, its funding and marks."""
    root = tmp_path / "freqtrade" / "binance"
    feather(root / "BTC_USDT-1h.feather", history("2023-12-01", 100))
    feather(root / "futures" / "ETH_USDT_USDT-1h-futures.feather", history("2023-12-01", 50))
    feather(root / "futures" / "ETH_USDT_USDT-8h-funding_rate.feather", history("2023-12-01", 50))
    feather(root / "futures" / "ETH_USDT_USDT-1h-mark.feather", history("2023-12-01", 50))
    return root


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "data")


def test_freqtrade_s_folder_is_read_by_its_file_names(freqtrade: Path) -> None:
    folder = Folder(freqtrade, venue="binance")
    assert [(symbol, str(frame)) for symbol, frame in folder.markets()] == [("BTC/USDT", "1h"), ("ETH/USDT:USDT", "1h")]


def test_its_bars_are_stored_and_its_files_stay(freqtrade: Path, catalog: Catalog) -> None:
    download(catalog, Folder(freqtrade, venue="binance"), BTC, EVER, progress=silent)
    assert catalog.load("BTC/USDT", "1h").fingerprint == history("2023-12-01", 100).fingerprint
    assert (freqtrade / "BTC_USDT-1h.feather").exists()


def test_the_catalog_remembers_where_bars_came_from(freqtrade: Path, catalog: Catalog) -> None:
    download(catalog, Folder(freqtrade, venue="binance"), BTC, EVER, progress=silent)
    assert source_of(catalog.entries()[0]) == f"folder:{freqtrade}"


def test_a_market_without_a_file_lists_what_there_is(freqtrade: Path) -> None:
    with pytest.raises(NotFound, match="it has BTC/USDT 1h, ETH/USDT:USDT 1h"):
        Folder(freqtrade, venue="binance").listed(Market(Instrument("SOL/USDT"), Timeframe.parse("1h")))


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a folder"):
        Folder(tmp_path / "nowhere", venue="binance")


def without(bars: Bars, first: int, stop: int) -> Bars:
    keep = [i for i in range(len(bars)) if not first <= i < stop]
    columns = {name: getattr(bars, name)[keep] for name in ("time", "open", "high", "low", "close", "volume")}
    return Bars(bars.instrument, bars.timeframe, **columns)


def scaled(bars: Bars, factor: float) -> Bars:
    prices = {name: getattr(bars, name) * factor for name in ("open", "high", "low", "close")}
    return Bars(bars.instrument, bars.timeframe, time=bars.time, volume=bars.volume, **prices)


def test_a_gap_is_filled_from_a_second_source_that_agrees(freqtrade: Path, catalog: Catalog) -> None:
    whole = history("2023-12-01", 100)
    catalog.save(without(whole, 40, 55))
    done = repair(catalog, Folder(freqtrade, venue="binance"), BTC, progress=silent)
    assert done.imported is not None
    assert done.imported.added == 15
    assert catalog.load("BTC/USDT", "1h").fingerprint == whole.fingerprint


def test_bars_outside_the_gaps_are_never_replaced(tmp_path: Path, catalog: Catalog) -> None:
    whole = history("2023-12-01", 100)
    catalog.save(without(whole, 40, 55))
    feather(tmp_path / "other" / "BTC_USDT-1h.feather", scaled(whole, 1.005))  # 0.5 % beside: one market
    repair(catalog, Folder(tmp_path / "other", venue="binance"), BTC, progress=silent)
    stored = catalog.load("BTC/USDT", "1h")
    assert stored.close[39] == whole.close[39]
    assert stored.close[40] == whole.close[40] * 1.005


def test_a_source_of_another_market_fills_nothing(tmp_path: Path, catalog: Catalog) -> None:
    whole = history("2023-12-01", 100)
    catalog.save(without(whole, 40, 55))
    feather(tmp_path / "other" / "BTC_USDT-1h.feather", scaled(whole, 1.1))
    before = catalog.load("BTC/USDT", "1h").fingerprint
    with pytest.raises(UserError, match="another market"):
        repair(catalog, Folder(tmp_path / "other", venue="binance"), BTC, progress=silent)
    assert catalog.load("BTC/USDT", "1h").fingerprint == before


def test_a_history_without_holes_needs_no_repair(freqtrade: Path, catalog: Catalog) -> None:
    catalog.save(history("2023-12-01", 100))
    assert repair(catalog, Folder(freqtrade, venue="binance"), BTC, progress=silent).span is None


def test_a_second_source_with_the_same_hole_says_so(tmp_path: Path, catalog: Catalog) -> None:
    holed = without(history("2023-12-01", 100), 40, 55)
    catalog.save(holed)
    feather(tmp_path / "other" / "BTC_USDT-1h.feather", holed)
    with pytest.raises(NotFound, match="either"):
        repair(catalog, Folder(tmp_path / "other", venue="binance"), BTC, progress=silent)


class TestAFolder(SourceSuite):
    @pytest.fixture
    def market(self) -> Market:
        return BTC

    @pytest.fixture
    def source(self, freqtrade: Path) -> Folder:
        return Folder(freqtrade, venue="binance")

    @pytest.fixture
    def bars(self) -> Bars:
        return history("2023-12-01", 100)
