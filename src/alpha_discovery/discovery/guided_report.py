"""How well a guide ranked what it let through: measured after the search, on candidates that it had not seen."""

from __future__ import annotations

from typing import Any

from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.meta_learner import ranks_of, spearman
from alpha_discovery.discovery.screening import Trials


def guide_report(trials: Trials) -> dict[str, Any] | None:
    """What the guide rests on, and its rank correlation in this run; None where none was at work.

    What it dropped was not tried, so the correlation is that among the better half and a few drawn by lot: lower than
    among all.
    """
    over = trials.job.guide
    if over is None or not len(trials):
        return None
    found = spearman(over.guess(trials.batch).mean, ranks_of(trials.columns["t"]))
    told = over.guide
    return {
        "why": told.why, "correlations": list(told.correlations), "rows": told.rows, "runs": list(told.runs),
        **jsonable({"correlation_here": found}),
    }  # fmt: skip
