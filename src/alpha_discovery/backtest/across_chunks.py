"""Tables that all chunks of a batch share: those of nodes that depend on one parameter, or on none.

A batch of a million candidates has perhaps two hundred windows. Their columns are computed once, by whichever thread
asks first, as far as they fit a bounded room; the others wait for it and then read the same table.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.across_batches import KeptColumns
from alpha_discovery.backtest.derived import row_bytes
from alpha_discovery.core.scalar import Scalar
from alpha_discovery.core.space import Batch
from alpha_discovery.rules.nodes import Field, Node
from alpha_discovery.rules.walk import parameters, walk

ROOM = 384 * 2**20  # bytes of shared tables


class Tables(Protocol):
    """What computes a node's values for all rows of a small batch, keeping them: `columns.Columns`."""

    def values(self, node: Node) -> npt.NDArray[Any]:
        """(rows, T), or (rows, words) for a condition."""
        ...


def shareable(node: Node) -> bool:
    """Whether few distinct rows can be expected of a node that is no number: it depends on one parameter at most."""
    return not isinstance(node, Scalar | Field) and len(parameters(node)) < 2


class Claims:
    """A bounded room given to nodes as they ask for it; ``distinct`` counts the values of a parameter."""

    def __init__(self, n_bars: int, distinct: Callable[[str], float], room: int) -> None:
        self._n_bars = n_bars
        self._distinct = distinct
        self._left = room
        self._counted: set[Node] = set()
        self._granted: dict[Node, bool] = {}

    def granted(self, node: Node) -> bool:
        """Whether a node can be shared and there was room for it and what it is made of when it was first asked."""
        if node not in self._granted:
            self._granted[node] = shareable(node) and self._taken(node)
        return self._granted[node]

    def _taken(self, node: Node) -> bool:
        rows = math.prod(self._distinct(name) for name in parameters(node))
        new = {one for one in walk(node) if not isinstance(one, Scalar | Field)} - self._counted
        each = sum(row_bytes(one, self._n_bars) for one in new)
        if each and rows * each > self._left:
            return False
        self._left -= int(rows * each) if each else 0
        self._counted |= new
        return True


class Distinct:
    """The distinct values of each parameter of a batch, looked for once."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._found: dict[str, npt.NDArray[np.float64]] = {}

    def values(self, name: str) -> npt.NDArray[np.float64]:
        """Ascending."""
        if name not in self._found:
            self._found[name] = np.unique(self._batch[name])
        return self._found[name]

    def count(self, name: str) -> float:
        """How many there are."""
        return len(self.values(name))


class Shared(Protocol):
    """What `columns.Columns` asks for tables that it does not make itself: `Common`."""

    def values(self, node: Node) -> npt.NDArray[Any] | None:
        """Rows for each distinct value of the node's parameter; None if it is not shared."""
        ...

    def code(self, name: str, part: Batch) -> tuple[npt.NDArray[np.int64], int]:
        """Position of each candidate's value among the distinct values of a parameter, and their number."""
        ...

    def rows(self, node: Node, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The row of each of some candidates, given what `code` says of the node's parameter."""
        ...


class Common:
    """Shared tables of one batch over one tape; safe to ask from several threads.

    ``nodes`` are those that will be asked for, as far as that is known: they get the room first, in their order.
    ``kept`` has columns of earlier batches, and gets those of this one.
    """

    def __init__(
        self, n_bars: int, batch: Batch, make: Callable[..., Tables], *, nodes: Iterable[Node] = (),
        room: int = ROOM, kept: KeptColumns | None = None,
    ) -> None:  # fmt: skip
        self._n_bars = n_bars
        self._make = make
        self._distinct = Distinct(batch)
        self._claims = Claims(n_bars, self._distinct.count, room)  # nothing of ours: in a circle memory is freed late
        self._kept = kept
        self._places: dict[Node, npt.NDArray[np.int64]] = {}
        self._tables: dict[tuple[str, ...], Tables] = {}
        self._values: dict[Node, npt.NDArray[Any] | None] = {}
        self._lock = threading.Lock()
        for node in nodes:
            self._claims.granted(node)

    def values(self, node: Node) -> npt.NDArray[Any] | None:
        """Rows for each distinct value of the node's parameter, see `rows`; None if it is not shared."""
        if not shareable(node):
            return None
        with self._lock:
            return self.asked(node)

    def prepare(self, nodes: Iterable[Node]) -> None:
        """Compute those of some nodes that are shared."""
        for node in nodes:
            self.values(node)

    def code(self, name: str, part: Batch) -> tuple[npt.NDArray[np.int64], int]:
        """Position of each candidate's value among the batch's distinct values of a parameter, and their number."""
        with self._lock:
            values = self.distinct(name)
        return _positions(values, part[name])

    def rows(self, node: Node, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The row of each of some candidates, given what `code` says of the node's parameter."""
        return self._places[node][codes] if node in self._places else codes

    def distinct(self, name: str) -> npt.NDArray[np.float64]:
        """Values of a parameter in the batch, ascending, for who holds the lock."""
        return self._distinct.values(name)

    def asked(self, node: Node) -> npt.NDArray[Any] | None:
        """`values` of a node that can be shared, for who holds the lock."""
        if node not in self._values:
            self._values[node] = self._computed(node) if self._claims.granted(node) else None
        return self._values[node]

    def _computed(self, node: Node) -> npt.NDArray[Any]:
        names = parameters(node)
        if self._kept is not None and names and self._kept.asked_before(node):
            name, others = names[0], _Others(self, node)
            compute = lambda some: self._make({name: some}, common=others).values(node)  # noqa: E731
            found = self._kept.find(node, self.distinct(name), row_bytes(node, self._n_bars), compute)
            if found is not None:
                values, self._places[node] = found
                return values
        if names not in self._tables:
            small = {name: self.distinct(name) for name in names} or {"any": np.zeros(1)}  # a batch has rows
            self._tables[names] = self._make(small)
        return self._tables[names].values(node)


class _Others:
    """Shared tables of all nodes but one, for whoever makes that one and holds the lock: what it is made of."""

    def __init__(self, common: Common, node: Node) -> None:
        self._common = common
        self._node = node

    def values(self, node: Node) -> npt.NDArray[Any] | None:
        return self._common.asked(node) if shareable(node) and node != self._node else None

    def code(self, name: str, part: Batch) -> tuple[npt.NDArray[np.int64], int]:
        return _positions(self._common.distinct(name), part[name])

    def rows(self, node: Node, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return self._common.rows(node, codes)


def _positions(distinct: npt.NDArray[np.float64], values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], int]:
    return np.searchsorted(distinct, values).astype(np.int64, copy=False), len(distinct)
