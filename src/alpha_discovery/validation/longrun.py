"""Long-run standard deviations: how uncertain a mean is when days depend on one another.

The stationary bootstrap's variance weighs lag i with (1 - i/T) q^i + (i/T) q^(T-i), q = 1 - p.
Powers of q and their products with i obey two-term recursions, so every lag costs O(T) a column
in total instead of O(T^2); candidates lie along the inner loop, which the compiler vectorises.
"""

from __future__ import annotations

import math

import numpy as np

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.kernels import kernel
from alpha_discovery.validation.arrays import F64, I64, Bool, Returns

BLOCK = 256  # columns handled together: their recursions fit the first-level cache


@kernel
def centred_columns(returns: Returns, columns: I64) -> tuple[F64, F64, Bool]:
    """Chosen columns less their mean, their means, and whether they vary at all."""
    T, w = len(returns), len(columns)
    z = np.empty((T, w))
    mean, low, high = np.zeros(w), np.full(w, np.inf), np.full(w, -np.inf)
    for t in range(T):
        for j in range(w):
            x = float(returns[t, columns[j]])
            z[t, j] = x
            mean[j] += x
            low[j] = x if x < low[j] else low[j]
            high[j] = x if x > high[j] else high[j]
    varies = np.empty(w, dtype=np.bool_)
    for j in range(w):
        mean[j] /= T
        varies[j] = low[j] < high[j]
    for t in range(T):
        for j in range(w):
            z[t, j] -= mean[j]
    return z, mean, varies


@kernel
def sums_of_squares(z: F64) -> F64:
    """Sum of squares of each column, always added in the same order (numpy's depends on the machine)."""
    total = np.zeros(z.shape[1])
    for t in range(z.shape[0]):
        for j in range(z.shape[1]):
            total[j] += z[t, j] * z[t, j]
    return total


@kernel
def _forward_lags(z: F64, q: float, lags: int, total: F64) -> None:
    """Add 2 z_t sum_i (1 - i/T) q^i z_{t+i}; `a` holds sum q^i z, `b` holds sum i q^i z."""
    T, w = z.shape
    a, b = np.zeros(w), np.zeros(w)
    leaves = q ** (lags + 1)
    for t in range(T - 1, -1, -1):
        for j in range(w):
            total[j] += 2.0 * z[t, j] * (a[j] - b[j] / T)
            b[j] = q * (b[j] + a[j] + z[t, j])
            a[j] = q * (a[j] + z[t, j])
        if t + lags < T:
            for j in range(w):
                a[j] -= leaves * z[t + lags, j]
                b[j] -= (lags + 1) * leaves * z[t + lags, j]


@kernel
def _wrapped_lags(z: F64, q: float, lags: int, total: F64) -> None:
    """Add 2 z_t sum_i (i/T) q^(T-i) z_{t+i}: the blocks that run over the end of the sample."""
    T, w = z.shape
    a, b = np.zeros(w), np.zeros(w)
    leaves = q**lags
    scale = 2.0 * q ** (T - lags) / T
    for t in range(-lags, T):
        for j in range(w):
            gone = leaves * z[t, j] if t >= 0 else 0.0
            come = z[t + lags, j] if t + lags < T else 0.0
            a[j] = q * a[j] - gone + come
            b[j] = q * b[j] - gone + (lags + 1) * come - a[j]
        if t >= 0:
            for j in range(w):
                total[j] += scale * z[t, j] * b[j]


@kernel
def long_run_variances(z: F64, q: float, lags: int) -> F64:
    """Stationary-bootstrap variance of sqrt(T) times the mean, per column of centred values."""
    T = len(z)
    total = sums_of_squares(z)
    if lags > 0 and q > 0.0:
        _forward_lags(z, q, lags, total)
        if q ** (T - lags) * lags > 1e-18:
            _wrapped_lags(z, q, lags, total)
    return total / T


def hac_scale(returns: Returns, *, mean_block: float, max_lag: int | None = None) -> F64:
    """Long-run standard deviation of each column, as the stationary bootstrap sees it.

    Parameters
    ----------
    returns : float32 or float64 (T, n)
        Periods down, candidates across; at least 2 periods.
    mean_block : float
        Mean block length of the bootstrap that it has to match, at least 1.
    max_lag : int or None
        Cut the kernel there; None keeps all T-1 lags, which is never negative.

    Returns
    -------
    float64 (n,)
        omega: sqrt(T) times the standard error of the mean, in units of the returns. NaN for
        a column without variation, with a NaN or infinity in it, or whose cut kernel gives no
        positive variance.

    Source: Politis & Romano (1994), JASA 89, lemma 1; Newey & West (1987), Econometrica 55.
    """
    T, n = returns.shape
    lags = checked_lags(T, max_lag)
    q = 1.0 - 1.0 / checked_block(mean_block)
    values = np.ascontiguousarray(returns)
    scale = np.full(n, np.nan)
    for start in range(0, n, BLOCK):
        columns = np.arange(start, min(start + BLOCK, n))
        z, _, varies = centred_columns(values, columns)
        scale[columns] = usable_scale(long_run_variances(z, q, lags), varies)
    return scale


def usable_scale(variance: F64, varies: Bool) -> F64:
    """Square root of the variances of columns that vary; NaN for the others."""
    good = varies & (variance > 0.0) & np.isfinite(variance)
    return np.sqrt(np.where(good, variance, np.nan))


def checked_block(mean_block: float) -> float:
    """`mean_block`, or `OutOfRange` if it is shorter than one period."""
    if not 1.0 <= mean_block < math.inf:
        raise OutOfRange(name="mean_block", value=mean_block, allowed="[1, inf)")
    return float(mean_block)


def checked_lags(T: int, max_lag: int | None) -> int:
    """Number of lags to use on T periods, or a refusal."""
    if T < 2:
        raise TooFewBars(have=T, need=2, purpose="a long-run variance")
    if max_lag is not None and max_lag < 0:
        raise OutOfRange(name="max_lag", value=max_lag, allowed="[0, inf)")
    return T - 1 if max_lag is None else min(max_lag, T - 1)




def newey_west_t(x: Returns, lags: int) -> float:
    """t statistic of the mean with a Bartlett-weighted long-run variance, no small-sample factor.

    Parameters
    ----------
    x : float (T,)
        At least 2 values.
    lags : int
        Autocovariances used, from 0 (plain t with ddof=0) to T-1.

    Returns
    -------
    float
        NaN if the series does not vary.

    Source: Newey & West (1987), Econometrica 55(3).
    """
    values = np.asarray(x, dtype=np.float64)
    T = len(values)
    lags = checked_lags(T, lags)
    if values.min() == values.max():
        return math.nan
    mean = values.mean()
    eps = values - mean
    acov = np.array([eps[i:] @ eps[: T - i] for i in range(lags + 1)]) / T
    bartlett = 1.0 - np.arange(1, lags + 1) / (lags + 1)
    variance = acov[0] + 2.0 * bartlett @ acov[1:]
    return float(mean / math.sqrt(variance / T)) if variance > 0.0 else math.nan


def newey_west_lags(T: int) -> int:
    """Rule-of-thumb number of lags, floor(4 (T/100)^(2/9)). Source: Newey & West (1994), REStud 61."""
    return min(int(4.0 * (T / 100.0) ** (2.0 / 9.0)), T - 1)


def bartlett_dof(T: int, lags: int) -> float:
    """Degrees of freedom of a Bartlett long-run variance: T over the sum of squared weights.

    Source: Priestley (1981), Spectral Analysis and Time Series, section 6.2 (at frequency zero).
    """
    weights = 1.0 - np.arange(1, lags + 1) / (lags + 1)
    return float(T / (1.0 + 2.0 * weights @ weights) - 1.0)
