"""Kill tests: what is left of an accepted alpha when the world is a little worse than the backtest.

They are no evidence: noise that passed the test passes most of them. Any of them may demote an alpha, none promotes
one. Unless said otherwise the figure is the annual Sharpe ratio of the detrended net returns over both parts, and what
is asked is that it stays above zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.tape import Tape
from alpha_discovery.core.bars import FIELDS, Bars
from alpha_discovery.discovery.answers import Found, answer
from alpha_discovery.discovery.circumstances import carries, kinds_of_days, reshuffled, walk_of_the_search
from alpha_discovery.discovery.evidence import sharpe_of
from alpha_discovery.discovery.neighbours import neighbours
from alpha_discovery.discovery.readied import Readied
from alpha_discovery.discovery.sleeves import Sleeves, sleeves, traded
from alpha_discovery.discovery.subject import Subject
from alpha_discovery.validation.montecarlo import Paths, resampled_paths

__all__ = ["Subject", "kill_tests"]

PERIODS = 4  # sub-periods of equal length
MOST_COSTS = 64.0  # multiples of the costs up to which the break-even is looked for
LEAST_PERIODS = 0.5  # share of the sub-periods that must have earned something


def kill_tests(subjects: Sequence[Subject], attend: Callable[[], None] = lambda: None) -> list[dict[str, Any]]:
    """Every kill test of alphas of one strategy on the same markets, as plain JSON values.

    Parameters
    ----------
    subjects : sequence of Subject
        They differ in their parameters alone, so that what is computed for one of them serves the others.
    attend : callable
        Called before each test; may raise to end them.

    Returns
    -------
    list of dict
        Of each alpha: ``tests``: by name, what was asked, what was found, whether it passed and its details;
        ``failed``: names; ``paths``: the bootstrap distribution of a year; ``order_of_trades``: the drawdown beside
        that of its trades in other orders.
    """
    if not subjects:
        return []
    near, noisy = _neighbours(subjects, attend), _over_noise(subjects, attend)
    return [_tested(*each, attend) for each in zip(subjects, near, noisy, strict=True)]


def _tested(
    subject: Subject, near: npt.NDArray[np.float64], noisy: npt.NDArray[np.float64], attend: Callable[[], None]
) -> dict[str, Any]:
    """The kill tests of an alpha, given the Sharpe ratios of its neighbours and its own over noisy prices."""
    base = subject.over()
    ready = subject.ready(base)
    adjusted = ready.adjusted(subject.costs, intrabar=subject.intrabar)
    courses = subject.traded(ready)
    asked: dict[str, Callable[[], Found | None]] = {
        "double_costs": lambda: _double_costs(subject, ready),
        "late_by_a_bar": lambda: _late(subject, base),
        "worst_intrabar": lambda: _worst_intrabar(subject, ready),
        "neighbourhood": lambda: _neighbourhood(near),
        "sub_periods": lambda: _sub_periods(subject, adjusted),
        "symbols": lambda: _symbols(subject, ready),
        "noisy_prices": lambda: _noisy_prices(noisy),
        "kinds_of_days": lambda: kinds_of_days(subject, base, adjusted),
        "capacity": lambda: carries(subject, courses),
        "walk_forward": lambda: walk_of_the_search(subject),
    }
    tests: dict[str, Found] = {}
    for name, test in asked.items():
        attend()
        if (found := test()) is not None:
            tests[name] = found
    attend()
    raw = ready.raw(subject.costs, intrabar=subject.intrabar)
    return {
        "tests": tests,
        "failed": [name for name, found in tests.items() if not found["passed"]],
        "paths": _year(raw, subject),
        "order_of_trades": reshuffled(subject, courses),
    }


def _double_costs(subject: Subject, ready: Readied) -> Found:
    """Twice the costs; beside it the multiple at which nothing is left."""
    doubled = subject.sharpe(ready, costs=subject.costs.times(2.0))
    return answer("does it earn at twice the costs?", doubled, break_even=break_even(subject, ready))


def break_even(subject: Subject, ready: Readied) -> float:
    """Multiple of the costs at which the detrended net mean is zero; 0 if it is not above zero without costs.

    Infinity if it is free of costs, or still earns at `MOST_COSTS` times them.
    """

    def earns(factor: float) -> bool:
        return subject.sharpe(ready, costs=subject.costs.times(factor)) > 0.0

    highest = max(subject.costs.commission, subject.costs.slippage, subject.costs.limit_commission)
    most = min(MOST_COSTS, 0.49 / highest) if highest > 0.0 else MOST_COSTS
    if not earns(0.0):
        return 0.0
    if highest == 0.0 or earns(most):
        return math.inf
    low, high = 0.0, most
    while high - low > 0.01 * high:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if earns(middle) else (low, middle)
    return low


def _late(subject: Subject, base: Sleeves) -> Found:
    """Every signal reaches the market one bar later."""
    value = subject.sharpe(subject.ready(replace(base, tapes=tuple(late(tape) for tape in base.tapes))))
    return answer("does it earn if every order comes a bar late?", value)


def late(tape: Tape) -> Tape:
    """The same prices to trade at, with signals computed from bars that are one older."""
    return replace(tape, bars=tuple(_shifted(one) for one in tape.bars), fresh=np.append(True, tape.fresh[:-1]))


def _shifted(bars: Bars) -> Bars:
    """Bar t holds what bar t - 1 held; the first one stands still at its own open."""
    columns: dict[str, Any] = {}
    for name in FIELDS:
        columns[name] = np.concatenate((getattr(bars, name)[:1], getattr(bars, name)[:-1]))
    for name in ("high", "low", "close"):
        columns[name][0] = bars.open[0]
    time = np.concatenate((bars.time[:1] - bars.timeframe.ms, bars.time[:-1]))
    return Bars(bars.instrument, bars.timeframe, time=time, **columns)


def _worst_intrabar(subject: Subject, ready: Readied) -> Found:
    values = {policy: subject.sharpe(ready, intrabar=policy) for policy in ("stop_first", "target_first")}
    question = "does it earn whichever of stop and target a bar touches first?"
    return answer(question, min(values.values()), policies=values)


def _neighbours(subjects: Sequence[Subject], attend: Callable[[], None]) -> list[npt.NDArray[np.float64]]:
    """Sharpe ratios of the parameters near those of each alpha."""
    attend()
    near = [neighbours(one.space, one.row, rng=one.seed) for one in subjects]
    return subjects[0].sharpes(near, subjects[0].over())


def _neighbourhood(near: npt.NDArray[np.float64]) -> Found:
    """Mean over parameters nearby: a peak that stands alone was found by luck."""
    question = "do its neighbours earn on average?"
    if not len(near):
        return answer(question, math.nan, passed=True, n=0)
    values = near[np.isfinite(near)]
    mean = float(values.mean()) if len(values) else math.nan
    earning = float((values > 0.0).mean()) if len(values) else math.nan
    return answer(question, mean, n=len(values), earning=earning)


def _sub_periods(subject: Subject, adjusted: npt.NDArray[np.float64]) -> Found:
    values = [sharpe_of(part, subject.periods_per_year) for part in np.array_split(adjusted, PERIODS)]
    earning = sum(value > 0.0 for value in values) / PERIODS
    question = f"does it earn in at least {LEAST_PERIODS:.0%} of {PERIODS} sub-periods?"
    return answer(question, earning, passed=earning >= LEAST_PERIODS, sharpe_ratios=values)


def _symbols(subject: Subject, ready: Readied) -> Found:
    """Each market alone; the pool must not live on one of several."""

    def alone(legs: tuple[str, ...]) -> Readied:
        if subject.keys == (legs,):
            return ready
        return subject.ready(sleeves((legs,), subject.bars, ready.over.calendar))

    there = traded(subject.keys, subject.bars)
    values = {"/".join(legs): subject.sharpe(alone(legs)) for legs in there}
    earning = sum(value > 0.0 for value in values.values()) / len(values)
    return answer(
        "does it earn in at least half of its markets?", earning, passed=earning >= 0.5, sharpe_ratios=values
    )


def _over_noise(subjects: Sequence[Subject], attend: Callable[[], None]) -> list[npt.NDArray[np.float64]]:
    """Sharpe ratios of each alpha over copies of the bars with small errors on every price."""
    first, rows = subjects[0], [one.row for one in subjects]
    found = []
    for copy in first.laid_out.noisy(first.over()):
        attend()
        found.append(np.concatenate(first.sharpes(rows, copy)))
    return list(np.transpose(found))


def _noisy_prices(noisy: npt.NDArray[np.float64]) -> Found:
    """Mean over copies of the bars with small errors: an edge that lives on exact prices is none."""
    known = noisy[np.isfinite(noisy)]
    mean, worst = (float(known.mean()), float(known.min())) if len(known) else (math.nan, math.nan)
    return answer("does it earn on average over prices with small errors?", mean, worst=worst)


def _year(raw: npt.NDArray[np.float32], subject: Subject) -> dict[str, Any]:
    """What a year at this size may look like: block bootstrap of the raw daily returns."""
    paths = resampled_paths(raw, rng=subject.seed, days=round(subject.periods_per_year))
    return year_of(paths)


def year_of(paths: Paths) -> dict[str, Any]:
    """Quantiles of return and drawdown, and the chance of a loss."""
    levels = (0.05, 0.5, 0.95)
    return {
        "draws": len(paths.total_return),
        "p_loss": paths.p_loss,
        "return": {f"{q:g}": paths.return_quantile(q) for q in levels},
        "drawdown": {f"{q:g}": paths.drawdown_quantile(q) for q in levels},
    }
