"""Columns of a tape that one batch leaves to the next: a search asks for the same windows again and again.

Kept are nodes of one parameter whose values are whole numbers, such as averages of windows: there are few of them, and
children have those of their parents. What is kept is bounded. A node takes the place of those that nobody asked for
since it was asked for before: where strategies take turns and all of theirs are too much, some of it stays.

Most batches are no generation of a search and have no next one: only what a second one asks for is kept. A batch over
a new tape finds the memory of the one before then, where the system would have to give it new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.kept_memory import empty
from alpha_discovery.backtest.latest_tapes import LatestTapes
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.rules.nodes import Node

KEPT = 48 * 2**20  # bytes of columns of a tape
ASKED = 1_024  # nodes that are remembered to have been asked for

Rows = npt.NDArray[np.int64]
Compute = Callable[[npt.NDArray[np.float64]], npt.NDArray[Any]]


class _Growing:
    """Rows of one node, in the order in which their values came up; rows once written stay as they are."""

    def __init__(self, values: npt.NDArray[np.float64], rows: npt.NDArray[Any]) -> None:
        self.table = rows
        self.used = 0  # when it was asked for last
        self.place = {value: k for k, value in enumerate(values.tolist())}

    def room_for(self, more: int) -> int:
        """Rows of the table once so many are added."""
        need = len(self.place) + more
        return len(self.table) if need <= len(self.table) else 2 * need

    def add(self, values: npt.NDArray[np.float64], rows: npt.NDArray[Any]) -> None:
        """More values with their rows; those who read the table meanwhile keep the one they have."""
        used, room = len(self.place), self.room_for(len(rows))
        if room > len(self.table):
            table = empty((room, self.table.shape[1]), self.table.dtype)
            table[:used] = self.table[:used]
            self.table = table
        self.table[used : used + len(rows)] = rows
        self.place |= {value: used + k for k, value in enumerate(values.tolist())}


class KeptColumns:
    """Columns of one tape; safe to ask from several threads."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._nodes: dict[Node, _Growing] = {}
        self._asked: dict[Node, int] = {}  # when last
        self._before: dict[Node, int] = {}  # when the time before
        self._now = 0
        self._lock = threading.RLock()  # what is computed may ask for what it is made of

    def asked_before(self, node: Node) -> bool:
        """Whether an earlier batch asked this, and so a next one may."""
        with self._lock:
            self._now += 1
            if node in self._asked:
                self._before[node], self._asked[node] = self._asked[node], self._now
                return True
            if len(self._asked) >= ASKED:
                self._asked.clear()
                self._before.clear()
            self._asked[node] = self._now
            return False

    def find(
        self, node: Node, values: npt.NDArray[np.float64], row_bytes: int, compute: Compute
    ) -> tuple[npt.NDArray[Any], Rows] | None:
        """A table, and the row in it of each of some values; what is missing is computed.

        None where values are no whole numbers, for these hardly come again, where they are too many to be kept, and
        where some are kept and the others have no room beside what was asked for more recently.
        """
        if len(values) * row_bytes > self._most or (values != np.floor(values)).any():
            return None
        with self._lock:
            known = self._nodes.get(node)
            if known is not None:
                known.used = self._now
            missing = [one for one in values.tolist() if known is None or one not in known.place]
            if missing:
                known = self._with(node, known, np.array(missing), values, row_bytes, compute)
            if known is None:
                return None
            known.used = self._now
            row = np.array([known.place[one] for one in values.tolist()], dtype=np.int64)
            return known.table[: len(known.place)], row

    def _with(
        self, node: Node, known: _Growing | None, missing: npt.NDArray[np.float64], values: npt.NDArray[np.float64],
        row_bytes: int, compute: Compute,
    ) -> _Growing | None:  # fmt: skip
        """A node's rows with those that are missing; None where there is room for some of them alone."""
        if known is not None and known.room_for(len(missing)) * row_bytes > self._most:
            del self._nodes[node]
            known, missing = None, values
        rows = compute(missing)
        grown = len(missing) if known is None else known.room_for(len(missing))
        room = self._made_room(node, grown * row_bytes)
        if known is None:
            known = _Growing(missing, rows)
            if room:
                self._nodes[node] = known
            return known
        if room:
            known.add(missing, rows)
        return known if room else None

    def _made_room(self, node: Node, need: int) -> bool:
        """Whether a node of so many bytes fits once those go, the oldest first, that it takes the place of."""
        others = sorted((item for item in self._nodes.items() if item[0] != node), key=lambda item: item[1].used)
        over = need + sum(one.table.nbytes for _, one in others) - self._most
        since = self._before.get(node, self._now + 1)
        going = list[Node]()
        for other, one in others:
            if over <= 0 or one.used >= since:
                break
            going.append(other)
            over -= one.table.nbytes
        if over > 0:
            return False
        for other in going:
            del self._nodes[other]
        return True


_LATEST = LatestTapes(lambda _: KeptColumns())
_LOCK = threading.Lock()


def kept_of(tape: Tape) -> KeptColumns:
    """What earlier batches over a tape left in this process."""
    with _LOCK:
        return _LATEST.of(tape)


def forget() -> None:
    """Let everything go that batches left."""
    with _LOCK:
        _LATEST.forget()
