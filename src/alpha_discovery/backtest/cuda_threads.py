"""What one thread of the GPU does: one candidate, by the functions that the CPU runs.

Compiled by `cuda_kernel`; imported only when a GPU is asked for.
"""

# mypy: disable-error-code="no-untyped-def,attr-defined"
from __future__ import annotations

from numba import cuda

from alpha_discovery.backtest.by_column import simulate_column, simulate_legs_column


def one_leg_thread(bars, tables, rows_of, risk, costs, out, daily, kinds):
    """Arguments as `simulate_column`."""
    i = cuda.grid(1)
    if i < out.shape[1]:
        simulate_column(i, bars, tables, rows_of, risk, costs, out, daily, kinds)


def legs_thread(bars, tables, rows_of, risk, weights, costs, out, daily, kinds, room):
    """Arguments as `simulate_legs_column`."""
    i = cuda.grid(1)
    if i < out.shape[1]:
        simulate_legs_column(i, bars, tables, rows_of, risk, weights, costs, out, daily, kinds, room)
