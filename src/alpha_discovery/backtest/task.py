"""What one chunk of candidates asks of a simulator, and the simulator that uses the CPU."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.account import WIDTH
from alpha_discovery.backtest.kept_memory import empty
from alpha_discovery.backtest.simulate import N_TRADE, simulate, simulate_all
from alpha_discovery.backtest.simulate_legs import simulate_legs, simulate_legs_all
from alpha_discovery.backtest.tape import Tape, days_of_one_leg, one_leg

Float2D = npt.NDArray[np.float64]
Sums = tuple[Float2D, npt.NDArray[np.float32]]
_NOTHING = np.zeros((0, N_TRADE)), np.zeros(0)  # room for no trades and no equity


@dataclass(frozen=True, eq=False)
class Task:
    """Candidates over one tape, their signals already bitmaps.

    Attributes
    ----------
    policy : int
        Position of the intrabar policy in `screen.INTRABAR`.
    bitmaps : four tables, uint64 (rows, words)
        Enter long, exit long, enter short, exit short.
    rows_of : int64 (n, 4)
        The row of each table that is a candidate's own.
    risk : float64 (n, N_RISK)
    weights : float64 (n, L)
    fees : as `screen.cost_row` gives them
    daily : int
        How many kinds of daily returns are wanted: none, detrended, detrended and raw.
    """

    tape: Tape
    policy: int
    bitmaps: tuple[npt.NDArray[np.uint64], ...]
    rows_of: npt.NDArray[np.int64]
    risk: Float2D
    weights: Float2D
    fees: tuple[float, ...]
    daily: int

    @property
    def size(self) -> int:
        """Candidates."""
        return len(self.rows_of)

    @property
    def span(self) -> tuple[int, int, int]:
        """First bar, one past the last, and policy, as the kernels take them."""
        return self.tape.begin, self.tape.end, self.policy


Simulator = Callable[[Task], Sums]
"""Gives kernel rows (n, WIDTH) and daily returns (daily, n_days, n) of a task."""


def days_of(tape: Tape) -> tuple[npt.NDArray[np.int64], ...]:
    """Accounting periods in the order in which the kernels take them."""
    return tape.day, tape.day_first, tape.day_last, tape.day_block


def all_legs(tape: Tape) -> tuple[Float2D, ...]:
    """The arrays of all legs in the order in which the kernel of several legs takes them."""
    return tape.open, tape.close, tape.spread, tape.running, tape.due, tape.marked, tape.flow


def simulate_one(
    tape: Tape, span: tuple[int, int, int], bits: tuple[npt.NDArray[Any], ...], row: tuple[Any, Any, Any],
    into: tuple[Any, ...],
) -> None:  # fmt: skip
    """One candidate by the kernel of as many legs as the tape has, its trades and equity written too.

    Parameters
    ----------
    bits : four uint64 bitmaps
        Enter and exit long, enter and exit short.
    row : tuple
        Risk parameters, weights of the legs (L,), costs.
    into : tuple
        Where sums (WIDTH,), daily returns, trades and equity are written.
    """
    (risk, weights, fees), (sums, daily, trades, equity) = row, into
    if len(tape.bars) == 1:
        simulate(one_leg(tape), days_of_one_leg(tape), span, bits, risk, fees, sums, daily, trades, equity)
    else:
        days, room = (*days_of(tape), tape.drift), np.zeros((len(tape.bars), 4))
        simulate_legs(all_legs(tape), days, span, bits, risk, weights, fees, sums, daily, trades, equity, room)


def on_cpu(task: Task) -> Sums:
    """One candidate after another, in the calling thread."""
    tape = task.tape
    out = empty((task.size, WIDTH))
    daily = np.zeros((task.size, task.daily, tape.n_days), dtype=np.float32)
    shared = task.span, task.bitmaps, task.rows_of, task.risk
    if len(tape.bars) == 1:
        simulate_all(one_leg(tape), days_of_one_leg(tape), *shared, task.fees, out, daily, _NOTHING)
    else:
        room = np.zeros((len(tape.bars), 4))
        simulate_legs_all(
            all_legs(tape), (*days_of(tape), tape.drift), *shared, task.weights, task.fees, out, daily, _NOTHING, room
        )
    by_day = np.empty((task.daily, tape.n_days, task.size), dtype=np.float32)
    for kind in range(task.daily):
        by_day[kind] = daily[:, kind].T
    return out, by_day
