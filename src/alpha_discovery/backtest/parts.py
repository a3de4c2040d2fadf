"""Rows of a table shared out among threads that have nothing else to do yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

LEAST = 16  # rows of a part: fewer are done sooner than handed over


class Parts:
    """Works on rows in parts: one, or while there are idle threads (see `among`) one for each of them."""

    def __init__(self) -> None:
        self._threads: tuple[Executor, int] | None = None

    @contextmanager
    def among(self, pool: Executor, workers: int) -> Iterator[None]:
        """Use the threads of a pool, all of which have to be idle, until the end of the block.

        Not from one of them: it would wait for itself.
        """
        self._threads = pool, workers
        try:
            yield
        finally:
            self._threads = None

    def each(self, work: Callable[[slice], None], rows: int) -> None:
        """Call ``work`` with slices that cover ``rows`` rows; what it raises is raised here."""
        if self._threads is None or rows < 2 * LEAST:
            work(slice(0, rows))
            return
        pool, workers = self._threads
        size = max(LEAST, -(-rows // workers))
        for _ in pool.map(work, [slice(start, min(start + size, rows)) for start in range(0, rows, size)]):
            pass
