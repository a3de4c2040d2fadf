"""The verdict on a run in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alpha_discovery.discovery.evidence import number
from alpha_discovery.discovery.judge import Reason
from alpha_discovery.discovery.records import AlphaRecord, RunRecord
from alpha_discovery.reports.words import count, plural, ratio


def verdict_sentence(record: RunRecord, alphas: Sequence[AlphaRecord]) -> str:
    """What came of a run, and what luck alone would have reached."""
    noise = record.report["noise"]
    if not noise["n_eligible"]:
        return f"Nothing could be judged: {_inactive(record)}."
    luck = (
        f"luck alone reaches {ratio(noise['noise_mean_sharpe'], 1)} on average in a search like this, and "
        f"{ratio(noise['noise_95_sharpe'], 1)} in one of twenty"
    )
    if alphas:
        return f"{_passed(alphas, noise)}; {luck}."
    best = ratio(noise["best_sharpe"], 1)
    failed = _not_confirmed(record.report["finalists"])
    tried = f"the best of {count(noise['n_tested'])} configurations reached an adjusted Sharpe of {best}"
    return f"Nothing passed: {tried}; {luck}{failed}."


def _inactive(record: RunRecord) -> str:
    asked = next((why for stage, _, why in record.funnel if stage == "active enough"), "enough trades")
    tried = plural(record.report["noise"]["n_tested"], "configuration")
    return f"none of {tried} was active enough ({asked})"


def _passed(alphas: Sequence[AlphaRecord], noise: dict[str, Any]) -> str:
    best = min(alphas, key=lambda alpha: number(alpha.evidence["combined"]["p"]))
    search, vault = (ratio(best.metrics[part]["adjusted_sharpe"], 1) for part in ("search", "vault"))
    name = f"the surest, {best.strategy_name}," if len(alphas) > 1 else best.strategy_name
    return (
        f"{plural(len(alphas), 'alpha')} passed out of {count(noise['n_tested'])} configurations: {name} reached an "
        f"adjusted Sharpe of {search} in the search part and {vault} in the vault, which the search never saw"
    )


def _not_confirmed(finalists: Sequence[dict[str, Any]]) -> str:
    if not finalists:
        return ""
    dull = sum(one["verdict"] == Reason.NOT_INTERESTING.name.lower() for one in finalists)
    if dull:
        return f"; {plural(dull, 'finalist')} passed the test but lies outside the thresholds of interest"
    return f"; the vault confirmed none of {plural(len(finalists), 'finalist')}"
