"""How many independent trials a set of correlated ones is worth.

There is no single answer: the number that explains the mean of the maximum is smaller than the one
that explains its tail, and eigenvalue measures are too small for the tail. Only `implied_number`
is right by construction; the others are reported beside it. All but that one take a correlation
matrix (n, n) and lie in [1, n].
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import log_ndtr

from alpha_discovery.validation.arrays import F64


def implied_number(critical_value: float, alpha: float) -> float:
    """N of independent normal tests whose largest exceeds the critical value with chance alpha.

    Definition: (1 - alpha) = Phi(c)^N; at least 0, infinite when Phi(c) rounds to one.
    """
    log_cdf = float(log_ndtr(critical_value))
    return math.log1p(-alpha) / log_cdf if log_cdf < 0.0 else math.inf


def participation_ratio(rho: F64, *, n_obs: int | None = None) -> float:
    """(sum l)^2 / sum l^2 over eigenvalues, that is n^2 / ||rho||_F^2.

    With `n_obs` periods the noise n(n-1)/T of a measured matrix is taken off the denominator, which
    stays at least n.

    Source: Bell & Dean (1970), Discussions of the Faraday Society 50.
    """
    n = len(rho)
    power = float((rho**2).sum())
    if n_obs is not None:
        power = max(power - n * (n - 1) / n_obs, float(n))
    return n**2 / power


def effective_rank(rho: F64) -> float:
    """exp of the entropy of the eigenvalues' shares. Source: Roy & Vetterli (2007), EUSIPCO."""
    share = _eigenvalues(rho)
    share = share[share > 0.0] / share.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def average_correlation_number(rho: F64) -> float:
    """rho_bar + (1 - rho_bar) n; useless where long and short mirror each other (rho_bar near 0).

    Source: Bailey & Lopez de Prado (2014), appendix.
    """
    n = len(rho)
    if n == 1:
        return 1.0
    mean = float((rho.sum() - np.trace(rho)) / (n * (n - 1)))
    return mean + (1.0 - mean) * n


def nyholt(rho: F64) -> float:
    """1 + (n - 1)(1 - Var(l)/n). Source: Nyholt (2004), American J. Human Genetics 74."""
    n = len(rho)
    return 1.0 if n == 1 else 1.0 + (n - 1) * (1.0 - float(_eigenvalues(rho).var(ddof=1)) / n)


def li_ji(rho: F64) -> float:
    """Sum of 1(l >= 1) + frac(l); eigenvalues are rounded, because frac jumps at whole numbers.

    Source: Li & Ji (2005), Heredity 95.
    """
    values = np.round(_eigenvalues(rho), 9)
    return float(((values >= 1.0) + values - np.floor(values)).sum())


def galwey(rho: F64) -> float:
    """(sum sqrt l)^2 / sum l. Source: Galwey (2009), Genetic Epidemiology 33."""
    values = _eigenvalues(rho)
    return float(np.sqrt(values).sum() ** 2 / values.sum())


def gao(rho: F64, *, share: float = 0.995) -> int:
    """Number of principal components that explain the share. Source: Gao et al. (2008), Gen. Epid. 32."""
    values = _eigenvalues(rho)[::-1]
    return int(np.count_nonzero(np.cumsum(values) < share * values.sum() * (1.0 - 1e-12))) + 1


def _eigenvalues(rho: F64) -> F64:
    """Eigenvalues in rising order; those below zero by rounding are zero."""
    values: F64 = np.maximum(np.linalg.eigvalsh(rho), 0.0)
    return values
