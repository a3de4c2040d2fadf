"""What paper and live results say about an alpha, day by day: a band that was expected, and evidence for and against.

The rule, fixed before the first day: evidence of 20 for a mean above zero proves the alpha, evidence of 20 for a mean
below zero ends it. Both are betting martingales (`alpha_discovery.validation.eprocess`), so each is wrong at most once
in twenty alphas however often one looks. A course below its band is an alarm and no verdict: one of twenty good ones
is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.timeframe import DAY
from alpha_discovery.validation.eprocess import evidence, first_proof
from alpha_discovery.validation.montecarlo import fan

BAND = (0.05, 0.5, 0.95)
FEWEST = 8  # days of the alpha's own past from which a band can be drawn
WORST = 7.0  # daily volatilities that a loss is reckoned with at least
SWING = 0.3  # of the capital deployed: what a market may move in a day


@dataclass(frozen=True)
class Forward:
    """The outcome.

    Attributes
    ----------
    days : int
        Whole UTC days that the bot has lived through.
    equity : float
        At the end of the last of them, over the starting capital.
    low, middle, high : float or None
        Quantiles of 5, 50 and 95 % that the alpha's own past led one to expect there.
    evidence_for, evidence_against : float
        That the mean daily return is above, and below, zero; 20 decides.
    verdict : str
        ``proven``, ``decayed`` or ``open``.
    decided_on : int or None
        The first day, counted from 1, on which it was.
    alarm : bool
        Whether equity is below the band.
    """

    days: int
    equity: float
    low: float | None
    middle: float | None
    high: float | None
    evidence_for: float
    evidence_against: float
    verdict: str
    decided_on: int | None
    alarm: bool

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def daily_returns(marks: Sequence[Mapping[str, Any]], capital: float, timeframe_ms: int) -> npt.NDArray[np.float64]:
    """Returns of whole UTC days from a bot's ``mark`` events; the last day counts once a bar of a later one has closed.

    A day without a mark (the bot was off) is part of the next one's return.
    """
    if not marks:
        return np.empty(0)
    days = np.array([day_of(mark, timeframe_ms) for mark in marks])
    equity = np.array([float(mark["equity"]) / float(mark.get("scale", 1.0)) for mark in marks])  # without transfers
    last = np.flatnonzero(np.diff(days))  # the last mark of each day but the newest
    closes = np.concatenate(([capital], equity[last]))
    return np.asarray(closes[1:] / closes[:-1] - 1.0)


def day_of(mark: Mapping[str, Any], timeframe_ms: int) -> int:
    """The UTC day in which the bar of a ``mark`` event closes, counted from 1970."""
    return (int(mark["time"]) + timeframe_ms - 1) // DAY


def band(past: npt.NDArray[np.float64], *, days: int, seed: int) -> tuple[npt.NDArray[np.float64], ...] | None:
    """The course that an alpha's past leads one to expect: low, middle and high equity over the starting capital.

    Parameters
    ----------
    past : float64 (m,)
        Daily returns of the alpha where it was judged.
    days : int
        Whole days lived through; the band reaches over the day after them, which is under way.

    Returns
    -------
    three float64 (days + 1,), or None
        Quantiles `BAND` at the end of each day; None where the past is too short to be resampled.
    """
    if len(past) < FEWEST:
        return None
    return tuple(np.asarray(one) for one in fan(past, rng=seed, levels=BAND, days=days + 1))


def forward(
    returns: npt.NDArray[np.float64], past: npt.NDArray[np.float64], *, deployed: float, seed: int
) -> Forward:
    """Compare a bot's days with its alpha's past.

    Parameters
    ----------
    returns : float64 (n,)
        The bot's daily returns.
    past : float64 (m,)
        Daily returns of the alpha where it was judged: volatility and band come from them.
    deployed : float
        Value of a position over equity, for the worst day that is reckoned with.
    seed : int
        Of the band.
    """
    low = middle = high = None
    if len(returns) and (expected := band(past, days=len(returns), seed=seed)) is not None:
        low, middle, high = (float(one[len(returns) - 1]) for one in expected)
    equity = float(np.prod(1.0 + returns))
    volatility = float(past.std()) if len(past) else 0.0
    ups = downs = np.ones(max(1, len(returns)))
    if len(returns) and volatility > 0.0:
        worst = max(WORST * volatility, SWING * deployed)
        ups = np.asarray(evidence(returns, volatility=volatility, worst_loss=worst))
        downs = np.asarray(evidence(-returns, volatility=volatility, worst_loss=worst))
    proven, lost = first_proof(ups), first_proof(downs)
    verdict, day = "open", None
    if lost is not None:  # also after it was proven
        verdict, day = "decayed", lost
    elif proven is not None:
        verdict, day = "proven", proven
    return Forward(
        len(returns), equity, low, middle, high, float(ups[-1]), float(downs[-1]), verdict, day,
        alarm=low is not None and equity < low,
    )  # fmt: skip
