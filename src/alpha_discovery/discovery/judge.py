"""The judge: family test, finalists, the vault, the verdict (VALIDATION.md section B, steps 3 to 7).

1. The ledger grants and charges a judging round. A judging whose rule reads the search part is charged even if nothing
   comes near, or the first look would be free; where the vault alone counts it is charged once there is a finalist.
2. Family-wise p-values of the best candidates on the search part: over all of them, or from the search run again on
   copies of the market without an edge.
3. Finalists: p at most `finalist_p`, in clusters of correlated ones, at most `finalists` clusters.
4. One p-value a finalist, by the rule that fits how it was chosen (see `weighing`), against the level of the round.
5. Thresholds of interest, then kill tests: what passed but is outside or fragile is not reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from alpha_discovery.discovery.across_epochs import told_p
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.family_test import (
    REPLICATION,
    Copies,
    Replicate,
    against_copies,
    copies_for,
    fitting_test,
    reaching,
    stood_out,
)
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.judging_round import Places, Round
from alpha_discovery.discovery.looked_at import searched_returns
from alpha_discovery.discovery.ports import Ledger
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.screening import Screening
from alpha_discovery.discovery.verdict import CONFIRMED, Finalist, Reason, Verdict
from alpha_discovery.discovery.weighing import FACED, Rule, rule_for
from alpha_discovery.validation.cluster import medoids
from alpha_discovery.validation.stepm import StepMResult

__all__ = ["CONFIRMED", "Finalist", "Reason", "Verdict", "judge"]


def judge(
    campaign: Campaign,
    history: History,
    screening: Screening,
    ledger: Ledger,
    *,
    run_ids: Sequence[str],
    replicate: Replicate,
    same: Sequence[str] = (),
    shared: int = 0,
    attend: Callable[[], None] = lambda: None,
) -> Verdict:
    """Judge a finished search, or several that became one family; the vault opens only if there is a finalist.

    Parameters
    ----------
    campaign : Campaign
        Of the search; of several, what all have in common: costs, protocol, thresholds.
    run_ids : sequence of str
        The runs that this judging round is for: one round, one charge.
    replicate : callable
        Runs the whole search again on null markets; called only if the search learned from its results.
    same : sequence of str
        Other runs of the very same campaign: they tried the same list, so nothing was learned from them.
    shared : int
        Candidates that one of the runs tried of a strategy which a later one of them tried again.
    attend : callable
        Called between steps; may raise to end the judging. One that is begun again opens the same round.
    """
    ledger.enter(history.stretch)
    attend()
    found = screening.family.result()
    learned = tuple(dict.fromkeys((*screening.strategies, *campaign.focus.learned_from)))
    earlier = ledger.tried(history.epoch, learned, besides=[*run_ids, *same]) + shared
    test = fitting_test(screening, found)
    verdict = Verdict(found, 0, (), test=test, rule=rule_for(test, earlier), earlier=earlier)
    if not len(found.t):
        return verdict
    protocol = campaign.protocol
    round_: JudgingRound | None = None
    if verdict.rule is not Rule.VAULT:
        round_ = ledger.open_round(history.epoch, list(run_ids), level=protocol.level)
    if test == REPLICATION:
        copies = _replicated(campaign, history, verdict, replicate, round_, ledger)
        family = against_copies(found, copies, alpha=screening.family.alpha)
        verdict = replace(verdict, family=family, copies=copies)
    _note_noise(history, verdict.family, ledger)
    chosen = _chosen(verdict, protocol.finalist_p)
    if round_ is None:  # the vault alone decides: each list that was tried on its bars is one more try
        if not len(chosen):
            return verdict
        others = ledger.tried(history.epoch, learned, besides=[*run_ids, *same], in_vault=True)
        round_ = ledger.open_round(history.epoch, list(run_ids), level=protocol.level / (1 + others))
    clusters = _clusters(campaign, history, screening, verdict.family, chosen) if len(chosen) else []
    judged: tuple[Finalist, ...] = ()
    if clusters:
        bars = history.open_vault(round_, ledger)
        judged = Round(campaign, history, screening, verdict, round_, bars, attend).judged(clusters)
    accepted = [one.p for one in judged if one.reason is Reason.ACCEPTED]
    p = told_p(accepted, level=protocol.level, round_=round_)
    ledger.close_round(round_, {"finalists": len(judged), "accepted": len(accepted), "p": p})
    close = stood_out(screening, verdict.family, protocol.finalist_p)
    return replace(verdict, n_close=close, finalists=judged, round=round_)


def _replicated(
    campaign: Campaign,
    history: History,
    verdict: Verdict,
    replicate: Replicate,
    round_: JudgingRound | None,
    ledger: Ledger,
) -> Copies:
    """What the search reaches on copies: of all bars in a judging round, else of the search part."""
    best, copies = float(verdict.family.t[0]), campaign.protocol.copies
    if round_ is None:
        return replicate(best, copies=copies)
    whole = history.open_vault(round_, ledger)
    return replicate(best, copies=copies_for(round_.level, least=copies), whole=whole)


def _chosen(verdict: Verdict, p: float) -> Places:
    """Places of the candidates that may be finalists; against copies only those that were measured on each."""
    chosen = np.flatnonzero(reaching(verdict.family, p))
    return chosen[chosen < FACED] if verdict.rule is Rule.COPIES else chosen


def _note_noise(history: History, family: StepMResult, ledger: Ledger) -> None:
    if family.n_eligible and len(family.maxima) and math.isfinite(family.n_eff):
        ledger.note_noise(history.epoch, n_effective=family.n_eff, noise_reach=family.noise_reach()[1])


def _clusters(
    campaign: Campaign, history: History, screening: Screening, family: StepMResult, chosen: Places
) -> list[Places]:
    """Places of look-alikes in the family's result, the most central first; clusters by the p of that one."""
    found = [screening.find(int(family.ids[k])) for k in chosen]
    labels, members = medoids(searched_returns(campaign, history.laid_out, found), rho=campaign.protocol.cluster_rho)
    members = members[np.argsort(family.p_adjusted[chosen[members]], kind="stable")]
    clusters = []
    for member in members[: campaign.protocol.finalists]:
        others = np.flatnonzero((labels == labels[member]) & (np.arange(len(labels)) != member))
        clusters.append(chosen[np.concatenate(([member], others))])
    return clusters
