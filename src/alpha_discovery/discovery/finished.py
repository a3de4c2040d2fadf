"""What a finished run leaves in its record: what was tried, what luck reaches, what became of each finalist."""

from __future__ import annotations

import math
import resource
import sys
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np

from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.context import alpha_context, search_context
from alpha_discovery.discovery.evidence import jsonable, reported_beside
from alpha_discovery.discovery.front import front_report
from alpha_discovery.discovery.funnel import funnel, rejections, usual_gate
from alpha_discovery.discovery.guided_report import guide_report
from alpha_discovery.discovery.judge import Finalist, Verdict
from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.discovery.screening import Screening
from alpha_discovery.discovery.turns import turns
from alpha_discovery.validation.deflated import smallest_certifiable_sharpe


def finished(
    campaign: Campaign, record: RunRecord, screening: Screening, verdict: Verdict, *, now: datetime
) -> RunRecord:
    """The record of a run that is over: its counts, its best, and a report that needs no recomputation."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    unit = 2**30 if sys.platform == "darwin" else 2**20  # ru_maxrss is bytes there, kibibytes elsewhere
    columns = [trials.columns for trials in screening.trials]
    returns = np.concatenate([c["total_return"] for c in columns]) if columns else np.zeros(0)
    returns = returns[np.isfinite(returns)]  # none of a candidate that a short look dropped
    report = {
        **record.report,
        "noise": noise_report(screening, verdict),
        "context": search_context(screening, verdict.family),
        "usual_gate": usual_gate(campaign, screening),
        "rejections": [list(row) for row in rejections(campaign, screening, verdict)],
        "jobs": [_job_report(trials) for trials in screening.trials],
        "finalists": [finalist_report(finalist, screening, verdict) for finalist in verdict.finalists],
        "round": None if verdict.round is None else {"number": verdict.round.number, "level": verdict.round.level},
    }
    return replace(
        record,
        state=RunState.COMPLETED,
        end_time=now,
        profitable_found=len(verdict.accepted),
        best_return=float(returns.max()) if len(returns) else None,
        cpu_hours=(usage.ru_utime + usage.ru_stime) / 3600.0,
        memory_peak_gb=usage.ru_maxrss / unit,
        funnel=funnel(campaign, screening, verdict),
        report=report,
    )


def noise_report(screening: Screening, verdict: Verdict) -> dict[str, Any]:
    """What luck alone reaches in a search like this one, beside what was reached (annual Sharpe ratios, detrended)."""
    family, years = verdict.family, screening.n_periods / screening.periods_per_year
    mean, high = family.noise_reach()
    best = float(family.t[0]) if len(family.t) else math.nan
    certifiable = {
        f"power_{power:.0%}".rstrip("%"): smallest_certifiable_sharpe(years, max(1.0, family.n_eff), power)
        for power in (0.5, 0.8)
    }
    return jsonable(
        {
            "years": years,
            "n_tested": family.n_tested,
            "n_eligible": family.n_eligible,
            "n_effective": family.n_eff,
            "critical_t": family.critical_value,
            "best_t": best,
            "best_p": float(family.p_adjusted[0]) if len(family.t) else math.nan,
            "best_sharpe": best / math.sqrt(years),
            "noise_mean_sharpe": mean / math.sqrt(years),
            "noise_95_sharpe": high / math.sqrt(years),
            **certifiable,
        }
    )


def _job_report(trials: Any) -> dict[str, Any]:
    sharpe = trials.columns["sharpe_ratio"]
    best = int(np.nanargmax(sharpe)) if np.isfinite(sharpe).any() else None
    return {
        "strategy": trials.job.strategy.name,
        "sleeves": [list(sleeve) for sleeve in trials.job.sleeves],
        "plan": trials.plan,
        "until": None if trials.job.until is None else repr(trials.job.until),
        "tested": len(trials),
        "eligible": int(trials.columns["eligible"].sum()),
        "best": None if best is None else _row(trials, best),
        "turns": turns(trials.log),
        "front": front_report(trials),
        "guide": guide_report(trials),
    }


def _row(trials: Any, row: int) -> dict[str, Any]:
    trials, row = trials.found(row)
    values = {name: float(column[row]) for name, column in trials.columns.items()}
    parameters = trials.job.space.decode(trials.batch, row)
    rule = trials.job.strategy.rules.describe(parameters)
    return {"parameters": parameters, "rule": rule, **jsonable(values)}


def finalist_report(finalist: Finalist, screening: Screening, verdict: Verdict) -> dict[str, Any]:
    """What may be shown of a finalist: of the vault only whether the two parts together sufficed.

    ``context`` and ``beside`` are about the search part alone; ``failed`` names the kill tests that demoted it.
    """
    return {
        "strategy": finalist.trials.job.strategy.name,
        "parameters": (values := finalist.trials.job.space.decode(finalist.trials.batch, finalist.row)),
        "rule": finalist.trials.job.strategy.rules.describe(values),
        "t": finalist.t,
        "p_family": finalist.p_family,
        "cluster_size": finalist.cluster_size,
        "search": finalist.search.metrics,
        "context": alpha_context(finalist.search, screening, verdict.family, finalist.p_family),
        "beside": reported_beside(finalist.search, screening.periods_per_year),
        "failed": list((finalist.fragility or {}).get("failed", ())),
        "verdict": finalist.reason.name.lower(),
        "reason": finalist.reason.value,
    }
