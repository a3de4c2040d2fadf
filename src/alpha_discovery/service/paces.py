"""How long earlier runs took, read from the times of their events: searching, copies, verdict.

What a candidate takes grows with the bars that it trades, so paces are seconds for one candidate over one bar. A step
that follows an interruption is left out: it holds the time of being taken up again.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.bars import to_ms
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.storage.events import Event
from alpha_discovery.storage.search_runs import RunQuery, RunSearch

RUNS = 20  # the newest that are looked at
EVENTS = 5_000  # read at once
MOST_EVENTS = 50_000  # of one run

LISTS = ("random", "brute_force")  # methods that choose before they see a result cost the same


def kind_of(campaign: Campaign) -> str:
    """What a search's pace depends on: its method, one name for all that do not learn, and its short looks."""
    return _kind(campaign.method, campaign.to_json().get("halving"))


def _kind(method: str, halving: Any) -> str:
    named = "list" if method in LISTS else method
    return f"{named}, halved {json.dumps(halving, sort_keys=True)}" if halving else named


@dataclass
class Took:
    """What one run took.

    Attributes
    ----------
    steps : by strategy, candidates times bars and seconds of its batches but the first
    first : (candidates times bars, seconds) of the first batch of the run, starting included
    copies : (how many, seconds) of the markets without an edge
    verdict : seconds of judging besides
    passed : whether an alpha was found
    """

    kind: str
    threads: int
    strategies: frozenset[str]
    work: float  # candidates times bars of the whole search
    passed: bool
    steps: dict[str, tuple[float, float]] = field(default_factory=dict)
    first: tuple[str, float, float] | None = None
    copies: tuple[int, float] = (0, 0.0)
    verdict: float | None = None


def bars_of(span_ms: float, timeframe: str) -> float:
    """Bars of a market that never closes in so many milliseconds."""
    return max(1.0, span_ms / Timeframe.parse(timeframe).ms)


def took(run: RunRecord, events: Iterable[Event]) -> Took:
    """The times of a completed run."""
    split, jobs = run.report["split"], run.report["jobs"]
    bars = bars_of(to_ms(split["search_end"]) - to_ms(split["start"]), run.campaign["timeframe"])
    traded = {job["strategy"]: bars * len(job["sleeves"]) for job in jobs}
    work = sum(job["tested"] * traded[job["strategy"]] for job in jobs)
    out = Took(
        _kind(run.optimization_method, run.campaign.get("halving")), run.parallel_workers, frozenset(traded), work,
        run.profitable_found > 0,
    )  # fmt: skip
    for before, event, seconds in _steps(events):
        if event.kind == "batch":
            _take_in(out, event.data, before, traded, seconds)
        elif event.kind == "null_markets" and before in ("stage", "null_markets"):
            out.copies = (event.data["done"], out.copies[1] + seconds)
        elif event.kind == "completed" and before in ("stage", "null_markets"):
            out.verdict = seconds
    return out


def _take_in(out: Took, batch: dict[str, Any], before: str, traded: dict[str, float], seconds: float) -> None:
    name = batch["strategy"]
    work = batch["n_tested"] * traded.get(name, 0.0)
    if before == "started":
        out.first = (name, work, seconds)
    elif before == "batch":
        done, spent = out.steps.get(name, (0.0, 0.0))
        out.steps[name] = (done + work, spent + seconds)


def _steps(events: Iterable[Event]) -> Iterator[tuple[str, Event, float]]:
    before: Event | None = None
    for event in events:
        if before is not None:
            yield before.kind, event, (event.at - before.at).total_seconds()
        before = event


@dataclass(frozen=True)
class Paces:
    """What the runs of a laboratory took, the newest first."""

    runs: Sequence[Took] = ()

    def search(self, strategy: str, kind: str, threads: int) -> float | None:
        """Seconds for a candidate over a bar; None where no such run is known."""
        found = [
            run.steps[strategy] for run in self.runs
            if run.kind == kind and run.threads == threads and strategy in run.steps
        ]  # fmt: skip
        work, seconds = sum(one[0] for one in found), sum(one[1] for one in found)
        return seconds / work if work else None

    def bound(self, strategy: str, kind: str, threads: int) -> float | None:
        """What `search` cannot be above: seconds of the first batch, starting included; None as there."""
        found = [
            run.first[2] / run.first[1] for run in self.runs
            if run.first and run.first[0] == strategy and run.kind == kind and run.threads == threads
        ]  # fmt: skip
        return min(found, default=None)

    def start(self, pace: dict[str, float]) -> float | None:
        """Seconds until the first batch is under way; ``pace`` is that of each strategy."""
        found = [
            max(0.0, seconds - work * pace[name])
            for name, work, seconds in (run.first for run in self.runs if run.first) if name in pace
        ]  # fmt: skip
        return statistics.median(found) if found else None

    def copy(self, strategies: Iterable[str], kind: str, threads: int) -> float | None:
        """Seconds of one copy of the market for a candidate over a bar, all threads at work on copies."""
        found = [
            (run.copies[0] * run.work, run.copies[1]) for run in self.runs
            if run.copies[0] and run.kind == kind and run.threads == threads
            and run.strategies == frozenset(strategies)
        ]  # fmt: skip
        work, seconds = sum(one[0] for one in found), sum(one[1] for one in found)
        return seconds / work if work else None

    def verdict(self, *, passed: bool) -> float | None:
        """Seconds from the last copy to the end, of runs that found something or of those that did not."""
        found = [run.verdict for run in self.runs if run.verdict is not None and run.passed == passed]
        return statistics.median(found) if found else None


class PacesBook:
    """Reads the paces of a workplace; a run that is over is read once."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._known: dict[str, Took] = {}

    def paces(self) -> Paces:
        """Of the newest completed runs that were queued."""
        query = RunQuery(states=(RunState.COMPLETED.value,), limit=RUNS)
        found, _ = RunSearch(self._place.database).find(query)
        return Paces(tuple(self._took(run) for run in found if "jobs" in run.report and "split" in run.report))

    def _took(self, run: RunRecord) -> Took:
        if run.id not in self._known:
            self._known[run.id] = took(run, self._events(run.id))
        return self._known[run.id]

    def _events(self, run_id: str) -> Iterator[Event]:
        after, read = 0, 0
        while read < MOST_EVENTS:
            found = self._place.events.since(after, run_id=run_id, limit=EVENTS)
            yield from found
            if len(found) < EVENTS:
                return
            after, read = found[-1].id, read + len(found)
