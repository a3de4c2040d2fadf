"""Tables that all chunks of a batch share: those of nodes that depend on one parameter, or on none.

A batch of a million candidates has perhaps two hundred windows. Their columns are computed once, by whichever thread
asks first, as far as they fit a bounded room; the others wait for it and then read the same table.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.across_batches import KeptColumns
from alpha_discovery.backtest.derived import DERIVED_BYTES
from alpha_discovery.core.scalar import Scalar
from alpha_discovery.core.space import Batch
from alpha_discovery.rules.nodes import Bool, Field, Node
from alpha_discovery.rules.walk import parameters, walk

ROOM = 96 * 2**20  # bytes of shared tables


class Tables(Protocol):
    """What computes a node's values for all rows of a small batch, keeping them: `columns.Columns`."""

    def values(self, node: Node) -> npt.NDArray[Any]:
        """(rows, T), or (rows, words) for a condition."""
        ...


class Common:
    """Shared tables of one batch over one tape; safe to ask from several threads.

    ``kept`` has columns of earlier batches, and gets those of this one.
    """

    def __init__(
        self, n_bars: int, batch: Batch, make: Callable[[Batch], Tables], *, room: int = ROOM,
        kept: KeptColumns | None = None,
    ) -> None:  # fmt: skip
        self._n_bars = n_bars
        self._batch = batch
        self._make = make
        self._left = room
        self._kept = kept
        self._places: dict[Node, npt.NDArray[np.int64]] = {}
        self._counted: set[Node] = set()
        self._distinct: dict[str, npt.NDArray[np.float64]] = {}
        self._tables: dict[tuple[str, ...], Tables] = {}
        self._values: dict[Node, npt.NDArray[Any] | None] = {}
        self._lock = threading.Lock()

    def values(self, node: Node) -> npt.NDArray[Any] | None:
        """Rows for each distinct value of the node's parameter, see `rows`; None if it is not shared."""
        if isinstance(node, Scalar | Field) or len(parameters(node)) > 1:
            return None
        with self._lock:
            if node not in self._values:
                self._values[node] = self._computed(node) if self._fits(node) else None
            return self._values[node]

    def prepare(self, nodes: Iterable[Node]) -> None:
        """Compute those of some nodes that are shared."""
        for node in nodes:
            self.values(node)

    def code(self, name: str, part: Batch) -> tuple[npt.NDArray[np.int64], int]:
        """Position of each candidate's value among the batch's distinct values of a parameter, and their number."""
        with self._lock:
            values = self._values_of(name)
        return np.searchsorted(values, part[name]).astype(np.int64, copy=False), len(values)

    def rows(self, node: Node, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The row of each of some candidates, given what `code` says of the node's parameter."""
        return self._places[node][codes] if node in self._places else codes

    def _values_of(self, name: str) -> npt.NDArray[np.float64]:
        if name not in self._distinct:
            self._distinct[name] = np.unique(self._batch[name])
        return self._distinct[name]

    def _fits(self, node: Node) -> bool:
        """Whether room is left for the node and what it is made of; if so it is taken."""
        names = parameters(node)
        rows = len(self._values_of(names[0])) if names else 1
        new = {one for one in walk(node) if not isinstance(one, Scalar | Field)} - self._counted
        need = rows * sum(map(self._row_bytes, new))
        if need > self._left:
            return False
        self._left -= need
        self._counted |= new
        return True

    def _row_bytes(self, node: Node) -> int:
        if isinstance(node, Bool):
            return self._n_bars // 8
        return DERIVED_BYTES.get(type(node), 8) * self._n_bars

    def _computed(self, node: Node) -> npt.NDArray[Any]:
        names = parameters(node)
        if self._kept is not None and names and self._kept.asked_before(node):
            name = names[0]
            compute = lambda some: self._make({name: some}).values(node)  # noqa: E731
            found = self._kept.find(node, self._distinct[name], self._row_bytes(node), compute)
            if found is not None:
                values, self._places[node] = found
                return values
        if names not in self._tables:
            small = {name: self._distinct[name] for name in names} or {"any": np.zeros(1)}  # a batch has rows
            self._tables[names] = self._make(small)
        return self._tables[names].values(node)
