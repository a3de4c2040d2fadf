"""Evaluating: equity, trades and daily returns of the few candidates that are looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.account import TRADES, WIDTH, summaries
from alpha_discovery.backtest.bitmaps import packed
from alpha_discovery.backtest.conditions import Table
from alpha_discovery.backtest.directions import directed
from alpha_discovery.backtest.screen import INTRABAR, checked, cost_row, risk_matrix
from alpha_discovery.backtest.signals import signals_of
from alpha_discovery.backtest.simulate import DIRECTION, N_TRADE
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.backtest.task import Task, simulate_one
from alpha_discovery.core.bars import Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import TRADE, Evaluation, Records, Traded
from alpha_discovery.core.space import Batch
from alpha_discovery.rules.nodes import Junction
from alpha_discovery.rules.spelled import AnyRules
from alpha_discovery.rules.strategy import Rules

Bits = tuple[npt.NDArray[np.uint64], ...]  # enter and exit long, enter and exit short

_COLUMNS = (
    "side", "entry_bar", "exit_bar", "entry_price", "exit_price", "quantity", "pnl", "commission", "slippage", "reason",
    "at_open", "ambiguous",
)  # fmt: skip


def evaluate(rules: AnyRules, row: Batch, tape: Tape, costs: Costs, *, intrabar: str = "stop_first") -> Evaluation:
    """One candidate in full, by the same compiled function that screens.

    Parameters
    ----------
    row : columns (1,)
        Encoded parameters of the candidate, e.g. ``strategy.allowed.encode(values)``.
    """
    risk = risk_matrix(rules, row, tape)
    checked(rules, risk, tape, intrabar)
    tables, shares = signals_of(rules, row, tape)
    bits = tuple(table.values[table.row[0]] for table in directed(tables, risk[:, DIRECTION]))
    return _evaluated(bits, (risk[0], shares[0]), tape, costs, intrabar)


def evaluate_signals(
    signals: npt.NDArray[np.bool_], row: Batch, tape: Tape, costs: Costs, *, intrabar: str = "stop_first"
) -> Evaluation:
    """Given conditions instead of rules, on one market, by the same compiled function.

    Parameters
    ----------
    signals : bool (4, T)
        enter long, exit long, enter short, exit short, at the close of each bar of the tape.
    row : columns (1,)
        Encoded risk parameters; what is absent has its default.
    """
    rules = Rules(enter_long=Junction("and", ()))  # one leg without latency; its conditions are not read
    risk = risk_matrix(rules, {**row, "": np.zeros(1)}, tape)
    checked(rules, risk, tape, intrabar)
    given = [Table(packed(flags)[None, :], np.zeros(1, dtype=np.int64)) for flags in signals]
    bits = tuple(table.values[table.row[0]] for table in directed(given, risk[:, DIRECTION]))
    return _evaluated(bits, (risk[0], np.ones(1)), tape, costs, intrabar)


def traded(task: Task) -> Traded:
    """Trades and equity of the first candidate of a task, without what `evaluate` makes of them."""
    bits = tuple(table[row] for table, row in zip(task.bitmaps, task.rows_of[0], strict=True))
    return _traded(bits, (task.risk[0], task.weights[0], task.fees), task.tape, task.policy)[0]


def _evaluated(bits: Bits, sized: tuple[Float1D, Float1D], tape: Tape, costs: Costs, intrabar: str) -> Evaluation:
    one, sums = _traded(bits, (*sized, cost_row(costs)), tape, INTRABAR.index(intrabar))
    summary = summaries(sums, n_days=tape.n_days, n_bars=tape.end - tape.begin)[0]
    equity = np.concatenate((np.ones(tape.begin), one.equity))
    return Evaluation(
        **vars(one), exposure=_exposure(one.trades, equity, tape), daily_returns=_daily_returns(equity, tape),
        daily_exposure=_daily_exposure(one.trades, equity, tape), summary=summary,
    )  # fmt: skip


def _traded(bits: Bits, row: tuple[Any, Any, Any], tape: Tape, policy: int) -> tuple[Traded, npt.NDArray[np.float64]]:
    """Trades and equity, and the kernel's sums (1, WIDTH); ``row`` as `simulate_one` takes it."""
    n_bars, legs = tape.close.shape[1], len(tape.bars)
    sums = np.empty((1, WIDTH))
    trades = np.zeros(((tape.end - tape.begin) * legs, N_TRADE))
    equity = np.ones(n_bars)
    daily = np.zeros((0, tape.n_days), dtype=np.float32)
    simulate_one(tape, (tape.begin, tape.end, policy), bits, row, (sums[0], daily, trades, equity))
    records = _records(trades[: int(sums[0, TRADES]) * legs], legs)
    return Traded(tape.bars, tape.begin, tape.end, equity[tape.begin : tape.end], records), sums


def _records(trades: npt.NDArray[np.float64], legs: int) -> Records:
    out = np.zeros(len(trades), dtype=TRADE)
    for k, name in enumerate(_COLUMNS):
        out[name] = trades[:, k]
    out["leg"] = np.arange(len(trades)) % legs
    return out[out["quantity"] > 0.0]  # a leg of weight 0 is not traded


def _daily_returns(equity: npt.NDArray[np.float64], tape: Tape) -> npt.NDArray[np.float64]:
    marks = np.concatenate(([1.0], equity[tape.day_last]))
    alive = marks[:-1] > 0.0
    return np.where(alive, marks[1:] / np.where(alive, marks[:-1], 1.0) - 1.0, 0.0)


def _stretches(first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> tuple[Any, Any]:
    """The numbers from each first to each last one, end to end, and to which stretch each belongs."""
    length = np.maximum(last - first + 1, 0)
    which = np.repeat(np.arange(len(length)), length)
    return np.arange(len(which)) - (np.cumsum(length) - length - first)[which], which


def _exposure(records: Records, equity: npt.NDArray[np.float64], tape: Tape) -> npt.NDArray[np.float64]:
    bars, which = _stretches(records["entry_bar"], records["exit_bar"] - 1)
    held = (records["side"] * records["quantity"])[which] * tape.close[records["leg"][which], bars]
    value = np.bincount(bars, held, minlength=len(equity))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(equity > 0.0, value / equity, 0.0)[tape.begin :]


def _daily_exposure(records: Records, equity: npt.NDArray[np.float64], tape: Tape) -> npt.NDArray[np.float64]:
    """The exit bar is held unless the position left at its open. Added up trade by trade: no bit is by chance."""
    first, last = records["entry_bar"], records["exit_bar"] - records["at_open"]
    leg, signed = records["leg"], records["side"] * records["quantity"]
    bars, which = _stretches(first, last)
    held = np.flatnonzero(last >= first)
    gap = signed[held] * (records["entry_price"][held] - tape.close[leg[held], first[held] - 1])  # from close to fill
    order = np.argsort(np.concatenate((2 * which, 2 * held + 1)), kind="stable")
    bar = np.concatenate((leg[which] * len(equity) + bars, leg[held] * len(equity) + first[held]))[order]
    value = np.concatenate((signed[which] * tape.close[leg[which], bars - 1], gap))[order]
    shape = len(tape.bars), len(equity)
    start_value = np.bincount(bar, value, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64, copy=False)
    marks = np.concatenate(([1.0], equity[tape.day_last]))[:-1]
    return np.where(marks > 0.0, _day_means(start_value, tape) / np.where(marks > 0.0, marks, 1.0), 0.0)


def _day_means(values: npt.NDArray[np.float64], tape: Tape) -> npt.NDArray[np.float64]:
    """Means (L, n_days) over the bars of each day of values (L, T), days of one length together."""
    out = np.empty((len(values), tape.n_days))
    lengths = tape.day_last - tape.day_first + 1
    for length in np.unique(lengths):
        days = np.flatnonzero(lengths == length)
        bars = tape.day_first[days, None] + np.arange(length)
        out[:, days] = [row[bars].mean(axis=1) for row in values]
    return out
