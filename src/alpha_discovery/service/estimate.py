"""What a campaign would take and what its data could certify, before it is started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.campaigns import on_named_markets
from alpha_discovery.compute.rates import measure
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import Job, jobs_of
from alpha_discovery.discovery.run import load_history
from alpha_discovery.validation.deflated import smallest_certifiable_sharpe

SECONDS = 0.25  # of measuring a strategy's rate, once
LEARNS = ("bayesian", "genetic", "hybrid")  # searches that are run again on markets without an edge
POWER = 0.8


@dataclass(frozen=True)
class Estimate:
    """What is known of a campaign before it starts.

    Attributes
    ----------
    jobs : list of dict
        strategy, candidates, per_second (whole backtests over the search part of one market, one after another).
    seconds, judging_seconds : float
        Of the search, and of running it again on markets without an edge where the method learns.
    smallest_sharpe : float
        Annual Sharpe ratio that the search part can tell from luck four times in five, if the candidates were all
        independent; ``smallest_sharpe_one``: for a single one.
    """

    candidates: int
    jobs: list[dict[str, Any]]
    seconds: float
    judging_seconds: float
    search_years: float
    vault_days: float
    bars: int
    smallest_sharpe: float
    smallest_sharpe_one: float
    power: float
    level: float
    tried_before: int


class Estimator:
    """Measures strategies where it has to, and remembers their rates."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._rates: dict[tuple[str, int], float] = {}

    def estimate(self, campaign: Campaign) -> Estimate:
        """Candidates, time and power of a campaign; raises `UserError`, `NotFound` if it cannot be run."""
        lab = self._place.lab
        plan = on_named_markets(campaign, lab.market_data)
        jobs = jobs_of(plan, lab.user_strategies)
        past = load_history(plan, jobs, lab.market_data)
        years = (past.split.search_end - past.split.start) / (365.25 * DAY)
        told: list[dict[str, Any]] = []
        seconds = 0.0
        for job in jobs:
            candidates = int(min(plan.max_iterations, job.space.size))
            rate = self._rate(job, next(iter(past.search.values())))
            seconds += candidates * len(job.sleeves) / rate
            told.append({"strategy": job.strategy.name, "candidates": candidates, "per_second": rate})
        total = sum(one["candidates"] for one in told)
        copies = plan.protocol.copies if plan.method in LEARNS else 0
        level = plan.protocol.level
        return Estimate(
            candidates=total, jobs=told, seconds=seconds, judging_seconds=seconds * copies, search_years=years,
            vault_days=(past.split.end - past.split.vault_start) / DAY, bars=sum(map(len, past.search.values())),
            smallest_sharpe=smallest_certifiable_sharpe(years, max(1, total), POWER, level=level),
            smallest_sharpe_one=smallest_certifiable_sharpe(years, 1, POWER, level=level), power=POWER, level=level,
            tried_before=lab.ledger.account(past.epoch, level=level).n_tested,
        )  # fmt: skip

    def _rate(self, job: Job, bars: Any) -> float:
        key = (job.strategy.fingerprint, len(bars))
        if key not in self._rates:
            threads = self._place.settings.threads
            self._rates[key] = measure(job.strategy, bars, workers=threads, seconds=SECONDS).per_second
        return self._rates[key]
