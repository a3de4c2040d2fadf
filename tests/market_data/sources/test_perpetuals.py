"""What a perpetual has besides candles, begun later than they: it is fetched once, and then only what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.funding import stored_funding
from alpha_discovery.market_data.marks import stored_marks
from alpha_discovery.market_data.origin import origin_of
from alpha_discovery.market_data.perpetuals import Besides, download_besides
from alpha_discovery.market_data.sources.archive import Archive
from alpha_discovery.market_data.sources.port import Market, Span
from alpha_discovery.market_data.sources.web import Web
from alpha_discovery.testing.fake_archive import Bucket, serve
from alpha_discovery.testing.source_examples import BTC, HOUR, history, ms, rows

MARKET = Market(Instrument("BTC/USDT:USDT"), BTC.timeframe)
EVER = Span(0, ms("2030-01-01"))
BARS = history("2023-12-01", 24 * 80)
DECEMBER, JANUARY = "2023-12", "2024-01"
LATER = "2023-12-10"  # where marks and funding begin


def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def put(bucket: Bucket, month: str, besides: Bars) -> None:
    """A month of candles, and what there is of marks and funding in it."""
    candles = BARS.between(f"{month}-01", "2024-01-01" if month == DECEMBER else "2024-02-01")
    for series, bars in (("klines", candles), ("markPriceKlines", besides)):
        bucket.put_zip(f"data/futures/um/monthly/{series}/BTCUSDT/1h/BTCUSDT-1h-{month}.zip", rows(bars))
    lines = "".join(f"{at},8,0.0001\n" for at in besides.time[besides.time % (8 * HOUR) == 0])
    text = f"calc_time,funding_interval_hours,last_funding_rate\n{lines}"
    bucket.put_zip(f"data/futures/um/monthly/fundingRate/BTCUSDT/BTCUSDT-fundingRate-{month}.zip", text)


class Copy(Archive):
    """A source of another name."""

    name = "copy"

    def marks(self) -> Copy:
        """Its mark prices."""
        return Copy(self._web, files=self._files, listing=self._listing, series="markPriceKlines")


@pytest.fixture
def perpetual() -> Iterator[Bucket]:
    """December; candles from its first hour on, marks and funding from the tenth day on."""
    made = Bucket()
    put(made, DECEMBER, BARS.between(LATER, "2024-01-01"))
    with serve(made):
        yield made


@pytest.fixture
def source(perpetual: Bucket, web: Web) -> Archive:
    return Archive(web, files=perpetual.address, listing=perpetual.address)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "data")


def get(catalog: Catalog, source: Archive, asked: Span = EVER, *, again: bool = False) -> Besides:
    download(catalog, source, MARKET, asked, progress=silent, again=again)
    return download_besides(catalog, source, MARKET, asked, progress=silent, again=again)


def since(catalog: Catalog, source: Archive) -> Besides:
    """As `service.refresh` asks."""
    stored = catalog.load("BTC/USDT:USDT", "1h")
    return download_besides(catalog, source, MARKET, Span(int(stored.time[0]), EVER.end), progress=silent)


def zips(bucket: Bucket) -> set[str]:
    """The name and month of every file besides candles that was asked for."""
    paths = [address.split("/") for address in bucket.asked if address.endswith(".zip")]
    kinds = {"markPriceKlines": "marks", "fundingRate": "funding"}
    return {f"{kinds[one]} {path[-1][-11:-4]}" for path in paths for one in path if one in kinds}


def begin(catalog: Catalog) -> tuple[int, int]:
    """Where marks and funding begin."""
    marks, rates = stored_marks(catalog.root, MARKET.instrument), stored_funding(catalog.root, MARKET.instrument)
    assert marks is not None
    assert rates is not None
    return int(marks.time[0]), int(rates.time[0])


def test_what_the_source_did_not_have_is_not_asked_for_again(
    catalog: Catalog, source: Archive, perpetual: Bucket
) -> None:
    get(catalog, source)
    perpetual.asked.clear()
    found = since(catalog, source)
    assert (found.funding, found.marks) == (0, 0)
    assert zips(perpetual) == set()


def test_what_came_since_is_all_that_is_fetched(catalog: Catalog, source: Archive, perpetual: Bucket) -> None:
    get(catalog, source)
    put(perpetual, JANUARY, BARS.between("2024-01-01", "2024-02-01"))
    perpetual.asked.clear()
    found = since(catalog, source)
    assert (found.funding, found.marks) == (31 * 3, 31 * 24)
    assert zips(perpetual) == {"marks 2024-01", "funding 2024-01"}
    perpetual.asked.clear()
    since(catalog, source)  # what was known before is known still
    assert zips(perpetual) == set()


def test_earlier_bars_come_when_they_are_asked_for(catalog: Catalog, source: Archive, perpetual: Bucket) -> None:
    get(catalog, source)
    assert begin(catalog) == (ms(LATER), ms(LATER))
    put(perpetual, DECEMBER, BARS.between("2023-12-05", "2024-01-01"))
    since(catalog, source)
    assert begin(catalog) == (ms(LATER), ms(LATER))
    get(catalog, source, Span(ms("2023-12-01"), EVER.end), again=True)
    assert begin(catalog) == (ms("2023-12-05"), ms("2023-12-05"))


def test_asking_again_for_what_there_is_not_changes_nothing(catalog: Catalog, source: Archive) -> None:
    get(catalog, source)
    found = get(catalog, source, Span(ms("2023-12-01"), EVER.end), again=True)
    assert (found.funding, found.marks, found.notes) == (0, 0, ())
    assert begin(catalog) == (ms(LATER), ms(LATER))


def test_a_source_that_lists_an_earlier_month_is_asked_for_it(
    catalog: Catalog, source: Archive, perpetual: Bucket
) -> None:
    get(catalog, source)
    early = replace(BARS, time=BARS.time - 30 * 24 * HOUR).between("2023-11-01", "2023-12-01")
    path = "data/futures/um/monthly/markPriceKlines/BTCUSDT/1h/BTCUSDT-1h-2023-11.zip"
    perpetual.put_zip(path, rows(early))
    get(catalog, source)
    assert begin(catalog)[0] == ms("2023-11-01")


def test_another_source_is_asked_for_what_the_first_did_not_have(
    catalog: Catalog, source: Archive, web: Web
) -> None:
    get(catalog, source)
    made = Bucket()
    put(made, DECEMBER, BARS.between("2023-12-01", "2024-01-01"))
    with serve(made):
        since(catalog, Copy(web, files=made.address, listing=made.address))
    assert begin(catalog) == (ms("2023-12-01"), ms("2023-12-01"))


def test_bars_that_were_lost_since_are_fetched_again(catalog: Catalog, source: Archive) -> None:
    get(catalog, source)
    marks = Catalog(catalog.root / "mark")
    stored = marks.load("BTC/USDT:USDT", "1h")
    marks.save(stored.between("2023-12-20", None))
    since(catalog, source)
    assert begin(catalog)[0] == ms(LATER)
    assert np.array_equal(marks.load("BTC/USDT:USDT", "1h").close, stored.close)


def test_a_note_of_an_earlier_version_tells_the_source_alone(catalog: Catalog, source: Archive) -> None:
    get(catalog, source)
    path = catalog.path(MARKET.instrument, MARKET.timeframe)
    path.with_suffix(".source.json").write_text('{"source": "archive"}')
    found = origin_of(path)
    assert found is not None
    assert (found.source, found.start) == ("archive", None)
