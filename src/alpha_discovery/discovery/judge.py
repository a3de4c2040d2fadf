"""The judge: family test, finalists, the vault, the verdict (VALIDATION.md section B, steps 3 to 7).

1. Family-wise p-values of the best candidates: over all of them, or from the search run again on null markets.
2. Finalists: p at most `finalist_p`, one of each cluster of correlated ones, at most `finalists`.
3. The ledger grants a judging round; the vault opens once and tests the finalists.
4. Fisher's combination of the two independent p-values against the level of the round.
5. Thresholds of interest, then kill tests: what passed but is outside or fragile is not reported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import Batch, take
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.evidence import Part, measure, number
from alpha_discovery.discovery.family_test import STEPM, Replicate, family_test, reaching, stood_out
from alpha_discovery.discovery.fragility import Subject, kill_tests
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
    FRAGILE = "passed the test, but a small change of the world takes the profit away"


CONFIRMED = (Reason.ACCEPTED, Reason.NOT_INTERESTING, Reason.FRAGILE)


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
    fragility: Mapping[str, Any] | None = None
    reason: Reason = Reason.NOT_CONFIRMED

    @property
    def batch(self) -> Batch:
        """The candidate's parameters, as a batch of one row."""
        return take(self.trials.batch, np.array([self.row]))


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the judge decided.

    ``family`` is the result of ``test``: of the StepM, or of the replication test in the same form.
    """

    family: StepMResult
    n_close: int
    finalists: tuple[Finalist, ...]
    round: JudgingRound | None = None
    test: str = STEPM
    notes: tuple[str, ...] = field(default=())

    @property
    def accepted(self) -> tuple[Finalist, ...]:
        """Finalists that are reported."""
        return tuple(f for f in self.finalists if f.reason is Reason.ACCEPTED)


def judge(
    campaign: Campaign,
    history: History,
    screening: Screening,
    ledger: Ledger,
    *,
    run_ids: Sequence[str],
    replicate: Replicate,
) -> Verdict:
    """Judge a finished search, or several that became one family; opens the vault only if there is a finalist.

    Parameters
    ----------
    campaign : Campaign
        Of the search; of several, what all have in common: costs, protocol, thresholds.
    run_ids : sequence of str
        The runs that this judging round is for: one round, one charge.
    replicate : callable
        Runs the whole search again on null markets; called only if the search learned from its results.
    """
    test, family = family_test(screening, replicate)
    _note_noise(history, family, ledger)
    chosen = np.flatnonzero(reaching(family, campaign.protocol.finalist_p))
    if not len(chosen):
        return Verdict(family, 0, (), test=test)
    finalists = _finalists(campaign, history, screening, family, chosen)
    round_ = ledger.open_round(history.epoch, list(run_ids), level=campaign.protocol.level)
    judged = _open_vault(campaign, history, finalists, round_)
    ledger.close_round(round_, {"finalists": len(judged), "accepted": sum(f.reason is Reason.ACCEPTED for f in judged)})
    return Verdict(family, stood_out(screening, family, campaign.protocol.finalist_p), judged, round_, test)


def _note_noise(history: History, family: StepMResult, ledger: Ledger) -> None:
    if family.n_eligible and len(family.maxima) and math.isfinite(family.n_eff):
        ledger.note_noise(history.epoch, n_effective=family.n_eff, noise_reach=family.noise_reach()[1])


def _finalists(
    campaign: Campaign, history: History, screening: Screening, family: StepMResult, chosen: npt.NDArray[np.intp]
) -> tuple[Finalist, ...]:
    """One candidate of each cluster, best p first."""
    ids, t, p = family.ids, family.t, family.p_adjusted
    found = [screening.find(int(ids[k])) for k in chosen]
    returns = _search_returns(campaign, history, found)
    labels, members = medoids(returns, rho=campaign.protocol.cluster_rho)
    members = members[np.argsort(p[chosen[members]], kind="stable")][: campaign.protocol.finalists]
    out = []
    for member in members:
        trials, row = found[member]
        part = _measured(campaign, history.search, trials, row)
        k = chosen[member]
        size = int((labels == labels[member]).sum())
        out.append(Finalist(int(ids[k]), trials, row, float(t[k]), float(p[k]), size, part))
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
    campaign: Campaign, bars: Mapping[str, Bars], trials: Trials, row: int, *, begin: int | None = None
) -> Part:
    over = sleeves(trials.job.sleeves, bars, calendar_of(bars, begin=begin), begin=begin)
    return measure(
        trials.job.strategy, take(trials.batch, np.array([row])), over, campaign.costs,
        intrabar=campaign.intrabar, periods_per_year=_year(bars),
    )  # fmt: skip


def _open_vault(
    campaign: Campaign, history: History, finalists: tuple[Finalist, ...], round_: JudgingRound
) -> tuple[Finalist, ...]:
    bars = history.open_vault(round_)
    start = history.split.vault_start
    parts = [_measured(campaign, bars, f.trials, f.row, begin=start) for f in finalists]
    seed = int(content_hash("vault", history.epoch, round_.number)[:8], 16)
    t, p_vault = vault_test(np.stack([part.adjusted for part in parts], axis=1), rng=seed)
    judged = []
    for k, (finalist, part) in enumerate(zip(finalists, parts, strict=True)):
        tested = replace(
            finalist, p_vault=float(p_vault[k]), t_vault=float(t[k]), vault=part,
            p=fisher(finalist.p_family, float(p_vault[k])),
            full=_measured(campaign, bars, finalist.trials, finalist.row),
        )  # fmt: skip
        tested = replace(tested, reason=_reason(campaign, tested, round_.level))
        judged.append(_stressed(campaign, bars, tested) if tested.reason is Reason.ACCEPTED else tested)
    return tuple(judged)


def _reason(campaign: Campaign, finalist: Finalist, level: float) -> Reason:
    assert finalist.vault is not None
    assert finalist.full is not None
    if finalist.p > level:
        return Reason.NOT_CONFIRMED
    if not number(finalist.vault.metrics["adjusted_sharpe"]) > 0.0:
        return Reason.VAULT_LOSS
    wanted, metrics = campaign.thresholds, finalist.full.metrics
    interesting = (
        number(metrics["sharpe_ratio"]) >= wanted.min_sharpe_ratio
        and number(metrics["profit_factor"]) >= wanted.min_profit_factor
        and number(metrics["max_drawdown"]) <= wanted.max_drawdown
    )
    return Reason.ACCEPTED if interesting else Reason.NOT_INTERESTING


def _stressed(campaign: Campaign, bars: Mapping[str, Bars], finalist: Finalist) -> Finalist:
    """The finalist with its kill tests; demoted if one of them fails."""
    job = finalist.trials.job
    subject = Subject(
        job.strategy, job.space, finalist.batch, job.sleeves, bars, campaign.costs, campaign.intrabar, _year(bars)
    )
    found = kill_tests(subject)
    return replace(finalist, fragility=found, reason=Reason.FRAGILE if found["failed"] else Reason.ACCEPTED)


def _year(bars: Mapping[str, Bars]) -> float:
    """Accounting periods a year."""
    return next(iter(bars.values())).periods_per_year
