"""Everything that people get wrong: one line that says what to do, and the right exit code."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Alpha = Callable[..., Result]
BACKTEST = ("backtest", "sma_cross", "--symbol", "BTC/USD")
DISCOVER = ("discover", "--symbol", "BTC/USD", "--strategy", "sma_cross", "--max-iterations", "5")

WRONG_USE = {
    "unknown strategy": (("backtest", "sma_cros", "-s", "AAPL"), "no strategy named 'sma_cros'; did you mean"),
    "unknown strategy of a campaign": (("discover", "-s", "BTC/USD", "--strategy", "macd"), "no strategy named 'macd'"),
    "unknown parameter": ((*BACKTEST, "--set", "fst=10"), "no parameter named 'fst'; did you mean fast?"),
    "unknown parameter of a campaign": ((*DISCOVER, "--range", "fst=5:9"), "no parameter named 'fst'; did you mean"),
    "value outside the space": ((*BACKTEST, "--set", "fast=99"), "fast=99 is outside the whole numbers [5, 50]"),
    "range outside the space": ((*DISCOVER, "--range", "fast=1:9"), "fast=1 is outside the whole numbers [5, 50]"),
    "parameters that contradict": ((*BACKTEST, "--set", "fast=50,slow=20"), "outside the condition fast < slow"),
    "setting without a value": ((*BACKTEST, "--set", "fast"), "--set needs NAME=VALUE, e.g. fast=10; found 'fast'"),
    "unknown template": ((*BACKTEST, "--template", "bold"), "no template of sma_cross named 'bold'"),
    "too few bars": ((*BACKTEST, "--end", "2017-07-03"), "needs at least 103 bars; the history has 37"),
    "too short a campaign": ((*DISCOVER, "--period-days", "60"), "needs at least 190 days; the history has 61"),
    "end before start": (
        (*BACKTEST, "--start", "2019-01-01", "--end", "2018-01-01"),
        "the period ends (2018-01-01) before it starts (2019-01-01); swap the two",
    ),
    "end of a campaign before its start": (
        (*DISCOVER, "--timerange", "20190101-20180101"), "the period ends (2018-01-01) before it starts (2019-01-01)"
    ),
    "start after the last bar": ((*BACKTEST, "--start", "2031-01-01"), "on, in a history from 2017-07-01T11:00Z to"),
    "unreadable time": ((*BACKTEST, "--start", "soon"), "cannot read the time 'soon'; write it like 2024-01-31"),
    "unreadable time range": ((*BACKTEST, "--timerange", "2018"), "write it like 20240101-20240601 or 20240101-"),
    "time range and start": (
        (*BACKTEST, "--timerange", "20180101-", "--start", "2018-01-01"), "say the same thing twice; give one of them"
    ),
    "period and start": (
        (*DISCOVER, "--period-days", "400", "--start", "2018-01-01"), "say the same thing twice; give one of them"
    ),
    "negative period": ((*DISCOVER, "--period-days", "-3"), "the period needs more than 0 days; found -3"),
    "unknown timeframe": ((*BACKTEST, "-t", "1x"), "no timeframe '1x'; use ccxt names such as 1m"),
    "unreadable symbol": (("backtest", "sma_cross", "-s", "BTC USD"), "cannot read the symbol 'BTC USD'"),
    "unknown method": ((*DISCOVER, "--method", "magic"), "no search method named 'magic'"),
    "no market": (("discover", "--strategy", "sma_cross"), "which market? name it, e.g. --symbol BTC/USD"),
    "one market for a pair": (("backtest", "arbitrage", "-s", "BTC/USD"), "name the other with --against"),
    "a market against itself": (
        ("backtest", "arbitrage", "-s", "BTC/USD", "--against", "BTC/USD@coinbase"), "needs different markets"
    ),
    "a second market too many": ((*BACKTEST, "--against", "BTC/USD"), "trades one market; leave --against out"),
    "unknown cost": ((*BACKTEST, "--costs", "comission=0.1"), "no cost named 'comission'; did you mean commission?"),
    "cost that is no number": ((*BACKTEST, "--costs", "slippage=much"), "slippage needs a fraction such as 0.001"),
    "cost in per cent": ((*BACKTEST, "--commission", "10"), "commission=10.0 is outside [0, 0.5)"),
    "no campaign file": (("discover", "-c", "none.yaml"), "cannot read the campaign file none.yaml; check the name"),
    "unknown run state": (("runs", "list", "--state", "done"), "no run state named 'done'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_USE)
def test_a_wrong_use_is_one_line_and_exit_code_2(case: str, alpha: Alpha) -> None:
    words, expected = WRONG_USE[case]
    if "runs" in words:
        alpha("backtest", "sma_cross", "-s", "BTC/USD")  # makes the database
    result = alpha(*words)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1), result.stderr
    assert expected in result.stderr


FAILURES = {
    "a market that is not stored": (
        ("backtest", "sma_cross", "-s", "DOGE/USDT"), "import it with: alpha data import FILE --symbol DOGE/USDT"
    ),
    "a run that is not stored": (("runs", "show", "abc"), "no run is stored under 'abc'"),
    "an alpha that is not stored": (("alphas", "replay", "abc"), "no alpha is stored under 'abc'"),
}  # fmt: skip


@pytest.mark.parametrize("case", FAILURES)
def test_what_is_not_there_is_one_line_and_exit_code_1(case: str, in_found: Alpha) -> None:
    words, expected = FAILURES[case]
    result = in_found(*words)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.stderr
    assert expected in result.stderr


@pytest.mark.parametrize("words", [("runs", "list"), ("runs", "show", "a"), ("alphas", "list"), ("ledger",)])
def test_looking_makes_no_database(words: tuple[str, ...], alpha: Alpha, tmp_path: Path) -> None:
    result = alpha(*words)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "there is no database" in result.stderr
    assert not (tmp_path / "user_data").exists()


def test_a_half_written_market_is_told_with_its_file(alpha: Alpha, tmp_path: Path) -> None:
    assert alpha("data", "sample").exit_code == 0
    file = tmp_path / "user_data" / "data" / "coinbase" / "BTC_USD-1h.parquet"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    result = alpha(*BACKTEST)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert str(file) in result.stderr


def test_a_file_with_wrong_columns_is_a_wrong_use(alpha: Alpha, tmp_path: Path) -> None:
    file = tmp_path / "BTC_USDT-1h.csv"
    file.write_text("day,price\n2024-01-01,10\n")
    result = alpha("data", "import", str(file))
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_a_database_that_cannot_be_written_is_a_failure(
    alpha: Alpha, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "user_data" / "alpha.db"
    assert alpha(*BACKTEST).exit_code == 0
    with sqlite3.connect(file) as connection:  # rights of files do not stop the administrator; a read-only URL does
        connection.execute("PRAGMA journal_mode=DELETE")
    monkeypatch.setenv("ALPHA_DATABASE_URL", f"sqlite:///file:{file}?mode=ro&uri=true")
    monkeypatch.chdir(tmp_path)
    result = alpha(*BACKTEST, "--set", "fast=9")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1), result.stderr
    assert "read-only" in result.stderr
    assert not (tmp_path / "file:").exists()


def test_a_place_that_cannot_be_written_is_a_failure(alpha: Alpha, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = alpha(*BACKTEST, "--trades", str(tmp_path / "file" / "trades.csv"))
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "name a place that you may write to" in result.stderr


def test_a_setting_in_the_environment_is_checked_too(alpha: Alpha, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALPHA_LOG_LEVEL", "loud")
    result = alpha("strategies", "list")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert result.stderr.startswith("error: ALPHA_LOG_LEVEL=loud cannot be used")
