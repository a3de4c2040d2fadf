"""Signals of a strategy that was written elsewhere, judged as our own are: same fills, same costs, trials counted.

What it was chosen from cannot be seen here, so its owner says how many variants were tried; the number goes into the
trial ledger and into the p-value (Sidak: each of them is taken for an independent one). Where the variants are there,
`foreign_family` judges them together. The evidence is that of our own finds: a judging round that is charged, the vault
opened by it, the rule of `weighing` for strategies that were tried before, a vault that must earn, kill tests. Nothing
judged here becomes an alpha: there is no rule that could be replayed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.discovery.across_epochs import told_p
from alpha_discovery.discovery.by_hand import Book
from alpha_discovery.discovery.detectors import Detected
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.foreign_course import (
    ACCEPTED,
    LEVEL,
    Course,
    Metrics,
    Signals,
    check_entries,
    identity_of,
    luck_alone,
    open_round,
)
from alpha_discovery.discovery.records import JudgingRound
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.validation.deflated import expected_maximum
from alpha_discovery.validation.multiple import sidak


@dataclass(frozen=True, eq=False)
class Foreign:
    """What became of it.

    Attributes
    ----------
    name : str
    trials, earlier : int
        Variants that its owner said were tried, and those that the ledger holds under the name from before.
    course : Course
        Its backtest and metrics.
    t : float
        Of the mean detrended daily return, with a long-run variance.
    p_single, p : float
        One-sided, alone and after as many trials as were made (Sidak): over search part and vault together, or over the
        vault alone where more than a few variants had been tried here before (``rule``).
    round : JudgingRound
        The round that was charged; p must not exceed its level.
    noise_sharpe : float
        Annual Sharpe ratio that the best of so many worthless trials is expected to show.
    detected : Detected or None
        Look-ahead and warm-up, of a callable.
    """

    name: str
    trials: int
    earlier: int
    course: Course
    t: float
    p_single: float
    p: float
    noise_sharpe: float
    rule: Rule
    round: JudgingRound
    detected: Detected | None

    @property
    def evaluation(self) -> Evaluation:
        """The backtest."""
        return self.course.evaluation

    @property
    def metrics(self) -> Metrics:
        """See `Course`."""
        return self.course.metrics

    @property
    def looks_ahead(self) -> bool:
        """Whether a signal changed when later bars were taken away."""
        return self.detected is not None and self.detected.looks_ahead

    @property
    def reason(self) -> str:
        """``accepted``, or why not."""
        return self.course.reason(self.p, self.round.level, self.detected)

    @property
    def holds(self) -> bool:
        """Whether it was accepted."""
        return self.reason == ACCEPTED

    def to_json(self) -> dict[str, Any]:
        """Plain values, without equity and trades."""
        return {
            "name": self.name, "trials": self.trials, "tried_before": self.earlier, "metrics": dict(self.metrics),
            **jsonable({"t": self.t, "p_single": self.p_single, "p": self.p, "noise_sharpe": self.noise_sharpe}),
            "detected": None if self.detected is None else self.detected.to_json(), "holds": self.holds,
            "rule": self.rule.value, "round": {"number": self.round.number, "level": self.round.level},
            "reason": self.reason,
        }  # fmt: skip


def judge_foreign(
    signals: Signals, bars: Bars, book: Book, *, name: str, trials: int, risk: Mapping[str, Any] | None = None,
    costs: Costs | None = None, detected: Detected | None = None,
) -> Foreign:  # fmt: skip
    """Backtest given signals with our fills and costs, count the trials, and say whether luck explains them.

    Parameters
    ----------
    signals : bool (4, T)
        enter long, exit long, enter short, exit short, at the close of each bar.
    trials : int
        How many variants were tried before this one was chosen, itself included, >= 1.
    risk : mapping, optional
        Risk parameters; by default the whole equity a trade, without stop and target: the signals speak alone.

    Raises
    ------
    UserError
        Without a signal that enters.
    OutOfRange
        For fewer than one trial.
    TooFewBars
        Without enough days for search part and vault.
    StorageFailed
        Inside a transaction: the charge must stand before the vault is opened.
    """
    check_entries([signals])
    risk, costs = risk or {}, costs or Costs()
    what = identity_of(signals, bars, risk, costs)
    opened = open_round(bars, book, name=name, trials=trials, what=what)
    course = opened.course(signals, risk, costs)
    t, single = luck_alone(opened.judged(course))
    p = opened.paid(sidak(single, trials))
    luck = expected_maximum(trials + opened.earlier) * math.sqrt(bars.periods_per_year / len(course.returns))
    out = Foreign(name, trials, opened.earlier, course, t, single, p, luck, opened.rule, opened.round, detected)
    told = told_p([out.p] if out.holds else [], level=LEVEL, round_=out.round)
    book.ledger.close_round(out.round, {"finalists": 1, "accepted": int(out.holds), "p": told})
    return out
