"""``alpha backtest``: the table, the files, and that it counts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import Result

Alpha = Callable[..., Result]
BACKTEST = ("backtest", "sma_cross", "--symbol", "BTC/USD")


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_table_names_market_rule_and_result(alpha: Alpha) -> None:
    shown = " ".join(alpha(*BACKTEST, "--set", "fast=10,slow=50").stdout.split())
    assert "sma_cross on BTC/USD@coinbase 1h" in shown
    assert "enter long when SMA(close, 10) crosses above SMA(close, 50)" in shown
    assert "Sharpe ratio" in shown
    assert "after 0.10% commission a side, 0.05% slippage" in shown


def test_what_is_not_set_is_the_template(alpha: Alpha) -> None:
    parameters = told(alpha(*BACKTEST, "--template", "aggressive", "--set", "slow=40", "--json"))["parameters"]
    assert (parameters["fast"], parameters["slow"], parameters["position_size"]) == (10, 40, 0.2)


def test_the_trades_file_has_a_row_for_every_trade(alpha: Alpha, tmp_path: Path) -> None:
    file = tmp_path / "trades.csv"
    found = told(alpha(*BACKTEST, "--timerange", "20190101-20190301", "--trades", str(file), "--json"))
    trades = pd.read_csv(file)
    assert len(trades) == found["metrics"]["n_trades"] > 0
    assert pd.to_datetime(trades["entry_time"]).min() >= pd.Timestamp("2019-01-01", tz="UTC")


def test_bars_before_the_start_warm_the_indicators_up(alpha: Alpha, tmp_path: Path) -> None:
    file = tmp_path / "trades.csv"
    told(alpha(*BACKTEST, "--start", "2019-01-05", "--set", "slow=200", "--trades", str(file), "--json"))
    first = pd.to_datetime(pd.read_csv(file)["entry_time"]).min()
    assert first < pd.Timestamp("2019-01-13T08:00Z")  # where 200 hours of warm-up would have ended


def test_the_report_is_one_html_file(alpha: Alpha, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "report.html"
    assert told(alpha(*BACKTEST, "--report", str(file), "--json"))["files"] == {"report": str(file)}
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_higher_costs_earn_less(alpha: Alpha) -> None:
    low, high = (told(alpha(*BACKTEST, "--commission", text, "--json"))["metrics"] for text in ("0.0005", "0.002"))
    assert high["total_return"] < low["total_return"]


def test_finer_bars_tell_what_a_bar_touched_first(alpha: Alpha) -> None:
    words = (*BACKTEST, "-t", "1d", "--set", "stop_loss=0.02,take_profit=0.02,fast=5,slow=20")
    first, finer = (told(alpha(*words, *more, "--json")) for more in ((), ("--timeframe-detail", "1h")))
    assert (first["intrabar"], finer["intrabar"]) == ("stop_first", "detail")
    assert finer["metrics"]["n_ambiguous"] < first["metrics"]["n_ambiguous"]


def test_finer_bars_need_to_be_finer(alpha: Alpha) -> None:
    result = alpha(*BACKTEST, "--timeframe-detail", "4h")
    assert (result.exit_code, "need to be finer than 1h" in result.stderr) == (2, True)


def test_each_set_of_parameters_is_counted_once(alpha: Alpha) -> None:
    counts = [
        told(alpha(*BACKTEST, "--set", f"fast={fast}", "--json"))["tried_on_this_data"] for fast in (10, 11, 10)
    ]
    assert counts == [1, 2, 2]


def test_a_backtest_by_hand_is_in_the_ledger(alpha: Alpha) -> None:
    alpha(*BACKTEST)
    (epoch,) = told(alpha("ledger", "--json"))["epochs"]
    assert (epoch["n_tested"], epoch["n_runs"], epoch["rounds"]) == (1, 1, 0)
    assert re.search(r"BTC/USD@coinbase 1h +1 ", alpha("ledger").stdout)


def test_no_trades_are_said_so(alpha: Alpha) -> None:
    result = alpha("backtest", "hour_of_day", "-s", "AAPL", "-t", "1d")  # daily bars open at midnight only
    assert "It never traded in this period." in result.stdout
    assert told(alpha("backtest", "hour_of_day", "-s", "AAPL", "-t", "1d", "--json"))["metrics"]["sharpe_ratio"] is None


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal(alpha: Alpha, width: int) -> None:
    assert max(map(len, alpha(*BACKTEST, columns=width).stdout.splitlines())) <= width
