"""How far a Sharpe ratio can be trusted: standard errors, probability, record length, time scale.

Every ratio here is per period, never annualised. Two conventions are kept apart by name: the
classic one evaluates the variance at the estimate and divides by T - 1; `..._under_null` evaluates
it at the benchmark and divides by T, so that against zero neither skewness nor kurtosis matters.
None of them repairs more dependence than an AR(1): a p-value comes from `longrun` or `stepm`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import Returns


class Moments(NamedTuple):
    """What the formulas need to know about a series."""

    sharpe: float  # per period, ddof=1
    skew: float
    kurtosis: float  # raw: 3 for the normal
    n_obs: int


def moments(returns: Returns) -> Moments:
    """Per-period Sharpe ratio (ddof=1) and population skewness and raw kurtosis of a series.

    NaN for all three if the series does not vary; at least 2 values. Source: Mertens (2002).
    """
    x = np.asarray(returns, dtype=np.float64)
    if len(x) < 2:
        raise TooFewBars(have=len(x), need=2, purpose="a Sharpe ratio")
    if x.min() == x.max():
        return Moments(math.nan, math.nan, math.nan, len(x))
    z = x - x.mean()
    variance = float((z**2).mean())
    skew = float((z**3).mean()) / variance**1.5
    return Moments(float(x.mean() / x.std(ddof=1)), skew, float((z**4).mean()) / variance**2, len(x))


def lo_error(sharpe: float, n_obs: int) -> float:
    """Standard error for iid normal returns, sqrt((1 + SR^2/2)/T). Source: Lo (2002), FAJ 58(4)."""
    _check(n_obs, skew=0.0, kurtosis=3.0)
    return math.sqrt((1.0 + sharpe**2 / 2.0) / n_obs)


def mertens_error(sharpe: float, n_obs: int, *, skew: float = 0.0, kurtosis: float = 3.0) -> float:
    """Standard error for iid non-normal returns, divided by T - 1.

    Parameters
    ----------
    sharpe : float, per period
    n_obs : int, at least 2
    skew, kurtosis : float
        Raw kurtosis (normal 3). Excess kurtosis passed by mistake is often caught, because no
        distribution has kurtosis below 1 + skew^2.

    Source: Mertens (2002); Christie (2005); Opdyke (2007), J. Asset Management 8.
    """
    _check(n_obs, skew=skew, kurtosis=kurtosis)
    return math.sqrt(_shape(sharpe, skew=skew, kurtosis=kurtosis, rho=0.0) / (n_obs - 1))


def ar1_error(
    sharpe: float, n_obs: int, *, skew: float = 0.0, kurtosis: float = 3.0, rho: float = 0.0
) -> float:
    """Standard error for non-normal AR(1) returns with autocorrelation rho, divided by T.

    Source: Lopez de Prado, Lipton & Zoonekynd (2025), How to Use the Sharpe Ratio.
    """
    _check(n_obs, skew=skew, kurtosis=kurtosis, rho=rho)
    return math.sqrt(_shape(sharpe, skew=skew, kurtosis=kurtosis, rho=rho) / n_obs)


def psr(
    sharpe: float, n_obs: int, *, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Probability that the true Sharpe ratio is above the benchmark, classic convention.

    Source: Bailey & Lopez de Prado (2012), J. Risk 15(2), eq. 11.
    """
    return float(ndtr((sharpe - benchmark) / mertens_error(sharpe, n_obs, skew=skew, kurtosis=kurtosis)))


def psr_under_null(
    sharpe: float, n_obs: int, *,
    benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0, rho: float = 0.0,
) -> float:
    """Probability that the true Sharpe ratio is above the benchmark, variance at the benchmark.

    Source: Lopez de Prado, Lipton & Zoonekynd (2025).
    """
    error = ar1_error(benchmark, n_obs, skew=skew, kurtosis=kurtosis, rho=rho)
    return float(ndtr((sharpe - benchmark) / error))


def min_track_record(
    sharpe: float, *, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0,
    confidence: float = 0.95,
) -> float:
    """Number of observations after which PSR reaches the confidence, classic convention.

    Infinite if the Sharpe ratio is not above the benchmark. Divide by periods per year for years.

    Source: Bailey & Lopez de Prado (2012), eq. 13.
    """
    _check(2, skew=skew, kurtosis=kurtosis)
    shape = _shape(sharpe, skew=skew, kurtosis=kurtosis, rho=0.0)
    return 1.0 + shape * _squared_gap(sharpe, benchmark, confidence)


def min_track_record_under_null(
    sharpe: float, *, benchmark: float = 0.0, skew: float = 0.0, kurtosis: float = 3.0,
    confidence: float = 0.95,
) -> float:
    """`min_track_record` with the variance at the benchmark.

    Source: Lopez de Prado, Lipton & Zoonekynd (2025).
    """
    _check(2, skew=skew, kurtosis=kurtosis)
    shape = _shape(benchmark, skew=skew, kurtosis=kurtosis, rho=0.0)
    return shape * _squared_gap(sharpe, benchmark, confidence)


def annual_factor(periods_per_year: float) -> float:
    """Factor from per-period to annual Sharpe without autocorrelation, sqrt(periods per year).

    365 for days and 8760 for hours of a market that never closes, 252 for exchange days.
    """
    if not periods_per_year > 0.0:
        raise OutOfRange(name="periods_per_year", value=periods_per_year, allowed="(0, inf)")
    return math.sqrt(periods_per_year)


def lo_eta(q: int, rho: float) -> float:
    """Factor from the Sharpe of one period to that of q periods for AR(1) returns.

    Source: Lo (2002), FAJ 58(4), eq. 21.
    """
    _check(2, skew=0.0, kurtosis=3.0, rho=rho)
    persistence = 1.0 + 2.0 * rho / (1.0 - rho) * (1.0 - (1.0 - rho**q) / (q * (1.0 - rho)))
    return math.sqrt(q / persistence)


def lo_eta_measured(q: int, autocorrelations: npt.ArrayLike) -> float:
    """The same factor from autocorrelations 1, 2, ... (those not given count as zero).

    NaN if they leave no positive variance. Source: Lo (2002), eq. 20.
    """
    rho = np.asarray(autocorrelations, dtype=np.float64)[: q - 1]
    total = q + 2.0 * float((q - np.arange(1, len(rho) + 1)) @ rho)
    return q / math.sqrt(total) if total > 0.0 else math.nan


def _shape(sharpe: float, *, skew: float, kurtosis: float, rho: float) -> float:
    """T times the variance of the estimated Sharpe ratio."""
    a = 1.0 + 2.0 * rho / (1.0 - rho)
    b = 1.0 + rho / (1.0 - rho) + rho**2 / (1.0 - rho**2)
    c = 1.0 + 2.0 * rho**2 / (1.0 - rho**2)
    return a - b * skew * sharpe + c * (kurtosis - 1.0) / 4.0 * sharpe**2


def _squared_gap(sharpe: float, benchmark: float, confidence: float) -> float:
    if not 0.0 < confidence < 1.0:
        raise OutOfRange(name="confidence", value=confidence, allowed="(0, 1)")
    if not sharpe > benchmark:
        return math.inf
    return float(ndtri(confidence) / (sharpe - benchmark)) ** 2


def _check(n_obs: int, *, skew: float, kurtosis: float, rho: float = 0.0) -> None:
    if n_obs < 2:
        raise TooFewBars(have=n_obs, need=2, purpose="the error of a Sharpe ratio")
    if kurtosis < 1.0 + skew**2 - 1e-9:
        raise OutOfRange(
            name="kurtosis", value=kurtosis, allowed=f"[1 + skew^2, inf) = [{1 + skew**2:.4g}, inf); pass raw kurtosis"
        )
    if not -1.0 < rho < 1.0:
        raise OutOfRange(name="rho", value=rho, allowed="(-1, 1)")
