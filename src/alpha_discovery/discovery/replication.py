"""The replication test: a search that learns is run again, whole, on copies of the market without an edge.

What an adaptive search evaluates was chosen by the data, so no test over the evaluated set is honest. But the best of
the same search on markets whose moves had their signs drawn at random says what that search reaches by luck.
Everything is the same on each copy: campaign, seed, budget, eligibility, statistic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.identity import ENGINE_VERSION, content_hash
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.family_test import ENOUGH, Replicate
from alpha_discovery.discovery.history import History, Split
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.journal import Journal, JournalInMemory
from alpha_discovery.discovery.noise_markets import signflip
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.validation.arrays import F64


@dataclass(frozen=True)
class Estimate:
    """What the replication test of a search will take, from the time that the search itself took."""

    copies: int
    seconds: float

    def __str__(self) -> str:
        time = f"{self.seconds:,.0f} s" if self.seconds < 120 else f"{self.seconds / 60:,.0f} min"
        return (
            f"a search that learns is judged by running it again on {self.copies} markets without an edge: "
            f"at most about {time}, less if luck plainly does as well"
        )


Search = tuple[Campaign, tuple[Job, ...]]  # one of those that are judged together


def estimate(campaign: Campaign, search_seconds: float, *, workers: int) -> Estimate:
    """Copies run side by side, each on one thread; the search itself had ``workers`` of them."""
    copies = campaign.protocol.copies
    return Estimate(copies, search_seconds * workers * -(-copies // max(1, workers)))


def null_bests(
    searches: Sequence[Search],
    past: History,
    *,
    best: float,
    workers: int = 1,
    journal: Journal | None = None,
    progress: Callable[[int, int], None] = lambda _, __: None,
    course: Course = Course(),  # noqa: B008  (frozen)
) -> F64:
    """Largest t that the searches together reach on each copy of the search part.

    Parameters
    ----------
    searches : sequence of (campaign, jobs)
        Usually one; several that are judged as one family. Their protocol is that of the first.
    best : float
        Largest t of the searches themselves. Once `ENOUGH` copies have reached it, its p-value is settled and the rest
        is left out.
    workers : int
        Threads. No number depends on it.
    journal : Journal, optional
        Copies found there are not searched again.
    progress : callable
        Called with the number of copies done and of all.
    course : Course, optional
        Attended while a copy is searched.

    Returns
    -------
    float64 (copies,), or fewer: until the one that settles it; -inf where no candidate was eligible.
    """
    journal = JournalInMemory() if journal is None else journal
    key = _key(searches, past)
    protocol = searches[0][0].protocol
    copies = protocol.copies
    known = {entry["copy"]: _stored(entry["best"]) for entry in journal.entries() if entry.get("replication") == key}
    found: list[float] = []
    while len(found) < copies and (missing := ENOUGH - sum(one >= best for one in found)) > 0:
        width = workers if course.executor is None else course.executor.width
        numbers = range(len(found), min(len(found) + max(missing, width), copies))
        for copy, value in _searched(searches, past, [n for n in numbers if n not in known], workers, course):
            journal.append({"replication": key, "copy": copy, "best": None if value == -np.inf else value})
            known[copy] = value
        found += [known[n] for n in numbers]
        progress(len(found), copies)
    reached = np.cumsum(np.array(found) >= best)
    return np.array(found)[: 1 + int(np.searchsorted(reached, ENOUGH))]


def replicator(
    searches: Sequence[Search],
    past: History,
    *,
    workers: int = 1,
    journal: Journal | None = None,
    progress: Callable[[int, int], None] = lambda _, __: None,
    course: Course = Course(),  # noqa: B008  (frozen)
) -> Replicate:
    """`null_bests` with everything given but the largest t of the search: what the judge asks for."""

    def replicate(best: float) -> F64:
        return null_bests(
            searches, past, best=best, workers=workers, journal=journal, progress=progress, course=course
        )

    return replicate


def null_copy(past: History, number: int) -> dict[str, Bars]:
    """Copy ``number`` of the search part: all markets with the same random signs, gaps where they were."""
    seed = int(content_hash("replication", _prints(past), number)[:12], 16)
    return signflip(seed, bars=past.search)


def _searched(
    searches: Sequence[Search], past: History, numbers: list[int], workers: int, course: Course
) -> Iterator[tuple[int, float]]:
    end = past.split.search_end
    alone = History(past.search, Split(past.split.start, end, end, end))  # no bar of the vault is handed on
    if course.executor is not None:
        yield from zip(
            numbers, course.executor.run(null_best, (searches, alone), numbers, attend=course.attend), strict=True
        )
        return

    def best_of(number: int) -> float:
        return null_best((searches, alone), number, attend=course.attend)

    if workers <= 1:
        yield from ((number, best_of(number)) for number in numbers)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="replication") as pool:
        yield from zip(numbers, pool.map(best_of, numbers), strict=True)


def null_best(
    ground: tuple[Sequence[Search], History], number: int, *, attend: Callable[[], None] = lambda: None
) -> float:
    """Largest t that the searches together reach on copy ``number`` of a search part."""
    searches, alone = ground
    copy = History(null_copy(alone, number), alone.split)
    return max(_best_t(campaign, copy, jobs, attend) for campaign, jobs in searches)


def _best_t(campaign: Campaign, copy: History, jobs: tuple[Job, ...], attend: Callable[[], None]) -> float:
    cheap = replace(campaign, protocol=replace(campaign.protocol, draws=1))  # only t is needed of the family test
    result = run_screening(cheap, copy, jobs, course=Course(attend)).family.result()
    return float(result.t[0]) if len(result.t) else -np.inf


def _key(searches: Sequence[Search], past: History) -> str:
    campaigns = [campaign.to_json() for campaign, _ in searches]
    return content_hash("replication", campaigns, _prints(past), ENGINE_VERSION)[:16]


def _prints(past: History) -> dict[str, str]:
    return {key: one.fingerprint for key, one in past.search.items()}


def _stored(value: float | None) -> float:
    return -np.inf if value is None else float(value)
