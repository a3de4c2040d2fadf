"""What an acceptance is worth once its vault has been replaced by a newer one.

Within a vault the ledger spends one level over all looks at it. A lab that goes on for years sees many vaults of the
same prices, and each has a level of its own: one in twenty would report something false. So an acceptance is
provisional until its vault is followed by a newer one. Then each vault is one test, and LORD++ decides over all of
them which stand: of those, the expected share of false ones is at most 5 %. Vaults that follow one another hold
different bars, so their p-values are independent given the past, which LORD++ needs.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.ports import Alphas, Ledger
from alpha_discovery.discovery.records import AlphaState, Decided, JudgingRound
from alpha_discovery.validation.combine import alpha_spending
from alpha_discovery.validation.online import lord_plus_plus

LEVEL = 0.05  # of the false discovery rate over vaults
WEALTH = 0.025  # with which the stream begins
MOST_ALPHAS = 10_000


@dataclass(frozen=True)
class Vault:
    """All looks at the bars of one vault, as one test.

    Attributes
    ----------
    epochs : tuple of str
        Ids of the data epochs whose vaults overlap here.
    start, end : int
        Milliseconds.
    p : float
        Smallest p-value of what was accepted here, each taken times pi^2 r^2 / 6 for round r; 1 if nothing was.
    level : float
        What LORD++ allows it.
    closed : bool
        Whether a newer vault of the same prices was opened since. Until then its acceptances are provisional.
    """

    epochs: tuple[str, ...]
    start: int
    end: int
    p: float
    level: float
    closed: bool

    @property
    def stands(self) -> bool:
        """Whether what was accepted here is believed for good."""
        return self.closed and self.p <= self.level

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**vars(self), "epochs": list(self.epochs), "stands": self.stands}


def vaults(decided: Sequence[Decided]) -> tuple[Vault, ...]:
    """The vaults of rounds on the same prices, oldest first; those that overlap are one."""
    groups: list[list[Decided]] = []
    end = -math.inf
    for one in sorted(decided, key=lambda one: (one.epoch.vault_start, one.epoch.end)):
        if one.epoch.vault_start >= end:
            groups.append([])
        groups[-1].append(one)
        end = max(end, one.epoch.end)
    p = [min(1.0, *map(_weighed, group)) for group in groups]
    levels = lord_plus_plus(p, alpha=LEVEL, w0=WEALTH, gamma=_spent(len(p))).levels
    return tuple(
        Vault(
            tuple(dict.fromkeys(one.epoch.id for one in group)), min(one.epoch.vault_start for one in group),
            max(one.epoch.end for one in group), p[k], float(levels[k]), closed=k + 1 < len(groups),
        )
        for k, group in enumerate(groups)
    )  # fmt: skip


def believe(epoch: DataEpoch, ledger: Ledger, alphas: Alphas) -> list[str]:
    """Call the candidates of the vaults that stand validated; the ids of those that were not before."""
    standing = {id_ for one in vaults(ledger.rounds(epoch)) if one.stands for id_ in one.epochs}
    if not standing:
        return []
    new = [
        alpha.id for alpha in alphas.top(limit=MOST_ALPHAS)
        if alpha.state is AlphaState.CANDIDATE and alpha.evidence.get("combined", {}).get("epoch") in standing
    ]  # fmt: skip
    for id_ in new:
        alphas.set_state(id_, AlphaState.VALIDATED)
    return new


def told_p(accepted: Sequence[float], *, level: float, round_: JudgingRound) -> float:
    """What a round tells of its p-values: the smallest of what it accepted, else 1, so nothing of what failed.

    ``level`` is the whole account's; where the round was granted a part of its share, p counts for as much less.
    """
    share = round_.level / alpha_spending(round_.number, level)
    return min(1.0, min(accepted, default=1.0) / min(1.0, share))


def _weighed(one: Decided) -> float:
    """p over the share of the level that its round has, so that all rounds of a vault together spend one."""
    outcome = one.outcome or {}
    known = one.round.level if outcome.get("accepted") else 1.0  # an older ledger says only whether p was below it
    return float(outcome.get("p", known)) * (math.pi * one.round.number) ** 2 / 6.0


def _spent(n: int) -> np.ndarray:
    """6 / (pi^2 j^2): the first vaults get most, as the first looks at one do."""
    return 6.0 / (math.pi * np.arange(1.0, n + 2.0)) ** 2
