"""The judge: family test, finalists, the vault, the verdict (VALIDATION.md section B, steps 3 to 6).

1. Adjusted p-values of the best candidates of the run, from the StepM over all of them.
2. Finalists: adjusted p at most `finalist_p`, one of each cluster of correlated ones, at most `finalists`.
3. The ledger grants a judging round; the vault opens once and tests the finalists.
4. Fisher's combination of the two independent p-values against the level of the round.
5. Thresholds of interest: what passed but is outside them is not reported.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import Batch, take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.evidence import Part, measure, number
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.screening import Screening, Trials
from alpha_discovery.discovery.sleeves import calendar_of, screen_sleeves, sleeves
from alpha_discovery.validation.cluster import medoids
from alpha_discovery.validation.combine import fisher
from alpha_discovery.validation.stepm import StepMResult
from alpha_discovery.validation.vault import vault_test


class Reason(StrEnum):
    """Why a finalist is not reported; the first that applies."""

    ACCEPTED = "accepted"
    NOT_CONFIRMED = "the search part and the vault together do not rule out luck"
    VAULT_LOSS = "lost money in the vault"
    NOT_INTERESTING = "passed the test, but is outside the thresholds of interest"


@dataclass(frozen=True, eq=False)
class Finalist:
    """A candidate that reached the vault, and what became of it."""

    candidate: int
    trials: Trials
    row: int
    t: float
    p_family: float
    cluster_size: int
    search: Part
    p_vault: float = math.nan
    t_vault: float = math.nan
    p: float = math.nan
    vault: Part | None = None
    full: Part | None = None
    reason: Reason = Reason.NOT_CONFIRMED

    @property
    def batch(self) -> Batch:
        """The candidate's parameters, as a batch of one row."""
        return take(self.trials.batch, np.array([self.row]))


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the judge decided about a run."""

    family: StepMResult
    n_close: int
    finalists: tuple[Finalist, ...]
    round: JudgingRound | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def accepted(self) -> tuple[Finalist, ...]:
        """Finalists that are reported."""
        return tuple(f for f in self.finalists if f.reason is Reason.ACCEPTED)


def judge(campaign: Campaign, history: History, screening: Screening, ledger: Ledger, *, run_id: str) -> Verdict:
    """Judge a finished search; opens the vault only if there is a finalist."""
    result = screening.family.result()
    _note_noise(history, result, ledger)
    chosen = np.flatnonzero(result.p_adjusted <= campaign.protocol.finalist_p)
    if not len(chosen):
        return Verdict(result, 0, ())
    finalists = _finalists(campaign, history, screening, result, chosen)
    round_ = ledger.open_round(history.epoch, [run_id], level=campaign.protocol.level)
    judged = _open_vault(campaign, history, finalists, round_)
    ledger.close_round(round_, {"finalists": len(judged), "accepted": sum(f.reason is Reason.ACCEPTED for f in judged)})
    return Verdict(result, _stood_out(campaign, screening, result, len(chosen)), judged, round_)


def _stood_out(campaign: Campaign, screening: Screening, result: StepMResult, stepped: int) -> int:
    """How many candidates pass the first p: exact by stepping down among the best, by the single step behind them."""
    needed = float(np.quantile(result.maxima, 1.0 - campaign.protocol.finalist_p))
    return max(stepped, sum(int((trials.columns["t"] >= needed).sum()) for trials in screening.trials))


def _note_noise(history: History, result: StepMResult, ledger: Ledger) -> None:
    if result.n_eligible and math.isfinite(result.n_eff):
        ledger.note_noise(history.epoch, n_effective=result.n_eff, noise_reach=result.noise_reach()[1])


def _finalists(
    campaign: Campaign, history: History, screening: Screening, result: StepMResult, chosen: npt.NDArray[np.intp]
) -> tuple[Finalist, ...]:
    """One candidate of each cluster, best p first."""
    found = [screening.find(int(result.ids[k])) for k in chosen]
    returns = _search_returns(campaign, history, found)
    labels, members = medoids(returns, rho=campaign.protocol.cluster_rho)
    members = members[np.argsort(result.p_adjusted[chosen[members]], kind="stable")][: campaign.protocol.finalists]
    out = []
    for member in members:
        trials, row = found[member]
        part = _measured(campaign, history.search, trials, row, screening.periods_per_year)
        k = chosen[member]
        size = int((labels == labels[member]).sum())
        t, p = float(result.t[k]), float(result.p_adjusted[k])
        out.append(Finalist(int(result.ids[k]), trials, row, t, p, size, part))
    return tuple(out)


def _search_returns(
    campaign: Campaign, history: History, found: list[tuple[Trials, int]]
) -> npt.NDArray[np.float32]:
    """Detrended daily returns of the search part, (days, k), in the order of ``found``."""
    calendar = calendar_of(history.search)
    out = np.zeros((len(calendar), len(found)), dtype=np.float32)
    for trials in dict.fromkeys(trials for trials, _ in found):
        columns = np.array([k for k, (owner, _) in enumerate(found) if owner is trials])
        rows = np.array([found[k][1] for k in columns])
        over = sleeves(trials.job.sleeves, history.search, calendar)
        batch = take(trials.batch, rows)
        rules = trials.job.strategy.rules
        for chunk in screen_sleeves(rules, batch, over, campaign.costs, intrabar=campaign.intrabar, workers=1):
            out[:, columns[chunk.rows]] = chunk.adjusted
    return out


def _measured(
    campaign: Campaign, bars: Any, trials: Trials, row: int, periods_per_year: float, *, begin: int | None = None
) -> Part:
    over = sleeves(trials.job.sleeves, bars, calendar_of(bars, begin=begin), begin=begin)
    batch = take(trials.batch, np.array([row]))
    strategy = trials.job.strategy
    return measure(
        strategy, batch, over, campaign.costs, intrabar=campaign.intrabar, periods_per_year=periods_per_year
    )


def _open_vault(
    campaign: Campaign, history: History, finalists: tuple[Finalist, ...], round_: JudgingRound
) -> tuple[Finalist, ...]:
    bars = history.open_vault(round_)
    per_year = next(iter(bars.values())).periods_per_year
    start = history.split.vault_start
    parts = [_measured(campaign, bars, f.trials, f.row, per_year, begin=start) for f in finalists]
    seed = int(content_hash("vault", history.epoch, round_.number)[:8], 16)
    t, p_vault = vault_test(np.stack([part.adjusted for part in parts], axis=1), rng=seed)
    judged = []
    for k, (finalist, part) in enumerate(zip(finalists, parts, strict=True)):
        p = fisher(finalist.p_family, float(p_vault[k]))
        full = _measured(campaign, bars, finalist.trials, finalist.row, per_year)
        reason = _reason(campaign, p, round_.level, part, full)
        judged.append(
            Finalist(
                finalist.candidate, finalist.trials, finalist.row, finalist.t, finalist.p_family, finalist.cluster_size,
                finalist.search, float(p_vault[k]), float(t[k]), p, part, full, reason,
            )
        )  # fmt: skip
    return tuple(judged)


def _reason(campaign: Campaign, p: float, level: float, vault: Part, full: Part) -> Reason:
    if p > level:
        return Reason.NOT_CONFIRMED
    if not number(vault.metrics["adjusted_sharpe"]) > 0.0:
        return Reason.VAULT_LOSS
    wanted, metrics = campaign.thresholds, full.metrics
    interesting = (
        number(metrics["sharpe_ratio"]) >= wanted.min_sharpe_ratio
        and number(metrics["profit_factor"]) >= wanted.min_profit_factor
        and number(metrics["max_drawdown"]) <= wanted.max_drawdown
    )
    return Reason.ACCEPTED if interesting else Reason.NOT_INTERESTING
