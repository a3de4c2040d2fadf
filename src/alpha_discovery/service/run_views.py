"""A run as a page shows it: its trials by page and as files, convergence, charts, the verdict in words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.errors import NotFound
from alpha_discovery.reports.verdict import verdict_sentence
from alpha_discovery.service.checkpointed import Checkpointed
from alpha_discovery.service.courses import from_events, from_trials, search_years
from alpha_discovery.service.exploring import Grid, front, heatmap, searched, spread
from alpha_discovery.service.tried import METRICS, Tried, collected, named_jobs, ordered
from alpha_discovery.storage.trials import NAME

PAGE = 5_000


@dataclass(frozen=True)
class TrialQuery:
    """Which trials, in which order, which page; ``sort`` is one of the columns, ``eligible``: only judged ones."""

    strategy: str | None = None
    sort: str | None = None
    descending: bool = True
    limit: int = 100
    offset: int = 0
    eligible: bool = False


class RunViews:
    """Runs of a workplace, looked at."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._checkpointed = Checkpointed(place.database)

    def trials_file(self, run: RunRecord) -> Path:
        """The Parquet file of everything that a run tried; raises `NotFound` before the run is finished."""
        path = self._place.settings.runs / run.id / NAME
        if not path.exists():
            raise NotFound(f"run {run.id[:12]} is {run.state}; what it tried is written when it is completed")
        return path

    def report_file(self, run: RunRecord) -> Path:
        """The HTML report that a run left; raises `NotFound` before the run is finished."""
        path = self._place.settings.reports / f"run-{run.id[:12]}.html"
        if not path.exists():
            raise NotFound(f"run {run.id[:12]} is {run.state}; its report is written when it is completed")
        return path

    def has_report(self, run: RunRecord) -> bool:
        """Whether a run left a report."""
        return (self._place.settings.reports / f"run-{run.id[:12]}.html").exists()

    def trials(self, run: RunRecord, query: TrialQuery) -> tuple[list[str], list[dict[str, Any]], int]:
        """Columns, a page of rows as a person reads them (None for what is no number), and how many rows match."""
        tried = self._tried(run)
        frame = tried.frame(query.strategy)
        if query.eligible:
            frame = frame.filter(pl.col("eligible") > 0.0)
        if query.sort is not None:
            frame = ordered(frame, query.sort, descending=query.descending)
        total = collected(frame.select(pl.len())).item()
        rows = tried.decoded(collected(frame.slice(query.offset, query.limit)))
        return _columns(tried, query.strategy), rows, total

    def trials_csv(self, run: RunRecord) -> Iterator[str]:
        """The same rows as lines of CSV, in the order in which they were tried; raises as `trials_file`."""
        file = self.trials_file(run)
        tried = self._tried(run)
        return self._lines(file, tried, _columns(tried, None))

    def convergence(self, run: RunRecord) -> list[dict[str, Any]]:
        """Best Sharpe ratio so far over candidates, a course for each strategy, and for each method of a hybrid."""
        finished = (self._place.settings.runs / run.id / NAME).exists()
        method = run.optimization_method
        found = from_trials(self._tried(run), method) if finished else from_events(self._batches(run.id), method)
        years = search_years(run)
        return [course.to_json(years) for course in found]

    def parameters(self, run: RunRecord) -> list[dict[str, Any]]:
        """As `searched`."""
        return searched(self._tried(run))

    def heatmap(self, run: RunRecord, grid: Grid) -> dict[str, Any]:
        """As `heatmap`."""
        return heatmap(self._tried(run), grid)

    def spread(self, run: RunRecord, strategy: str, value: str, limit: int) -> dict[str, Any]:
        """As `spread`."""
        return spread(self._tried(run), strategy, value, limit)

    def front(self, run: RunRecord, limit: int) -> dict[str, Any]:
        """As `front`."""
        return front(self._tried(run), limit)

    def verdict(self, run: RunRecord) -> str | None:
        """What came of it in a sentence; None before it is completed."""
        if run.state is not RunState.COMPLETED or "noise" not in run.report:
            return None
        return verdict_sentence(run, self._place.lab.alphas.of_run(run.id))

    def _tried(self, run: RunRecord) -> Tried:
        """What a run tried: all of it, or while it is not over what it could go on from."""
        path, folder = self._place.settings.runs / run.id / NAME, self._place.lab.user_strategies
        if path.exists():
            return Tried.of(run, path, folder)
        jobs = named_jobs(run, folder)
        rows = self._checkpointed.frames(run.id, list(jobs))
        if rows is None:
            raise NotFound(f"run {run.id[:12]} is {run.state}; nothing of what it tried is stored yet")
        return Tried(rows, jobs, {})

    def _lines(self, file: Path, tried: Tried, columns: list[str]) -> Iterator[str]:
        yield _line(columns)
        for frame in pl.read_parquet(file).iter_slices(PAGE):
            yield "".join(_line([row.get(name) for name in columns]) for row in tried.decoded(frame))

    def _batches(self, run_id: str) -> Iterator[Mapping[str, Any]]:
        after = 0
        while found := self._place.events.since(after, run_id=run_id, limit=PAGE):
            yield from (event.data for event in found if event.kind == "batch")
            after = found[-1].id


def _columns(tried: Tried, strategy: str | None) -> list[str]:
    names = [strategy] if strategy is not None else list(tried.jobs)
    parameters = dict.fromkeys(column for name in names for column in tried.shown(name))
    return ["strategy", *parameters, *METRICS, "eligible"]


def _line(values: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(["" if value is None else value for value in values])
    return out.getvalue()
