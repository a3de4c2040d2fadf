"""Rows of a table shared out among threads that have nothing else to do yet, and the one that needs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from alpha_discovery.backtest.in_order import in_order

LEAST = 8  # rows of a part, or a multiple: fewer are done sooner than handed over, and kernels take as many in step


class Parts:
    """Works on rows in parts: one, or while there are idle threads (see `among`) one for each of them and one more."""

    def __init__(self) -> None:
        self._threads: tuple[Executor, int] | None = None

    @contextmanager
    def among(self, pool: Executor, threads: int) -> Iterator[None]:
        """Use the threads of a pool, all of which have to be idle, until the end of the block."""
        self._threads = pool, threads
        try:
            yield
        finally:
            self._threads = None

    def each(self, work: Callable[[slice], None], rows: int) -> None:
        """Call ``work`` with slices that cover ``rows`` rows; what it raises is raised here."""
        if self._threads is None or rows < 2 * LEAST:
            work(slice(0, rows))
            return
        pool, threads = self._threads
        size = -(-rows // ((threads + 1) * LEAST)) * LEAST
        slices = [slice(start, min(start + size, rows)) for start in range(0, rows, size)]
        for _ in in_order(pool, threads, work, slices):
            pass


ALONE = Parts()
"""With no threads: all rows at once."""
