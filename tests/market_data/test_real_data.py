"""Everything against real files: the archive as published, and files as users bring them."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alpha_discovery.core.bars import iso
from alpha_discovery.core.instrument import Calendar
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data import Catalog, Quality, RawBars, Reading, Request, check, import_files, read_table

pytestmark = pytest.mark.real_data

ARCHIVE = (
    "genuine/data/futures/um/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-10-28.zip",
    "genuine/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-10-28.zip",
    "rebuilt/data/futures/um/monthly/klines/FILUSDT/1m/FILUSDT-1m-2023-05.zip",
    "rebuilt/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-12.zip",
    "rebuilt/data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2025-01.zip",
    "rebuilt/data/spot/monthly/klines/ETHUSDT/1h/ETHUSDT-1h-2024-12.zip",
    "rebuilt/data/spot/monthly/klines/ETHUSDT/1h/ETHUSDT-1h-2025-01.zip",
)
HOURLY = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "LTCUSDT", "LINKUSDT")


def judged(
    path: Path, timeframe: str = "1h", calendar: Calendar = "24/7", *, symbol: str = "", reading: Reading | None = None
) -> tuple[RawBars, Quality]:
    raw = read_table(path, reading or Reading(base="BTC"))
    return raw, check(raw, timeframe, calendar, symbol=symbol)


def kinds(quality: Quality, *, but: Sequence[str] = ("outlier_jump", "no_trades")) -> set[str]:
    return {str(finding.kind) for finding in quality.findings} - set(but)


class TestArchive:
    @pytest.mark.parametrize("name", ARCHIVE)
    def test_every_number_is_that_of_its_text(self, shared: Path, name: str) -> None:
        path = shared / "raw_archive" / name
        with zipfile.ZipFile(path) as archive:
            lines = list(csv.reader(io.StringIO(archive.read(archive.namelist()[0]).decode())))
        lines = lines[1:] if lines[0][0] == "open_time" else lines
        raw, quality = judged(path, "1m" if "-1m-" in name else "1h")
        for position, column in enumerate(("open", "high", "low", "close", "volume"), start=1):
            assert getattr(raw, column).tolist() == [float(line[position]) for line in lines], column
        stamps = [int(line[0]) for line in lines]
        assert raw.time.tolist() == [stamp // 1000 if stamp > 10**14 else stamp for stamp in stamps]
        assert kinds(quality) == set()

    def test_every_archive_file_is_listed_here(self, shared: Path) -> None:
        found = {str(path.relative_to(shared / "raw_archive")) for path in shared.glob("raw_archive/**/*.zip")}
        assert found - {name for name in found if "fundingRate" in name} == set(ARCHIVE)

    def test_funding_rates_are_no_prices(self, shared: Path) -> None:
        (path,) = shared.glob("raw_archive/**/BTCUSDT-fundingRate-2024-11.zip")
        with pytest.raises(BadMarketData, match="calc_time,funding_interval_hours,last_funding_rate"):
            read_table(path)

    def test_milliseconds_and_microseconds_join_without_a_seam(self, shared: Path, tmp_path: Path) -> None:
        paths = sorted(shared.glob("raw_archive/rebuilt/data/spot/monthly/klines/BTCUSDT/1h/*.zip"))
        done = import_files(Catalog(tmp_path), paths, Request())
        assert repr(done.bars) == "<Bars BTC/USDT@binance 1h, 1,488 bars, 2024-12-01T00:00Z .. 2025-01-31T23:00Z>"
        assert done.quality.missing == 0


class TestExchangeHistory:
    def test_bitcoin_has_28_gaps_of_128_hours(self, shared: Path) -> None:
        _, quality = judged(shared / "binance_spot/1h/BTCUSDT.parquet")
        gaps = [finding for finding in quality.findings if finding.kind == "gap"]
        longest = max(gaps, key=lambda gap: gap.count)
        assert (len(gaps), quality.missing, quality.errors) == (28, 128, ())
        assert (iso(longest.time or 0), longest.count) == ("2018-02-08T01:00Z", 33)
        assert iso(max(gap.time or 0 for gap in gaps)) == "2023-03-24T13:00Z"

    @pytest.mark.parametrize("name", HOURLY)
    def test_a_clean_source_has_gaps_and_rare_jumps_only(self, shared: Path, name: str) -> None:
        raw, quality = judged(shared / f"binance_spot/1h/{name}.parquet")
        assert kinds(quality) <= {"gap"}
        assert quality.counts["outlier_jump"] < len(raw) / 4_000
        assert len(quality.keep) == len(raw)

    def test_the_wick_of_link_to_a_hundredth_of_a_cent_is_told(self, shared: Path) -> None:
        _, quality = judged(shared / "binance_spot/1h/LINKUSDT.parquet")
        told = {iso(finding.time or 0): finding for finding in quality.findings if finding.kind == "outlier_jump"}
        assert told["2020-03-12T10:00Z"].text == "low is 0.0001 (-100%) with the rest of its bar at 2.4693"

    def test_another_coin_under_the_ticker_of_luna_is_told(self, shared: Path) -> None:
        _, quality = judged(shared / "binance_spot/1h_delisted/LUNAUSDT.parquet")
        told = {iso(finding.time or 0) for finding in quality.findings if finding.kind == "outlier_jump"}
        assert "2022-05-31T06:00Z" in told
        assert max(finding.count for finding in quality.findings if finding.kind == "gap") > 17 * 24

    def test_splits_of_unadjusted_shares_are_told(self, shared: Path) -> None:
        # 2:1 on 2000-06-21 and 2005-02-28, 7:1 on 2014-06-09, 4:1 on 2020-08-31
        _, quality = judged(shared / "equity/AAPL.parquet", "1d", "exchange")
        told = {iso(finding.time or 0)[:10] for finding in quality.findings if finding.kind == "outlier_jump"}
        assert {"2000-06-21", "2005-02-28", "2014-06-09", "2020-08-31"} <= told

    def test_long_closures_of_new_york_are_told(self, shared: Path) -> None:
        _, quality = judged(shared / "index/SP500_1927_2019.parquet", "1d", "exchange")
        told = [finding.text for finding in quality.findings if finding.kind == "gap"]
        assert told == [
            "no bars between 1933-03-03 and 1933-03-15 (7 weekdays)",
            "no bars between 2001-09-10 and 2001-09-17 (4 weekdays)",
        ]

    def test_loading_and_checking_is_quick_enough_to_be_always_on(self, shared: Path, tmp_path: Path) -> None:
        done = import_files(
            Catalog(tmp_path), [shared / "binance_spot/1h/BTCUSDT.parquet"], Request("BTC/USDT", "1h")
        )
        again = Catalog(tmp_path).load("BTC/USDT", "1h")
        assert again.fingerprint == done.bars.fingerprint
        assert int(again.gap_before.sum()) == 28


class TestDirtyFiles:
    def test_a_descending_file_with_two_time_and_two_volume_columns(self, shared: Path) -> None:
        raw, quality = judged(shared / "dirty/bitstamp_BTCUSD_1h_descending.csv")
        assert (iso(raw.time[0]), iso(raw.time[-1])) == ("2022-03-01T00:00Z", "2021-12-07T17:00Z")
        assert raw.volume[0] == 52.05632
        assert kinds(quality) == {"order"}
        assert quality.findings[0].text == "times descend from 2022-03-01T00:00Z to 2021-12-07T17:00Z"

    def test_a_twelve_hour_clock_below_a_url(self, shared: Path) -> None:
        path = shared / "dirty/coinbase_BTCUSD_1h_descending_ampm_urlheader.csv"
        raw, quality = judged(path)
        expected = pd.to_datetime(pd.read_csv(path, skiprows=1)["date"], format="%Y-%m-%d %I-%p")
        assert np.array_equal(raw.time, expected.to_numpy("datetime64[ms]").astype(np.int64))
        assert raw.volume[0] == 61.25
        assert kinds(quality) == {"order"}
        assert quality.missing == 0

    def test_points_in_the_time_of_a_broker(self, shared: Path) -> None:
        path = shared / "dirty/mt5_USDCHF_h1_prices_x1e5_broker_time.csv"
        _, quality = judged(path, "1h", "exchange", symbol="USD/CHF")
        assert kinds(quality) == {"price_scale", "clock"}

    def test_points_in_the_time_of_a_broker_told_how_to_read_them(self, shared: Path) -> None:
        path = shared / "dirty/mt5_USDCHF_h1_prices_x1e5_broker_time.csv"
        reading = Reading(timezone="Europe/Athens", price_divisor=100_000)
        raw, quality = judged(path, "1h", "exchange", symbol="USD/CHF", reading=reading)
        assert kinds(quality) == set()
        assert (raw.open[0], iso(raw.time[0])) == (0.98677, "2014-12-29T15:00Z")

    def test_stamps_with_an_offset_that_changes_with_the_season(self, shared: Path) -> None:
        raw, quality = judged(shared / "dirty/um_BTCUSDT_1h_utc+3_timestamps.csv")
        truth = pd.read_parquet(shared / "binance_um/1h/BTCUSDT.parquet").set_index("open_time")
        same = truth.loc[pd.to_datetime(raw.time, unit="ms", utc=True)]
        assert np.array_equal(raw.close, same["close"].to_numpy())
        assert quality.findings == ()

    def test_a_file_that_lacks_four_minutes_of_five(self, shared: Path) -> None:
        _, quality = judged(shared / "dirty/bybit_BTCUSDT_1m_80pct_missing.parquet", "1m")
        overall = next(finding for finding in quality.findings if finding.row == -1)
        assert (overall.kind, overall.text) == ("gap", "80% of the bars are missing: 79299 of 99299")
        assert quality.missing == 79_299

    def test_flat_bars_after_a_delisting(self, shared: Path) -> None:
        path = shared / "dirty/um_FTTUSDT_1h_31k_flat_bars_after_delisting.parquet"
        raw, quality = judged(path)
        (stuck,) = [finding for finding in quality.findings if finding.kind == "stuck_price"]
        assert stuck.count > 31_000
        assert "without volume" in stuck.text
        left = check(raw, "1h", exclude_untraded=True)
        assert iso(raw.time[left.keep[-1]]) == "2022-11-14T04:00Z"  # the last with volume
