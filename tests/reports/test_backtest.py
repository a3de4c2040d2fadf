"""The report of one backtest."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import FIELDS, Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.results import Evaluation
from alpha_discovery.reports.backtest import backtest_report
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

VALUES = {"fast": 10, "slow": 30}


def report(evaluation: Evaluation, name: str = "sma_cross") -> str:
    strategy = find_strategy("sma_cross")
    values = strategy.complete(VALUES)
    return backtest_report(
        evaluation, strategy_name=name, values=values, sentences=strategy.rules.describe(values),
        periods_per_year=evaluation.bars[0].periods_per_year,
    )  # fmt: skip


def made(bars: Bars, *, begin: int = 0, end: int | None = None) -> Evaluation:
    strategy = find_strategy("sma_cross")
    row = strategy.allowed.encode(strategy.complete(VALUES))
    return evaluate(strategy.rules, row, tape((bars,), begin=begin, end=end), Costs())


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return made(markets.random_walk(24 * 120, seed=5))


def test_the_sentence_has_the_numbers_of_the_summary(evaluation: Evaluation, read: Any) -> None:
    total = float(evaluation.summary["total_return"])
    verb = "lost" if total < 0 else "earned"
    sentence = f"sma_cross on SYN/USDT@synthetic {verb} {abs(total) * 100:.1f}% in 0.3 years"
    assert sentence in read(report(evaluation)).words


def test_it_says_that_one_backtest_is_no_evidence(evaluation: Evaluation, read: Any) -> None:
    assert "One backtest is a description of the past and no evidence" in read(report(evaluation)).words


def test_nothing_is_loaded_from_outside(evaluation: Evaluation, read: Any) -> None:
    page = read(report(evaluation))
    assert not re.search(r"https?:|url\(|@import|javascript:", page.html)
    assert all("src" not in attributes and "href" not in attributes for _, attributes in page.tags)


def test_a_name_that_looks_like_markup_stays_text(evaluation: Evaluation) -> None:
    html = report(evaluation, name="</title><script>alert(1)</script>")
    assert "<script>alert" not in html
    assert "&lt;/title&gt;&lt;script&gt;alert(1)" in html


def test_no_equity_is_shown_before_trading_begins(read: Any) -> None:
    bars = markets.random_walk(24 * 60, seed=5)
    page = read(report(made(bars, begin=24 * 20)))
    for trace in page.figures["equity"]["data"]:
        assert page.values(trace["x"])[0] == bars.time[24 * 20]


def test_a_backtest_without_a_trade_says_so_and_has_no_histograms(read: Any) -> None:
    page = read(report(made(markets.random_walk(20, seed=1))))  # shorter than the slow average
    assert "sma_cross on SYN/USDT@synthetic made no trade in" in page.words
    assert "Sharpe ratio –" in page.words
    assert sorted(page.figures) == ["backtest-candles-1", "equity"]


def test_daily_bars_of_an_exchange_leave_out_its_weekends(read: Any) -> None:
    bars = markets.random_walk(400, seed=2, timeframe="1d")
    shares = Instrument("AAPL", "nasdaq", "exchange")
    bars = Bars(shares, bars.timeframe, time=bars.time, **{name: getattr(bars, name) for name in FIELDS})
    page = read(report(made(bars)))
    assert page.figures["backtest-candles-1"]["layout"]["xaxis"]["rangebreaks"] == [{"bounds": ["sat", "mon"]}]
    equity = page.values(page.figures["equity"]["data"][0]["x"])
    np.testing.assert_array_equal(equity, bars.time)
