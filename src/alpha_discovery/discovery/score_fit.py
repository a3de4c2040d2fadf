"""Scores fitted on cells of a calibration: markets without an edge and planted ones, judged by the lab as it is.

The curve is that of all markets; how reliable it is, is told by curves of half of them, each on the other half (even
and odd seeds). The markets without an edge and the planted ones count equally in sum, whatever their numbers: the prior
is one half.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from alpha_discovery.core.identity import ENGINE_VERSION
from alpha_discovery.discovery.calibration import RULE, Cell
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.truth import Truth
from alpha_discovery.discovery.validation_score import Curve, fitted, reliability
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.errors import UserError
from alpha_discovery.search.methods import make_optimizer

PRIOR = 0.5  # share of markets that hold an edge
ENOUGH = 50  # finalists in a bin that is worth looking at
WITHIN = 0.05
LEAST = 30  # finalists of each sort


@dataclass(frozen=True)
class Judged:
    """One finalist of a calibration, its weight, and whether its true Sharpe ratio is above zero."""

    seed: int
    p: float
    p_vault: float
    is_true: bool
    accepted: bool
    weight: float


def curves(
    cells: Sequence[tuple[Cell, Truth]], campaign: Campaign, *, years: float, least: int = LEAST,
    again: Sequence[tuple[Cell, Truth]] = (),
) -> dict[str, Any]:  # fmt: skip
    """The curves that a calibration supports, with its markets and the reliability of each, as plain JSON values.

    Parameters
    ----------
    again : sequence of (Cell, Truth)
        Second runs on markets, which the vault alone decides; without them there is no curve of that rule.
    least : int
        Finalists of each sort, those with an edge and those without, that a fit rests on at least.

    Raises
    ------
    UserError
        If there are fewer.
    """
    jobs = jobs_of(campaign)
    adaptive = make_optimizer(campaign.method, jobs[0].space, budget=1, seed=0).adaptive
    out = []
    for rule, told in ((Rule.COPIES if adaptive else Rule.WHOLE, cells), (Rule.VAULT, again)):
        if not told:
            continue
        finalists = judged(told)
        for parity in (0, 1):
            true = [one.is_true for one in finalists if one.seed % 2 == parity]
            if min(true.count(True), true.count(False)) < least:
                raise UserError(
                    f"it needs {least} finalists with an edge and {least} without on each half of the markets, found "
                    f"{true.count(True)} and {true.count(False)}; calibrate with more markets of both sorts"
                )
        tested = told[0][0].trials[0].tested
        out.append(fit(finalists, rule=rule, method=campaign.method, years=years, tested=tested, strategies=len(jobs)))
    seeds = {cell.name: [cell.trials[0].seed, cell.trials[-1].seed] for cell, _ in (*cells, *again)}
    return {"engine": ENGINE_VERSION, "judging": RULE, "seeds": seeds, "curves": out}


def judged(cells: Sequence[tuple[Cell, Truth]]) -> list[Judged]:
    """Every finalist of the cells; those of a cell weigh the share of its sort of markets over the number of such."""
    markets = {edge: sum(len(cell.trials) for cell, truth in cells if truth.has_edge is edge) for edge in (True, False)}
    out = []
    for cell, truth in cells:
        share = (PRIOR if truth.has_edge else 1.0 - PRIOR) / markets[truth.has_edge]
        found = [(trial.seed, one) for trial in cell.trials for one in trial.finalists]
        true = truths([one for _, one in found], truth)
        out += [
            Judged(seed, float(one["p"]), float(one["p_vault"]), is_true, one["verdict"] == "accepted", share)
            for (seed, one), is_true in zip(found, true, strict=True)
            if None not in (one["p"], one["p_vault"])
        ]
    return out


def truths(finalists: Sequence[Mapping[str, Any]], truth: Truth) -> list[bool]:
    """Of finalists of a calibration (strategy and parameters) whether the true Sharpe ratio is above zero."""
    out = np.zeros(len(finalists), dtype=np.bool_)
    for strategy in dict.fromkeys(one["strategy"] for one in finalists):
        places = [k for k, one in enumerate(finalists) if one["strategy"] == strategy]
        out[places] = np.array(truth.sharpes(strategy, [finalists[k]["parameters"] for k in places])) > 0.0
    return [bool(one) for one in out]


def fit(
    finalists: Sequence[Judged], *, rule: Rule, method: str, years: float, tested: int, strategies: int
) -> dict[str, Any]:
    """The curve of all markets, and how reliable such a curve is, as plain JSON values.

    ``reliability`` is over all finalists that were weighed, each scored by the curve of the half of the markets that
    its own does not belong to; ``reliability_of_the_accepted`` over those that are reported.
    """
    halves = [[one for one in finalists if one.seed % 2 == rest] for rest in (0, 1)]
    curve, *of_half = (
        Curve(rule.value, method, *fitted(*_columns(some)), years, tested, strategies) for some in (finalists, *halves)
    )
    scored = [(of_half[1 - one.seed % 2].at(one.p, one.p_vault), one) for one in finalists]
    rows = _reliability(scored)
    many = [abs(row["score"] - row["true"]) for row in rows if row["n"] >= ENOUGH]
    return {
        **asdict(curve),
        "prior": PRIOR,
        "finalists": len(finalists),
        "reliability": rows,
        "reliability_of_the_accepted": _reliability([one for one in scored if one[1].accepted]),
        "largest_gap": max(many, default=None),
        "within": bool(many) and max(many) <= WITHIN,
    }


def _columns(finalists: Sequence[Judged]) -> tuple[list[float], list[float], list[bool], list[float]]:
    told = [(one.p, one.p_vault, one.is_true, one.weight) for one in finalists]
    p, p_vault, is_true, weight = (list(column) for column in zip(*told, strict=True))
    return p, p_vault, is_true, weight


def _reliability(scored: Sequence[tuple[float, Judged]]) -> list[dict[str, float]]:
    true, weight = [one.is_true for _, one in scored], [one.weight for _, one in scored]
    return reliability([score for score, _ in scored], true, weight)
