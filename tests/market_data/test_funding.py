"""Funding rates: the files people have, what is stored, what bars carry."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alpha_discovery.bootstrap import StoredMarkets
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.funding import funding_by_bar
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data import Catalog, Request, check_files, store
from alpha_discovery.market_data.funding import Funding, read_funding, save_funding
from alpha_discovery.market_data.marks import marks_of
from alpha_discovery.testing.paths import explicit_bars

EIGHT_HOURS = 8 * 3_600_000
START = 1_704_067_200_000  # 2024-01-01T00:00Z
PERPETUAL = Instrument("BTC/USDT:USDT", "binance-um")
REAL = Path(__file__).parents[2] / "shared" / "data" / "binance_um" / "funding" / "BTCUSDT.parquet"
SHARED = REAL if REAL.exists() else Path("/work/shared/data/binance_um/funding/BTCUSDT.parquet")


def hourly(n: int = 24) -> Bars:
    bars = explicit_bars([(100.0, 100.0, 100.0, 100.0)] * n, timeframe="1h", start=START)
    return replace(bars, instrument=PERPETUAL)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("calc_time,hours,last_funding_rate\n1704067200003,8,0.0001\n1704096000000,8,-0.0002\n", -0.0002),
        ("fundingTime,fundingRate\n1704067200000,0.0001\n1704096000000,0.0003\n", 0.0003),
        ("time,rate\n2024-01-01T00:00:00Z,0.0001\n2024-01-01T08:00:00Z,0.0004\n", 0.0004),
    ],
)
def test_files_of_archives_and_interfaces_are_read(tmp_path: Path, text: str, rate: float) -> None:
    (tmp_path / "rates.csv").write_text(text)
    found = read_funding([tmp_path / "rates.csv"])
    assert found.time.tolist() == [START, START + EIGHT_HOURS]  # 3 ms late is on time
    assert found.rate.tolist() == [0.0001, rate]


def test_an_archive_is_read_as_it_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", "calc_time,last_funding_rate\n1704067200000,0.0001\n")
    assert len(read_funding([tmp_path / "a.zip"])) == 1


def test_a_later_file_corrects_an_earlier_one(tmp_path: Path) -> None:
    for name, rate in (("one", 0.0001), ("two", 0.0005)):
        pl.DataFrame({"time": [START], "rate": [rate]}).write_parquet(tmp_path / f"{name}.parquet")
    assert read_funding([tmp_path / "one.parquet", tmp_path / "two.parquet"]).rate.tolist() == [0.0005]


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,b\n1,2\n", "needs a column"), ("time,rate\n1704067200000,1.5\n", "fraction"), ("", "cannot be read")],
)
def test_what_is_no_funding_is_refused_with_the_reason(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.csv").write_text(text)
    with pytest.raises(BadMarketData, match=said):
        read_funding([tmp_path / "x.csv"])


def test_loaded_bars_carry_what_falls_due_in_them(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    catalog.save(hourly())
    times = START + EIGHT_HOURS * np.arange(3, dtype=np.int64)
    save_funding(tmp_path, PERPETUAL, Funding(times, np.array([0.001, 0.002, 0.003])))
    bars = StoredMarkets(catalog).load("BTC/USDT:USDT", "4h")
    assert bars.funding is not None
    assert bars.funding.tolist() == [0.001, 0.0, 0.002, 0.0, 0.003, 0.0]
    assert [entry.timeframe for entry in catalog.entries()] == ["1h"]  # rates are no market


def test_funding_is_due_on_the_mark_price_where_it_is_stored(tmp_path: Path) -> None:
    """0.001 of a value at the mark of 102 is 0.00102 of the same units at an open of 100."""
    catalog = Catalog(tmp_path)
    catalog.save(hourly())
    marks = explicit_bars([(102.0, 102.0, 102.0, 102.0)] * 12, timeframe="1h", start=START)
    marks_of(catalog).save(replace(marks, instrument=PERPETUAL))
    times = START + EIGHT_HOURS * np.arange(3, dtype=np.int64)
    save_funding(tmp_path, PERPETUAL, Funding(times, np.array([0.001, 0.002, 0.003])))
    bars = StoredMarkets(catalog).load("BTC/USDT:USDT", "1h")
    assert bars.funding is not None
    due = bars.funding[[0, 8, 16]]
    assert due.tolist() == pytest.approx([0.00102, 0.00204, 0.003], rel=1e-12)  # the marks end before the third
    assert [entry.timeframe for entry in catalog.entries()] == ["1h"]  # marks are no market either


@pytest.mark.skipif(not SHARED.exists(), reason="shared/data is not here: real mark prices were not read")
def test_real_mark_prices_move_funding_by_less_than_a_hundredth(tmp_path: Path) -> None:
    folder, market = SHARED.parents[1], Instrument("BTC/USDT:USDT", "binance")
    catalog = Catalog(tmp_path)
    for kept, name in ((catalog, "1h"), (marks_of(catalog), "mark_1h")):
        request = Request(market.symbol, "1h", "binance", start="2023-01-01", end="2024-01-01", exclude_bad=True)
        store(kept, check_files([folder / name / "BTCUSDT.parquet"], request), "merge")
    save_funding(tmp_path, market, rates := read_funding([SHARED]))
    bars = StoredMarkets(catalog).load(market.symbol, "1h")
    assert bars.funding is not None
    plain = funding_by_bar(bars, rates.time, rates.rate)
    ratio = bars.funding[plain != 0.0] / plain[plain != 0.0]
    assert 0.0 < np.abs(ratio - 1.0).max() < 0.01


def test_bars_with_funding_are_other_data_and_slices_keep_theirs() -> None:
    bars = hourly(4)
    funded = replace(bars, funding=np.array([0.0, 0.001, 0.0, 0.002]))
    assert funded.fingerprint != bars.fingerprint
    part = funded.slice(1, 3).funding
    assert part is not None
    assert part.tolist() == [0.001, 0.0]


def test_storing_bars_leaves_their_funding_out(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    catalog.save(replace(hourly(), funding=np.full(24, 0.001)))
    assert catalog.load("BTC/USDT:USDT", "1h").fingerprint == hourly().fingerprint


@pytest.mark.skipif(not SHARED.exists(), reason="shared/data is not here: real funding was not read")
def test_real_funding_is_eight_hourly() -> None:
    found = read_funding([SHARED])
    assert (np.diff(found.time) == EIGHT_HOURS).all()
    assert np.abs(found.rate).max() <= 0.003  # the bound that the venue had for this market
