from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.errors import BadMarketData, UserError
from alpha_discovery.market_data.catalog import Catalog
from alpha_discovery.market_data.importing import Imported, Request, check_files, import_files, store_bars
from alpha_discovery.market_data.readers import Reading
from alpha_discovery.testing.markets import random_walk

Write = Callable[[str, str], Path]
HEADER = "time,open,high,low,close,volume\n"
WALK = random_walk(48, seed=1)


def text(bars: Bars, rows: Sequence[int], **cells: Any) -> str:
    """CSV of some bars; ``cells`` replaces the close of single rows, as ``r3="null"``."""
    lines = []
    for row in rows:
        prices = [repr(float(getattr(bars, name)[row])) for name in ("open", "high", "low", "close", "volume")]
        prices[3] = str(cells.get(f"r{row}", prices[3]))
        lines.append(",".join([str(bars.time[row]), *prices]))
    return HEADER + "\n".join(lines) + "\n"


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "data")


@pytest.fixture
def imported(catalog: Catalog, write: Write) -> Callable[..., Imported]:
    """Import rows of the walk from a file ``BTC_USDT-1h.csv``."""

    def run(rows: Sequence[int], *, cells: dict[str, Any] | None = None, **options: Any) -> Imported:
        path = write("BTC_USDT-1h.csv", text(WALK, rows, **(cells or {})))
        return import_files(catalog, [path], Request(**options))

    return run


Run = Callable[..., Imported]


class TestMarket:
    def test_comes_from_the_name_of_the_file(self, imported: Run) -> None:
        bars = imported(range(48)).bars
        assert (str(bars.instrument), str(bars.timeframe)) == ("BTC/USDT@binance", "1h")

    def test_is_the_one_told(self, imported: Run) -> None:
        bars = imported(range(48), symbol="ethusdt", timeframe="60m", venue="kraken").bars
        assert (str(bars.instrument), str(bars.timeframe)) == ("ETH/USDT@kraken", "1h")

    def test_that_nobody_tells_is_asked_for(self, catalog: Catalog, write: Write) -> None:
        path = write("prices.csv", text(WALK, range(5)))
        with pytest.raises(UserError, match="which symbol\\? the file name does not say it; name it with --symbol"):
            import_files(catalog, [path], Request())
        with pytest.raises(UserError, match="which timeframe"):
            import_files(catalog, [path], Request(symbol="BTC/USDT"))

    def test_of_several_files_must_be_one(self, catalog: Catalog, write: Write) -> None:
        paths = [write(name, text(WALK, range(5))) for name in ("BTC_USDT-1h.csv", "ETH_USDT-1h.csv")]
        with pytest.raises(UserError, match="the files are of several \\(BTC/USDT, ETH/USDT\\)"):
            import_files(catalog, paths, Request())

    def test_of_a_share_needs_a_venue(self, imported: Run) -> None:
        with pytest.raises(UserError, match="which venue"):
            imported(range(48), symbol="AAPL")

    def test_of_a_share_has_an_exchange_calendar(self, imported: Run) -> None:
        assert imported(range(48), symbol="AAPL", venue="nasdaq").bars.instrument.calendar == "exchange"

    def test_takes_the_volume_of_its_base(self, write: Write) -> None:
        path = write("a.csv", "time,open,high,low,close,Volume USDT,Volume BTC\n1704067200000,2,2,2,2,10,5\n")
        assert check_files([path], Request("BTC/USDT", "1h")).raw.volume.tolist() == [5.0]


class TestSeveralFiles:
    def test_are_one_history(self, catalog: Catalog, write: Write) -> None:
        paths = [write("b.csv", text(WALK, range(24, 48))), write("a.csv", text(WALK, range(25)))]
        done = import_files(catalog, paths, Request("SYN/USDT", "1h", "synthetic"))
        assert done.bars.fingerprint == WALK.fingerprint
        assert sorted(done.quality.counts) == ["duplicate", "order"]

    def test_are_named_in_findings(self, catalog: Catalog, write: Write) -> None:
        paths = [write("a.csv", text(WALK, range(24))), write("b.csv", text(WALK, range(24, 48), r30="null"))]
        with pytest.raises(BadMarketData, match=r"line 8 of b\.csv has close=nan \(the file says 'null'\)"):
            import_files(catalog, paths, Request("SYN/USDT", "1h"))


class TestBadRows:
    def test_keep_anything_from_being_stored(self, catalog: Catalog, imported: Run) -> None:
        with pytest.raises(BadMarketData, match="not_finite at 2020-01-01T05:00Z"):
            imported(range(48), cells={"r5": "null"})
        assert catalog.entries() == []

    def test_are_left_out_when_asked_and_told_in_the_report(self, catalog: Catalog, imported: Run) -> None:
        done = imported(range(48), cells={"r5": "null"}, exclude_bad=True)
        report = json.loads(done.path.with_suffix(".quality.json").read_text())
        assert len(done.bars) == 47
        assert [told["kind"] for told in report["imports"][0]["done"]] == ["not_finite"]
        assert report["imports"][0]["excluded_bad"] is True

    def test_outside_the_wanted_period_do_not_matter(self, imported: Run) -> None:
        done = imported(range(48), cells={"r5": "null"}, start="2020-01-01T06:00", end="2020-01-02")
        assert (len(done.bars), done.quality.rows) == (18, 18)


class TestStoredAlready:
    def test_bars_are_added_to(self, imported: Run) -> None:
        imported(range(30))
        again = imported(range(20, 48))
        assert (len(again.bars), again.added) == (48, 18)

    def test_bars_stay_when_the_file_says_something_else(self, catalog: Catalog, imported: Run) -> None:
        imported(range(48))
        before = catalog.load("BTC/USDT", "1h").fingerprint
        with pytest.raises(BadMarketData, match="2020-01-01T07:00Z is stored with close="):
            imported(range(48), cells={"r7": repr(float(WALK.open[7]))})
        assert catalog.load("BTC/USDT", "1h").fingerprint == before

    def test_bars_give_way_when_asked(self, imported: Run) -> None:
        imported(range(48))
        done = imported([7], cells={"r7": repr(float(WALK.open[7]))}, mode="overwrite")
        assert (len(done.bars), done.bars.close[7], done.bars.close[8]) == (48, WALK.open[7], WALK.close[8])

    def test_bars_are_dropped_when_asked(self, imported: Run) -> None:
        imported(range(48))
        assert len(imported(range(5), mode="replace").bars) == 5

    def test_a_gap_that_an_import_fills_is_no_longer_told(self, imported: Run) -> None:
        assert imported([*range(20), *range(30, 48)]).quality.missing == 10
        assert imported(range(48)).quality.missing == 0

    def test_the_report_names_every_file_once(self, imported: Run) -> None:
        imported(range(30))
        imported(range(20, 48))
        done = imported(range(20, 48))
        report = json.loads(done.path.with_suffix(".quality.json").read_text())
        assert [told["rows"] for told in report["imports"]] == [30, 28]
        assert all(told["origin"][0]["file"] == "BTC_USDT-1h.csv" for told in report["imports"])


def test_bars_that_exist_already_can_be_stored(catalog: Catalog) -> None:
    assert store_bars(catalog, WALK.slice(0, 20)).added == 20
    assert store_bars(catalog, WALK).added == 28


def test_reading_options_reach_the_reader(write: Write) -> None:
    path = write("a.csv", text(WALK, range(5)))
    checked = check_files([path], Request("BTC/USDT", "1h", reading=Reading(price_divisor=100)))
    assert checked.raw.open[0] == 1.0


def test_a_file_that_is_not_there_is_told_before_its_market_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(BadMarketData, match=r"there is no file .*prices\.csv; check the path"):
        check_files([tmp_path / "prices.csv"], Request())


def test_a_folder_is_no_file_of_prices(tmp_path: Path) -> None:
    with pytest.raises(BadMarketData, match=r"is a folder; name the files in it, e\.g\. .*\*\.csv"):
        check_files([tmp_path], Request("BTC/USDT", "1h"))
