"""Losses and drawdowns: what theory says about them and how they are measured.

Drawdowns are positive fractions of the peak. Volatility and mean are annual, time is in years.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import Returns


class Penance(NamedTuple):
    """Deepest drawdown and longest time under water at a confidence."""

    drawdown: float
    years: float


def loss_probability(annual_sharpe: float, years: float) -> float:
    """Chance of a loss after so many years of normal returns, Phi(-SR sqrt(y))."""
    return float(ndtr(-annual_sharpe * math.sqrt(years)))


def expected_drawdown(*, volatility: float, years: float) -> float:
    """Expected maximum drawdown of a driftless Brownian path, sqrt(pi/2) sigma sqrt(T).

    Source: Magdon-Ismail, Atiya, Pratap & Abu-Mostafa (2004), J. Applied Probability 41.
    """
    return math.sqrt(math.pi / 2.0) * volatility * math.sqrt(years)


def drawdown_cdf(depth: float, *, volatility: float, years: float) -> float:
    """Chance that a driftless Brownian path never draws down by `depth`.

    Source: the maximum drawdown has the law of sup |W| (Levy); its series is in Feller (1971), X.5.
    """
    if depth <= 0.0:
        return 0.0
    ratio = volatility * math.sqrt(years) / depth
    terms = np.arange(int(6.0 / ratio) + 10)
    odd = 2 * terms + 1
    series = (-1.0) ** terms / odd * np.exp(-((odd * math.pi * ratio) ** 2) / 8.0)
    return float(min(1.0, max(0.0, 4.0 / math.pi * series.sum())))


def drawdown_quantile(q: float, *, volatility: float, years: float) -> float:
    """Depth that the maximum drawdown of a driftless Brownian path stays below with chance q."""
    if not 0.0 < q < 1.0:
        raise OutOfRange(name="q", value=q, allowed="(0, 1)")
    unit = volatility * math.sqrt(years)
    if not unit > 0.0:
        raise OutOfRange(name="volatility * sqrt(years)", value=unit, allowed="(0, inf)")
    low, high = 0.05 * unit, unit * (2.0 + float(-ndtri((1.0 - q) / 4.0)))
    return float(brentq(lambda a: drawdown_cdf(a, volatility=volatility, years=years) - q, low, high, xtol=1e-15))


def triple_penance(mean: float, *, volatility: float, confidence: float = 0.95) -> Penance:
    """Drawdown and time under water of normal returns with a positive mean.

    Infinite for a mean that is not above zero. Source: Bailey & Lopez de Prado (2015), J. Risk 18(2).
    """
    if not 0.5 < confidence < 1.0:
        raise OutOfRange(name="confidence", value=confidence, allowed="(0.5, 1)")
    if not mean > 0.0:
        return Penance(math.inf, math.inf)
    reach = float(ndtri(confidence)) * volatility
    return Penance(reach**2 / (4.0 * mean), (reach / mean) ** 2)


def cornish_fisher(q: float, *, skew: float, excess_kurtosis: float) -> float:
    """Quantile of a standardised variable with the given skewness and excess kurtosis.

    Source: Cornish & Fisher (1938), Revue de l'Institut International de Statistique 5.
    """
    z = float(ndtri(q))
    return (
        z + (z**2 - 1.0) * skew / 6.0 + (z**3 - 3.0 * z) * excess_kurtosis / 24.0
        - (2.0 * z**3 - 5.0 * z) * skew**2 / 36.0
    )


def hill(returns: Returns, *, k: int | None = None) -> float:
    """Tail index of the losses: below 4 the kurtosis, below 2 the variance is infinite.

    Parameters
    ----------
    returns : float (T,)
    k : int or None
        Number of largest losses used; 5% of T if None. The standard error is alpha / sqrt(k).

    Returns
    -------
    float
        NaN if there are not k + 1 losses; infinite if the largest are all equal.

    Source: Hill (1975), Annals of Statistics 3.
    """
    x = np.asarray(returns, dtype=np.float64)
    k = max(1, int(0.05 * len(x))) if k is None else k
    if k < 1:
        raise OutOfRange(name="k", value=k, allowed="[1, inf)")
    losses = np.sort(-x[x < 0.0])[::-1]
    if len(losses) <= k:
        return math.nan
    total = float(np.log(losses[:k] / losses[k]).sum())
    return k / total if total > 0.0 else math.inf


def value_at_risk(returns: Returns, *, level: float = 0.05) -> float:
    """Loss that is exceeded with the given chance, as a positive fraction; linear interpolation."""
    return -float(np.quantile(_some(returns), level))


def expected_shortfall(returns: Returns, *, level: float = 0.05) -> float:
    """Mean of the worst share of the returns (at least one of them), as a positive fraction."""
    x = np.sort(_some(returns))
    worst = max(1, math.floor(level * len(x) + 1e-9))
    return -float(x[:worst].mean())


def max_drawdown(returns: Returns, *, compounded: bool = True) -> float:
    """Deepest fall from a peak, the start included: of equity, or of the sum of returns."""
    x = np.asarray(returns, dtype=np.float64)
    if not len(x):
        return 0.0
    if not compounded:
        path = np.concatenate([[0.0], np.cumsum(x)])
        return float((np.maximum.accumulate(path) - path).max())
    path = np.concatenate([[1.0], np.cumprod(1.0 + x)])
    return float((1.0 - path / np.maximum.accumulate(path)).max())


def _some(returns: Returns) -> Returns:
    if not len(returns):
        raise TooFewBars(have=0, need=1, purpose="a tail of returns")
    return np.asarray(returns, dtype=np.float64)
