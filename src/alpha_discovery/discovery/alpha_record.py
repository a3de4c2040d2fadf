"""The record of an accepted alpha: all that is needed to recompute it, and its evidence as plain values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from alpha_discovery.core.identity import ENGINE_VERSION, content_hash
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.context import alpha_context, search_context, variants_context
from alpha_discovery.discovery.evidence import jsonable, number, reported_beside
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.judge import Finalist, Verdict
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.discovery.regime_days import most_common
from alpha_discovery.discovery.screening import Screening
from alpha_discovery.discovery.validation_score import Scores
from alpha_discovery.validation.combine import fisher


def alpha_records(
    campaign: Campaign, past: History, screening: Screening, verdict: Verdict, *,
    run_of: Callable[[Finalist], str], now: datetime, scores: Scores,
) -> tuple[AlphaRecord, ...]:
    """Records of everything that a verdict accepted, in its order; ``run_of`` says whose find each is."""
    if not verdict.accepted:
        return ()
    context = search_context(screening, verdict.family)
    years = (past.split.end - past.split.start) / (365.25 * DAY)
    out = []
    for finalist in verdict.accepted:
        score = scores.score(finalist.p, finalist.p_vault, rule=verdict.rule.value, years=years)
        evidence = _evidence(finalist, verdict, screening, past, context)
        evidence["score"] = None if score is None else score.to_json()
        assert finalist.vault is not None
        evidence["regimes"] = {"search": finalist.search.regimes, "vault": finalist.vault.regimes}
        evidence["regime_detector"] = campaign.regimes
        out.append(_alpha(campaign, past, finalist, run_of(finalist), now, evidence))
    return tuple(out)


def _alpha(
    campaign: Campaign, past: History, finalist: Finalist, run_id: str, now: datetime, evidence: dict[str, Any]
) -> AlphaRecord:
    job = finalist.trials.job
    assert finalist.vault is not None
    assert finalist.full is not None
    parameters = job.strategy.complete(job.space.decode(finalist.trials.batch, finalist.row))
    market = {
        "sleeves": [list(sleeve) for sleeve in job.sleeves],
        "timeframe": campaign.timeframe,
        "venue": campaign.venue,
        "intrabar": campaign.intrabar,
        **past.market,
    }
    if campaign.timeframe_detail is not None:
        market["detail"] = campaign.timeframe_detail
    metrics = {"search": finalist.search.metrics, "vault": finalist.vault.metrics, "full": finalist.full.metrics}
    rules = job.strategy.rules.to_json()
    identity = (rules, parameters, campaign.costs.to_json(), market, ENGINE_VERSION)
    full, score = finalist.full.metrics, evidence["score"]
    return AlphaRecord(
        id=content_hash(*identity)[:32],
        discovery_run_id=run_id,
        strategy_type=job.strategy.name,
        strategy_name=f"{job.strategy.name} on {', '.join('/'.join(sleeve) for sleeve in job.sleeves)}",
        parameters=parameters,
        rules=rules,
        costs=campaign.costs.to_json(),
        market=market,
        metrics=metrics,
        evidence=evidence,
        engine_version=ENGINE_VERSION,
        sharpe_ratio=number(full["sharpe_ratio"]),
        total_return=number(full["total_return"]),
        max_drawdown=number(full["max_drawdown"]),
        win_rate=number(full["win_rate"]),
        profit_factor=number(full["profit_factor"]),
        in_sample_sharpe=finalist.search.metrics["sharpe_ratio"],
        out_sample_sharpe=finalist.vault.metrics["sharpe_ratio"],
        validation_score=None if score is None else score["value"],
        tested_symbols=tuple(dict.fromkeys(key for sleeve in job.sleeves for key in sleeve)),
        timeframe=campaign.timeframe,
        discovered_at=now,
        market_regime=most_common(evidence["regimes"]["vault"]),
    )


def _evidence(
    finalist: Finalist, verdict: Verdict, screening: Screening, past: History, context: dict[str, Any]
) -> dict[str, Any]:
    assert verdict.round is not None
    assert finalist.vault is not None
    family = verdict.family
    mean, high = family.noise_reach()
    return {
        "family": jsonable(
            {
                "test": verdict.test, "copies": None if verdict.test == "stepm" else len(family.maxima),
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
                "rule": verdict.rule.value, "t": finalist.t_full, "tried_before": verdict.earlier,
                "fisher": fisher(finalist.p_family, finalist.p_vault),
            }
        ),
        "beside": reported_beside(finalist.search, screening.periods_per_year),
        "context": {
            "search": context,
            "alpha": alpha_context(finalist.search, screening, family, finalist.p_family),
            "variants": variants_context(finalist.trials, finalist.t, screening),
        },
        "fragility": finalist.fragility,
    }  # fmt: skip
