"""How the evidence of search part and vault becomes one p-value per finalist.

Which rule applies is decided before the vault is opened, by how the candidates were chosen:

WHOLE   a list that was fixed before looking. Its t over both parts is compared with what the best of the same family
        reaches by luck. Search part and vault are one sample: nothing about the list was learned from either.
COPIES  a search that learned from the search part. It is run again, whole, on copies of the market without an edge;
        the t over both parts of the best that it found is compared with the same of each copy.
VAULT   strategies of which more than a few candidates had been tried on this data before. Whoever chose the ranges may
        have chosen them by those results, so only the vault is evidence.

Under the first two rules the search part is evidence, so each judging is charged to the ledger, also one in which
nothing comes near; under the third one that opens the vault. Each earlier trial of the same strategies counts as one
more list that might have been chosen instead.
"""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np

from alpha_discovery.discovery.family_test import MOST, STEPM, Copies
from alpha_discovery.validation.arrays import F64, Returns
from alpha_discovery.validation.replication import replication_p
from alpha_discovery.validation.stepm import StepMResult
from alpha_discovery.validation.tails import past_the_draws
from alpha_discovery.validation.vault import vault_tests_alone

FACED = 32  # the best of a search that learned, by the search part, that are measured over both parts
A_FEW = 10  # earlier trials that may be paid for by counting them; more of them leave only the vault


class Rule(StrEnum):
    """What a finalist is judged by."""

    WHOLE = "whole period"
    COPIES = "whole period against copies"
    VAULT = "vault alone"


def rule_for(test: str, earlier: int) -> Rule:
    """The rule for a family test and a number of earlier trials of the same strategies on the same data."""
    if earlier > A_FEW:
        return Rule.VAULT
    return Rule.WHOLE if test == STEPM else Rule.COPIES


def plain_t(returns: Returns) -> F64:
    """t of the mean of each column (n_days, n), the statistic of the family test; NaN without variation."""
    values = np.asarray(returns, dtype=np.float64)
    spread = values.std(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0.0, math.sqrt(len(values)) * values.mean(axis=0) / spread, np.nan)


def whole_p(t: F64, family: StepMResult, *, earlier: int) -> F64:
    """Family-wise p-value of t over search part and vault together, float64 (k,).

    Parameters
    ----------
    t : float64 (k,)
        `plain_t` over both parts; NaN gets 1.
    family : StepMResult
        Of the search part: its maxima say what the best t of this family is by luck. Their law depends on how the
        candidates hang together and not on the length of the sample.
    earlier : int
        Earlier trials of the same strategies.

    Notes
    -----
    Past the last bootstrap draw the tail is that of `past_the_draws`.
    """
    draws = np.sort(family.maxima.astype(np.float64))
    reached = len(draws) - np.searchsorted(draws, t, side="left")
    p = (1.0 + reached) / (len(draws) + 1.0)
    p = past_the_draws(p, t, draws, among=family.n_tested)
    return np.where(np.isnan(t), 1.0, np.minimum(1.0, p * (1 + earlier)))


def copies_p(t: F64, p_search: float, copies: Copies, *, tested: int, earlier: int) -> F64:
    """p-value of t over search part and vault together against a search's copies, float64 (k,).

    Parameters
    ----------
    t : float64 (k,)
        `plain_t` over both parts of candidates among the `FACED` best of the search part; NaN gets 1.
    p_search : float
        Of the best candidate on the search part alone: what counts where that settled it. Then not all copies were
        drawn, and t is not looked at: a search that luck reaches so often is not confirmed by its vault.
    tested : int
        Candidates that the search tried.
    earlier : int
        Earlier trials of the same strategies.

    Notes
    -----
    Without an edge the market is one more copy, so its rank among them is exact, whatever the statistic; that is the
    largest t of those candidates, so each of them may face the largest of every copy. Source: Masters (2018), Testing
    and Tuning Market Trading Systems, ch. 7. A later round would need more copies than the `MOST` that are drawn: past
    the last of so many the tail is that of `past_the_draws`.
    """
    p = np.full(len(t), p_search) if copies.settled else replication_p(t, copies.whole)
    if not copies.settled and len(copies.whole) >= MOST:
        p = past_the_draws(p, t, copies.whole, among=tested)
    return np.where(np.isnan(t), 1.0, np.minimum(1.0, p * (1 + earlier)))


def sequence_p(p_vault: F64) -> F64:
    """Family-wise p-value of finalists that are tested one after another until the first fails, float64 (k,).

    Parameters
    ----------
    p_vault : float64 (k,)
        `vault_p` of each; finalists in the order in which the search part ranks them, best first.

    Notes
    -----
    The order does not depend on the vault, so each finalist may use the whole level: Maurer, Hothorn & Lehmacher
    (1995). The adjusted p-value of one is the largest of those up to it.
    """
    return np.maximum.accumulate(p_vault)


def vault_p(vault: Returns, *, rng: int) -> F64:
    """One-sided p-value of each finalist on the vault, taken alone, float64 (k,)."""
    return vault_tests_alone(vault, rng=rng)[1]
