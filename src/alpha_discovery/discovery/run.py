"""A discovery run from campaign to stored alphas.

1. Resolve strategies and markets, cut off the vault, store the run.
2. Search; each batch is counted in the ledger before its results are used.
3. Judge; store the alphas with their evidence; close the run.
"""

from __future__ import annotations

import math
import resource
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.clock import Clock
from alpha_discovery.core.identity import ENGINE_VERSION, content_hash
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.evidence import jsonable, number, reported_beside
from alpha_discovery.discovery.funnel import funnel, rejections, usual_gate
from alpha_discovery.discovery.history import History, campaign_bars, history
from alpha_discovery.discovery.jobs import Job, embargo, jobs_of, market_keys
from alpha_discovery.discovery.judge import Finalist, Verdict, judge
from alpha_discovery.discovery.ports import Alphas, Ledger, MarketData, Runs
from alpha_discovery.discovery.records import AlphaRecord, LedgerEntry, RunRecord, RunState
from alpha_discovery.discovery.screening import Counted, Screening, run_screening
from alpha_discovery.validation.deflated import smallest_certifiable_sharpe


@dataclass(frozen=True)
class Lab:
    """What a run needs around it."""

    market_data: MarketData
    runs: Runs
    alphas: Alphas
    ledger: Ledger
    clock: Clock
    transaction: Callable[[], AbstractContextManager[object]] = nullcontext  # all or nothing


@dataclass(frozen=True, eq=False)
class Discovery:
    """A finished run: its record, the alphas, and everything that was tried."""

    record: RunRecord
    alphas: tuple[AlphaRecord, ...]
    verdict: Verdict
    screening: Screening

    def to_frame(self) -> pd.DataFrame:
        """Every candidate: strategy, parameters, metrics, t."""
        frames = []
        for trials in self.screening.trials:
            frame = pd.DataFrame({**trials.batch, **trials.columns})
            frame.insert(0, "strategy", trials.job.strategy.name)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def __repr__(self) -> str:
        found = f"{len(self.alphas)} alphas" if self.alphas else "nothing passed"
        return f"<Discovery {self.record.id[:12]}: {self.record.strategies_tested:,} tried, {found}>"

    def _repr_html_(self) -> str:
        cells = [(escape(stage), f"{count:,}", escape(why)) for stage, count, why in self.funnel]
        rows = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
        head = "<tr><th>stage</th><th>left</th><th>asked</th></tr>"
        return f"<b>{escape(repr(self))}</b><table>{head}{rows}</table>"

    @property
    def funnel(self) -> tuple[tuple[str, int, str], ...]:
        """Stages with how many candidates reached them."""
        return self.record.funnel


def discover(
    campaign: Campaign,
    lab: Lab,
    *,
    workers: int = 1,
    progress: Callable[[Counted], None] = lambda _: None,
) -> Discovery:
    """Run a campaign.

    Raises
    ------
    UserError, NotFound
        Before anything is stored, if the campaign cannot be run on the data at hand.
    """
    jobs = jobs_of(campaign)
    past = load_history(campaign, jobs, lab.market_data)
    record = _started(campaign, past, lab, workers)
    lab.runs.add(record)
    try:
        counted = _counter(campaign, record, lab, progress)
        screening = run_screening(campaign, past, jobs, workers=workers, counted=counted)
        verdict = judge(campaign, past, screening, lab.ledger, run_id=record.id)
        alphas = tuple(_alpha(campaign, past, record, finalist, verdict, lab) for finalist in verdict.accepted)
        record = _finished(campaign, past, lab, lab.runs.get(record.id), screening, verdict)
        with lab.transaction():
            for alpha in alphas:
                lab.alphas.add(alpha)
            lab.runs.update(record)
    except BaseException as error:
        state = RunState.STOPPED if isinstance(error, KeyboardInterrupt) else RunState.FAILED
        last = lab.runs.get(record.id)
        lab.runs.update(replace(last, state=state, end_time=lab.clock.now(), error_message=str(error)))
        raise
    return Discovery(record, alphas, verdict, screening)


def load_history(campaign: Campaign, jobs: tuple[Job, ...], market_data: MarketData) -> History:
    """The campaign's bars, cut into search part and vault."""
    bars = {key: _load(key, campaign, market_data) for key in market_keys(jobs)}
    return history(campaign_bars(campaign, bars), campaign.protocol, embargo_bars=embargo(jobs))


def _load(key: str, campaign: Campaign, market_data: MarketData) -> Bars:
    symbol, _, venue = key.partition("@")
    return market_data.load(symbol, campaign.timeframe, venue or campaign.venue)


def _started(campaign: Campaign, past: History, lab: Lab, workers: int) -> RunRecord:
    now = lab.clock.now()
    return RunRecord(
        id=content_hash(campaign.fingerprint, past.fingerprint, now.isoformat())[:32],
        campaign=campaign.to_json(),
        campaign_hash=campaign.fingerprint,
        data_hash=past.fingerprint,
        epoch=past.epoch,
        state=RunState.RUNNING,
        start_time=now,
        strategy_types=campaign.strategies,
        optimization_method=campaign.method,
        max_iterations=campaign.max_iterations,
        parallel_workers=workers,
        report={"split": past.split.to_json(), "markets": past.fingerprints},
    )


def _counter(
    campaign: Campaign, record: RunRecord, lab: Lab, progress: Callable[[Counted], None]
) -> Callable[[Counted], None]:
    """Counts each batch in the ledger, then tells who watches."""

    def counted(batch: Counted) -> None:
        now = lab.clock.now()
        entry = LedgerEntry(
            record.epoch, record.id, batch.strategy, campaign.method, batch.batch, batch.n_tested, batch.n_eligible, now
        )
        best = batch.best_sharpe if math.isfinite(batch.best_sharpe) else None
        with lab.transaction():
            lab.ledger.record(entry)
            lab.runs.update(replace(record, strategies_tested=batch.done, best_sharpe=best))
        progress(batch)

    return counted


def _finished(
    campaign: Campaign, past: History, lab: Lab, record: RunRecord, screening: Screening, verdict: Verdict
) -> RunRecord:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    unit = 2**30 if sys.platform == "darwin" else 2**20  # ru_maxrss is bytes there, kibibytes elsewhere
    columns = [trials.columns for trials in screening.trials]
    returns = np.concatenate([c["total_return"] for c in columns]) if columns else np.zeros(0)
    report = {
        **record.report,
        "noise": noise_report(screening, verdict),
        "usual_gate": usual_gate(campaign, screening),
        "rejections": [list(row) for row in rejections(campaign, screening, verdict)],
        "jobs": [_job_report(trials) for trials in screening.trials],
        "finalists": [_finalist_report(finalist) for finalist in verdict.finalists],
        "round": None if verdict.round is None else {"number": verdict.round.number, "level": verdict.round.level},
    }
    return replace(
        record,
        state=RunState.COMPLETED,
        end_time=lab.clock.now(),
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
        "tested": len(trials),
        "eligible": int(trials.columns["eligible"].sum()),
        "best": None if best is None else _row(trials, best),
    }


def _row(trials: Any, row: int) -> dict[str, Any]:
    values = {name: float(column[row]) for name, column in trials.columns.items()}
    return {"parameters": trials.job.space.decode(trials.batch, row), **jsonable(values)}


def _finalist_report(finalist: Finalist) -> dict[str, Any]:
    """What may be shown of a finalist: of the vault only whether the two parts together sufficed."""
    return {
        "strategy": finalist.trials.job.strategy.name,
        "parameters": finalist.trials.job.space.decode(finalist.trials.batch, finalist.row),
        "t": finalist.t,
        "p_family": finalist.p_family,
        "cluster_size": finalist.cluster_size,
        "search": finalist.search.metrics,
        "verdict": finalist.reason.name.lower(),
        "reason": finalist.reason.value,
    }


def _alpha(
    campaign: Campaign, past: History, record: RunRecord, finalist: Finalist, verdict: Verdict, lab: Lab
) -> AlphaRecord:
    job = finalist.trials.job
    assert finalist.vault is not None
    assert finalist.full is not None
    assert verdict.round is not None
    parameters = job.strategy.complete(job.space.decode(finalist.trials.batch, finalist.row))
    per_year = next(iter(past.search.values())).periods_per_year
    market = {
        "sleeves": [list(sleeve) for sleeve in job.sleeves],
        "timeframe": campaign.timeframe,
        "venue": campaign.venue,
        "intrabar": campaign.intrabar,
        "split": vars(past.split),
        "fingerprints": past.fingerprints,
    }
    metrics = {"search": finalist.search.metrics, "vault": finalist.vault.metrics, "full": finalist.full.metrics}
    rules = job.strategy.rules.to_json()
    identity = (rules, parameters, campaign.costs.to_json(), market, ENGINE_VERSION)
    full = finalist.full.metrics
    return AlphaRecord(
        id=content_hash(*identity)[:32],
        discovery_run_id=record.id,
        strategy_type=job.strategy.name,
        strategy_name=f"{job.strategy.name} on {', '.join('/'.join(sleeve) for sleeve in job.sleeves)}",
        parameters=parameters,
        rules=rules,
        costs=campaign.costs.to_json(),
        market=market,
        metrics=metrics,
        evidence=_evidence(finalist, verdict, past, per_year),
        engine_version=ENGINE_VERSION,
        sharpe_ratio=number(full["sharpe_ratio"]),
        total_return=number(full["total_return"]),
        max_drawdown=number(full["max_drawdown"]),
        win_rate=number(full["win_rate"]),
        profit_factor=number(full["profit_factor"]),
        in_sample_sharpe=finalist.search.metrics["sharpe_ratio"],
        out_sample_sharpe=finalist.vault.metrics["sharpe_ratio"],
        validation_score=None,
        tested_symbols=tuple(dict.fromkeys(key for sleeve in job.sleeves for key in sleeve)),
        timeframe=campaign.timeframe,
        discovered_at=lab.clock.now(),
    )


def _evidence(finalist: Finalist, verdict: Verdict, past: History, per_year: float) -> dict[str, Any]:
    assert verdict.round is not None
    assert finalist.vault is not None
    family = verdict.family
    mean, high = family.noise_reach()
    return {
        "family": jsonable(
            {
                "t": finalist.t, "p": finalist.p_family, "n_tested": family.n_tested, "n_eligible": family.n_eligible,
                "n_effective": family.n_eff, "critical_t": family.critical_value, "noise_mean_t": mean,
                "noise_95_t": high, "cluster_size": finalist.cluster_size,
            }
        ),
        "vault": jsonable(
            {"t": finalist.t_vault, "p": finalist.p_vault, "days": finalist.vault.metrics["n_days"]}
        ),
        "combined": jsonable(
            {
                "p": finalist.p, "level": verdict.round.level, "round": verdict.round.number, "epoch": past.epoch,
            }
        ),
        "beside": reported_beside(finalist.search, per_year),
    }  # fmt: skip


def campaign_from(record: RunRecord | Mapping[str, Any]) -> Campaign:
    """The campaign of a stored run."""
    return Campaign.from_json(record.campaign if isinstance(record, RunRecord) else record)
