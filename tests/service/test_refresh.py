"""Markets of a campaign are brought up to date: bars, funding and marks; what fails keeps nobody else's old."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.funding import stored_funding
from alpha_discovery.market_data.marks import mark_entries
from alpha_discovery.market_data.perpetuals import download_besides
from alpha_discovery.market_data.sources.folder import Folder
from alpha_discovery.market_data.sources.port import Market, Span
from alpha_discovery.service.refresh import refresh
from alpha_discovery.testing.source_examples import HOUR, history, ms

SPOT, OTHER = (Market(Instrument(name, "binance"), Timeframe.parse("1h")) for name in ("BTC/USDT", "SOL/USDT"))
PERPETUAL = Market(Instrument("ETH/USDT:USDT", "binance"), Timeframe.parse("1h"))
CAMPAIGN = Campaign(symbols=("BTC/USDT", "SOL/USDT", "ETH/USDT:USDT"), strategies=("sma_cross",))
FEW, MORE = 240, 400  # hours


def write(path: Path, bars: Bars) -> None:
    """As freqtrade writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    pl.DataFrame({"date": pl.Series(bars.time).cast(pl.Datetime("ms", "UTC")), **columns}).write_ipc(path)


def grown(folder: Path, hours: int) -> Folder:
    """Three markets of so many hours in a folder: two of spot, and a perpetual with funding and marks."""
    bars = history("2023-12-01", hours)
    write(folder / "a" / "BTC_USDT-1h.feather", bars)
    write(folder / "b" / "SOL_USDT-1h.feather", bars)
    write(folder / "a" / "futures" / "ETH_USDT_USDT-1h-futures.feather", bars)
    write(folder / "a" / "futures" / "ETH_USDT_USDT-1h-mark.feather", bars)
    due = bars.time[bars.time % (8 * HOUR) == 0]
    rates = pl.DataFrame({
        "date": pl.Series(due).cast(pl.Datetime("ms", "UTC")), "open": np.full(len(due), 0.0001),
        "high": np.zeros(len(due)), "low": np.zeros(len(due)), "close": np.zeros(len(due)),
        "volume": np.zeros(len(due)),
    })  # fmt: skip
    rates.write_ipc(folder / "a" / "futures" / "ETH_USDT_USDT-8h-funding_rate.feather")
    return Folder(folder / "a", venue="binance")


@pytest.fixture
def downloaded(place: Workplace, tmp_path: Path) -> Workplace:
    """A laboratory that has downloaded all three a while ago; their sources have more now."""
    folder, span = tmp_path / "source", Span(0, ms("2030-01-01"))
    near = grown(folder, FEW)
    for market, source in ((SPOT, near), (OTHER, Folder(folder / "b", venue="binance")), (PERPETUAL, near)):
        download(place.catalog, source, market, span, progress=lambda *_: None)
        download_besides(place.catalog, source, market, span, progress=lambda *_: None)
    grown(folder, MORE)

    class Later:
        """A clock of the year after."""

        def now(self) -> datetime:
            return datetime(2025, 1, 1, tzinfo=UTC)

        def monotonic(self) -> float:
            return 0.0

    return replace(place, lab=replace(place.lab, clock=Later()))


def hours(place: Workplace, market: Market) -> int:
    """Bars that are stored."""
    return len(place.catalog.load(market.instrument.symbol, "1h"))


def rates(place: Workplace) -> int:
    """Funding rates that are stored."""
    found = stored_funding(place.catalog.root, PERPETUAL.instrument)
    assert found is not None
    return len(found)


def test_bars_funding_and_marks_that_came_since_are_stored(downloaded: Workplace) -> None:
    assert (hours(downloaded, PERPETUAL), rates(downloaded)) == (FEW, FEW // 8)
    refresh(downloaded, CAMPAIGN)
    assert [hours(downloaded, one) for one in (SPOT, OTHER, PERPETUAL)] == [MORE] * 3
    assert rates(downloaded) == MORE // 8
    assert mark_entries(downloaded.catalog, PERPETUAL.instrument)[0].bars == MORE


def test_only_markets_of_the_campaign_are_asked_for(downloaded: Workplace) -> None:
    refresh(downloaded, replace(CAMPAIGN, symbols=("SOL/USDT",)))
    assert [hours(downloaded, one) for one in (SPOT, OTHER, PERPETUAL)] == [FEW, MORE, FEW]


def test_a_source_that_is_gone_is_told_and_stops_no_other(
    downloaded: Workplace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.rmtree(tmp_path / "source" / "b")
    refresh(downloaded, CAMPAIGN)
    assert [hours(downloaded, one) for one in (SPOT, OTHER, PERPETUAL)] == [MORE, FEW, MORE]
    (record,) = caplog.records
    assert record.message.startswith("SOL/USDT 1h stays as it is: ")


def test_a_program_that_ends_leaves_the_rest_for_another_time(downloaded: Workplace) -> None:
    asked: list[int] = []

    def is_over() -> bool:
        asked.append(1)
        return len(asked) > 1  # before the first market it goes on, at its first file it ends

    refresh(downloaded, CAMPAIGN, is_over=is_over)
    assert len(asked) == 2
    assert [hours(downloaded, one) for one in (SPOT, OTHER, PERPETUAL)] == [FEW] * 3
