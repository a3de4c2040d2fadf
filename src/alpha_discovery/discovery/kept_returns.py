"""Daily returns that the search saw, kept for the judge as long as they are few: a small search is not made twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.validation.arrays import I64, Returns

ROOM = 32 * 2**20  # bytes of daily returns of a search


class KeptReturns:
    """Detrended daily returns of the candidates of one job over the search part, as chunks come by.

    ``first`` is the id of the first candidate. Where they outgrow their room (bytes) they are let go.
    """

    def __init__(self, first: int, room: int) -> None:
        self._first = first
        self._room = room
        self._chunks: list[tuple[I64, Returns]] = []

    def passing(self, chunks: Iterable[Chunk], ids: I64) -> Iterator[Chunk]:
        """The same chunks, kept; ``ids`` (n,) are those of the batch that they are chunks of."""
        for chunk in chunks:
            self._keep(ids[chunk.rows] - self._first, chunk.adjusted)
            yield chunk

    def _keep(self, rows: I64, adjusted: Returns) -> None:
        if self.nbytes + adjusted.nbytes > self._room:
            self._chunks.clear()
            self._room = 0
            return
        self._chunks.append((rows, adjusted))

    @property
    def nbytes(self) -> int:
        """Bytes in use."""
        return sum(adjusted.nbytes for _, adjusted in self._chunks)

    def __len__(self) -> int:
        """Candidates that are kept."""
        return sum(len(rows) for rows, _ in self._chunks)

    def columns(self, rows: I64) -> Returns:
        """Daily returns float32 (n_days, k) of some rows of the job's batch, all of which are kept."""
        chunk_of, column_of = self._places
        out = np.empty((len(self._chunks[0][1]), len(rows)), dtype=np.float32)
        for number, (_, adjusted) in enumerate(self._chunks):
            own = np.flatnonzero(chunk_of[rows] == number)
            out[:, own] = adjusted[:, column_of[rows[own]]]
        return out

    @cached_property
    def _places(self) -> tuple[I64, I64]:
        """Chunk, and column in it, of each row of the job's batch."""
        size = 1 + max(int(rows.max()) for rows, _ in self._chunks)
        chunk, column = np.full(size, -1, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for number, (rows, _) in enumerate(self._chunks):
            chunk[rows], column[rows] = number, np.arange(len(rows))
        return chunk, column
