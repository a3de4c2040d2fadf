"""Trades on candles: each where it was made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.reports.candles import candles_figure, stretches
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets


@pytest.fixture
def evaluation(passed: Any) -> Evaluation:
    found: Evaluation = next(iter(passed.evaluations().values()))
    return found


def marks(figure: Any, name: str) -> Any:
    return next(trace for trace in figure["data"] if trace["name"] == name)


def test_entries_and_exits_lie_at_their_bars_and_prices(evaluation: Evaluation, read: Any) -> None:
    figure, _ = candles_figure(evaluation)
    trades, time = evaluation.trades, evaluation.bars[0].time
    for side, name in ((1, "long"), (-1, "short")):
        some = trades[trades["side"] == side]
        for end, word in (("entry", "in"), ("exit", "out")):
            known = set(zip(time[some[f"{end}_bar"]].tolist(), some[f"{end}_price"].tolist(), strict=True))
            trace = marks(figure, f"{name} {word}")
            shown = set(zip(read.values(trace["x"]).tolist(), read.values(trace["y"]).tolist(), strict=True))
            assert shown
            assert shown <= known


def test_long_and_short_differ_in_colour_and_shape(evaluation: Evaluation) -> None:
    figure, _ = candles_figure(evaluation)
    looks = {(marks(figure, name)["marker"]["color"], marks(figure, name)["marker"]["symbol"])
             for name in ("long in", "long out", "short in", "short out")}  # fmt: skip
    assert len(looks) == 4


def test_every_view_holds_the_candles_it_shows(evaluation: Evaluation, read: Any) -> None:
    figure, views = candles_figure(evaluation)
    bars = read.values(figure["data"][0]["x"])
    assert list(views) == ["latest trades", "best trade", "worst trade"]
    for one in views.values():
        low, high = one["xaxis.range"]
        inside = bars[(bars > low) & (bars < high)]
        assert np.all(np.diff(inside) == evaluation.bars[0].timeframe.ms)
        assert len(inside) > 100


def test_the_best_and_the_worst_trade_are_in_their_views(evaluation: Evaluation) -> None:
    _, best, worst = stretches(evaluation, evaluation.trades)
    for stretch, row in ((best, evaluation.trades["pnl"].argmax()), (worst, evaluation.trades["pnl"].argmin())):
        trade = evaluation.trades[row]
        assert stretch.first <= trade["entry_bar"] <= trade["exit_bar"] < stretch.stop


def test_a_trade_that_outlasts_a_view_is_drawn_through_it(evaluation: Evaluation, read: Any) -> None:
    trades = evaluation.trades[:1].copy()
    trades["entry_bar"], trades["exit_bar"] = 10, evaluation.end - 1
    figure, _ = candles_figure(replace(evaluation, trades=trades))
    assert len(read.values(marks(figure, "won" if trades["pnl"][0] > 0 else "lost")["x"])) == 3


def test_a_pair_is_won_or_lost_by_both_legs_together(read: Any) -> None:
    first, second = markets.two_venues(24 * 60, seed=2, spread=0.02)
    strategy = find_strategy("arbitrage")
    row = strategy.allowed.encode(strategy.complete({"min_profit_threshold": 0.004, "max_execution_time": 100.0}))
    found = evaluate(strategy.rules, row, tape((first, second)), Costs(0.0001, 0.0))
    figure, _ = candles_figure(found)
    together = {int(one["entry_bar"]): 0.0 for one in found.trades}
    for one in found.trades:
        together[int(one["entry_bar"])] += float(one["pnl"])
    won = {int(first.time[bar]) for bar, pnl in together.items() if pnl > 0.0}
    entries = read.values(marks(figure, "won")["x"])[::3]
    assert len(entries) > 0
    assert {int(time) for time in entries} <= won
    assert not won & {int(time) for time in read.values(marks(figure, "lost")["x"])[::3]}


def test_the_file_does_not_grow_with_the_history(evaluation: Evaluation, read: Any) -> None:
    figure, _ = candles_figure(evaluation)
    assert len(read.values(figure["data"][0]["x"])) < 0.2 * len(evaluation.bars[0])


def test_prices_are_those_of_the_bars(evaluation: Evaluation, read: Any) -> None:
    figure, _ = candles_figure(evaluation)
    candles, bars = figure["data"][0], evaluation.bars[0]
    rows = np.searchsorted(bars.time, read.values(candles["x"]))
    for name in ("open", "high", "low", "close"):
        np.testing.assert_array_equal(read.values(candles[name]), getattr(bars, name)[rows])
