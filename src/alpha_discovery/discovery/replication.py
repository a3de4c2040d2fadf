"""The replication test: a search that learns is run again, whole, on copies of the market without an edge.

What an adaptive search evaluates was chosen by the data, so no test over the evaluated set is honest. But the best of
the same search on markets whose moves had their signs drawn at random says what that search reaches by luck.
Everything is the same on each copy: campaign, seed, budget, eligibility, statistic.

A copy of all bars is cut as the market itself: its search sees the search part, and its best candidates are then
measured over search part and vault.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.identity import ENGINE_VERSION, content_hash
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.family_test import Copies, Replicate, copies_for, enough_of
from alpha_discovery.discovery.history import History, Split
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.journal import Entry, Journal, JournalInMemory
from alpha_discovery.discovery.laid_out import LaidOut
from alpha_discovery.discovery.looked_at import daily_returns
from alpha_discovery.discovery.noise_markets import signflip
from alpha_discovery.discovery.screening import EVERY, Counted, Screening, run_screening
from alpha_discovery.discovery.weighing import FACED, plain_t

LOOK = 0.5  # seconds between two looks at how far the copies in hand are


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


def estimate(campaign: Campaign, search_seconds: float, *, level: float, workers: int) -> Estimate:
    """Copies run side by side, each on one thread; the search itself had ``workers`` of them.

    ``level`` is what the judging round may spend.
    """
    copies = copies_for(level, least=campaign.protocol.copies)
    return Estimate(copies, search_seconds * workers * -(-copies // max(1, workers)))


def null_copies(
    searches: Sequence[Search],
    past: History,
    *,
    best: float,
    copies: int,
    whole: Mapping[str, Bars] | None = None,
    workers: int = 1,
    journal: Journal | None = None,
    progress: Callable[[int, int], None] = lambda _, __: None,
    underway: Callable[[float, int], None] = lambda _, __: None,
    course: Course = Course(),  # noqa: B008  (frozen)
) -> Copies:
    """What the searches together reach on each copy of the market.

    Parameters
    ----------
    searches : sequence of (campaign, jobs)
        Usually one; several that are judged as one family.
    best : float
        Largest t of the searches themselves. Once enough copies have reached it, they found nothing special and the
        rest is left out. So how many are drawn tells nothing of the vault.
    copies : int
        At most so many.
    whole : bars by market, optional
        All bars, for a judge who has opened the vault; without them the search part alone is copied.
    workers : int
        Threads. No number depends on it.
    journal : Journal, optional
        Copies found there are not searched again.
    progress : callable
        Called where none is in hand, after as many as may settle it, with the number of copies done and of all.
    underway : callable
        Called every few seconds with the same numbers, copies in hand by the share of them that is searched; of one
        that an executor computes, nothing is known before it is done.
    course : Course, optional
        Attended while a copy is searched.
    """
    journal = JournalInMemory() if journal is None else journal
    ground = _ground(searches, past, whole)
    enough = enough_of(copies)
    width = workers if course.executor is None else course.executor.width
    ahead = _Ahead(lambda done: underway(done, copies))
    known = {entry["copy"]: entry for entry in journal.entries() if entry.get("replication") == ground.key}
    found: list[Entry] = []
    while len(found) < copies and (missing := enough - _reached(found, best)) > 0:
        numbers = range(len(found), min(len(found) + max(missing, width), copies))
        left = [n for n in numbers if n not in known]
        ahead.begin(len(found) + len(numbers) - len(left), left)
        for entry in _searched(ground, left, workers, course, ahead):
            journal.append(entry)
            known[entry["copy"]] = entry
            ahead.done(entry["copy"])
        found += [known[n] for n in numbers]
        progress(len(found), copies)
    search, over_all = (np.array([_number(one[name]) for one in found]) for name in ("best", "whole"))
    until = 1 + int(np.searchsorted(np.cumsum(search >= best), enough))
    return Copies(search[:until], over_all[:until], enough, settled=until <= len(search))


def replicator(
    searches: Sequence[Search],
    past: History,
    *,
    workers: int = 1,
    journal: Journal | None = None,
    progress: Callable[[int, int], None] = lambda _, __: None,
    underway: Callable[[float, int], None] = lambda _, __: None,
    course: Course = Course(),  # noqa: B008  (frozen)
) -> Replicate:
    """`null_copies` with everything given but what the judge knows: the best, how many, and the bars."""

    def replicate(best: float, *, copies: int, whole: Mapping[str, Bars] | None = None) -> Copies:
        return null_copies(
            searches, past, best=best, copies=copies, whole=whole, workers=workers, journal=journal,
            progress=progress, underway=underway, course=course,
        )  # fmt: skip

    return replicate


def copies_done(progress: Callable[[Counted], None], *, in_hand: bool = False) -> Callable[[float, int], None]:
    """Progress of the null markets in the form of the search's."""

    def told(done: float, copies: int) -> None:
        whole = int(done)
        progress(Counted("null markets", whole, 0, 0, whole, copies, math.nan, in_hand=in_hand, share=done - whole))

    return told


def null_copy(past: History, number: int, *, whole: Mapping[str, Bars] | None = None) -> dict[str, Bars]:
    """Copy ``number`` of the search part, or of all bars: all markets with the same random signs, gaps where they were.

    The search part of a copy does not depend on what comes after it.
    """
    seed = int(content_hash("replication", _prints(past.search), number)[:12], 16)
    return signflip(seed, bars=past.search if whole is None else whole)


@dataclass(frozen=True, eq=False)
class Ground:
    """What each copy is made from, and what is searched on it.

    ``past`` holds no bar of the vault unless ``whole`` does: all bars, where copies are measured over them too.
    """

    searches: tuple[Search, ...]
    past: History
    whole: Mapping[str, Bars] | None
    key: str


def _ground(searches: Sequence[Search], past: History, whole: Mapping[str, Bars] | None) -> Ground:
    end = past.split.search_end
    split = Split(past.split.start, end, end, end) if whole is None else past.split
    copied = History(past.search if whole is None else whole, split)
    campaigns = [[campaign.to_json(), *(repr(job.until) for job in jobs if job.until)] for campaign, jobs in searches]
    read = _prints(past.search if whole is None else whole)
    key = content_hash("replication", campaigns, _prints(past.search), read, FACED, ENGINE_VERSION)[:16]
    # only t is needed of the family test of a copy
    cheap = tuple((_on_copies(campaign), jobs) for campaign, jobs in searches)
    return Ground(cheap, copied, whole, key)


def _on_copies(campaign: Campaign) -> Campaign:
    """The campaign as copies are searched: without draws, and since they have no finer bars, at its luckiest there."""
    cheap = replace(campaign, protocol=replace(campaign.protocol, draws=1))
    return replace(cheap, intrabar="target_first", timeframe_detail=None) if cheap.timeframe_detail else cheap


class _Ahead:
    """Tells how far copies in hand are, every `EVERY` seconds; they say so from their threads."""

    def __init__(self, tell: Callable[[float], None]) -> None:
        self._tell, self._told = tell, time.monotonic()

    def begin(self, done: int, numbers: Sequence[int]) -> None:
        """So many are done, these are next."""
        self._done, self._shares = done, dict.fromkeys(numbers, 0.0)

    def reached(self, number: int, share: float) -> None:
        """A copy is searched to this share, in whatever thread."""
        self._shares[number] = share

    def looked(self, number: int, share: float) -> None:
        """A copy is searched to this share, in the thread of whoever asked for it."""
        self.reached(number, share)
        self.look()

    def done(self, number: int) -> None:
        """A copy is done."""
        del self._shares[number]
        self._done += 1
        self.look()

    def look(self) -> None:
        """Tell, if it is time; in the thread of whoever asked for the copies."""
        if (now := time.monotonic()) - self._told >= EVERY:
            self._told = now
            self._tell(self._done + sum(self._shares.values()))


def _searched(ground: Ground, numbers: list[int], workers: int, course: Course, ahead: _Ahead) -> Iterator[Entry]:
    if course.executor is not None:
        yield from course.executor.run(copy_entry, ground, numbers, attend=course.attend)
    elif workers <= 1:
        for number in numbers:
            far = partial(ahead.looked, number)
            yield copy_entry(ground, number, attend=course.attend, device=course.device, far=far)
    else:
        yield from _side_by_side(ground, numbers, workers, course, ahead)


def _side_by_side(
    ground: Ground, numbers: list[int], workers: int, course: Course, ahead: _Ahead
) -> Iterator[Entry]:
    """Copies in threads; if nobody waits for them any more, those in hand end at their next chunk."""
    given_up = threading.Event()

    def attend() -> None:
        if given_up.is_set():
            raise CancelledError
        course.attend()

    def entry(number: int) -> Entry:
        return copy_entry(ground, number, attend=attend, device=course.device, far=partial(ahead.reached, number))

    with ThreadPoolExecutor(workers, thread_name_prefix="replication") as pool:
        waiting = [pool.submit(entry, number) for number in numbers]
        try:
            for one in waiting:
                while not wait([one], LOOK).done:
                    ahead.look()
                yield one.result()
        finally:
            given_up.set()
            for one in waiting:
                one.cancel()


def copy_entry(
    ground: Ground, number: int, *, attend: Callable[[], None] = lambda: None, device: str = "cpu",
    far: Callable[[float], None] = lambda share: None,
) -> Entry:  # fmt: skip
    """What the searches reach on a copy, as the journal keeps it; ``far`` is told the share that is searched."""
    bars, screening = null_copy(ground.past, number, whole=ground.whole), None
    copy = History(bars, ground.past.split)
    attend()
    for before, (campaign, jobs) in enumerate(ground.searches):

        def told(batch: Counted, before: int = before) -> None:
            far((before + batch.done / batch.planned) / len(ground.searches))

        screening = run_screening(
            campaign, copy, jobs, course=Course(attend, device=device), into=screening, control=False, counted=told,
            underway=told,
        )  # fmt: skip
    assert screening is not None
    result = screening.family.result()
    best = float(result.t[0]) if len(result.t) else -np.inf
    over_all = -np.inf if ground.whole is None else _over_all(ground, screening, bars)
    return {"replication": ground.key, "copy": number, "best": _plain(best), "whole": _plain(over_all)}


def _over_all(ground: Ground, screening: Screening, bars: Mapping[str, Bars]) -> float:
    """Largest t over all bars of those that the search part ranks first."""
    found = [screening.find(int(one)) for one in screening.family.result().ids[:FACED]]
    if not found:
        return -np.inf
    return float(np.nanmax(plain_t(daily_returns(ground.searches[0][0], LaidOut(bars), found)), initial=-np.inf))


def _reached(found: Sequence[Entry], best: float) -> int:
    return sum(_number(one["best"]) >= best for one in found)


def _prints(bars: Mapping[str, Bars]) -> dict[str, str]:
    return {key: one.fingerprint for key, one in bars.items()}


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _number(value: float | None) -> float:
    return -np.inf if value is None else float(value)
