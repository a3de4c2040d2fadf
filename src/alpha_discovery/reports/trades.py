"""What the trades of one candidate were like, over all its markets: by side, by exit, by profit and holding time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D, Int1D
from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.metrics.conventions import gain_per_loss
from alpha_discovery.metrics.trades import SIDES, round_trips
from alpha_discovery.reports.histograms import histogram_figure
from alpha_discovery.reports.page import Chart, Table
from alpha_discovery.reports.words import EXITS, HOUR, count, gain_factor, percent, span

HEAD = ("", "trades", "share", "winning", "average profit", "profit factor", "sum of profits", "average holding")


@dataclass(frozen=True, eq=False)
class Trips:
    """Round trips of all markets.

    Attributes
    ----------
    pnl : float64 (k,)
        After costs, as a fraction of the starting equity of its market.
    side, reason : int64 (k,)
    held : float64 (k,)
        Milliseconds from entry to exit.
    """

    pnl: Float1D
    side: Int1D
    reason: Int1D
    held: Float1D


def trips_of(evaluations: Sequence[Evaluation]) -> Trips:
    """The round trips of several backtests."""
    parts = [(round_trips(one.trades), _held(one)) for one in evaluations]
    return Trips(
        np.concatenate([trips.pnl for trips, _ in parts]),
        np.concatenate([trips.side for trips, _ in parts]),
        np.concatenate([trips.reason for trips, _ in parts]),
        np.concatenate([held for _, held in parts]),
    )


def trades_table(trips: Trips) -> Table:
    """All trades, then those of each side and of each way out that happened."""
    groups = [("all trades", np.ones(len(trips.pnl), dtype=np.bool_))]
    groups += [(f"{name} trades", trips.side == side) for name, side in SIDES.items()]
    groups += [(f"exit: {EXITS[name]}", trips.reason == k) for k, name in enumerate(EXIT_REASONS)]
    rows = [_row(name, trips, chosen) for name, chosen in groups if chosen.any()]
    return Table(HEAD, rows, "lrrrrrrr", stacks=True)


def trades_charts(trips: Trips) -> list[Chart]:
    """Histograms of profit and of holding time; none without trades."""
    if not len(trips.pnl):
        return []
    unit, length = ("days", DAY) if np.median(trips.held) >= 2 * DAY else ("hours", HOUR)
    profit = histogram_figure(trips.pnl, unit="profit of a trade, of starting equity", percent=True, split_at_zero=True)
    return [
        Chart(
            profit, "Each bar counts the trades that made about this much. Few large bars far right mean that a "
            "handful of trades made the result.", "Profit by trade", 250,
        ),
        Chart(
            histogram_figure(trips.held / length, unit=f"{unit} held"),
            f"How long positions were held, in {unit}.", "Holding time", 250,
        ),
    ]  # fmt: skip


def _row(name: str, trips: Trips, chosen: npt.NDArray[np.bool_]) -> list[str]:
    pnl = trips.pnl[chosen]
    factor = float(gain_per_loss(np.maximum(pnl, 0.0).sum(), np.maximum(-pnl, 0.0).sum()))
    return [
        name, count(len(pnl)), percent(len(pnl) / len(trips.pnl), 0), percent((pnl > 0.0).mean(), 0),
        percent(pnl.mean(), 2, signed=True), gain_factor(factor), percent(pnl.sum(), 1, signed=True),
        span(float(trips.held[chosen].mean()) if len(pnl) else math.nan),
    ]  # fmt: skip


def _held(one: Evaluation) -> Float1D:
    """Time in each round trip, from the open of the entry bar to the exit; bars that the market lacks are time too."""
    trades = one.trades
    _, first = np.unique(trades["entry_bar"], return_index=True)
    some, bars = trades[first], one.bars[0]
    inside = np.where(some["at_open"], 0, bars.timeframe.ms)
    return np.asarray(bars.time[some["exit_bar"]] - bars.time[some["entry_bar"]] + inside, dtype=np.float64)
