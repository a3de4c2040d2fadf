from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import NotFound, SourceFailed, UserError
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.download import Downloaded, download
from alpha_discovery.market_data.sources.archive import Archive
from alpha_discovery.market_data.sources.port import Market, Span
from alpha_discovery.market_data.sources.web import Web
from alpha_discovery.testing.fake_archive import Bucket, cut_off, garbage, serve, status, truncated
from alpha_discovery.testing.source_examples import BTC, DAILY, MONTHLY, ms, rows
from alpha_discovery.testing.source_suite import SourceSuite

ALL = Span(0, ms("2030-01-01"))
DECEMBER = f"{MONTHLY}2023-12.zip"


def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "data")


def get(catalog: Catalog, archive: Archive, market: Market = BTC, asked: Span = ALL) -> Downloaded:
    return download(catalog, archive, market, asked, progress=silent)


def test_months_and_the_days_of_the_open_month_become_one_history(
    catalog: Catalog, archive: Archive, bars: Bars
) -> None:
    get(catalog, archive)
    assert catalog.load("BTC/USDT", "1h").fingerprint == bars.fingerprint


def test_files_are_removed_once_their_bars_are_stored(catalog: Catalog, archive: Archive) -> None:
    get(catalog, archive)
    assert not (catalog.root / ".incoming").exists()


def test_listed_is_from_the_first_day_to_the_end_of_the_last(archive: Archive) -> None:
    assert archive.listed(BTC) == Span(ms("2023-12-01"), ms("2024-01-04"))


def test_a_second_download_asks_for_nothing(catalog: Catalog, archive: Archive, bucket: Bucket) -> None:
    get(catalog, archive)
    bucket.asked.clear()
    assert get(catalog, archive).span is None
    assert not [address for address in bucket.asked if ".zip" in address]


def test_an_update_asks_for_the_new_days_alone(catalog: Catalog, archive: Archive, bucket: Bucket, bars: Bars) -> None:
    get(catalog, archive, asked=Span(0, ms("2024-01-02")))
    bucket.asked.clear()
    get(catalog, archive)
    zips = {address.rsplit("/", 1)[-1] for address in bucket.asked if address.endswith(".zip")}
    assert zips == {"BTCUSDT-1h-2024-01-02.zip", "BTCUSDT-1h-2024-01-03.zip"}
    assert catalog.load("BTC/USDT", "1h").fingerprint == bars.fingerprint


def test_bars_before_the_asked_time_are_left_out(catalog: Catalog, archive: Archive) -> None:
    get(catalog, archive, asked=Span(ms("2023-12-30T05:00"), ms("2024-01-01")))
    stored = catalog.load("BTC/USDT", "1h")
    assert (int(stored.time[0]), int(stored.time[-1])) == (ms("2023-12-30T05:00"), ms("2023-12-31T23:00"))


def test_microseconds_are_told_from_milliseconds(catalog: Catalog, bars: Bars, web: Web) -> None:
    made = Bucket()  # spot files are stamped in microseconds since 2025
    made.put_zip(DECEMBER, rows(bars.between("2023-12-01", "2023-12-20")))
    made.put_zip(f"{DAILY}2024-01-01.zip", rows(bars.between("2024-01-01", "2024-01-02"), microseconds=True))
    with serve(made):
        get(catalog, Archive(web, files=made.address, listing=made.address))
    assert int(catalog.load("BTC/USDT", "1h").time[-1]) == ms("2024-01-01T23:00")


def test_a_listing_of_many_pages_is_read_to_its_end(catalog: Catalog, archive: Archive, bucket: Bucket) -> None:
    bucket.page = 2
    get(catalog, archive)
    assert len(catalog.load("BTC/USDT", "1h")) == 34 * 24


def test_symbols_keep_delisted_pairs_and_tell_perpetuals(archive: Archive, bucket: Bucket) -> None:
    bucket.put_zip("data/spot/monthly/klines/LUNAUSDT/1d/LUNAUSDT-1d-2022-05.zip", "1\n")
    bucket.put_zip("data/futures/um/monthly/klines/ETHUSDT/1h/ETHUSDT-1h-2022-05.zip", "1\n")
    bucket.put_zip("data/futures/um/monthly/klines/ETHUSDT_220624/1h/ETHUSDT_220624-1h-2022-05.zip", "1\n")
    assert archive.symbols() == ["BTC/USDT", "ETH/USDT:USDT", "LUNA/USDT"]


def test_a_perpetual_is_fetched_from_its_own_folder(catalog: Catalog, bars: Bars, web: Web) -> None:
    made = Bucket()
    header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n"  # noqa: E501
    key = "data/futures/um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2023-12.zip"
    made.put_zip(key, header + rows(bars.between("2023-12-01", "2024-01-01")))
    market = Market(Instrument("BTC/USDT:USDT"), BTC.timeframe)
    with serve(made):
        get(catalog, Archive(web, files=made.address, listing=made.address), market)
    stored = catalog.load("BTC/USDT:USDT", "1h")
    assert np.array_equal(stored.close, bars.between("2023-12-01", "2024-01-01").close)


def test_an_unknown_symbol_names_the_nearest(catalog: Catalog, archive: Archive) -> None:
    with pytest.raises(NotFound, match="did you mean BTC/USDT"):
        get(catalog, archive, Market(Instrument("BTX/USDT"), BTC.timeframe))


def test_another_bar_length_of_a_known_symbol_says_so(catalog: Catalog, archive: Archive) -> None:
    with pytest.raises(NotFound, match="it has other bar lengths"):
        get(catalog, archive, Market(BTC.instrument, Timeframe.parse("5m")))


def test_a_bar_length_that_no_archive_has_is_refused_before_asking(archive: Archive, bucket: Bucket) -> None:
    with pytest.raises(UserError, match="no 10m bars"):
        archive.listed(Market(BTC.instrument, Timeframe.parse("10m")))
    assert bucket.asked == []


def test_a_time_without_files_says_which_time_there_is(catalog: Catalog, archive: Archive) -> None:
    with pytest.raises(NotFound, match="2023-12-01"):
        get(catalog, archive, asked=Span(ms("2019-01-01"), ms("2019-02-01")))


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_busy_server_is_asked_again(
    catalog: Catalog, archive: Archive, bucket: Bucket, waits: list[float], code: int, bars: Bars
) -> None:
    bucket.fail("2023-12.zip", status(code), times=2)
    get(catalog, archive)
    assert waits == [1.0, 2.0]
    assert catalog.load("BTC/USDT", "1h").fingerprint == bars.fingerprint


def test_the_wait_that_the_server_names_is_kept(
    catalog: Catalog, archive: Archive, bucket: Bucket, waits: list[float]
) -> None:
    bucket.fail("2023-12.zip", status(429, {"Retry-After": "17"}))
    get(catalog, archive)
    assert waits == [17.0]


def test_a_server_that_stays_busy_leaves_the_catalog_as_it_was(
    catalog: Catalog, archive: Archive, bucket: Bucket
) -> None:
    get(catalog, archive, asked=Span(0, ms("2024-01-02")))
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in catalog.root.rglob("*") if path.is_file()}
    bucket.fail("2024-01-03.zip", status(503), times=3)
    with pytest.raises(SourceFailed, match="3 attempts \\(HTTP 503\\)"):
        get(catalog, archive)
    after = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in before}
    assert after == before


def test_the_next_attempt_goes_on_from_the_files_that_are_there(
    catalog: Catalog, archive: Archive, bucket: Bucket
) -> None:
    bucket.fail("2024-01-03.zip", status(503), times=3)
    with pytest.raises(SourceFailed):
        get(catalog, archive)
    bucket.asked.clear()
    get(catalog, archive)
    assert not [address for address in bucket.asked if address.endswith("2023-12.zip")]


def test_a_transfer_that_broke_off_is_continued_where_it_stopped(
    catalog: Catalog, archive: Archive, bucket: Bucket, bars: Bars
) -> None:
    bucket.faults.append((f"{DECEMBER}", cut_off))
    bucket.faults.insert(0, ("CHECKSUM", lambda request, content: False))  # the checksum comes first and passes
    get(catalog, archive)
    assert catalog.load("BTC/USDT", "1h").fingerprint == bars.fingerprint
    assert len([address for address in bucket.asked if address.endswith("2023-12.zip")]) == 2


def test_a_truncated_zip_is_fetched_once_more(
    catalog: Catalog, archive: Archive, bucket: Bucket, bars: Bars
) -> None:
    bucket.faults += [("2023-12.zip.CHECKSUM", lambda request, content: False), ("2023-12.zip", truncated)]
    get(catalog, archive)
    assert catalog.load("BTC/USDT", "1h").fingerprint == bars.fingerprint


def test_a_zip_that_never_matches_its_checksum_is_refused(catalog: Catalog, archive: Archive, bucket: Bucket) -> None:
    bucket.files[f"{DECEMBER}.CHECKSUM"] = b"0" * 64 + b"  BTCUSDT-1h-2023-12.zip\n"
    with pytest.raises(SourceFailed, match="does not match its checksum"):
        get(catalog, archive)
    assert catalog.entries() == []


def test_a_missing_checksum_is_a_warning(catalog: Catalog, archive: Archive, bucket: Bucket) -> None:
    del bucket.files[f"{DECEMBER}.CHECKSUM"]
    imported = get(catalog, archive).imported
    assert imported is not None
    assert "checksum" in {finding.kind for finding in imported.quality.findings}


def test_a_broken_zip_without_checksum_is_refused(catalog: Catalog, archive: Archive, bucket: Bucket) -> None:
    del bucket.files[f"{DECEMBER}.CHECKSUM"]
    bucket.files[DECEMBER] = bucket.files[DECEMBER][:200]
    with pytest.raises(SourceFailed, match="not a whole zip"):
        get(catalog, archive)
    assert catalog.entries() == []


def test_a_proxy_s_page_instead_of_the_listing_is_told_as_such(
    catalog: Catalog, archive: Archive, bucket: Bucket
) -> None:
    bucket.faults.append(("prefix=", garbage))
    with pytest.raises(SourceFailed, match="something stands between"):
        get(catalog, archive)
    assert catalog.entries() == []


def test_a_silent_server_is_given_up(catalog: Catalog, web: Web) -> None:
    nobody = "http://127.0.0.1:9"  # the discard port: nothing listens
    with pytest.raises(SourceFailed, match="3 attempts"):
        get(catalog, Archive(web, files=nobody, listing=nobody))


def test_rows_out_of_order_are_sorted_and_told(catalog: Catalog, web: Web, bars: Bars) -> None:
    part = bars.between("2023-12-01", "2024-01-01")
    lines = rows(part).splitlines()
    made = Bucket()
    made.put_zip(DECEMBER, "\n".join([*lines[100:], *lines[:100]]) + "\n")
    with serve(made):
        get(catalog, Archive(web, files=made.address, listing=made.address))
    assert catalog.load("BTC/USDT", "1h").fingerprint == part.fingerprint


@pytest.mark.real_data
def test_the_genuine_and_rebuilt_files_arrive_byte_by_byte(catalog: Catalog, shared: Path, web: Web) -> None:
    made = Bucket()
    root = shared / "raw_archive"
    for path in sorted(root.rglob("*.zip*")):
        key = str(path.relative_to(root)).split("/", 1)[1]
        made.files[key] = path.read_bytes()
    market = Market(Instrument("ETH/USDT"), BTC.timeframe)
    with serve(made):
        archive = Archive(web, files=made.address, listing=made.address)
        paths = archive.fetch(market, archive.listed(market), catalog.root, silent)
        get(catalog, archive, market)
    assert [path.read_bytes() for path in paths] == [
        made.files[str(path.relative_to(catalog.root))] for path in paths
    ]
    stored = catalog.load("ETH/USDT", "1h")
    assert len(stored) == (31 + 31) * 24  # December 2024 and January 2025, no hour missing
    assert int(stored.time[-1]) == ms("2025-01-31T23:00")  # stamped in microseconds there


class TestTheArchive(SourceSuite):
    @pytest.fixture
    def source(self, archive: Archive) -> Archive:
        return archive

    @pytest.fixture
    def market(self) -> Market:
        return BTC
