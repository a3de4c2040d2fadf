"""One run in a worker's hands: a thread that searches, and what others ask of it meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from alpha_discovery.bootstrap import Workplace, claimed_lab
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.records import ImpossibleMove, RunState
from alpha_discovery.discovery.run import Discovery, take_up
from alpha_discovery.discovery.screening import Counted
from alpha_discovery.errors import AlphaDiscoveryError, LeaseLost, StorageFailed, WorkersLost
from alpha_discovery.reporting import write_run_report
from alpha_discovery.service.governor import Governor
from alpha_discovery.storage.queue import AFTER, Claim, Request
from alpha_discovery.storage.trials import save_trials
from alpha_discovery.telemetry.logs import about_run

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5  # takings without a batch done, until a run counts as one that kills its workers
TOLD_EVERY = 60.0  # seconds between two lines of the log that say how far a run is
LONGEST_WAIT = 60  # seconds until a run is taken up again after the storage has failed


class Ending(StrEnum):
    """Why a thread let go of its run."""

    DONE = "done"
    ASKED = "asked"  # stop or pause
    YIELDED = "yielded"  # others wait, or the worker ends
    LOST = "lost"  # somebody else holds it
    CUT_OFF = "cut off"  # those who compute are gone: to be taken up again
    UNSTORED = "not stored"  # storage failed: to be taken up again, however often
    FAILED = "failed"


class LetGo(BaseException):
    """Raised in the thread of a run that is to be put down; no `Exception`, so that nothing catches it on the way."""


@dataclass(frozen=True)
class Outcome:
    """How it ended, with the words for a person."""

    ending: Ending
    told: str | None = None


class HeldRun:
    """A claimed run at work in a thread of its own."""

    def __init__(
        self,
        claim: Claim,
        place: Workplace,
        *,
        threads: Callable[[], int],
        governor: Governor,
        done: Callable[[HeldRun], None],
    ) -> None:
        self.claim = claim
        self.began = self.beaten = self._told_at = time.monotonic()
        self.asked_at: float | None = None
        self.outcome: Outcome | None = None
        self._place = place
        self._threads = threads
        self._governor = governor
        self._done = done
        self.request: Request | None = None
        self._yield = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"run-{claim.run_id[:8]}", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def ask(self, request: Request) -> None:
        """Stop or pause at the next chunk."""
        if self.asked_at is None:
            self.asked_at = time.monotonic()
        self.request = request

    def let_wait(self) -> None:
        """Give way to others after the batch in hand."""
        self._yield.set()

    def lose(self) -> None:
        """Somebody else holds the run: end at the next chunk."""
        self._lost.set()

    def join(self, timeout: float | None = None) -> bool:
        """Whether the thread has ended within ``timeout`` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            with about_run(self.claim.run_id):
                self.outcome = self._worked()
        finally:
            self._done(self)

    def _worked(self) -> Outcome:
        if self.claim.attempts > MOST_ATTEMPTS:
            told = f"taken up {MOST_ATTEMPTS} times without finishing a batch; its events say why"
            return Outcome(Ending.FAILED, told)
        lab = replace(claimed_lab(self._place, self.claim), keep=self._keep)
        place = self._place
        course = Course(self._attend, threads=self._threads, executor=place.executor, device=place.device)
        try:
            take_up(self.claim.run_id, lab, workers=self._threads(), course=course, progress=self._counted)
        except LetGo:
            return self._put_down()
        except LeaseLost:
            return Outcome(Ending.LOST)
        except StorageFailed as error:
            return Outcome(Ending.UNSTORED, str(error))
        except WorkersLost as error:
            return Outcome(Ending.CUT_OFF, str(error))
        except AlphaDiscoveryError as error:
            return Outcome(Ending.FAILED, str(error))
        except Exception as error:
            return Outcome(Ending.FAILED, f"a defect of the program: {type(error).__name__}: {error}")
        return Outcome(Ending.DONE)

    def _put_down(self) -> Outcome:
        if self._lost.is_set():
            return Outcome(Ending.LOST)
        return Outcome(Ending.ASKED) if self.request is not None else Outcome(Ending.YIELDED)

    def _attend(self) -> None:
        if self.request is not None or self._lost.is_set():
            raise LetGo
        self._governor.attend()

    def _counted(self, batch: Counted) -> None:
        now = time.monotonic()
        if now - self._told_at >= TOLD_EVERY:
            self._told_at = now
            _log.info("%s: %s of %s", batch.strategy, f"{batch.done:,}", f"{batch.planned:,}")
        if self._yield.is_set() and not batch.in_hand:  # a batch in hand would have to be repeated
            raise LetGo
        self._attend()

    def _keep(self, found: Discovery) -> None:
        """Write the files of a run before it counts as completed; nothing if somebody else holds it."""
        self._place.queue.check(self.claim)
        save_trials(self._place.settings.runs / found.record.id, found.to_frame())
        write_run_report(found, self._place)


def settle(place: Workplace, held: HeldRun) -> None:
    """Tell the queue how it ended; raises `StorageFailed` if that cannot be stored now."""
    outcome, queue, claim = held.outcome, place.queue, held.claim
    assert outcome is not None
    try:
        if outcome.ending is Ending.ASKED:
            queue.put_down(claim, AFTER[held.request or Request.STOP])
        elif outcome.ending is Ending.FAILED:
            queue.put_down(claim, RunState.FAILED, error=outcome.told)
        elif outcome.ending is Ending.YIELDED:
            queue.hand_back(claim, note=outcome.told)
        elif outcome.ending in (Ending.CUT_OFF, Ending.UNSTORED):
            # a disk that is full for a night is nobody's fault: a run fails only where it takes its workers with it
            most = MOST_ATTEMPTS - 1 if outcome.ending is Ending.UNSTORED else claim.attempts
            wait = float(min(LONGEST_WAIT, 2**claim.attempts))
            queue.hand_back(claim, note=outcome.told, wait=wait, attempts=min(claim.attempts, most))
    except (LeaseLost, ImpossibleMove):  # put down by somebody else, or completed after all
        return
