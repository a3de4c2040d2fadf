"""p-values beyond the last draw of a bootstrap or of a search's copies."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.effective import implied_number

SMALLEST = 1e-5  # two decades below a bootstrap of 1,000 draws: nothing smaller is claimed
_SHARE = 0.01  # of the draws, the largest ones, that the tail is joined to
_CLOSEST = 1.0 - 1e-6  # correlation that stands for one
_FACTOR = np.linspace(-10.0, 10.0, 4001)
_WEIGHTS = np.exp(-(_FACTOR**2) / 2.0) / math.sqrt(2.0 * math.pi) * (_FACTOR[1] - _FACTOR[0])


def past_the_draws(p: npt.ArrayLike, t: npt.ArrayLike, draws: npt.ArrayLike, *, among: int) -> F64:
    """p-values (k,) that are ranks among draws, smaller where none of them reaches t (k,): there by `beyond`."""
    out, values, reached = (np.array(one, dtype=np.float64, ndmin=1) for one in (p, t, draws))
    past = values > reached.max()
    if past.any() and math.isfinite(reached.max()):
        out[past] = np.minimum(out[past], beyond(values[past], reached, among=among))
    return out


def beyond(t: npt.ArrayLike, draws: npt.ArrayLike, *, among: int) -> F64:
    """Chance that luck reaches a statistic that none of its draws reaches; not below `SMALLEST`.

    Parameters
    ----------
    t : float (k,)
    draws : float (B,)
        The largest statistic of each draw.
    among : int
        How many statistics each of them is the largest of.

    Returns
    -------
    float64 (k,)
        The tail of the largest of ``among`` standard normal numbers that hang together by one common factor, as much as
        the 99% quantile of the draws says. Where that lies beyond independent ones, that of as many more as it says.

    Notes
    -----
    The number of independent tests that a quantile implies grows with the quantile: joined at 1% to as many as are
    implied there, the tail would be two to four times too low at 0.01%. A common factor keeps what hangs together
    further out apart, more than groups of like candidates do. Source: one-factor Gaussian model, Tong (1990), The
    Multivariate Normal Distribution, ch. 5; pinned to its own quadrature and to simulation in the tests.
    """
    values = np.atleast_1d(np.asarray(t, dtype=np.float64))
    joint = float(np.quantile(np.asarray(draws, dtype=np.float64), 1.0 - _SHARE))
    if _reached(joint, among, 0.0) <= _SHARE:
        tail = -np.expm1(implied_number(joint, _SHARE) * log_ndtr(values))
    else:
        rho = _correlation(joint, among)
        tail = np.array([_reached(float(one), among, rho) for one in values])
    return np.maximum(tail, SMALLEST)


def _correlation(joint: float, among: int) -> float:
    """Correlation at which the largest number reaches ``joint`` as often as the draws."""
    if _reached(joint, among, _CLOSEST) >= _SHARE:
        return _CLOSEST
    return float(brentq(lambda rho: _reached(joint, among, rho) - _SHARE, 0.0, _CLOSEST))


def _reached(t: float, among: int, rho: float) -> float:
    """Chance that the largest of equally correlated standard normal numbers reaches t."""
    if among == 1 or rho == _CLOSEST:
        return float(ndtr(-t))
    rest = (t - math.sqrt(rho) * _FACTOR) / math.sqrt(1.0 - rho)
    return float(-np.expm1(among * log_ndtr(rest)) @ _WEIGHTS)
