"""The same simulations over tables whose last axis is the candidate.

A GPU runs neighbouring candidates in step, and what they read and write at the same moment should lie side by side.
Everything that a candidate owns is therefore a column here, while `simulate_all` keeps it in a row.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.backtest.simulate import simulate
from alpha_discovery.backtest.simulate_legs import simulate_legs
from alpha_discovery.backtest.tape import Tape, days_of_one_leg, one_leg
from alpha_discovery.backtest.task import Task, all_legs, days_of
from alpha_discovery.kernels import hot_kernel, inlined

LEG_COLUMNS = 4  # room that `simulate_legs` works in, per leg


@inlined
def _bits(i, tables, rows_of):
    return tables[0][rows_of[0, i]], tables[1][rows_of[1, i]], tables[2][rows_of[2, i]], tables[3][rows_of[3, i]]


@inlined
def _clear(i, daily, kinds):
    """Periods that pass while flat are not written to."""
    for kind in range(kinds):
        for d in range(daily.shape[1]):
            daily[kind, d, i] = 0.0


@hot_kernel
def simulate_column(i, bars, tables, rows_of, risk, costs, out, daily, kinds):
    """Candidate ``i`` of `simulate`.

    ``bars``: prices, days, span; ``rows_of`` (4, n), ``risk`` (N_RISK, n), ``out`` (WIDTH, n),
    ``daily`` (at least kinds, n_days, n) float32. There is no room for trades and equity.
    """
    _clear(i, daily, kinds)
    simulate(
        bars[0], bars[1], bars[2], _bits(i, tables, rows_of), risk[:, i], costs, out[:, i], daily[:kinds, :, i],
        out[:0], out[0, :0],
    )  # fmt: skip


@hot_kernel
def simulate_legs_column(i, bars, tables, rows_of, risk, weights, costs, out, daily, kinds, room):
    """Candidate ``i`` of `simulate_legs`; besides, ``weights`` (L, n) and ``room`` (L, LEG_COLUMNS, n)."""
    _clear(i, daily, kinds)
    simulate_legs(
        bars[0], bars[1], bars[2], _bits(i, tables, rows_of), risk[:, i], weights[:, i], costs, out[:, i],
        daily[:kinds, :, i], out[:0], out[0, :0], room[:, :, i],
    )  # fmt: skip


def shared_arrays(tape: Tape) -> tuple[Any, ...]:
    """Prices and days as the kernels take them; what a run without finer bars never reads is one element long.

    An array without elements has no address on a device.
    """
    if len(tape.bars) > 1:
        return all_legs(tape), (*days_of(tape), tape.drift)
    return _with_elements(one_leg(tape)), days_of_one_leg(tape)


def _with_elements(arrays: Any) -> Any:
    if isinstance(arrays, tuple):
        return tuple(_with_elements(array) for array in arrays)
    if arrays.size:
        return arrays
    room = np.zeros(1, dtype=arrays.dtype)
    room.flags.writeable = arrays.flags.writeable
    return room


def own_columns(task: Task, part: slice) -> tuple[np.ndarray[Any, Any], ...]:
    """Rows of the tables, risk and weights of some candidates, a column each."""
    return tuple(np.ascontiguousarray(table[part].T) for table in (task.rows_of, task.risk, task.weights))
