"""What the best of many trials reaches by luck, and what a length of data can certify at all.

Ratios are per period unless a name says annual. `n` is a number of independent trials and may be
an effective, fractional one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtri

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.sharpe import psr


class Maximum(NamedTuple):
    """Mean and standard deviation of the largest of n standard normal numbers."""

    mean: float
    sd: float


class Deflated(NamedTuple):
    """Sharpe ratio that luck is expected to reach, and the probability of a true one above it."""

    threshold: float
    probability: float


def expected_maximum(n: float) -> float:
    """Approximate mean of the largest of n standard normal numbers; 0 for one of them.

    Below 2, where the approximation is not defined, the exact mean.

    Source: Bailey & Lopez de Prado (2014), J. Portfolio Management 40(5).
    """
    _check_number(n)
    if n < 2.0:
        return maximum_moments(n).mean
    tail = float(-ndtri(1.0 / n)), float(-ndtri(1.0 / (n * math.e)))
    return (1.0 - np.euler_gamma) * tail[0] + np.euler_gamma * tail[1]


def maximum_moments(n: float) -> Maximum:
    """Exact mean and standard deviation of the largest of n standard normal numbers.

    Source: E[X] = int_0^inf (1 - F) dx - int_-inf^0 F dx with F = Phi^n, and the same for E[X^2].
    """
    _check_number(n)

    def above(x: float) -> float:
        return -math.expm1(n * float(log_ndtr(x)))

    def below(x: float) -> float:
        return math.exp(n * float(log_ndtr(-x)))

    def integral(power: int, sign: float) -> float:
        right = quad(lambda x: x**power * above(x), 0.0, 12.0, epsabs=1e-13, limit=400)[0]
        left = quad(lambda x: x**power * below(x), 0.0, 40.0, epsabs=1e-13, limit=400)[0]
        return float(right + sign * left)

    mean = integral(0, -1.0)
    return Maximum(mean, math.sqrt(2.0 * integral(1, 1.0) - mean**2))


def maximum_quantile(n: float, q: float) -> float:
    """Quantile q of the largest of n standard normal numbers, Phi^-1(q^(1/n)): the critical z."""
    _check_number(n)
    if not 0.0 < q < 1.0:
        raise OutOfRange(name="q", value=q, allowed="(0, 1)")
    return float(-ndtri(-math.expm1(math.log(q) / n)))


def deflated_sharpe(
    sharpe: float, n_obs: int, *,
    n_trials: float, trial_variance: float, skew: float = 0.0, kurtosis: float = 3.0,
) -> Deflated:
    """Probability that the true Sharpe ratio exceeds what the best of n trials shows by luck.

    Parameters
    ----------
    sharpe : float
        Per period, of the selected strategy; `n_obs` of its periods.
    n_trials : float
        Number of independent trials, at least 1.
    trial_variance : float
        Variance of the trials' Sharpe ratios, per period (annual variance / periods per year).
    skew, kurtosis : float
        Of the selected strategy's returns; raw kurtosis.

    Notes
    -----
    Not a calibrated test: with the right number of trials it is far stricter than 5%, with too
    small a number it passes noise. Reported, never decided by.

    Source: Bailey & Lopez de Prado (2014).
    """
    if not trial_variance >= 0.0:
        raise OutOfRange(name="trial_variance", value=trial_variance, allowed="[0, inf)")
    threshold = math.sqrt(trial_variance) * expected_maximum(n_trials)
    return Deflated(threshold, psr(sharpe, n_obs, benchmark=threshold, skew=skew, kurtosis=kurtosis))


def min_backtest_years(n: float, *, annual_sharpe: float = 1.0) -> float:
    """Years below which the best of n worthless trials is expected to show the Sharpe ratio.

    Source: Bailey, Borwein, Lopez de Prado & Zhu (2014), Notices of the AMS 61(5).
    """
    if not annual_sharpe > 0.0:
        raise OutOfRange(name="annual_sharpe", value=annual_sharpe, allowed="(0, inf)")
    return (expected_maximum(n) / annual_sharpe) ** 2


def smallest_certifiable_sharpe(
    years: float, n_eff: float, power: float = 0.5, *, level: float = 0.05
) -> float:
    """Smallest true annual Sharpe ratio that a max-t test finds with the given chance.

    Parameters
    ----------
    years : float
        Length of the data that the test reads.
    n_eff : float
        Effective number of independent candidates.
    power : float
        Chance of finding it, in (0, 1).
    level : float
        Family-wise error rate.

    Source: (Phi^-1((1 - level)^(1/n)) + Phi^-1(power)) / sqrt(years), from the normal limit of t.
    """
    if not years > 0.0:
        raise OutOfRange(name="years", value=years, allowed="(0, inf)")
    if not 0.0 < power < 1.0:
        raise OutOfRange(name="power", value=power, allowed="(0, 1)")
    return (maximum_quantile(n_eff, 1.0 - level) + float(ndtri(power))) / math.sqrt(years)


def _check_number(n: float) -> None:
    if not 1.0 <= n < math.inf:
        raise OutOfRange(name="n", value=n, allowed="[1, inf)")
