"""Something of each of the tapes that were looked at last: sleeves take turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from alpha_discovery.backtest.tape import Tape

TAPES = 4

T = TypeVar("T")


class LatestTapes(Generic[T]):
    """What is kept of the latest tapes, the newest last; made by ``make`` where nothing is. Not for several threads."""

    def __init__(self, make: Callable[[Tape], T]) -> None:
        self._make = make
        self._kept: list[tuple[Tape, T]] = []

    def of(self, tape: Tape) -> T:
        """What is kept of a tape, which is the newest now."""
        pair = next((one for one in self._kept if one[0] is tape), None) or (tape, self._make(tape))
        self._kept = [*(one for one in self._kept if one[0] is not tape), pair][-TAPES:]
        return pair[1]

    def forget(self) -> None:
        """Let everything go."""
        self._kept.clear()
