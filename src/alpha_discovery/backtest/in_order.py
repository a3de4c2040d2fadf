"""Work done by some threads and by the one that waits for it, handed out in the order in which it was asked for.

A thread that only waited would have to be woken for every result: on a virtual machine that takes as long as a tenth of
a chunk. So it works too, and there is one thread less. While it works it hands nothing out: what lies ready has to last
the others until it is done, also when the piece that it reads next is in the hands of one of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, Future
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Result = TypeVar("Result")

READY = 2  # pieces for each that works: the one in its hands and the next; and one more that is done and not read yet


class _Piece(Generic[Asked, Result]):
    """Something to be done once, by whoever gets to it first."""

    def __init__(self, pool: Executor, work: Callable[[Asked], Result], asked: Asked) -> None:
        self._work, self._asked = work, asked
        self._future: Future[Result] = pool.submit(work, asked)

    @property
    def done(self) -> bool:
        return self._future.done() and not self._future.cancelled()

    def taken(self) -> bool:
        """Whether no thread had begun it, so that it is now ours: to be done by `do`."""
        return self._future.cancel()

    def do(self) -> None:
        """Do in this thread what was `taken`."""
        mine = Future[Result]()
        mine.set_result(self._work(self._asked))
        self._future = mine

    def result(self) -> Result:
        """Waits for it."""
        return self._future.result()


def in_order(
    pool: Executor, threads: int, work: Callable[[Asked], Result], pieces: Sequence[Asked]
) -> Generator[Result, None, None]:
    """What ``work`` gives for each of some pieces, in their order; what it raises is raised here.

    Parameters
    ----------
    pool : executor
        With ``threads`` threads; `READY` pieces for each of them and the caller, and one more, are begun or wait.
    """
    ahead: deque[_Piece[Asked, Result]] = deque()
    left = iter(pieces)

    def fill() -> None:
        for asked in left:
            ahead.append(_Piece(pool, work, asked))
            if len(ahead) > READY * (threads + 1):
                return

    try:
        fill()
        while ahead:
            while not ahead[0].done and (mine := _first_free(ahead)) is not None:
                mine.do()
            yield ahead.popleft().result()
            fill()
    finally:
        for piece in ahead:
            piece.taken()


def _first_free(ahead: deque[_Piece[Asked, Result]]) -> _Piece[Asked, Result] | None:
    return next((piece for piece in ahead if piece.taken()), None)
