"""Run cases with vectorbt; started by `tools.parity` in the environment of that engine.

vectorbt puts at most one order into a row and does not look at stops in the row of the entry. So every bar
becomes three rows, in which it can say what our rules say:

    row    prices                   what may happen
    exit   the close before         an exit decided at the last close, at ``price`` = this bar's open
    entry  the close before         an entry decided at the last close, at ``price`` = this bar's open
    bar    open, high, low, close   stop and target, also of a position entered in the row above

A last row at the last close closes what is still open. Settings: ``size_type="percent"``, stops from the fill
price, ``stop_exit_price="StopMarket"``, conflicts resolved before.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vectorbt as vbt  # type: ignore[import-not-found]
from tools.oracles.exchange import Case, Float1D, Trades, serve
from tools.oracles.textbook import Market, conditions

CASH = 1e6


def rows_of(exits: Any, entries: Any, bar: Any, last: Any) -> npt.NDArray[Any]:
    """One column over the three rows of every bar, and the closing row."""
    return np.append(np.stack(np.broadcast_arrays(exits, entries, bar), axis=1).ravel(), last)


def run(case: Case, market: Market) -> tuple[Trades, Float1D]:
    """Trades (side, entry bar, exit bar, entry price, exit price, quantity, profit) and equity, start 1."""
    opening, high, low, close = (market.prices[name].to_numpy() for name in ("open", "high", "low", "close"))
    before = np.append(opening[0], close[:-1])
    rules = conditions(case, market)
    enter_long, exit_long, enter_short, exit_short = (np.append(False, signal[:-1]) for signal in rules)
    values, no = case["values"], np.zeros(len(close), dtype=bool)
    found = vbt.Portfolio.from_signals(
        close=rows_of(before, before, close, close[-1]),
        open=rows_of(before, before, opening, close[-1]),
        high=rows_of(before, before, high, close[-1]),
        low=rows_of(before, before, low, close[-1]),
        price=rows_of(opening, opening, opening, close[-1]),
        entries=rows_of(no, enter_long, no, False),
        exits=rows_of(exit_long | enter_short, no, no, True),
        short_entries=rows_of(no, enter_short, no, False),
        short_exits=rows_of(exit_short | enter_long, no, no, True),
        size=values["position_size"], size_type="percent", accumulate=False, init_cash=CASH,
        fees=case["commission"], slippage=case["slippage"],
        sl_stop=np.nan if values["stop_loss"] is None else values["stop_loss"],
        tp_stop=np.nan if values["take_profit"] is None else values["take_profit"],
        stop_entry_price="FillPrice", stop_exit_price="StopMarket", freq="1h",
    )  # fmt: skip
    records = found.exit_trades.records_arr
    records = records[np.lexsort((records["exit_idx"], records["entry_idx"]))]
    last = len(close) - 1
    trades = [
        [
            1 if one["direction"] == 0 else -1, int(one["entry_idx"]) // 3, min(int(one["exit_idx"]) // 3, last),
            float(one["entry_price"]), float(one["exit_price"]), float(one["size"]) / CASH, float(one["pnl"]) / CASH,
        ]
        for one in records
    ]  # fmt: skip
    value = found.value().to_numpy() / CASH
    return trades, np.append(value[2:-1:3][:-1], value[-1])


if __name__ == "__main__":
    serve(Path(sys.argv[1]), run)
