"""A worker: takes runs from the queue, keeps their leases, and puts them down when asked.

Several runs are at work at once, each in a thread; they share the threads of the machine evenly. When more runs wait
than there is room for, those at work give way after a while, so that all of one priority get on; a run of a higher
priority is let in at once. Whatever happens to the process, its runs are taken up by another one when their leases end.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from alpha_discovery.backtest import across_batches, kept_memory
from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import ImpossibleMove, RunState
from alpha_discovery.errors import LeaseLost, StorageFailed
from alpha_discovery.service.governor import Governor
from alpha_discovery.service.held_run import Ending, HeldRun, settle
from alpha_discovery.storage.queue import AFTER, QueueEntry, Request, Usage

_log = logging.getLogger(__name__)
_LEVELS = {Ending.FAILED: logging.ERROR, Ending.CUT_OFF: logging.WARNING, Ending.UNSTORED: logging.WARNING}


@dataclass(frozen=True)
class Pace:
    """How a worker spends its time.

    Attributes
    ----------
    slots : int
        Runs at work at once.
    lease : float
        Seconds without a heartbeat after which another worker takes a run up.
    look : float
        Seconds between two looks at what was asked.
    patience : float
        Seconds that a thread has to put its run down; then it is put down without it, and the thread's writes are
        refused.
    turn : float
        Seconds of work after which a run gives way to others of its priority.
    poll : float
        Seconds between two looks into an empty queue.
    """

    slots: int = 2
    lease: float = 15.0
    look: float = 0.25
    patience: float = 0.5
    turn: float = 60.0
    poll: float = 0.5


@dataclass
class Worker:
    """Works until it is told to end."""

    place: Workplace
    pace: Pace = field(default_factory=Pace)
    governor: Governor = field(default_factory=Governor)
    name: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")

    def __post_init__(self) -> None:
        self._held: list[HeldRun] = []
        self._unsettled: list[HeldRun] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ending = False
        self._let_go_for: HeldRun | None = None  # whose need of memory ended what was kept for speed
        self._away = False  # whether the database was last heard of as failing
        self._claimed_at = float("-inf")

    def end(self) -> None:
        """Put everything down after the batches in hand, and return from `run`."""
        self._ending = True
        self._wake.set()

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Work; at the end every run is handed back. ``until`` is asked several times a second."""
        with self.governor.on_duty():
            while not self._ending and not until():
                self._round()
                self._wake.wait(self.pace.look)
                self._wake.clear()
            self._hand_over()

    def run_until_idle(self) -> None:
        """Work until nothing waits and nothing is at work."""
        self.run(until=lambda: not self._at_work() and not self._unsettled and not self._take())

    def _round(self) -> None:
        try:
            self._settle()
            self._hear()
            self._finish_stops()
            self._keep_memory()
            self._share_turns()
            if time.monotonic() - self._claimed_at >= self.pace.poll or self._wake.is_set():
                while self._take():
                    pass
            self._away = False
        except StorageFailed as error:  # the leases run on; what is at work finds out by itself
            if not self._away:
                _log.warning("%s", error)
            self._away = True

    def _take(self) -> bool:
        """Whether another run was taken up."""
        self._claimed_at = time.monotonic()
        if len(self._at_work()) >= self.pace.slots or (self._at_work() and self.governor.over_memory()):
            return False
        claim = self.place.queue.claim(self.name, lease=self.pace.lease)
        if claim is None:
            return False
        held = HeldRun(claim, self.place, threads=self._threads, governor=self.governor, done=self._finished)
        with self._lock:
            self._held.append(held)
        _log.info("run %s taken up", claim.run_id, extra={"run_id": claim.run_id})
        held.start()
        return True

    def _threads(self) -> int:
        """An even share of the machine for each run at work."""
        allowed = self.governor.threads(self.place.settings.threads)
        return max(1, allowed // max(1, len(self._at_work())))

    def _finished(self, held: HeldRun) -> None:
        """Called by the thread of a run when it ends."""
        with self._lock:
            if held in self._held:
                self._held.remove(held)
                self._unsettled.append(held)
        self._wake.set()

    def _at_work(self) -> list[HeldRun]:
        with self._lock:
            return list(self._held)

    def _settle(self) -> None:
        """Tell the queue about threads that have ended; what cannot be stored now is tried again."""
        while self._unsettled:
            held = self._unsettled[0]
            settle(self.place, held)
            if held.outcome is not None:
                level, about = _LEVELS.get(held.outcome.ending, logging.INFO), held.claim.run_id
                told = f": {held.outcome.told}" if held.outcome.told else ""
                _log.log(level, "run %s %s%s", about, held.outcome.ending, told, extra={"run_id": about})
            self._unsettled.pop(0)

    def _hear(self) -> None:
        """Renew leases, pass on what was asked, and put down what does not listen."""
        for held in self._at_work():
            try:
                request = self._beat(held)
            except LeaseLost:
                self._drop(held)
                continue
            if request is not None:
                held.ask(request)
            if held.asked_at is not None and time.monotonic() - held.asked_at > self.pace.patience:
                self._put_down(held)

    def _finish_stops(self) -> None:
        """Put down what other workers were to put down in time and did not."""
        for run_id in self.place.queue.put_down_overdue():
            told = "run %s: its worker did not put it down in time; what it still writes is refused"
            _log.warning(told, run_id, extra={"run_id": run_id})

    def _beat(self, held: HeldRun) -> Request | None:
        now = time.monotonic()
        if now - held.beaten < self.pace.lease / 3.0:
            return self.place.queue.check(held.claim)
        seen, count = self.governor.measured, max(1, len(self._at_work()))
        usage = Usage(seen.cpu_percent / count, seen.memory_gb, seen.gpu_memory_gb)
        request = self.place.queue.beat(held.claim, lease=self.pace.lease, usage=usage, worked=now - held.beaten)
        held.beaten = now
        return request

    def _put_down(self, held: HeldRun) -> None:
        """End a run whose thread is in the middle of something long: what it still writes is refused."""
        with suppress(ImpossibleMove, LeaseLost):  # it was quicker
            self.place.queue.put_down(held.claim, AFTER[held.request or Request.STOP])
            told, about = "run %s put down in the middle of a step; what it still writes is refused", held.claim.run_id
            _log.info(told, about, extra={"run_id": about})
        self._drop(held)

    def _drop(self, held: HeldRun) -> None:
        held.lose()
        with self._lock:
            if held in self._held:
                self._held.remove(held)

    def _keep_memory(self) -> None:
        """Over the limit: the run that came last gives way; the only one left is ended with the reason."""
        at_work = self._at_work()
        told = self.governor.over_memory()
        if told is None or not at_work:
            return
        if self._let_go_for is not at_work[0]:  # what is kept for speed goes first, once for a run
            self._let_go_for = at_work[0]
            across_batches.forget()
            kept_memory.forget()
        elif len(at_work) > 1:
            at_work[-1].let_wait()
        elif time.monotonic() - at_work[0].began > self.pace.patience:
            error, claim = f"{told}; raise the limit, or search fewer markets or shorter histories", at_work[0].claim
            with suppress(ImpossibleMove, LeaseLost):
                self.place.queue.put_down(claim, RunState.FAILED, error=error)
                _log.error("run %s failed: %s", claim.run_id, error, extra={"run_id": claim.run_id})
            self._drop(at_work[0])

    def _share_turns(self) -> None:
        """Let runs give way to those that wait."""
        at_work = self._at_work()
        if len(at_work) < self.pace.slots:
            return
        entries = self.place.queue.entries([held.claim.run_id for held in at_work])
        order = sorted(at_work, key=lambda held: (_priority(entries, held), held.began))
        first = order[0]
        lowest = _priority(entries, first)
        turn_is_over = time.monotonic() - first.began > self.pace.turn
        if self.place.queue.waiting(above=lowest - 1 if turn_is_over else lowest):
            first.let_wait()

    def _hand_over(self) -> None:
        """Put everything down in good order."""
        for held in self._at_work():
            held.let_wait()
        until = time.monotonic() + self.pace.lease
        for held in self._at_work():
            while not held.join(0.1) and time.monotonic() < until:
                try:
                    self._beat(held)
                except (LeaseLost, StorageFailed):
                    break
        try:
            self._settle()
        except StorageFailed as error:
            _log.warning("%s", error)
        for held in self._at_work():
            try:
                self.place.queue.hand_back(held.claim)
                self._drop(held)
            except (LeaseLost, ImpossibleMove, StorageFailed) as error:
                _log.warning("%s", error)


def _priority(entries: dict[str, QueueEntry], held: HeldRun) -> int:
    return entries[held.claim.run_id].priority if held.claim.run_id in entries else 0
