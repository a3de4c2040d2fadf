"""Kill tests of circumstances: kinds of days, size, the order of trades, and the choosing itself."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.results import Traded
from alpha_discovery.discovery.answers import Found, answer, plain_values
from alpha_discovery.discovery.capacity import capacity
from alpha_discovery.discovery.evidence import sharpe_of
from alpha_discovery.discovery.sleeves import Sleeves
from alpha_discovery.discovery.strata import FEWEST, NAMES, strata
from alpha_discovery.discovery.subject import Subject
from alpha_discovery.validation.montecarlo import drawdown_percentile, reshuffled_drawdowns

LEAST_KINDS = 0.5  # share of the kinds of days that must have earned something


def kinds_of_days(subject: Subject, over: Sleeves, adjusted: npt.NDArray[np.float64]) -> Found:
    """Calm and wild, falling and rising days of its markets, each alone."""
    traded = {key: subject.bars[key] for sleeve in subject.keys for key in sleeve}
    kind = strata(traded, over.calendar)
    days = {name: int((kind == k).sum()) for k, name in enumerate(NAMES)}
    values = {
        name: sharpe_of(adjusted[kind == k], subject.periods_per_year)
        for k, name in enumerate(NAMES)
        if days[name] >= FEWEST
    }
    known = [value for value in values.values() if math.isfinite(value)]
    earning = sum(value > 0.0 for value in known) / len(known) if known else math.nan
    question = "does it earn on at least half of the kinds of days, calm or wild, falling or rising?"
    passed = not known or earning >= LEAST_KINDS
    return answer(question, earning, passed=passed, sharpe_ratios=values, days=days)


def carries(subject: Subject, evaluated: list[Traded]) -> Found:
    """Equity that it can carry without being a visible part of the trading."""
    most = capacity(evaluated, of=len(subject.keys))
    passed = not math.isfinite(most) or most >= subject.least_capital
    question = "how much money does it carry while its orders stay below 1% of what is traded in their bar?"
    return answer(question, most, passed=passed, wanted=subject.least_capital)


def walk_of_the_search(subject: Subject) -> Found | None:
    """Walk-forward of the choosing over the search part; None where what was tried is not known or days are too few."""
    return None if subject.choosing is None else subject.choosing.walk


def reshuffled(subject: Subject, evaluated: list[Traded]) -> dict[str, Any]:
    """Drawdown over trades in their order beside that of random orders, which earn the same in all.

    ``percentile`` near 0: the order was lucky, deeper drawdowns are to be expected.
    """
    trades = np.concatenate([_on_equity(one) for one in evaluated]) / len(subject.keys)
    order = np.argsort(np.concatenate([one.trades["exit_bar"] for one in evaluated]), kind="stable")
    if len(trades) < 2:
        return {"trades": len(trades)}
    courses = reshuffled_drawdowns(trades, rng=subject.seed)
    path = np.cumprod(np.append(1.0, 1.0 + trades[order]))
    own = float((1.0 - path / np.maximum.accumulate(path)).max())
    levels = {f"{q:g}": float(np.quantile(courses, q)) for q in (0.05, 0.5, 0.95)}
    found = {"trades": len(trades), "orders": len(courses), "own": own, "drawdown": levels}
    return dict(plain_values(found | {"percentile": drawdown_percentile(own, courses)}))


def _on_equity(one: Traded) -> npt.NDArray[np.float64]:
    """Profit of each trade on the equity before it."""
    before = one.equity[np.maximum(one.trades["entry_bar"] - one.begin - 1, 0)]
    return np.asarray(one.trades["pnl"] / np.maximum(before, 1e-12))
