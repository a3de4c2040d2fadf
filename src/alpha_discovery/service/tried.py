"""Everything that one run tried, with what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from alpha_discovery.core.space import Batch
from alpha_discovery.discovery.evidence import finite
from alpha_discovery.discovery.jobs import Job, jobs_of
from alpha_discovery.discovery.records import RunRecord
from alpha_discovery.discovery.run import campaign_from
from alpha_discovery.errors import StorageFailed, UnknownName, UserError
from alpha_discovery.generation.genome import Spelling
from alpha_discovery.generation.strategy import Generated

METRICS = (
    "sharpe_ratio", "t", "total_return", "max_drawdown", "profit_factor", "n_trades", "exposure", "active_days",
    "avg_holding", "turnover",
)  # fmt: skip
LOW_IS_GOOD = ("max_drawdown", "turnover")
RULE = "rule"
Row = dict[str, Any]


@dataclass(frozen=True)
class Tried:
    """The trials of a run on disk, and its strategies by name.

    ``rows``: everything in the order in which it was tried, or of a run at work the rows of each strategy so far.
    """

    rows: pl.LazyFrame | Mapping[str, pl.LazyFrame]
    jobs: Mapping[str, Job]
    methods: Mapping[str, Sequence[tuple[str, int]]]  # by strategy: who proposed, how many rows in a row

    @staticmethod
    def of(run: RunRecord, file: Path, user_strategies: Path | None) -> Tried:
        """From a finished run; raises `UserError` if a strategy of it is no longer there."""
        told = run.report.get("jobs", ())
        methods = {one["strategy"]: [(turn["method"], turn["rows"]) for turn in one["turns"]] for one in told}
        return Tried(pl.scan_parquet(file), named_jobs(run, user_strategies), methods)

    def frame(self, strategy: str | None = None) -> pl.LazyFrame:
        """The rows of one strategy, or of all, in the order in which they were tried."""
        if strategy is not None:
            self.job(strategy)
        if isinstance(self.rows, pl.LazyFrame):
            return self.rows if strategy is None else self.rows.filter(pl.col("strategy") == strategy)
        if strategy is None:
            return pl.concat(self.rows.values(), how="diagonal_relaxed")
        return self.rows[strategy] if strategy in self.rows else self._without_rows(strategy)

    def _without_rows(self, strategy: str) -> pl.LazyFrame:
        """Of a strategy that was not begun."""
        numbers = (*self.jobs[strategy].space.names, *METRICS, "eligible")
        return pl.LazyFrame(schema={"strategy": pl.String(), **dict.fromkeys(numbers, pl.Float64())})

    def job(self, strategy: str) -> Job:
        """One of the strategies; raises `UnknownName`."""
        if strategy not in self.jobs:
            raise UnknownName(kind="strategy of this run", name=strategy, known=self.jobs)
        return self.jobs[strategy]

    def parameters(self, strategy: str) -> tuple[str, ...]:
        """Names of the parameters that were searched; none where each candidate is a rule of its own."""
        job = self.job(strategy)
        return () if isinstance(job.strategy, Generated) else job.space.free

    def shown(self, strategy: str) -> tuple[str, ...]:
        """Columns that a person reads of a strategy's rows: parameters, or the rule and its risk."""
        job = self.job(strategy)
        if not isinstance(job.strategy, Generated):
            return job.space.names
        genes = set(job.strategy.spelling.parameters)
        return (RULE, *(name for name in job.space.names if name not in genes))

    def decoded(self, frame: pl.DataFrame) -> list[Row]:
        """Rows as a person would write them: choices by name, "off" for off, None for what is no number."""
        return [self._row(row) for row in frame.to_dicts()]

    def _row(self, row: Mapping[str, Any]) -> Row:
        job = self.jobs[row["strategy"]]
        kinds = job.space.kinds
        out: Row = {"strategy": row["strategy"]}
        for name in self.shown(row["strategy"]):
            if name == RULE:
                out[name] = "; ".join(_rule(job, row))
            else:
                value = kinds[name].decode(float(row[name]))
                out[name] = "off" if value is None else value
        return out | {name: finite(row[name]) for name in METRICS if name in row} | {
            "eligible": bool(row.get("eligible"))
        }  # fmt: skip


def named_jobs(run: RunRecord, user_strategies: Path | None) -> dict[str, Job]:
    """The strategies of a run by name, in their order; raises `UserError` if one is no longer there."""
    return {job.strategy.name: job for job in jobs_of(campaign_from(run), user_strategies)}


def collected(frame: pl.LazyFrame) -> pl.DataFrame:
    """The rows; raises `StorageFailed` if the file cannot be read."""
    try:
        return frame.collect()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StorageFailed(f"cannot read the trials of this run ({error})") from error


def ordered(frame: pl.LazyFrame, column: str, *, descending: bool) -> pl.LazyFrame:
    """Sorted by a column, what is no number last; raises `UnknownName`."""
    schema = frame.collect_schema()
    if column not in schema:
        raise UnknownName(kind="column of trials", name=column, known=schema.names())
    key = pl.col(column).fill_nan(None) if schema[column].is_float() else pl.col(column)
    return frame.sort(key, descending=descending, nulls_last=True, maintain_order=True)


def columns_of(frame: pl.DataFrame, names: Sequence[str]) -> Batch:
    """Columns as the engine holds them, float64 (n,)."""
    return {name: frame[name].cast(pl.Float64).to_numpy().astype(np.float64) for name in names}


def check_metric(name: str) -> str:
    """A metric's own name; raises `UserError`."""
    if name not in METRICS:
        raise UserError(f"no measure {name!r} of trials; use one of {', '.join(METRICS)}")
    return name


def _rule(job: Job, row: Mapping[str, Any]) -> list[str]:
    spelling = job.strategy.rules
    assert isinstance(spelling, Spelling)
    return spelling.describe({name: row[name] for name in spelling.parameters})

