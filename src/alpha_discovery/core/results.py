"""Records that a backtest leaves behind; both engines and every adapter speak these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alpha_discovery.core.bars import Bars

BLOCKS = 16  # equal blocks of accounting periods whose sums a summary keeps
EXIT_REASONS = ("signal", "reversal", "stop", "target", "trailing", "max_holding", "end_of_data", "ruin", "liquidation")

SUMMARY = np.dtype(
    [
        ("n_trades", np.int64),  # closed round trips
        ("n_wins", np.int64),  # with a profit after costs
        ("gross_profit", np.float64),  # sum of winning trades after costs, in units of starting equity
        ("gross_loss", np.float64),  # sum of losing trades, >= 0
        ("total_return", np.float64),  # final equity - 1
        ("n_days", np.int64),  # accounting periods (UTC days, or bars of a day and more)
        ("mean", np.float64),  # of the periods' returns
        ("std", np.float64),  # ddof = 1
        ("skew", np.float64),  # population moments; NaN without variation
        ("kurtosis", np.float64),  # raw: 3 for a normal
        ("max_drawdown", np.float64),  # of equity at bar closes, >= 0
        ("exposure", np.float64),  # share of bars during which a position is held
        ("active_days", np.int64),  # periods in which a position was open at some time
        ("turnover", np.float64),  # traded value over equity at entry, all fills summed
        ("avg_holding", np.float64),  # held bars per trade
        ("n_ambiguous", np.int64),  # exits in a bar that touched stop and target
        ("commission", np.float64),  # paid, in units of starting equity
        ("slippage", np.float64),
        ("funding", np.float64),
        ("n_capped", np.int64),  # entries that the volume cut short, see Costs.max_share
        ("capacity", np.float64),  # the largest capital that no entry is cut short at; infinite without a limit
        ("block_sum", np.float64, (BLOCKS,)),  # sums of the periods' returns in 16 equal blocks
        ("block_sumsq", np.float64, (BLOCKS,)),
    ]
)

TRADE = np.dtype(
    [
        ("leg", np.int64),
        ("side", np.int64),  # +1 long, -1 short
        ("entry_bar", np.int64),  # position in the bars
        ("exit_bar", np.int64),
        ("entry_price", np.float64),  # fills, slippage included
        ("exit_price", np.float64),
        ("quantity", np.float64),  # units, > 0, for a starting equity of 1
        ("pnl", np.float64),  # after costs, in units of starting equity
        ("commission", np.float64),
        ("slippage", np.float64),
        ("reason", np.int64),  # position in EXIT_REASONS
        ("at_open", np.bool_),  # left at the open of the exit bar, so that bar was not held
        ("ambiguous", np.bool_),  # stop and target both touched in the exit bar
    ]
)

Records = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Traded:
    """Trades and equity of one backtest of one candidate.

    Attributes
    ----------
    bars : tuple of Bars
        One a leg; equity and trades refer to positions in the first.
    begin, end : int
        The backtest runs over bars ``begin .. end-1``; earlier bars only warm indicators up.
    equity : float64 (end-begin,)
        At each bar close, starting equity 1.
    trades : TRADE records
        In order of entry.
    """

    bars: tuple[Bars, ...]
    begin: int
    end: int
    equity: npt.NDArray[np.float64]
    trades: Records


@dataclass(frozen=True, eq=False)
class Evaluation(Traded):
    """Everything about one backtest of one candidate: what `Traded` has, and what follows from it.

    Attributes
    ----------
    exposure : float64 (end-begin,)
        Signed position value over equity, at each bar close.
    daily_returns : float64 (n_days,)
        Per accounting period (see `Bars.day`).
    daily_exposure : float64 (n_legs, n_days)
        Signed share of equity held in each leg, averaged over the bars of the period.
    summary : one SUMMARY record
    """

    exposure: npt.NDArray[np.float64]
    daily_returns: npt.NDArray[np.float64]
    daily_exposure: npt.NDArray[np.float64]
    summary: Records

    def to_frame(self) -> pd.DataFrame:
        """Equity, drawdown and exposure by UTC open time of the bar."""
        bars = self.bars[0]
        index = pd.DatetimeIndex(pd.to_datetime(bars.time[self.begin : self.end], unit="ms", utc=True), name="time")
        peak = np.maximum.accumulate(np.maximum(self.equity, 1.0))
        columns = {"equity": self.equity, "drawdown": 1.0 - self.equity / peak, "exposure": self.exposure}
        return pd.DataFrame(columns, index=index)

    def positions_frame(self) -> pd.DataFrame:
        """Signed units held of each leg at each bar close, one column a market, for a starting equity of 1."""
        bars = self.bars[0]
        held = np.zeros((self.end - self.begin, len(self.bars)))
        for trade in self.trades:
            stretch = slice(int(trade["entry_bar"]) - self.begin, int(trade["exit_bar"]) - self.begin)
            held[stretch, int(trade["leg"])] += trade["side"] * trade["quantity"]
        index = pd.DatetimeIndex(pd.to_datetime(bars.time[self.begin : self.end], unit="ms", utc=True), name="time")
        return pd.DataFrame(held, index=index, columns=[str(leg.instrument) for leg in self.bars])

    def trades_frame(self) -> pd.DataFrame:
        """One row a trade, with times and the reason of the exit in words."""
        bars = self.bars[0]
        frame = pd.DataFrame({name: self.trades[name] for name in TRADE.names or ()})
        for name in ("entry", "exit"):
            stamps = pd.to_datetime(bars.time[self.trades[f"{name}_bar"]], unit="ms", utc=True)
            frame.insert(0, f"{name}_time", stamps)
        frame["side"] = np.where(self.trades["side"] > 0, "long", "short")
        frame["reason"] = [EXIT_REASONS[code] for code in self.trades["reason"]]
        return frame
