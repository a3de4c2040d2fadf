"""What the judge says: of each finalist what was found and what became of it, of the search whether anything passed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from alpha_discovery.core.space import Batch, take
from alpha_discovery.discovery.evidence import Part
from alpha_discovery.discovery.family_test import STEPM, Copies
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.screening import Trials
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.validation.stepm import StepMResult


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
    """A candidate that reached the vault, and what became of it.

    ``p_vault`` is that of the vault taken alone, ``t_full`` that of both parts, ``p`` what the verdict rests on.
    """

    candidate: int
    trials: Trials
    row: int
    t: float
    p_family: float
    cluster_size: int
    search: Part
    t_vault: float = math.nan
    p_vault: float = math.nan
    t_full: float = math.nan
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

    ``family`` is the result of ``test``: of the StepM, or of the replication test in the same form. ``rule`` says how
    finalists were weighed; ``earlier`` how many candidates of the same strategies others had tried on this data;
    ``copies`` what the replication test found.
    """

    family: StepMResult
    n_close: int
    finalists: tuple[Finalist, ...]
    round: JudgingRound | None = None
    test: str = STEPM
    rule: Rule = Rule.WHOLE
    earlier: int = 0
    copies: Copies | None = None

    @property
    def accepted(self) -> tuple[Finalist, ...]:
        """Finalists that are reported."""
        return tuple(f for f in self.finalists if f.reason is Reason.ACCEPTED)
