"""When candidates hold what: their side, averaged over each day, for telling which of them do the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.account import TRADES, WIDTH
from alpha_discovery.backtest.directions import directed
from alpha_discovery.backtest.screen import INTRABAR, checked, cost_row, risk_matrix
from alpha_discovery.backtest.signals import signals_of
from alpha_discovery.backtest.simulate import DIRECTION, N_TRADE
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.backtest.task import simulate_one
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import Batch
from alpha_discovery.kernels import hot_kernel
from alpha_discovery.rules.spelled import AnyRules

_SIDE, _ENTRY, _EXIT = 0, 1, 2  # columns of a trade


def daily_positions(
    rules: AnyRules, batch: Batch, tape: Tape, costs: Costs, *, intrabar: str = "stop_first"
) -> npt.NDArray[np.float64]:
    """float64 (n, n_days), -1 to 1: the mean side of each candidate over the bars of each day, size left aside."""
    risk = risk_matrix(rules, batch, tape)
    checked(rules, risk, tape, intrabar)
    tables, weights = signals_of(rules, batch, tape)
    tables = directed(tables, risk[:, DIRECTION])
    legs = len(tape.bars)
    trades, sums = np.zeros(((tape.end - tape.begin) * legs, N_TRADE)), np.empty((len(risk), WIDTH))
    equity, daily = np.zeros(0), np.zeros((0, tape.n_days), dtype=np.float32)  # nobody asks for the equity of each bar
    span, fees = (tape.begin, tape.end, INTRABAR.index(intrabar)), cost_row(costs)
    out = np.zeros((len(risk), tape.n_days))
    for i in range(len(risk)):
        bits = tuple(table.values[table.row[i]] for table in tables)
        simulate_one(tape, span, bits, (risk[i], weights[i], fees), (sums[i], daily, trades, equity))
        _add_sides(trades[: int(sums[i, TRADES]) * legs : legs], tape.day, tape.day_first, tape.day_last, out[i])
    return out / (tape.day_last - tape.day_first + 1)


@hot_kernel
def _add_sides(trades: Any, day: Any, first: Any, last: Any, out: Any) -> None:
    """Add the side of each trade to its days, once a bar that it is held over the close of."""
    for trade in trades:
        start, stop = int(trade[_ENTRY]), int(trade[_EXIT])
        if start < stop:
            for d in range(day[start], day[stop - 1] + 1):
                out[d] += trade[_SIDE] * (min(stop, last[d] + 1) - max(start, first[d]))
