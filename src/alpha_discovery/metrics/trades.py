"""Metrics of the closed trades of one backtest, after costs.

A trade here is a round trip: the legs that were opened together are one, with their profits summed. Amounts are in
units of starting equity. A trade that broke even neither won nor lost.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from alpha_discovery.core.bars import Float1D, Int1D
from alpha_discovery.core.results import EXIT_REASONS, Records
from alpha_discovery.metrics.conventions import gain_per_loss, longest_run, varies

SIDES = {"long": 1, "short": -1}


class RoundTrips(NamedTuple):
    """Round trips in order of entry."""

    pnl: Float1D  # (k,), units of starting equity
    side: Int1D  # (k,), of the first leg: +1 long, -1 short
    reason: Int1D  # (k,), position in EXIT_REASONS


def round_trips(trades: Records) -> RoundTrips:
    """The round trips that TRADE records (n,) of one backtest amount to: records of one entry bar are one trip."""
    _, first, trip = np.unique(trades["entry_bar"], return_index=True, return_inverse=True)
    pnl = np.bincount(trip, weights=trades["pnl"], minlength=len(first)).astype(np.float64)
    return RoundTrips(pnl, trades["side"][first], trades["reason"][first])


def sqn(trades: Records) -> float:
    """System quality number, ``sqrt(n) * mean / std(ddof=1)`` of the profits of round trips.

    Profits in units of equity stand for multiples of the initial risk, and n is not capped at 100, as in
    backtesting.py and freqtrade. NaN below two trades or without variation.
    Source: Tharp (2008), The Definitive Guide to Position Sizing.
    """
    pnl = round_trips(trades).pnl
    if len(pnl) < 2 or not varies(spread := pnl.std(ddof=1), pnl.mean()):
        return math.nan
    return math.sqrt(len(pnl)) * float(pnl.mean() / spread)


def average_win(trades: Records) -> float:
    """Mean profit of the trades that won; NaN if none did."""
    return _mean(_wins(round_trips(trades).pnl))


def average_loss(trades: Records) -> float:
    """Mean loss of the trades that lost, positive; NaN if none did."""
    return _mean(_losses(round_trips(trades).pnl))


def payoff_ratio(trades: Records) -> float:
    """`average_win` over `average_loss`; infinity if trades won and none lost, NaN if none won."""
    win, loss = average_win(trades), average_loss(trades)
    return math.inf if win > 0.0 and math.isnan(loss) else win / loss


def longest_losing_streak(trades: Records) -> int:
    """Most trades in a row that lost; 0 if none did."""
    return longest_run(round_trips(trades).pnl < 0.0)


def exit_reasons(trades: Records) -> dict[str, int]:
    """How many round trips ended for each reason, every one of `EXIT_REASONS` in that order."""
    counts = np.bincount(round_trips(trades).reason, minlength=len(EXIT_REASONS))
    return {name: int(count) for name, count in zip(EXIT_REASONS, counts, strict=True)}


def by_side(trades: Records) -> dict[str, dict[str, float]]:
    """Count, win rate, profit factor, expectancy and total profit of the ``long`` and of the ``short`` round trips.

    The side of a trip with several legs is that of its first. Without trades on a side its count is 0, the rest NaN.
    """
    trips = round_trips(trades)
    return {name: _measures(trips.pnl[trips.side == side]) for name, side in SIDES.items()}


def trade_metrics(trades: Records) -> dict[str, float]:
    """Every metric of the trades under the name users see.

    Sides are prefixed (``long_win_rate``, ``short_n_trades`` ...), exits too (``exits_stop`` ...). NaN where there is
    no value; counts are 0 without trades.
    """
    pnl = round_trips(trades).pnl
    found: dict[str, float] = {
        "sqn": sqn(trades),
        "average_win": average_win(trades),
        "average_loss": average_loss(trades),
        "payoff_ratio": payoff_ratio(trades),
        "best_trade": float(pnl.max()) if len(pnl) else math.nan,
        "worst_trade": float(pnl.min()) if len(pnl) else math.nan,
        "longest_losing_streak": float(longest_losing_streak(trades)),
    }
    for side, measures in by_side(trades).items():
        found |= {f"{side}_{name}": value for name, value in measures.items()}
    return found | {f"exits_{name}": float(count) for name, count in exit_reasons(trades).items()}


def _measures(pnl: Float1D) -> dict[str, float]:
    wins, losses = _wins(pnl), _losses(pnl)
    return {
        "n_trades": float(len(pnl)),
        "win_rate": len(wins) / len(pnl) if len(pnl) else math.nan,
        "profit_factor": float(gain_per_loss(wins.sum(), losses.sum())),
        "expectancy": _mean(pnl),
        "total_profit": float(pnl.sum()) if len(pnl) else math.nan,
    }


def _wins(pnl: Float1D) -> Float1D:
    return pnl[pnl > 0.0]


def _losses(pnl: Float1D) -> Float1D:
    return -pnl[pnl < 0.0]


def _mean(values: Float1D) -> float:
    return float(values.mean()) if len(values) else math.nan
