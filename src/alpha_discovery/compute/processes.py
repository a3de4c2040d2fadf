"""Parts of a search in processes of this machine: for what threads cannot share, and to survive a process that dies.

Each process hears through a pipe of its own what all parts stand on, once, then one part after another. A process that
is killed is replaced, and its part is computed again.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from alpha_discovery.compute.portable import portable
from alpha_discovery.core.children import deaf_to_interruptions
from alpha_discovery.errors import WorkersLost

Ground = TypeVar("Ground")
Part = TypeVar("Part")
Result = TypeVar("Result")

ATTEMPTS = 4  # of a part whose processes die
AHEAD = 4  # parts a process that may be done before the first of them is
LOOK = 0.1  # seconds between two looks around while results are waited for
GOODBYE = 5.0  # seconds that a process has to end by itself


class Processes:
    """An executor over ``width`` processes, started when they are first needed; close it at the end."""

    device = "cpu"

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self._hands: list[_Hand] = []

    def run(
        self,
        work: Callable[[Ground, Part], Result],
        ground: Ground,
        parts: Sequence[Part],
        *,
        attend: Callable[[], None] = lambda: None,
    ) -> Iterator[Result]:
        """As `discovery.ports.Executor.run`."""
        waiting: deque[int] = deque(range(len(parts)))
        done: dict[int, tuple[bool, Any]] = {}
        lost = [0] * len(parts)
        self._ready()
        try:
            for number in range(len(parts)):
                while number not in done:
                    for hand in self._hands:
                        if hand.at is None and waiting and waiting[0] < number + AHEAD * self.width:
                            hand.begin(work, ground, parts, waiting.popleft())
                    for part in self._heard(done):
                        lost[part] += 1
                        if lost[part] >= ATTEMPTS:
                            raise WorkersLost(f"{ATTEMPTS} processes died over the same part of the search")
                        waiting.appendleft(part)
                    attend()
                fine, result = done.pop(number)
                if not fine:
                    raise result
                yield result
        finally:
            self._let_go()

    def pids(self) -> list[int]:
        """Of the processes that run now."""
        return [hand.process.pid for hand in self._hands if hand.process.pid is not None]

    def close(self) -> None:
        """End the processes."""
        for hand in self._hands:
            hand.end()
        self._hands = []

    def _ready(self) -> None:
        self._hands += [_Hand.start() for _ in range(self.width - len(self._hands))]

    def _heard(self, done: dict[int, tuple[bool, Any]]) -> list[int]:
        """Take in what has come; the parts whose processes died."""
        lost = []
        for pipe in wait([hand.pipe for hand in self._hands], LOOK):
            hand = next(one for one in self._hands if one.pipe is pipe)
            try:
                fine, result = hand.pipe.recv()
            except (EOFError, OSError):
                lost += [] if hand.at is None else [hand.at]
                hand.end()
                self._hands[self._hands.index(hand)] = _Hand.start()
                continue
            assert hand.at is not None
            done[hand.at], hand.at = (fine, result), None
        return lost

    def _let_go(self) -> None:
        """End processes that are in the middle of something nobody waits for any more."""
        for hand in [hand for hand in self._hands if hand.at is not None]:
            hand.end()
            self._hands.remove(hand)


@dataclass
class _Hand:
    """One process, seen from outside: its end of the pipe, the part it is at, the ground it stands on."""

    process: Any
    pipe: Connection
    at: int | None = None
    ground: Any = None

    @staticmethod
    def start() -> _Hand:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), name="part", daemon=True)
        with deaf_to_interruptions():
            process.start()
        theirs.close()
        return _Hand(process, ours)

    def begin(self, work: Callable[..., Any], ground: Any, parts: Sequence[Any], number: int) -> None:
        """Hand out a part; one that dies meanwhile is found out when its answer is read."""
        self.at = number
        try:
            if self.ground is not ground or ground is None:
                self.pipe.send(("ground", ground))
                self.ground = ground
            self.pipe.send((work, parts[number]))
        except (BrokenPipeError, ConnectionResetError):
            return

    def end(self) -> None:
        """End the process now: between parts it holds nothing, and a part that is cut off is computed again."""
        self.process.terminate()
        self.process.join(GOODBYE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()
        self.pipe.close()


def _work(pipe: Connection) -> None:
    """Run in a process: take parts until the pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # also where no mask keeps us from hearing it
    ground: Any = None
    while True:
        try:
            what, given = pipe.recv()
        except EOFError:
            return
        if what == "ground":
            ground = given
            continue
        try:
            answer = True, what(ground, given)
        except Exception as error:  # whatever it is, it is told to whoever asked
            answer = False, portable(error)
        pipe.send(answer)
