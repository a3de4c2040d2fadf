"""Run cases with backtesting.py; started by `tools.parity` in the environment of that engine.

Settings: ``finalize_trades=False``, ``trade_on_close=False``, no spread, relative commission, cash 1e15 so that
whole units are no constraint. Every case runs over the bars and one more at the last close, in which what is
still open is closed.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from backtesting import Backtest, Strategy
from tools.oracles.exchange import Case, Float1D, Trades, serve
from tools.oracles.textbook import Market, conditions

CASH = 1e15
ALL = 1.0 - 2.0**-52  # a size of 1.0 would be one unit


class Trader(Strategy):  # type: ignore[misc]
    """Market orders at the next open, with levels from that open."""

    case: Any = None
    rules: Any = None

    def init(self) -> None:
        values = self.case["values"]
        self.size = min(values["position_size"], ALL)
        self.stop, self.target = values["stop_loss"], values["take_profit"]
        self.trail, self.longest = values["trailing_stop"], values["max_holding_bars"]
        self.next_open = np.append(np.asarray(self.data.df["Open"])[1:], np.nan)
        self.n_bars = len(self.next_open) - 1  # without the closing one
        self.best = np.nan

    def next(self) -> None:
        t = len(self.data) - 1
        if t >= self.n_bars - 1:
            self.position.close()
            return
        side = np.sign(self.position.size)
        if side == 0:
            self.enter(t, (1 if self.rules.enter_long[t] else -1 if self.rules.enter_short[t] else 0))
        elif (self.rules.enter_short if side > 0 else self.rules.enter_long)[t]:
            self.position.close()
            self.enter(t, -side)
        elif (self.rules.exit_long if side > 0 else self.rules.exit_short)[t] or self.is_old(t):
            self.position.close()
        elif self.trail is not None:
            self.raise_stop(side)

    def enter(self, t: int, side: float) -> None:
        if side == 0:
            return
        order = self.buy(size=self.size) if side > 0 else self.sell(size=self.size)
        # set on the order itself: buy() would compare levels from the next open with this close
        fill = self.next_open[t]
        if self.stop is not None:
            order._replace(sl_price=float(fill * (1.0 - side * self.stop)))
        if self.target is not None:
            order._replace(tp_price=float(fill * (1.0 + side * self.target)))
        self.best = np.nan

    def is_old(self, t: int) -> bool:
        return self.longest is not None and t - self.trades[0].entry_bar + 1 >= self.longest

    def raise_stop(self, side: float) -> None:
        trade, close = self.trades[0], self.data.Close[-1]
        if trade.entry_bar == len(self.data) - 1 or side * (close - self.best) > 0.0:
            self.best = close
        level = self.best * (1.0 - side * self.trail)
        if trade.sl is None or side * (level - trade.sl) > 0.0:
            trade.sl = float(level)


def run(case: Case, market: Market) -> tuple[Trades, Float1D]:
    """Trades (side, entry bar, exit bar, entry price, exit price, quantity, profit) and equity, start 1."""
    prices = market.prices.rename(columns=str.capitalize)
    last = dict.fromkeys(prices.columns, prices["Close"].iloc[-1])
    frame = pd.concat([prices, pd.DataFrame([last])], ignore_index=True)
    frame.index = pd.date_range("2000-01-01", periods=len(frame), freq="h")  # bar numbers; no part of the results
    test = Backtest(frame, Trader, cash=CASH, commission=case["commission"], finalize_trades=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its statistics divide by zero where there are no trades
        found = test.run(case=case, rules=conditions(case, market))
    trades = [
        [
            int(np.sign(one.Size)), int(one.EntryBar), min(int(one.ExitBar), len(prices) - 1), one.EntryPrice,
            one.ExitPrice, abs(one.Size) / CASH, one.PnL / CASH,
        ]
        for one in found["_trades"].sort_values(["EntryBar", "ExitBar"]).itertuples()
    ]  # fmt: skip
    equity = found["_equity_curve"]["Equity"].to_numpy() / CASH
    return trades, np.append(equity[: len(prices) - 1], equity[-1])


if __name__ == "__main__":
    serve(Path(sys.argv[1]), run)
