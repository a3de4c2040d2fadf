"""Columns of a tape that one batch leaves to the next: a search asks for the same windows again and again.

Kept are nodes of one parameter whose values are whole numbers, such as averages of windows: there are few of them, and
children have those of their parents. What is kept is bounded, and dropped as a whole when the bound is reached.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.kept_memory import empty
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.rules.nodes import Node

KEPT = 48 * 2**20  # bytes of columns of a tape
TAPES = 4  # whose columns a process keeps: sleeves take turns

Rows = npt.NDArray[np.int64]
Compute = Callable[[npt.NDArray[np.float64]], npt.NDArray[Any]]


class _Growing:
    """Rows of one node, in the order in which their values came up; rows once written stay as they are.

    The first ones are the table as they come: most batches are no generation of a search and have no next one.
    """

    def __init__(self, values: npt.NDArray[np.float64], rows: npt.NDArray[Any]) -> None:
        self.table = rows
        self.place = {value: k for k, value in enumerate(values.tolist())}

    def add(self, values: npt.NDArray[np.float64], rows: npt.NDArray[Any]) -> None:
        """More values with their rows; those who read the table meanwhile keep the one they have."""
        used = len(self.place)
        if used + len(rows) > len(self.table):
            table = empty((2 * (used + len(rows)), self.table.shape[1]), self.table.dtype)
            table[:used] = self.table[:used]
            self.table = table
        self.table[used : used + len(rows)] = rows
        self.place |= {value: used + k for k, value in enumerate(values.tolist())}


class KeptColumns:
    """Columns of one tape; safe to ask from several threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._nodes: dict[Node, _Growing] = {}
        self._lock = threading.Lock()

    def find(
        self, node: Node, values: npt.NDArray[np.float64], compute: Compute
    ) -> tuple[npt.NDArray[Any], Rows] | None:
        """A table, and the row in it of each of some values; what is missing is computed.

        None where values are no whole numbers, for these hardly come again.
        """
        if (values != np.floor(values)).any():
            return None
        with self._lock:
            known = self._nodes.get(node)
            missing = [one for one in values.tolist() if known is None or one not in known.place]
            if missing and not self._added(node, np.array(missing), values, compute):
                return None
            known = self._nodes[node]
            row = np.array([known.place[one] for one in values.tolist()], dtype=np.int64)
            return known.table[: len(known.place)], row

    def _added(
        self, node: Node, missing: npt.NDArray[np.float64], values: npt.NDArray[np.float64], compute: Compute
    ) -> bool:
        """Whether the bound lets a node's rows be kept; where they are too many beside others, these go."""
        rows = compute(missing)
        if rows.nbytes + sum(one.table.nbytes for one in self._nodes.values()) > self._most:
            self._nodes.clear()
            missing, rows = values, rows if len(missing) == len(values) else compute(values)
        if rows.nbytes > self._most:
            return False
        if node in self._nodes:
            self._nodes[node].add(missing, rows)
        else:
            self._nodes[node] = _Growing(missing, rows)
        return True


_LATEST: list[tuple[Tape, KeptColumns]] = []
_LOCK = threading.Lock()


def kept_of(tape: Tape) -> KeptColumns:
    """What earlier batches over a tape left."""
    with _LOCK:
        found = next((columns for known, columns in _LATEST if known is tape), None) or KeptColumns()
        _LATEST[:] = [*(pair for pair in _LATEST if pair[0] is not tape), (tape, found)][-TAPES:]
        return found
