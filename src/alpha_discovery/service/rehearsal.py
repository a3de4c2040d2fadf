"""What the steps of a campaign take on this machine, tried out where no earlier run tells.

It is the campaign's own search, small, on a copy of its market without an edge: nothing that it finds means anything,
so nothing is counted and nothing is kept but the time.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from alpha_discovery.core.space import batch_size
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.choosing import chosen_among
from alpha_discovery.discovery.fragility import Subject, kill_tests
from alpha_discovery.discovery.history import History, Split
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.replication import null_copy
from alpha_discovery.discovery.screening import Screening, run_screening
from alpha_discovery.service.paces import kind_of

SECONDS = 0.25  # of trying a search, at least
FEW, MOST = 64, 16_384  # candidates
T = TypeVar("T")


@dataclass(frozen=True)
class Tried:
    """Seconds for a candidate over a bar: in the search on all threads, and in a copy of the market on one thread;
    and for the kill tests of one finalist, over a bar."""

    search: float
    copy: float
    finalist: float


class Rehearsal:
    """Tries searches, one at a time so that none slows another down, and remembers what they took."""

    def __init__(self, *, threads: int, device: str) -> None:
        self._threads, self._course = threads, Course(device=device)
        self._known: dict[tuple[str, str, int, int, int], Tried] = {}
        self._alone = threading.Lock()

    def of(self, campaign: Campaign, job: Job, past: History) -> Tried:
        """The times of one strategy; measured once for histories of about this length. Safe to ask from threads."""
        bars = sum(len(past.search[sleeve[0]]) for sleeve in job.sleeves)
        key = (
            job.strategy.fingerprint, kind_of(campaign), round(math.log2(max(1, bars))), len(job.sleeves),
            campaign.protocol.draws,
        )  # fmt: skip
        with self._alone:
            if key not in self._known:
                self._known[key] = self._tried(campaign, job, past, bars)
            return self._known[key]

    def _tried(self, campaign: Campaign, job: Job, past: History, bars: int) -> Tried:
        copy = _copied(past)
        cheap = replace(campaign, protocol=replace(campaign.protocol, draws=1))
        search, screening = self._paced(campaign, job, copy, self._threads)
        alone, _ = self._paced(cheap, job, copy, 1)
        _, seconds = timed(lambda: _stressed(campaign, screening, copy))
        return Tried(search / bars, alone / bars, seconds / bars)

    def _paced(self, campaign: Campaign, job: Job, copy: History, workers: int) -> tuple[float, Screening]:
        """Seconds a candidate, and the search that took them."""
        size, warm = FEW, False
        while True:
            few = replace(campaign, max_iterations=size)

            def search(few: Campaign = few) -> Screening:
                return run_screening(few, copy, (job,), workers=workers, course=self._course)

            found, took = timed(search)
            tried = batch_size(found.trials[0].batch)
            if warm and (took >= SECONDS or size >= MOST or tried < size):
                return took / max(1, tried), found
            if took < SECONDS:
                size = min(MOST, size * (2 if took > SECONDS / 4.0 else 4))
            warm = True


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives and the seconds that it took."""
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def _copied(past: History) -> History:
    """The search part with signs drawn at random: there is nothing in it to be learned, and no vault."""
    end = past.split.search_end
    return History(null_copy(past, 0), Split(past.split.start, end, end, end))


def _stressed(campaign: Campaign, screening: Screening, past: History) -> None:
    """Put any candidate through the kill tests."""
    trials, row = screening.find(0)
    year = screening.periods_per_year
    subject = Subject(
        trials.job.strategy, trials.job.space, {name: column[row : row + 1] for name, column in trials.batch.items()},
        trials.job.sleeves, past.search, campaign.costs, campaign.intrabar, year,
        chosen_among(campaign, trials, past.laid_out, year), campaign.thresholds.min_capacity,
    )  # fmt: skip
    kill_tests([subject])
