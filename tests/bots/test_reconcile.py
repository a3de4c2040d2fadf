"""Every difference between a bot and its backtest has a class."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.bots.reconcile import Reconciled, reconcile
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import garch

STRATEGY = find_strategy("sma_cross")
VALUES = STRATEGY.complete({"fast": 5, "slow": 20, "stop_loss": 0.01})


@cache
def backtested() -> Evaluation:
    return evaluate(STRATEGY.rules, STRATEGY.allowed.encode(VALUES), tape((garch(600, seed=4),)), Costs())


def as_the_backtest() -> list[dict[str, Any]]:
    """What a bot would report whose every fill is the backtest's, with a capital of 1."""
    names = ("leg", "side", "entry_bar", "exit_bar", "entry_price", "exit_price", "quantity", "pnl", "commission")
    return [
        {**{name: trade[name].item() for name in names}, "slippage": float(trade["slippage"]),
         "reason": EXIT_REASONS[trade["reason"]]}
        for trade in backtested().trades if EXIT_REASONS[trade["reason"]] != "end_of_data"
    ]  # fmt: skip


def told(trades: list[dict[str, Any]]) -> Reconciled:
    return reconcile(trades, backtested(), capital=1.0)


def test_equal_trades_have_no_difference_and_suggest_the_costs_that_were_paid() -> None:
    found = told(as_the_backtest())
    assert (found.compared, found.classes) == (len(as_the_backtest()), {})
    assert found.suggestion == {"commission": pytest.approx(0.001), "slippage": pytest.approx(0.0005, rel=0.01)}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"exit_price": 1.001}, "price"), ({"entry_price": 0.999}, "price"), ({"commission": 2.0}, "fee"),
        ({"pnl": 1.5}, "funding"),
    ],
)  # fmt: skip
def test_a_number_that_differs_is_of_its_class(change: dict[str, float], kind: str) -> None:
    trades = as_the_backtest()
    for name, factor in change.items():
        trades[3][name] *= factor
    assert told(trades).classes == {kind: 1}


def test_trades_of_another_size_with_the_same_rate_of_costs_do_not_differ() -> None:
    trades = [
        {**trade, **{name: 0.98 * trade[name] for name in ("quantity", "pnl", "commission", "slippage")}}
        for trade in as_the_backtest()
    ]
    assert told(trades).classes == {}


def test_another_reason_is_a_signal_and_a_later_exit_for_the_same_is_latency() -> None:
    other, late = as_the_backtest(), as_the_backtest()
    other[2]["reason"] = "target"
    late[2]["exit_bar"] += 1
    assert told(other).classes == {"signal": 1}
    assert told(late).classes == {"latency": 1}


def test_a_trade_that_began_a_bar_late_is_one_late_trade_and_not_a_missed_and_an_extra_one() -> None:
    trades = as_the_backtest()
    trades[4]["entry_bar"] += 1
    (one,) = told(trades).differences
    assert (one.kind, one.name, one.bot - one.backtest) == ("latency", "entry_bar", 1)


def test_a_trade_too_few_is_missed_and_one_too_many_is_extra() -> None:
    trades = as_the_backtest()
    gone = trades.pop(1)
    assert told(trades).classes == {"missed": 1}
    assert told([*trades, gone, {**gone, "entry_bar": 599}]).classes == {"extra": 1}


def marks_as_the_backtest() -> list[dict[str, Any]]:
    bars = backtested().bars[0]
    return [
        {"time": int(bars.time[k]), "equity": float(backtested().equity[k]), "close": float(bars.close[k])}
        for k in range(len(bars))
    ]


def test_equal_marks_are_equal_at_every_close() -> None:
    found = reconcile(as_the_backtest(), backtested(), capital=1.0, marks=marks_as_the_backtest())
    ended = backtested().trades[-1]["reason"] == EXIT_REASONS.index("end_of_data")
    assert (found.equity.bars, found.equity.differing, found.is_equal) == (600 - ended, 0, True)


def test_a_mark_that_differs_is_counted_and_explained_by_the_price_that_the_bot_saw() -> None:
    marks = marks_as_the_backtest()
    marks[40] |= {"equity": marks[40]["equity"] * 1.01, "close": marks[40]["close"] * 1.01}
    found = reconcile(as_the_backtest(), backtested(), capital=1.0, marks=marks).equity
    assert (found.differing, found.first, found.kind) == (1, marks[40]["time"], "price")
    assert found.worst == pytest.approx(0.01)


def test_marks_that_nothing_explains_are_of_the_class_mark() -> None:
    marks = marks_as_the_backtest()
    marks[40]["equity"] *= 1.01
    assert reconcile(as_the_backtest(), backtested(), capital=1.0, marks=marks).equity.kind == "mark"


def test_marks_after_a_trade_that_differs_are_of_its_class() -> None:
    trades, marks = as_the_backtest(), marks_as_the_backtest()
    trades[3]["commission"] *= 2.0
    after = trades[3]["exit_bar"]
    for mark in marks[after:]:
        mark["equity"] -= 0.001
    found = reconcile(trades, backtested(), capital=1.0, marks=marks)
    assert (found.classes, found.equity.kind, found.equity.first) == ({"fee": 1}, "fee", marks[after]["time"])
