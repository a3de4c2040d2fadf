from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alpha_discovery.cli.data import data_app
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.errors import NotFound, SourceFailed, UserError
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.funding import stored_funding
from alpha_discovery.market_data.sources.web import Patience, Web
from alpha_discovery.testing.fake_archive import Bucket, serve, status
from alpha_discovery.testing.source_examples import DAILY, MONTHLY, history, rows

BARS = history("2023-12-01", 34 * 24)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    made = Bucket()
    made.put_zip(f"{MONTHLY}2023-12.zip", rows(BARS.between("2023-12-01", "2024-01-01")))
    for day in (1, 2, 3):
        made.put_zip(f"{DAILY}2024-01-0{day}.zip", rows(BARS.between(f"2024-01-0{day}", f"2024-01-0{day + 1}")))
    with serve(made):
        yield made


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = Web(Patience(attempts=2, timeout=2.0), sleep=lambda seconds: None)
    monkeypatch.setattr("alpha_discovery.market_data.sources.named.Web", lambda: hurried)


@pytest.fixture
def userdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALPHA_USERDIR", str(tmp_path / "user_data"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "user_data"


def run(*words: object, raises: bool = True) -> Result:
    result = CliRunner().invoke(data_app, [str(word) for word in words])
    if raises and result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def told(*words: object) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_download_tells_what_was_stored(userdir: Path, bucket: Bucket) -> None:
    line = run("download", "BTCUSDT", "--mirror", bucket.address).stdout
    assert line == "BTC/USDT@binance 1h: 816 bars added, 816 stored (2023-12-01 .. 2024-01-03), 0 missing\n"


def test_download_stores_the_bars_themselves(userdir: Path, bucket: Bucket) -> None:
    run("download", "BTCUSDT", "--mirror", bucket.address)
    assert Catalog(userdir / "data").load("BTC/USDT", "1h").fingerprint == BARS.fingerprint


def test_update_asks_where_each_market_came_from(userdir: Path, bucket: Bucket) -> None:
    run("download", "BTC/USDT", "--end", "2024-01-02", "--mirror", bucket.address)
    (market,) = told("update", "--mirror", bucket.address)["markets"]
    assert market["added"] == 48


def test_update_of_files_needs_a_source(userdir: Path) -> None:
    Catalog(userdir / "data").save(BARS)
    with pytest.raises(NotFound, match="name a source"):
        run("update")


def test_one_market_that_fails_does_not_stop_the_others(userdir: Path, bucket: Bucket) -> None:
    result = run("download", "NOPE/USDT", "BTC/USDT", "--mirror", bucket.address, "--json", raises=False)
    first, second = json.loads(result.stdout)["markets"]
    assert "no 1h bars of NOPE/USDT" in first["error"]
    assert second["added"] == len(BARS)
    assert isinstance(result.exception, NotFound)


def test_a_failure_leaves_what_is_stored_and_says_why(userdir: Path, bucket: Bucket) -> None:
    run("download", "BTC/USDT", "--end", "2024-01-02", "--mirror", bucket.address)
    bucket.fail("2024-01-03.zip", status(503), times=2)
    with pytest.raises(SourceFailed, match="HTTP 503"):
        run("update", "--mirror", bucket.address)
    assert len(Catalog(userdir / "data").load("BTC/USDT", "1h")) == 32 * 24


def test_the_archive_needs_symbols(userdir: Path) -> None:
    with pytest.raises(UserError, match="which symbols"):
        run("download")


def test_a_folder_brings_all_its_markets(userdir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "BTC_USDT-1h.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(
        ",".join(line.split(",")[:6]) for line in rows(BARS).splitlines()
    ))  # fmt: skip
    (market,) = told("download", "--source", f"folder:{folder}")["markets"]
    assert market["added"] == len(BARS)


def test_symbols_tell_from_when_to_when_they_traded(userdir: Path, bucket: Bucket) -> None:
    listing = told("symbols", "--like", "btc", "--timeframe", "1h", "--mirror", bucket.address)
    assert listing["symbols"] == [{"symbol": "BTC/USDT", "start": "2023-12-01T00:00Z", "end": "2024-01-04T00:00Z"}]


def test_the_universe_of_a_day_holds_what_was_delisted_since(userdir: Path, bucket: Bucket) -> None:
    asked = ("symbols", "--timeframe", "1h", "--mirror", bucket.address, "--as-of")
    gone = [{"symbol": "BTC/USDT", "first": "2023-12-01T00:00Z", "last": "2024-01-04T00:00Z"}]
    assert told(*asked, "2023-12-24")["symbols"] == gone
    assert told(*asked, "2024-02-01")["symbols"] == []
    bucket.files.clear()  # also when the source has forgotten it
    assert told(*asked, "2023-12-24")["symbols"] == gone


def test_show_tells_source_span_and_extremes(userdir: Path, bucket: Bucket) -> None:
    run("download", "BTC/USDT", "--mirror", bucket.address)
    facts = told("show", "BTC/USDT")
    assert (facts["source"], facts["bars"], facts["gaps"]) == ("archive", len(BARS), 0)
    assert (facts["lowest"], facts["highest"]) == (BARS.low.min(), BARS.high.max())


def test_show_draws_the_candles_on_a_page_that_loads_nothing(userdir: Path, tmp_path: Path) -> None:
    Catalog(userdir / "data").save(BARS)
    run("show", "BTC/USDT", "--plot", tmp_path / "btc.html")
    page = (tmp_path / "btc.html").read_text()
    assert '"type":"candlestick"' in page
    assert "http://" not in page.split('id="plotly"')[0]


def test_a_mirror_means_nothing_to_an_exchange(userdir: Path) -> None:
    with pytest.raises(UserError, match="copy of the archive"):
        run("download", "BTC/USDT", "--source", "kraken", "--mirror", "http://127.0.0.1")


PERPETUAL = "data/futures/um/monthly/"


@pytest.fixture
def perpetual(bucket: Bucket) -> Bucket:
    """December of a perpetual: candles, mark prices two per cent above them, and funding as the archive writes it."""
    december = BARS.between("2023-12-01", "2024-01-01")
    marks = replace(december, **{name: 1.02 * getattr(december, name) for name in ("open", "high", "low", "close")})
    for series, bars in (("klines", december), ("markPriceKlines", marks)):
        bucket.put_zip(f"{PERPETUAL}{series}/BTCUSDT/1h/BTCUSDT-1h-2023-12.zip", rows(bars))
    times = [int(at) for at in december.time if at % (8 * 3_600_000) == 0]
    lines = "".join(f"{at + 3},8,0.00010000\n" for at in times)  # stamped a few milliseconds late, as it is there
    text = f"calc_time,funding_interval_hours,last_funding_rate\n{lines}"
    bucket.put_zip(f"{PERPETUAL}fundingRate/BTCUSDT/BTCUSDT-fundingRate-2023-12.zip", text)
    return bucket


def test_a_perpetual_comes_with_its_funding_and_mark_prices(userdir: Path, perpetual: Bucket) -> None:
    (market,) = told("download", "BTC/USDT:USDT", "--mirror", perpetual.address)["markets"]
    assert (market["added"], market["funding_added"], market["marks_added"], market["notes"]) == (744, 93, 744, [])
    (entry,) = told("list")["markets"]
    assert (entry["symbol"], entry["funding"], entry["marks"]) == ("BTC/USDT:USDT", True, True)
    facts = told("show", "BTC/USDT:USDT")
    span = {"start": "2023-12-01T00:00Z", "end": "2023-12-31T16:00Z"}
    assert facts["funding"] == {"rates": 93, **span, "mean": pytest.approx(0.0001)}
    assert facts["marks"] == [
        {"timeframe": "1h", "bars": 744, "start": "2023-12-01T00:00Z", "end": "2023-12-31T23:00Z"}
    ]


def test_what_a_perpetual_has_besides_is_fetched_once(userdir: Path, perpetual: Bucket) -> None:
    run("download", "BTC/USDT:USDT", "--mirror", perpetual.address)
    perpetual.asked.clear()
    (market,) = told("download", "BTC/USDT:USDT", "--end", "2024-01-01", "--mirror", perpetual.address)["markets"]
    assert (market["added"], market["funding_added"], market["marks_added"]) == (0, 0, 0)
    assert not [address for address in perpetual.asked if ".zip" in address]


def test_a_source_without_mark_prices_says_so_and_stores_the_candles(userdir: Path, perpetual: Bucket) -> None:
    for key in [key for key in perpetual.files if "markPrice" in key]:
        del perpetual.files[key]
    line = run("download", "BTC/USDT:USDT", "--mirror", perpetual.address).stdout
    assert "744 bars added" in line
    assert "93 funding rates and 0 mark bars added; mark prices: the archive has no 1h bars" in line


def test_a_broken_file_of_funding_leaves_the_rates_as_they_were(userdir: Path, perpetual: Bucket) -> None:
    perpetual.fail("fundingRate-2023-12.zip", status(503), times=2)
    with pytest.raises(SourceFailed, match="HTTP 503"):
        run("download", "BTC/USDT:USDT", "--mirror", perpetual.address)
    assert stored_funding(userdir / "data", Instrument("BTC/USDT:USDT")) is None
    (market,) = told("download", "BTC/USDT:USDT", "--mirror", perpetual.address)["markets"]
    assert market["funding_added"] == 93
