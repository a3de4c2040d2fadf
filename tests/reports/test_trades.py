"""Statistics of the trades of several markets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.reports.trades import Trips, trades_charts, trades_table, trips_of

HOUR = 3_600_000
STOP, TARGET = EXIT_REASONS.index("stop"), EXIT_REASONS.index("target")
TRIPS = Trips(
    pnl=np.array([0.03, -0.01, 0.01, -0.01]), side=np.array([1, 1, -1, -1]),
    reason=np.array([TARGET, STOP, TARGET, STOP]), held=np.array([1.0, 2.0, 3.0, 6.0]) * HOUR,
)  # fmt: skip


def test_the_table_is_what_a_hand_calculation_gives() -> None:
    assert list(trades_table(TRIPS).rows) == [
        # 4 trades, half won, mean 0.5 %, 4 won over 2 lost, sum 2 %, mean 3 hours
        ["all trades", "4", "100%", "50%", "+0.50%", "2.00", "+2.0%", "3.0 hours"],
        ["long trades", "2", "50%", "50%", "+1.00%", "3.00", "+2.0%", "90 minutes"],
        ["short trades", "2", "50%", "50%", "+0.00%", "1.00", "+0.0%", "4.5 hours"],
        ["exit: stop loss", "2", "50%", "0%", "−1.00%", "0.00", "−2.0%", "4.0 hours"],
        ["exit: take profit", "2", "50%", "100%", "+2.00%", "no losses", "+4.0%", "2.0 hours"],
    ]


def test_without_trades_there_are_no_rows_and_no_charts() -> None:
    empty = Trips(*(np.zeros(0, dtype=kind) for kind in (float, int, int, float)))
    assert list(trades_table(empty).rows) == []
    assert trades_charts(empty) == []


def test_long_holdings_are_shown_in_days() -> None:
    slow = Trips(TRIPS.pnl, TRIPS.side, TRIPS.reason, TRIPS.held * 100)
    assert trades_charts(slow)[1].caption == "How long positions were held, in days."
    assert trades_charts(TRIPS)[1].caption == "How long positions were held, in hours."


def test_trades_of_all_markets_come_together(passed: Any) -> None:
    evaluations = list(passed.evaluations().values())
    trips = trips_of(evaluations)
    assert len(trips.pnl) == sum(int(one.summary["n_trades"]) for one in evaluations)
    made = sum(float(one.summary["gross_profit"] - one.summary["gross_loss"]) for one in evaluations)
    assert trips.pnl.sum() == pytest.approx(made)


def test_holding_times_agree_with_the_summary(passed: Any) -> None:
    evaluation = next(iter(passed.evaluations().values()))
    held = trips_of([evaluation]).held.mean() / HOUR  # bars of an hour without gaps
    assert held == pytest.approx(float(evaluation.summary["avg_holding"]))
