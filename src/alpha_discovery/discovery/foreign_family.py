"""Variants of a strategy that was written elsewhere, judged together: StepM over all of them, as over a list of ours.

The variants that are given are one family, so how much they are alike counts: a hundred versions of one idea are not a
hundred independent tries. What else their owner tried is not here; each of those trials is taken for an independent one
(Sidak), as for a single strategy. Charged, opened and killed as in `foreign`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.across_epochs import told_p
from alpha_discovery.discovery.by_hand import Book
from alpha_discovery.discovery.detectors import Detected
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.foreign_course import (
    ACCEPTED,
    LEVEL,
    Metrics,
    Signals,
    check_entries,
    identity_of,
    open_round,
    reason_of,
)
from alpha_discovery.discovery.foreign_together import Together
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.errors import UserError
from alpha_discovery.validation.multiple import sidak

MOST = 2_000  # variants; a list of more is a search, and `alpha discover` makes one
IDLE = "too few trades or days in the market to be tested"


@dataclass(frozen=True, eq=False)
class Variant:
    """One of the family.

    Attributes
    ----------
    metrics : mapping
        See `Course`. Equity and trades of each are not kept: they are what `judge_foreign` gives of one.
    t, p : float
        Of the mean detrended daily return, and the p-value among all variants, trials and earlier ones; NaN and 1 where
        it was not active enough to be tested.
    p_single : float
        Alone.
    reason : str
        ``accepted``, or why not.
    """

    name: str
    metrics: Metrics
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
            "name": self.name, "metrics": dict(self.metrics), "holds": self.holds, "reason": self.reason,
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
        For no variant, or more than `MOST`; without a signal that enters.
    OutOfRange
        For fewer trials than variants.
    TooFewBars, StorageFailed
        As `judge_foreign`.

    Source: Romano & Wolf (2005, 2016).
    """
    if not 1 <= len(variants) <= MOST:
        raise UserError(f"a family has 1 to {MOST} variants; found {len(variants)}")
    check_entries(variants.values())
    risk, costs = risk or {}, costs or Costs()
    what = tuple((one, *identity_of(signals, bars, risk, costs)) for one, signals in variants.items())
    opened = open_round(bars, book, name=name, trials=trials, what=what, eligible=len(variants))
    together = Together(opened, len(variants))
    for signals in variants.values():
        together.add(opened.course(signals, risk, costs))
    t, p, n_effective = together.result()
    unseen, level = trials - len(variants), opened.round.level
    out = []
    for k, (one, seen) in enumerate(zip(variants, together.seen, strict=True)):
        found = (detected or {}).get(one)
        p_one = opened.paid(_with_unseen(float(p[k]), seen.p_single, unseen))
        reason = IDLE if math.isnan(t[k]) else reason_of(seen.metrics, p_one, level, found)
        out.append(Variant(one, seen.metrics, float(t[k]), seen.p_single, p_one, reason, found))
    family = ForeignFamily(name, trials, opened.earlier, n_effective, opened.rule, opened.round, tuple(out))
    told = told_p([one.p for one in family.accepted], level=LEVEL, round_=family.round)
    tested = int(np.isfinite(t).sum())
    book.ledger.close_round(family.round, {"finalists": tested, "accepted": len(family.accepted), "p": told})
    return family


def _with_unseen(p: float, single: float, unseen: int) -> float:
    """The p-value once trials that are not here count too, each as an independent one."""
    return 1.0 - (1.0 - p) * (1.0 - sidak(single, unseen)) if unseen else p
