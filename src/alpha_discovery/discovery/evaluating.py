"""A batch of candidates evaluated: through short looks where a campaign asks for them, by threads or an executor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.screen import Chunk
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.checkpoint import Course, attended
from alpha_discovery.discovery.control import COLUMN, drawn
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.kept_returns import KeptReturns
from alpha_discovery.discovery.parts import Ground, Part, cut, looked_at, screened_elsewhere
from alpha_discovery.discovery.rungs import laid_out, short_look
from alpha_discovery.discovery.sleeves import Sleeves, screen_sleeves
from alpha_discovery.discovery.tally import NAMES, Columns, Tally, eligible
from alpha_discovery.metrics.summary import sharpe_ratio
from alpha_discovery.search.halving import Rows, Rung, Scores


@dataclass(frozen=True, eq=False)
class Grounds:
    """What all jobs of a search have in common."""

    campaign: Campaign
    history: History
    tally: Tally
    course: Course
    workers: int
    control: float = 0.0  # share of what short looks drop that is looked at in full all the same

    @cached_property
    def handed_out(self) -> Ground:
        """What an executor is handed once."""
        assert self.course.executor is not None
        device = self.course.executor.device
        prints = {key: bars.fingerprint for key, bars in self.history.search.items()}
        key = content_hash(self.campaign.fingerprint, prints, self.history.epoch, device)
        return Ground(key, self.history.search, self.campaign, self.history.epoch, device)

    def bars_of(self, job: Job) -> int:
        """Bars that each candidate of a job trades."""
        return sum(len(self.history.search[sleeve[0]]) for sleeve in job.sleeves)


@dataclass(frozen=True, eq=False)
class Evaluator:
    """Evaluates the candidates of one job.

    Attributes
    ----------
    whole : Sleeves
        The search part; a short look sees less of it.
    kept : KeptReturns
        Where the daily returns are kept that these threads compute in full.
    looked : callable
        Told, several times a batch, of what was evaluated since it was told last, in candidates looked at in full: a
        short look is the share of one that it costs.
    """

    grounds: Grounds
    job: Job
    whole: Sleeves
    kept: KeptReturns
    looked: Callable[[float], None] = lambda many: None

    def cost(self, n: int) -> float:
        """What ``looked`` is told of a batch of ``n`` candidates, in all and at most."""
        halving = self.job.halving
        if halving is None:
            return float(n)
        return halving.cost(n) + self.grounds.control * (n - halving.sizes(n)[-1])

    def columns(self, batch: Batch, first: int) -> Columns:
        """Columns of a batch whose ids begin at ``first``; no values of a candidate that a short look dropped."""
        ids = first + np.arange(batch_size(batch), dtype=np.int64)
        if self.job.halving is None:
            return self._in_full(batch, ids)
        found: Columns = {}

        def look(some: Batch, rung: Rung, rows: Rows) -> Scores:
            if rung in self._short:
                return self._shortly(some, rung)
            found.update(self._in_full(some, ids[rows]))
            return found["sharpe_ratio"]

        rows = self.job.halving.run(batch, look).rows
        self.grounds.tally.family.count(len(ids) - len(rows))
        columns = {name: np.full(len(ids), 0.0 if name == "eligible" else np.nan) for name in NAMES}
        for name, values in found.items():
            columns[name][rows] = values
        return columns | ({COLUMN: self._control(batch, ids, rows)} if self.grounds.control else {})

    def _control(self, batch: Batch, ids: npt.NDArray[np.int64], came_through: Rows) -> Scores:
        """Sharpe ratios (n,) of some of those that were dropped, as `alpha_discovery.discovery.control` draws them."""
        tally, found = self.grounds.tally, np.full(len(ids), np.nan)
        rows = np.setdiff1d(np.flatnonzero(drawn(ids, self.grounds.control)), came_through)
        if len(rows):
            for chunk in self._screened(take(batch, rows)):
                ok = eligible(chunk.summary, self.grounds.campaign.protocol, tally.n_periods)
                found[rows[chunk.rows[ok]]] = sharpe_ratio(chunk.summary[ok], tally.periods_per_year)
        return found

    @cached_property
    def _short(self) -> dict[Rung, Sleeves]:
        rungs = self.job.halving.rungs if self.job.halving else ()
        return {rung: laid_out(self.job, rung, self.grounds.history.search) for rung in rungs if rung.cost < 1.0}

    def _in_full(self, batch: Batch, ids: npt.NDArray[np.int64]) -> Columns:
        job, campaign, course, tally = self.job, self.grounds.campaign, self.grounds.course, self.grounds.tally
        if course.executor is not None:
            parts = cut(Part(job, ids, batch), bars=self.grounds.bars_of(job), width=course.executor.width)
            ground = self.grounds.handed_out
            return screened_elsewhere(course.executor, ground, parts, tally, course.attend, self.looked)
        return tally.take_in(self.kept.passing(self._screened(batch), ids), ids, campaign.protocol)

    def _screened(self, batch: Batch) -> Iterable[Chunk]:
        """A batch in full, on these threads."""
        campaign, course = self.grounds.campaign, self.grounds.course
        chunks = screen_sleeves(
            self.job.strategy.rules, batch, self.whole, campaign.costs, intrabar=campaign.intrabar,
            workers=course.workers(self.grounds.workers), device=course.device,
        )  # fmt: skip
        for chunk in attended(chunks, course.attend):
            yield chunk
            self.looked(len(chunk.rows))

    def _shortly(self, batch: Batch, rung: Rung) -> Scores:
        job, course = self.job, self.grounds.course

        def looked(many: int) -> None:
            course.attend()
            self.looked(many * rung.cost)

        course.attend()
        if course.executor is not None:
            ids, found = np.arange(batch_size(batch), dtype=np.int64), list[Scores]()
            parts = cut(Part(job, ids, batch, rung), bars=self.grounds.bars_of(job), width=course.executor.width)
            for scores in course.executor.run(looked_at, self.grounds.handed_out, parts, attend=course.attend):
                found.append(scores)
                looked(len(scores))
            return np.concatenate(found)
        return short_look(
            job, batch, self._short[rung], self.grounds.campaign, workers=course.workers(self.grounds.workers),
            device=course.device, looked=looked,
        )  # fmt: skip
