"""False discovery rate over a stream of tests: each gets its level before the next is seen.

Valid for p-values that are independent given the past, that is one per data epoch. Repeated looks
at the same prices are dependent: there, spend from `combine.alpha_spending`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.arrays import F64, Bool

LORD_GAMMA_SUM = 0.07720838  # makes log(j) / (j exp(sqrt(log j))) add up to one
SAFFRON_GAMMA_SUM = 0.4374901658  # makes j^-1.6 add up to one


class Stream(NamedTuple):
    """Level of each test, and whether it was a discovery."""

    levels: F64
    rejected: Bool


def lord_plus_plus(
    p: npt.ArrayLike, *, alpha: float = 0.05, w0: float | None = None, gamma: npt.ArrayLike | None = None
) -> Stream:
    """LORD++: alpha-wealth earned back at each discovery.

    Parameters
    ----------
    p : float (n,)
        In the order in which they came.
    alpha : float
        Level of the false discovery rate.
    w0 : float or None
        Starting wealth, in (0, alpha); a tenth of alpha if None.
    gamma : float (at least n,), optional
        How wealth is spread over later tests: not negative, never rising, at most one in sum. By default that of the
        source, proportional to log(j) / (j exp(sqrt(log j))).

    Source: Javanmard & Montanari (2018), Annals of Statistics 46; Ramdas et al. (2017), NeurIPS.
    """
    values, w0 = _checked(p, alpha, alpha / 10.0 if w0 is None else w0)
    gamma = _lord_gamma(len(values) + 1) if gamma is None else _checked_gamma(gamma, len(values))
    levels, rejected = np.zeros(len(values)), np.zeros(len(values), np.bool_)
    found: list[int] = []
    for t in range(len(values)):
        levels[t] = _wealth(gamma, t + 1, [t - s for s in found], alpha=alpha, w0=w0)
        if values[t] <= levels[t]:
            rejected[t] = True
            found.append(t)
    return Stream(levels, rejected)


def saffron(
    p: npt.ArrayLike, *, alpha: float = 0.05, w0: float | None = None, lam: float = 0.5
) -> Stream:
    """SAFFRON: like LORD++, but tests with p <= lambda (candidates) do not age the wealth.

    `w0` is half of alpha if None. Source: Ramdas, Zrnic, Wainwright & Jordan (2018), ICML.
    """
    return _adaptive(p, alpha=alpha, w0=w0, lam=lam, tau=1.0)


def addis(
    p: npt.ArrayLike, *, alpha: float = 0.05, w0: float | None = None, lam: float = 0.25, tau: float = 0.5
) -> Stream:
    """ADDIS: SAFFRON that discards p > tau, for nulls that are conservative.

    `w0` is half of alpha if None. Source: Tian & Ramdas (2019), NeurIPS.
    """
    if not lam < tau <= 1.0:
        raise OutOfRange(name="tau", value=tau, allowed="(lam, 1]")
    return _adaptive(p, alpha=alpha, w0=w0, lam=lam, tau=tau)


def _adaptive(p: npt.ArrayLike, *, alpha: float, w0: float | None, lam: float, tau: float) -> Stream:
    if not 0.0 < lam < 1.0:
        raise OutOfRange(name="lam", value=lam, allowed="(0, 1)")
    values, w0 = _checked(p, alpha, alpha / 2.0 if w0 is None else w0)
    gamma: F64 = SAFFRON_GAMMA_SUM / np.arange(1.0, len(values) + 2.0) ** 1.6
    levels, rejected = np.zeros(len(values)), np.zeros(len(values), np.bool_)
    aging = (values > lam) & (values <= tau)  # tests that use up wealth: neither candidate nor discarded
    ages: list[int] = []  # tests that have aged the wealth since each discovery
    age = 0
    for t in range(len(values)):
        wealth = _wealth(gamma, age + 1, [a + 1 for a in ages], alpha=alpha, w0=w0)
        levels[t] = min(lam, (tau - lam) * wealth)
        if values[t] <= levels[t]:
            rejected[t] = True
            ages.append(0)
        elif aging[t]:
            age += 1
            ages = [a + 1 for a in ages]
    return Stream(levels, rejected)


def _wealth(gamma: F64, age: int, since: list[int], *, alpha: float, w0: float) -> float:
    """w0, (alpha - w0) of the first discovery and alpha of each later one, all spread by gamma."""
    total = w0 * gamma[age - 1]
    for k, lag in enumerate(since):
        total += (alpha - w0 if k == 0 else alpha) * gamma[lag - 1]
    return float(total)


def _lord_gamma(n: int) -> F64:
    j = np.arange(1, n + 1, dtype=np.float64)
    gamma: F64 = LORD_GAMMA_SUM * np.log(np.maximum(j, 2.0)) / (j * np.exp(np.sqrt(np.log(j))))
    return gamma


def _checked_gamma(gamma: npt.ArrayLike, n: int) -> F64:
    spread = np.asarray(gamma, dtype=np.float64)
    good = len(spread) >= n and (spread >= 0.0).all() and (np.diff(spread) <= 0.0).all() and spread.sum() <= 1.0 + 1e-12
    if not good:
        raise OutOfRange(name="gamma", value="others", allowed=f"{n} or more, never rising, from 0, at most 1 in sum")
    return spread


def _checked(p: npt.ArrayLike, alpha: float, w0: float) -> tuple[F64, float]:
    values = np.asarray(p, dtype=np.float64)
    if not ((values >= 0.0) & (values <= 1.0)).all():
        raise OutOfRange(name="p", value="nan or outside", allowed="[0, 1]")
    if not 0.0 < alpha < 1.0:
        raise OutOfRange(name="alpha", value=alpha, allowed="(0, 1)")
    if not 0.0 < w0 < alpha:
        raise OutOfRange(name="w0", value=w0, allowed="(0, alpha)")
    return values, w0
