"""What a run tried and how it went, as a page shows it: trials by page, convergence, its log."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import RunRecord
from alpha_discovery.errors import NotFound, StorageFailed, UnknownName
from alpha_discovery.storage.trials import NAME

POINTS = 500  # of a course of convergence, at most
PAGE = 5_000


@dataclass(frozen=True)
class TrialQuery:
    """Which trials, in which order, which page; ``sort`` is one of the columns."""

    strategy: str | None = None
    sort: str | None = None
    descending: bool = True
    limit: int = 100
    offset: int = 0


class RunViews:
    """Runs of a workplace, looked at."""

    def __init__(self, place: Workplace) -> None:
        self._place = place

    def trials_file(self, run: RunRecord) -> Path:
        """The Parquet file of everything that a run tried; raises `NotFound` before the run is finished."""
        path = self._place.settings.runs / run.id / NAME
        if not path.exists():
            raise NotFound(f"run {run.id[:12]} is {run.state}; what it tried is written when it is completed")
        return path

    def trials(self, run: RunRecord, query: TrialQuery) -> tuple[list[str], list[dict[str, Any]], int]:
        """Columns, a page of rows (None for what is no number), and how many rows match."""
        frame = _scan(self.trials_file(run))
        columns = frame.collect_schema().names()
        if query.strategy is not None:
            frame = frame.filter(pl.col("strategy") == query.strategy)
        if query.sort is not None:
            if query.sort not in columns:
                raise UnknownName(kind="column of trials", name=query.sort, known=columns)
            key = pl.col(query.sort)
            key = key.fill_nan(None) if frame.collect_schema()[query.sort].is_float() else key
            frame = frame.sort(key, descending=query.descending, nulls_last=True, maintain_order=True)
        total = _collect(frame.select(pl.len())).item()
        rows = _collect(frame.slice(query.offset, query.limit)).to_dicts()
        return columns, [_plain(row) for row in rows], total

    def convergence(self, run: RunRecord) -> list[dict[str, Any]]:
        """Candidates done and the best Sharpe ratio so far, a course for each strategy; thinned to `POINTS`."""
        path = self._place.settings.runs / run.id / NAME
        points = _from_trials(path) if path.exists() else self._from_events(run.id)
        return [
            {"strategy": name, "method": run.optimization_method, "points": _thinned(course)}
            for name, course in points.items()
        ]

    def _from_events(self, run_id: str) -> dict[str, list[dict[str, Any]]]:
        out: dict[str, list[dict[str, Any]]] = {}
        done: dict[str, int] = {}
        for data in self._batches(run_id):
            name = data["strategy"]
            done[name] = done.get(name, 0) + data["n_tested"]
            out.setdefault(name, []).append({"done": done[name], "best_sharpe": data["best_sharpe"]})
        return out

    def _batches(self, run_id: str) -> Iterator[Mapping[str, Any]]:
        after = 0
        while found := self._place.events.since(after, run_id=run_id, limit=PAGE):
            yield from (event.data for event in found if event.kind == "batch")
            after = found[-1].id


def _from_trials(path: Path) -> dict[str, list[dict[str, Any]]]:
    frame = _collect(_scan(path).select("strategy", "sharpe_ratio"))
    out = {}
    for (name,), part in frame.group_by(["strategy"], maintain_order=True):
        best = part["sharpe_ratio"].fill_nan(None).cum_max().forward_fill()
        out[str(name)] = [{"done": k + 1, "best_sharpe": value} for k, value in enumerate(best.to_list())]
    return out


def _thinned(course: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Evenly fewer points; the first and the last one stay."""
    if len(course) <= POINTS:
        return course
    step = math.ceil(len(course) / (POINTS - 1))
    return [*course[:-1:step], course[-1]]


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path)


def _collect(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StorageFailed(f"cannot read the trials of this run ({error})") from error


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }
