"""What a campaign would take and what its data could certify, before it is started."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.campaigns import adapted_campaign, on_named_markets
from alpha_discovery.compute.rates import screening_rate
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.adapting import Adapted
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.foresight import Outlook, outlook
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import Job, jobs_of
from alpha_discovery.discovery.records import EpochAccount
from alpha_discovery.discovery.run import load_history
from alpha_discovery.generation.strategy import Generated
from alpha_discovery.search.brute_force import valid_points
from alpha_discovery.search.methods import make_optimizer
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
        strategy, candidates, grid (combinations in its ranges, None where there is no end to them), per_second (whole
        backtests over the search part of one market, one after another).
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
    outlook: Outlook
    account: EpochAccount
    start: int  # of the search part, ms
    vault_start: int
    end: int
    focus: tuple[dict[str, Any], ...] = ()
    learned_from: tuple[str, ...] = ()


class Estimator:
    """Measures strategies where it has to, and remembers their rates."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._rates: dict[tuple[str, int], float] = {}

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
        told = [self._of_job(plan, job, past) for job in jobs]
        seconds = sum(one["candidates"] * one["markets"] / one["per_second"] for one in told)
        total = sum(one["candidates"] for one in told)
        years = (past.split.search_end - past.split.start) / (365.25 * DAY)
        level = plan.protocol.level
        account = lab.ledger.account(past.stretch, level=level)
        return Estimate(
            candidates=total, jobs=told, seconds=seconds,
            judging_seconds=seconds * plan.protocol.copies if plan.method in LEARNS else 0.0, search_years=years,
            vault_days=(past.split.end - past.split.vault_start) / DAY, bars=sum(map(len, past.search.values())),
            smallest_sharpe=smallest_certifiable_sharpe(years, max(1, total), POWER, level=level),
            smallest_sharpe_one=smallest_certifiable_sharpe(years, 1, POWER, level=level), power=POWER, level=level,
            tried_before=account.n_tested, outlook=outlook(plan, jobs, past, account), account=account,
            start=past.split.start, vault_start=past.split.vault_start, end=past.split.end,
            focus=() if focus is None else _regions(focus), learned_from=() if focus is None else focus.runs,
        )  # fmt: skip

    def _of_job(self, plan: Campaign, job: Job, past: History) -> dict[str, Any]:
        optimizer = make_optimizer(plan.method, job.space, budget=plan.max_iterations, seed=0, region=job.region)
        grid = math.inf if isinstance(job.strategy, Generated) else valid_points(job.space)
        return {
            "strategy": job.strategy.name, "candidates": optimizer.planned, "markets": len(job.sleeves),
            "grid": grid if math.isfinite(grid) else None,
            "per_second": self._rate(job, next(iter(past.search.values()))),
        }  # fmt: skip

    def _rate(self, job: Job, bars: Any) -> float:
        """Measured once for histories of about this length; the time of a backtest grows with its bars."""
        key = (job.strategy.fingerprint, round(math.log2(max(1, len(bars)))))
        if key not in self._rates:
            found = screening_rate(job.strategy, bars, workers=self._place.settings.threads, seconds=SECONDS)
            self._rates[key] = found * len(bars)
        return self._rates[key] / len(bars)


def _regions(found: Adapted) -> tuple[dict[str, Any], ...]:
    """Where a campaign begins, a row a parameter."""
    return tuple(
        {"strategy": strategy, "parameter": name, "region": one.wanted, "samples": one.samples, "of": one.of}
        for strategy, part in found.found.items()
        for name, one in part.items()
    )
