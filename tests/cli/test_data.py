from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alpha_discovery.cli.data import data_app
from alpha_discovery.core.bars import Bars
from alpha_discovery.errors import BadMarketData, NotFound, UserError
from alpha_discovery.market_data import Catalog, load_sample
from alpha_discovery.testing.markets import random_walk

WALK = random_walk(48, seed=1)
Run = Callable[..., Result]


def csv(bars: Bars, *, close: dict[int, str] | None = None) -> str:
    columns = [getattr(bars, name).tolist() for name in ("time", "open", "high", "low", "close", "volume")]
    lines = [list(map(repr, row)) for row in zip(*columns, strict=True)]
    for row, text in (close or {}).items():
        lines[row][4] = text
    return "time,open,high,low,close,volume\n" + "\n".join(map(",".join, lines)) + "\n"


@pytest.fixture
def userdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALPHA_USERDIR", str(tmp_path / "user_data"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "user_data"


@pytest.fixture
def run(userdir: Path) -> Run:
    """Run ``alpha data ...``; errors of the package come through as they are."""

    def call(*arguments: object, exit_code: int = 0) -> Result:
        result = CliRunner().invoke(data_app, [str(argument) for argument in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result

    return call


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    path = tmp_path / "BTC_USDT-1h.csv"
    path.write_text(csv(WALK))
    return path


def told(result: Result) -> Any:
    """The one JSON object on standard output."""
    return json.loads(result.stdout)


class TestImport:
    def test_stores_the_bars(self, run: Run, prices: Path, userdir: Path) -> None:
        result = run("import", prices)
        assert "48 bars stored" in result.output
        assert Catalog(userdir / "data").load("BTC/USDT", "1h").close.tolist() == WALK.close.tolist()

    def test_shows_what_was_found_and_done(self, run: Run, prices: Path) -> None:
        prices.write_text(csv(WALK.slice(0, 5)) + csv(WALK.slice(9, 20)).split("\n", 1)[1])
        output = run("import", prices).output
        assert "gap: 4 bars missing from 2020-01-01T05:00Z to 2020-01-01T09:00Z; stays a gap" in output

    def test_refuses_bad_rows_and_stores_nothing(self, run: Run, prices: Path, userdir: Path) -> None:
        prices.write_text(csv(WALK, close={3: "null"}))
        with pytest.raises(BadMarketData, match="line 5 has close=nan"):
            run("import", prices)
        assert Catalog(userdir / "data").entries() == []

    def test_leaves_bad_rows_out_when_asked(self, run: Run, prices: Path) -> None:
        prices.write_text(csv(WALK, close={3: "null"}))
        report = told(run("import", prices, "--exclude-bad", "--json"))
        assert report["stored"]["bars"] == 47
        assert [finding["kind"] for finding in report["import"]["done"]] == ["not_finite"]

    def test_prints_one_json_object(self, run: Run, prices: Path) -> None:
        report = told(run("import", prices, "--json"))
        assert (report["rows"], report["missing"], report["stored"]["added"]) == (48, 0, 48)
        assert len(report["stored"]["fingerprint"]) == 64

    def test_takes_every_option_of_the_reader(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text("31/01/2024 02:00;98677;98763;98649;98753;5\n31/01/2024 03:00;98753;98800;98700;98760;6\n")
        report = told(
            run(
                "import", path, "--symbol", "EURUSD", "--timeframe", "1h", "--venue", "mt5",
                "--timezone", "Europe/Athens", "--time-format", "%d/%m/%Y %H:%M", "--price-divisor", 100000,
                "--columns", "time,open,high,low,close,volume", "--json",
            )
        )  # fmt: skip
        assert report["stored"]["path"].endswith("mt5/EUR_USD-1h.parquet")
        exported = run("export", "EUR/USD", "--timeframe", "1h").stdout.splitlines()
        assert exported[1] == "2024-01-31T00:00:00Z,0.98677,0.98763,0.98649,0.98753,5.0"

    def test_takes_a_part(self, run: Run, prices: Path) -> None:
        report = told(run("import", prices, "--start", "2020-01-01T12:00", "--end", "2020-01-02", "--json"))
        assert report["stored"]["bars"] == 12

    def test_refuses_two_ways_to_treat_what_is_stored(self, run: Run, prices: Path) -> None:
        with pytest.raises(UserError, match="give one of them"):
            run("import", prices, "--replace", "--overwrite")

    @pytest.mark.parametrize(("option", "bars"), [("--overwrite", 48), ("--replace", 10)])
    def test_lets_the_file_win(self, run: Run, prices: Path, option: str, bars: int) -> None:
        run("import", prices)
        changed = {3: repr(float(WALK.open[3]))}
        prices.write_text(csv(WALK.slice(0, 10), close=changed))
        assert told(run("import", prices, option, "--json"))["stored"]["bars"] == bars
        rows = run("export", "BTC/USDT", "--timeframe", "1h").stdout.splitlines()
        assert rows[4].split(",")[4] == changed[3]

    def test_refuses_an_unknown_calendar(self, run: Run, prices: Path) -> None:
        with pytest.raises(UserError, match="use 24/7 or exchange"):
            run("import", prices, "--calendar", "lunar")


class TestList:
    def test_shows_every_market(self, run: Run, prices: Path) -> None:
        run("import", prices)
        output = run("list").output
        assert "BTC/USDT" in output
        assert "2020-01-02" in output

    def test_of_nothing_says_how_to_import(self, run: Run) -> None:
        assert "import a file with: alpha data import FILE" in run("list").output

    def test_prints_json(self, run: Run, prices: Path) -> None:
        run("import", prices)
        (market,) = told(run("list", "--json"))["markets"]
        assert (market["symbol"], market["bars"], market["start"]) == ("BTC/USDT", 48, "2020-01-01T00:00Z")

    def test_names_damaged_files(self, run: Run, prices: Path, userdir: Path) -> None:
        run("import", prices)
        path = userdir / "data/binance/BTC_USDT-1h.parquet"
        path.write_bytes(path.read_bytes()[:50])
        assert "not a whole file of bars" in run("list").output
        assert len(told(run("list", "--json"))["damaged"]) == 1


class TestCheck:
    def test_of_a_good_file_says_so(self, run: Run, prices: Path) -> None:
        assert "nothing to report" in run("check", prices).output

    def test_of_a_file_stores_nothing(self, run: Run, prices: Path, userdir: Path) -> None:
        run("check", prices)
        assert not userdir.exists()

    def test_of_a_bad_file_exits_with_one(self, run: Run, prices: Path) -> None:
        prices.write_text(csv(WALK, close={3: "-1", 4: "null"}))
        report = told(run("check", prices, "--json", exit_code=1))
        assert report["counts"] == {"high_low": 1, "not_finite": 1, "not_positive": 1, "gap": 1}
        assert report["stored"] is None

    def test_of_a_stored_market(self, run: Run, prices: Path) -> None:
        run("import", prices)
        for named in (["BTCUSDT"], ["--symbol", "BTC/USDT"], ["--symbol", "BTC/USDT", "--venue", "binance"]):
            assert "BTC/USDT 1h of binance" in run("check", *named).output
        with pytest.raises(NotFound, match="ETH/USDT"):
            run("check", "--symbol", "ETH/USDT")
        with pytest.raises(UserError, match="narrow one market; name it"):
            run("check", "--timeframe", "1h")

    def test_of_everything(self, run: Run, prices: Path) -> None:
        run("import", prices)
        run("import", prices, "--symbol", "ETH/USDT")
        report = told(run("check", "--json"))
        assert [market["symbol"] for market in report["markets"]] == ["BTC/USDT", "ETH/USDT"]
        assert all(market["quality"]["findings"] == [] for market in report["markets"])

    def test_of_a_damaged_catalog_exits_with_one(self, run: Run, prices: Path, userdir: Path) -> None:
        run("import", prices)
        (userdir / "data/binance/BTC_USDT-1h.parquet").write_bytes(b"PAR1")
        assert "import the market again" in run("check", exit_code=1).output

    def test_of_a_missing_file_is_told_as_such(self, run: Run) -> None:
        with pytest.raises(BadMarketData, match=r"there is no file none\.csv; check the path"):
            run("check", "none.csv", "--symbol", "BTC/USDT", "--timeframe", "1h")

    def test_of_a_market_that_is_not_stored_is_told_as_such(self, run: Run) -> None:
        with pytest.raises(NotFound, match="no bars of ETH/USDT are stored"):
            run("check", "ETH/USDT")

    def test_of_two_markets_at_once_is_refused(self, run: Run) -> None:
        with pytest.raises(UserError, match="at once"):
            run("check", "ETH/USDT", "BTC/USDT")

    def test_of_many_findings_shows_the_first(self, run: Run, prices: Path) -> None:
        prices.write_text(csv(WALK, close=dict.fromkeys(range(30), "null")))
        output = run("check", prices, exit_code=1).output
        assert "30 errors" in output
        assert "and 10 more; --json shows all" in output


class TestResample:
    def test_stores_the_coarser_timeframe(self, run: Run, prices: Path, userdir: Path) -> None:
        run("import", prices)
        report = told(run("resample", "BTC/USDT", "--to", "6h", "--json"))
        assert report["stored"]["bars"] == 8
        assert (userdir / "data/binance/BTC_USDT-6h.parquet").exists()

    def test_of_nothing_finer_is_refused(self, run: Run, prices: Path) -> None:
        run("import", prices)
        with pytest.raises(NotFound, match="stored: BTC/USDT 1h of binance"):
            run("resample", "BTC/USDT", "--to", "1h")


class TestExport:
    def test_comes_back_to_the_last_bit(self, run: Run, prices: Path, tmp_path: Path, userdir: Path) -> None:
        run("import", prices)
        out = tmp_path / "out.csv"
        assert "48 bars written" in run("export", "BTC/USDT", "--timeframe", "1h", "--out", out).output
        run("import", out, "--symbol", "BTC/USDT", "--timeframe", "1h", "--venue", "again")
        again = Catalog(userdir / "data").load("BTC/USDT", "1h", "again")
        for name in ("time", "open", "high", "low", "close", "volume"):
            assert getattr(again, name).tolist() == getattr(WALK, name).tolist()

    def test_writes_to_standard_output(self, run: Run, prices: Path) -> None:
        run("import", prices)
        lines = run("export", "BTC/USDT", "--timeframe", "12h", "--start", "2020-01-02").stdout.splitlines()
        assert lines[0] == "time,open,high,low,close,volume"
        assert [line[:20] for line in lines[1:]] == ["2020-01-02T00:00:00Z", "2020-01-02T12:00:00Z"]

    def test_tells_what_it_wrote(self, run: Run, prices: Path, tmp_path: Path) -> None:
        run("import", prices)
        report = told(run("export", "BTC/USDT", "--timeframe", "1h", "--out", tmp_path / "o.csv", "--json"))
        assert report["bars"] == 48


class TestSample:
    def test_stores_the_real_prices_of_the_package(self, run: Run, userdir: Path) -> None:
        markets = told(run("sample", "--json"))["markets"]
        assert [market["symbol"] for market in markets] == ["BTC/USD", "AAPL", "GOOG", "MSFT", "IBM"]
        stored = Catalog(userdir / "data").load("BTC/USD", "1h")
        assert stored.fingerprint == load_sample("BTC_USD-1h").fingerprint

    def test_may_be_asked_for_twice(self, run: Run) -> None:
        assert told(run("sample", "--json")) == told(run("sample", "--json"))
