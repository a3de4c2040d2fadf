"""What a campaign would take and what its data could certify, before it is started."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.campaigns import adapted_campaign, on_named_markets
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.adapting import Adapted
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.family_test import copies_for, enough_of
from alpha_discovery.discovery.foresight import Outlook, outlook
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import Job, jobs_of
from alpha_discovery.discovery.records import EpochAccount
from alpha_discovery.discovery.run import load_history
from alpha_discovery.generation.strategy import Generated
from alpha_discovery.search.brute_force import valid_points
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.search.protocol import Optimizer
from alpha_discovery.service.paces import Paces, PacesBook, bars_of, kind_of
from alpha_discovery.service.rehearsal import Rehearsal, Tried
from alpha_discovery.validation.deflated import smallest_certifiable_sharpe

POWER = 0.8
OVERHEAD = 2.0  # s of taking up, loading and reporting on two cores, until a run of this laboratory tells
EARLIER, HERE = "earlier runs", "this machine"


@dataclass(frozen=True)
class Step:
    """What a part of a run takes: ``seconds`` if luck does as well as the search, as it mostly does, and ``most``.

    ``known_from``: `EARLIER` or `HERE`, measured just now.
    """

    name: str
    seconds: float
    most: float
    known_from: str


@dataclass(frozen=True)
class Estimate:
    """What is known of a campaign before it starts.

    Attributes
    ----------
    jobs : list of dict
        strategy, candidates, grid (combinations in its ranges, None where there is no end to them), markets, per_second
        (candidates of the search).
    steps : tuple of Step
        search; copies: running it again on markets without an edge, where results decide what is tried; verdict:
        finalists, kill tests, report.
    seconds, most_seconds : float
        Their sums.
    copies : int
        Markets without an edge, at most.
    smallest_sharpe : float
        Annual Sharpe ratio that the search part can tell from luck four times in five, if the candidates were all
        independent; ``smallest_sharpe_one``: for a single one.
    """

    candidates: int
    jobs: list[dict[str, Any]]
    steps: tuple[Step, ...]
    seconds: float
    most_seconds: float
    copies: int
    search_years: float
    vault_days: float
    bars: int
    smallest_sharpe: float
    smallest_sharpe_one: float
    power: float
    level: float
    tried_before: int
    outlook: Outlook
    account: EpochAccount
    start: int  # of the search part, ms
    vault_start: int
    end: int
    focus: tuple[dict[str, Any], ...] = ()
    learned_from: tuple[str, ...] = ()


class Estimator:
    """Knows what earlier runs took, tries out what none tells, and remembers both."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._book = PacesBook(place)
        self._rehearsal = Rehearsal(threads=place.settings.threads, device=place.device)

    def estimate(self, campaign: Campaign, *, adaptive: bool = False) -> Estimate:
        """Candidates, time and power of a campaign; raises `UserError`, `NotFound` if it cannot be run.

        ``adaptive``: of the campaign that begins where earlier runs found something.
        """
        lab = self._place.lab
        plan = on_named_markets(campaign, lab.market_data)
        focus = adapted_campaign(plan, self._place) if adaptive else None
        plan = plan if focus is None else focus.campaign
        jobs = jobs_of(plan, lab.user_strategies)
        past = load_history(plan, jobs, lab.market_data)
        years = (past.split.search_end - past.split.start) / (365.25 * DAY)
        level = plan.protocol.level
        account = lab.ledger.account(past.stretch, level=level)
        timing = _Timing(plan, jobs, past, self._book.paces(), self._rehearsal, self._place.settings.threads)
        told = [timing.told(job) for job in jobs]
        total = sum(one["candidates"] for one in told)
        copies = copies_for(account.next_level, least=plan.protocol.copies) if timing.learns else 0
        steps = timing.steps(copies)
        return Estimate(
            candidates=total, jobs=told, steps=steps, seconds=sum(one.seconds for one in steps),
            most_seconds=sum(one.most for one in steps), copies=copies, search_years=years,
            vault_days=(past.split.end - past.split.vault_start) / DAY, bars=sum(map(len, past.search.values())),
            smallest_sharpe=smallest_certifiable_sharpe(years, max(1, total), POWER, level=level),
            smallest_sharpe_one=smallest_certifiable_sharpe(years, 1, POWER, level=level), power=POWER, level=level,
            tried_before=account.n_tested, outlook=outlook(plan, jobs, past, account), account=account,
            start=past.split.start, vault_start=past.split.vault_start, end=past.split.end,
            focus=() if focus is None else _regions(focus), learned_from=() if focus is None else focus.runs,
        )  # fmt: skip


@dataclass(frozen=True)
class _Timing:
    """How long a campaign's parts take."""

    plan: Campaign
    jobs: tuple[Job, ...]
    past: History
    paces: Paces
    rehearsal: Rehearsal
    threads: int

    def told(self, job: Job) -> dict[str, Any]:
        """A strategy's candidates and their rate."""
        grid = math.inf if isinstance(job.strategy, Generated) else valid_points(job.space)
        planned = self._planned(job)
        return {
            "strategy": job.strategy.name, "candidates": planned, "markets": len(job.sleeves),
            "grid": grid if math.isfinite(grid) else None, "per_second": 1.0 / (self._pace(job)[0] * self._bars(job)),
        }  # fmt: skip

    def steps(self, copies: int) -> tuple[Step, ...]:
        """Search, copies and verdict."""
        return (self._search(), *([self._copies(copies)] if copies else []), self._verdict())

    def _search(self) -> Step:
        start = self.paces.start({job.strategy.name: self._pace(job)[0] for job in self.jobs})
        seconds = sum(self._pace(job)[0] * self._work(job) for job in self.jobs)
        seconds += OVERHEAD / 2.0 if start is None else start
        known = all(self._pace(job)[1] == EARLIER for job in self.jobs)
        return Step("search", seconds, seconds, EARLIER if known else HERE)

    def _copies(self, copies: int) -> Step:
        """So many that luck does as well on each settle it; each runs on one thread."""
        work = sum(map(self._work, self.jobs))
        names = [job.strategy.name for job in self.jobs]
        told = self.paces.copy(names, kind_of(self.plan), self.threads)
        if told is not None:
            one, known = told * work, EARLIER
        else:
            alone = sum(self._tried(job).copy * self._work(job) for job in self.jobs)
            one, known = alone / min(self.threads, copies), HERE
        return Step("copies", one * max(self.threads, enough_of(copies)), one * copies, known)

    def _verdict(self) -> Step:
        """Without a finalist, and with as many as the protocol allows."""
        without, found = self.paces.verdict(passed=False), self.paces.verdict(passed=True)
        least = OVERHEAD / 2.0 if without is None else without
        if found is not None:
            return Step("verdict", min(least, found), max(least, found), EARLIER)
        stressed = max(self._tried(job).finalist * self._bars(job) for job in self.jobs)
        return Step("verdict", least, least + stressed * self.plan.protocol.finalists, HERE)

    def _pace(self, job: Job) -> tuple[float, str]:
        """Seconds for a candidate over a bar, and how that is known."""
        which = job.strategy.name, kind_of(self.plan), self.threads
        if (told := self.paces.search(*which)) is not None:
            return told, EARLIER
        tried, bound = self._tried(job).search, self.paces.bound(*which)
        return (tried, HERE) if bound is None else (min(tried, bound), EARLIER)

    def _tried(self, job: Job) -> Tried:
        return self.rehearsal.of(self.plan, job, self.past)

    def _work(self, job: Job) -> float:
        return self._planned(job) * self._bars(job)

    def _bars(self, job: Job) -> float:
        split = self.past.split
        return bars_of(split.search_end - split.start, self.plan.timeframe) * len(job.sleeves)

    @property
    def learns(self) -> bool:
        """Whether what is tried depends on results."""
        return any(job.selects or self._optimizer(job).adaptive for job in self.jobs)

    def _planned(self, job: Job) -> int:
        """Candidates that the method will ask for."""
        return self._optimizer(job).planned

    def _optimizer(self, job: Job) -> Optimizer:
        method, budget = self.plan.method, self.plan.max_iterations
        return make_optimizer(method, job.space, budget=budget, seed=0, region=job.region)


def _regions(found: Adapted) -> tuple[dict[str, Any], ...]:
    """Where a campaign begins, a row a parameter."""
    return tuple(
        {"strategy": strategy, "parameter": name, "region": one.wanted, "samples": one.samples, "of": one.of}
        for strategy, part in found.found.items()
        for name, one in part.items()
    )
