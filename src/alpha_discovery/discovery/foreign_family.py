"""Variants of a strategy that was written elsewhere, judged together: StepM over all of them, as over a list of ours.

The variants that are given are one family, so how much they are alike counts: a hundred versions of one idea are not a
hundred independent tries. What else their owner tried is not here; each of those trials is taken for an independent one
(Sidak), as for a single strategy. Charged, opened and killed as in `foreign`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.across_epochs import told_p
from alpha_discovery.discovery.by_hand import Book
from alpha_discovery.discovery.campaign import Protocol
from alpha_discovery.discovery.detectors import Detected
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.foreign_course import (
    ACCEPTED,
    LEVEL,
    Course,
    Opened,
    Signals,
    identity_of,
    luck_alone,
    open_round,
)
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.tally import eligible
from alpha_discovery.discovery.weighing import Rule, whole_p
from alpha_discovery.errors import UserError
from alpha_discovery.validation.arrays import F64, Returns
from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.multiple import sidak
from alpha_discovery.validation.stepm import StepM
from alpha_discovery.validation.vault import vault_test

MOST = 2_000  # variants; a list of more is a search, and `alpha discover` makes one
VAULT_DRAWS = 2_000
IDLE = "too few trades or days in the market to be tested"


@dataclass(frozen=True, eq=False)
class Variant:
    """One of the family.

    Attributes
    ----------
    t, p : float
        Of the mean detrended daily return, and the p-value among all variants, trials and earlier ones; NaN and 1 where
        it was not active enough to be tested.
    p_single : float
        Alone.
    reason : str
        ``accepted``, or why not.
    """

    name: str
    course: Course
    t: float
    p_single: float
    p: float
    reason: str
    detected: Detected | None

    @property
    def holds(self) -> bool:
        """Whether it was accepted."""
        return self.reason == ACCEPTED

    def to_json(self) -> dict[str, Any]:
        """Plain values, without equity and trades."""
        return {
            "name": self.name, "metrics": dict(self.course.metrics), "holds": self.holds, "reason": self.reason,
            **jsonable({"t": self.t, "p_single": self.p_single, "p": self.p}),
            "detected": None if self.detected is None else self.detected.to_json(),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class ForeignFamily:
    """What became of a family.

    Attributes
    ----------
    trials, earlier : int
        Variants that their owner said were tried, those given included, and those that the ledger holds from before.
    n_effective : float
        Independent tries that the tested variants are worth; NaN where the vault alone is evidence.
    variants : tuple of Variant
        In the order in which they were given.
    """

    name: str
    trials: int
    earlier: int
    n_effective: float
    rule: Rule
    round: JudgingRound
    variants: tuple[Variant, ...]

    @property
    def accepted(self) -> tuple[Variant, ...]:
        """Those that hold, the surest first."""
        return tuple(sorted((one for one in self.variants if one.holds), key=lambda one: (one.p, -one.t)))

    @property
    def holds(self) -> bool:
        """Whether any was accepted."""
        return bool(self.accepted)

    def to_json(self) -> dict[str, Any]:
        """Plain values, without equity and trades."""
        return {
            "name": self.name, "trials": self.trials, "tried_before": self.earlier, "holds": self.holds,
            **jsonable({"n_effective": self.n_effective}), "rule": self.rule.value,
            "round": {"number": self.round.number, "level": self.round.level},
            "accepted": [one.name for one in self.accepted], "variants": [one.to_json() for one in self.variants],
        }  # fmt: skip


def judge_family(
    variants: Mapping[str, Signals], bars: Bars, book: Book, *, name: str, trials: int,
    risk: Mapping[str, Any] | None = None, costs: Costs | None = None,
    detected: Mapping[str, Detected] | None = None,
) -> ForeignFamily:  # fmt: skip
    """Backtest variants with our fills and costs, and say of each whether luck explains it, given all of them.

    Parameters
    ----------
    variants : mapping of name to bool (4, T)
        enter long, exit long, enter short, exit short, at the close of each bar.
    trials : int
        How many variants were tried, those given included.
    risk, costs
        As for `judge_foreign`; of all of them.
    detected : mapping of name to Detected, optional
        Look-ahead and warm-up, of callables.

    Raises
    ------
    UserError
        For no variant, or more than `MOST`.
    OutOfRange
        For fewer trials than variants.
    TooFewBars, StorageFailed
        As `judge_foreign`.

    Source: Romano & Wolf (2005, 2016).
    """
    if not 1 <= len(variants) <= MOST:
        raise UserError(f"a family has 1 to {MOST} variants; found {len(variants)}")
    risk, costs = risk or {}, costs or Costs()
    what = tuple((one, *identity_of(signals, bars, risk, costs)) for one, signals in variants.items())
    opened = open_round(bars, book, name=name, trials=trials, what=what, eligible=len(variants))
    courses = [opened.course(signals, risk, costs) for signals in variants.values()]
    t, p, n_effective = _together(opened, courses)
    singles = [luck_alone(opened.judged(course))[1] for course in courses]
    unseen, level = trials - len(variants), opened.round.level
    out = []
    for k, (one, course) in enumerate(zip(variants, courses, strict=True)):
        seen = (detected or {}).get(one)
        p_one = opened.paid(_with_unseen(float(p[k]), singles[k], unseen))
        reason = IDLE if math.isnan(t[k]) else course.reason(p_one, level, seen)
        out.append(Variant(one, course, float(t[k]), singles[k], p_one, reason, seen))
    family = ForeignFamily(name, trials, opened.earlier, n_effective, opened.rule, opened.round, tuple(out))
    told = told_p([one.p for one in family.accepted], level=LEVEL, round_=family.round)
    tested = int(np.isfinite(t).sum())
    book.ledger.close_round(family.round, {"finalists": tested, "accepted": len(family.accepted), "p": told})
    return family


def _together(
    opened: Opened, courses: Sequence[Course]
) -> tuple[F64, F64, float]:
    """t (n,), NaN where a variant was not active enough; p-value (n,) among all of them; how many they are worth."""
    protocol, days = Protocol(), len(courses[0].returns)
    active = [bool(eligible(np.atleast_1d(one.evaluation.summary), protocol, days)[0]) for one in courses]
    tested = [k for k, one in enumerate(active) if one]
    t, p = np.full(len(courses), np.nan), np.ones(len(courses))
    if not tested:
        return t, p, 0.0
    returns = np.column_stack([opened.judged(courses[k]) for k in tested])
    seed = int(content_hash("foreign family", opened.past.epoch, len(returns))[:8], 16)
    if opened.rule is Rule.VAULT:
        t[tested], p[tested] = _in_vault(returns, seed)
        return t, p, math.nan
    weights = stationary_weights(len(returns), protocol.draws, mean_block=protocol.mean_block, rng=seed)
    family = StepM(weights, alpha=protocol.level, mean_block=1.0, keep=len(tested))
    t[tested] = family.add(tested, returns)
    found = family.result()
    p[found.ids] = np.minimum(found.p_adjusted, whole_p(found.t, found, earlier=0))  # the tail beyond the last draw
    return t, p, found.n_eff


def _in_vault(returns: Returns, seed: int) -> tuple[F64, F64]:
    """t and p-value of each column; beyond the last bootstrap draw each is taken for an independent one."""
    t, p = vault_test(returns, rng=seed, draws=VAULT_DRAWS)
    for k in np.flatnonzero(p <= 1.0 / VAULT_DRAWS):
        p[k] = min(p[k], sidak(luck_alone(np.asarray(returns[:, k], dtype=np.float64))[1], len(p)))
    return t, p


def _with_unseen(p: float, single: float, unseen: int) -> float:
    """The p-value once trials that are not here count too, each as an independent one."""
    return 1.0 - (1.0 - p) * (1.0 - sidak(single, unseen)) if unseen else p
