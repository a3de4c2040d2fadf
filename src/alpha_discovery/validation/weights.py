"""Shares of capital among strategies whose returns are known: equal risk, hierarchical risk, inverse volatility.

All take a covariance matrix (n, n) and give positive weights that sum to 1; none looks at means, whose errors drown
what they would add.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.arrays import F64

_ROUNDS = 1_000
_CLOSE = 1e-10


def shrunk_covariance(returns: F64) -> F64:
    """Covariance (n, n) of returns (T, n), drawn towards constant correlation as much as its own error asks.

    Source: Ledoit & Wolf (2004), Honey, I shrunk the sample covariance matrix, J. Portfolio Management 30(4), with the
    share of the target estimated as in Schaefer & Strimmer (2005) on correlations.
    """
    x = np.asarray(returns, dtype=np.float64)
    if x.ndim != 2 or len(x) < 3:
        raise OutOfRange(name="returns", value=x.shape, allowed="(T >= 3, n)")
    spread = x.std(axis=0, ddof=1)
    if not (spread > 0.0).all():
        raise OutOfRange(name="returns", value="one that never varies", allowed="columns that vary")
    z = (x - x.mean(axis=0)) / spread
    T, n = z.shape
    correlation = z.T @ z / (T - 1)
    if n == 1:
        return np.asarray([[spread[0] ** 2]])
    off = ~np.eye(n, dtype=bool)
    products = z[:, :, None] * z[:, None, :]
    error = products.var(axis=0, ddof=1) * T / (T - 1) ** 2
    mean = correlation[off].mean()
    away = ((correlation - mean)[off] ** 2).sum()
    share = 1.0 if away == 0.0 else float(min(1.0, error[off].sum() / away))
    drawn = np.where(off, (1.0 - share) * correlation + share * mean, 1.0)
    return np.asarray(drawn * np.outer(spread, spread))


def inverse_volatility(covariance: F64) -> F64:
    """Weights (n,) in proportion to one over volatility."""
    raw = 1.0 / np.sqrt(_variances(covariance))
    return np.asarray(raw / raw.sum())


def risk_parity(covariance: F64) -> F64:
    """Weights (n,) of which each contributes the same risk.

    Source: Maillard, Roncalli & Teiletche (2010), J. Portfolio Management 36(4); solved one weight at a time as in
    Griveau-Billion, Richard & Roncalli (2013), A fast algorithm for computing high-dimensional risk parity portfolios.
    """
    variance, n = _variances(covariance), len(covariance)
    weights = 1.0 / np.sqrt(variance)
    for _ in range(_ROUNDS):
        before = weights.copy()
        for i in range(n):
            rest = float(covariance[i] @ weights - variance[i] * weights[i])
            total = float(math.sqrt(weights @ covariance @ weights))
            weights[i] = (-rest + math.sqrt(rest * rest + 4.0 * variance[i] * total / n)) / (2.0 * variance[i])
        if np.abs(weights - before).max() < _CLOSE * weights.max():
            break
    return np.asarray(weights / weights.sum())


def hierarchical_risk_parity(covariance: F64) -> F64:
    """Weights (n,): capital halved down the tree of correlations, in inverse proportion to the variance of each side.

    Source: Lopez de Prado (2016), Building diversified portfolios that outperform out of sample, J. Portfolio
    Management 42(4): single linkage on sqrt((1 - correlation) / 2), quasi-diagonal order, recursive bisection.
    """
    variance, n = _variances(covariance), len(covariance)
    if n == 1:
        return np.ones(1)
    correlation = covariance / np.sqrt(np.outer(variance, variance))
    distance = np.sqrt(np.clip((1.0 - correlation) / 2.0, 0.0, 1.0))
    np.fill_diagonal(distance, 0.0)
    order = leaves_list(linkage(squareform(distance, checks=False), method="single"))
    weights, parts = np.ones(n), [order]
    while parts:
        part = parts.pop()
        if len(part) < 2:
            continue
        left, right = part[: len(part) // 2], part[len(part) // 2 :]
        a, b = _cluster_variance(covariance, left), _cluster_variance(covariance, right)
        weights[left] *= b / (a + b)
        weights[right] *= a / (a + b)
        parts += [left, right]
    return weights


def capped(weights: F64, most: F64) -> F64:
    """Weights (n,), none above its own bound; what is cut goes to the others, and is left over once all are full."""
    out, free = np.zeros(len(weights)), np.ones(len(weights), dtype=bool)
    left = 1.0
    while free.any() and left > 1e-15:
        wanted = left * weights * free / (weights * free).sum()
        full = free & (out + wanted >= most)
        if not full.any():
            out += wanted
            break
        left -= float((most - out)[full].sum())
        out[full] = most[full]
        free &= ~full
    return np.asarray(out)


def _cluster_variance(covariance: F64, members: np.ndarray) -> float:
    part = covariance[np.ix_(members, members)]
    raw = 1.0 / np.diag(part)
    weights = raw / raw.sum()
    return float(weights @ part @ weights)


def _variances(covariance: F64) -> F64:
    variance = np.diag(covariance)
    if covariance.shape != (len(covariance),) * 2 or not (variance > 0.0).all():
        raise OutOfRange(name="covariance", value=covariance.shape, allowed="(n, n) with a positive diagonal")
    return np.asarray(variance)
