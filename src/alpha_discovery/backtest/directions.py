"""Signals of candidates that may go long only or short only: the entries of the other side never happen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.conditions import Table
from alpha_discovery.core.risk import DIRECTIONS

LONG_ONLY, SHORT_ONLY = (float(DIRECTIONS.index(name)) for name in ("long", "short"))  # as batches hold them


def directed(tables: list[Table], direction: npt.NDArray[np.float64]) -> list[Table]:
    """Enter and exit long, enter and exit short, without the entries that each candidate's direction (n,) forbids."""
    enter_long, exit_long, enter_short, exit_short = tables
    return [
        _never_where(direction == SHORT_ONLY, enter_long), exit_long,
        _never_where(direction == LONG_ONLY, enter_short), exit_short,
    ]  # fmt: skip


def _never_where(forbidden: npt.NDArray[np.bool_], table: Table) -> Table:
    """The table with one row more, of a condition that never holds, for those candidates."""
    if not forbidden.any():
        return table
    kept = table.values[:0] if forbidden.all() else table.values
    never = np.zeros((1, kept.shape[1]), dtype=kept.dtype)
    return Table(np.concatenate((kept, never)), np.where(forbidden, len(kept), table.row))
