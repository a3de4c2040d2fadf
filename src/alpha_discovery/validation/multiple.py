"""P-values adjusted for how many were looked at, and Sharpe ratios haircut by them.

An adjusted p-value is the smallest level at which its hypothesis would be rejected. Input order is
kept. Independent of these bounds, `stepm` uses the dependence and finds more.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtr, stdtrit

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.arrays import F64


def bonferroni(p: npt.ArrayLike) -> F64:
    """m p, at most 1: family-wise, any dependence. Source: Dunn (1961), JASA 56."""
    values = _probabilities(p)
    return np.minimum(len(values) * values, 1.0)


def holm(p: npt.ArrayLike) -> F64:
    """Step-down Bonferroni: family-wise, any dependence. Source: Holm (1979), Scand. J. Statistics 6."""
    values = _probabilities(p)
    order = np.argsort(values, kind="stable")
    steps = np.arange(len(values), 0, -1) * values[order]
    return _back(np.minimum(np.maximum.accumulate(steps), 1.0), order)


def hochberg(p: npt.ArrayLike) -> F64:
    """Step-up Bonferroni: family-wise under positive dependence. Source: Hochberg (1988), Biometrika 75."""
    values = _probabilities(p)
    order = np.argsort(values, kind="stable")
    steps = np.arange(len(values), 0, -1) * values[order]
    return _back(np.minimum(_running_min_from_end(steps), 1.0), order)


def benjamini_hochberg(p: npt.ArrayLike) -> F64:
    """False discovery rate under independence or positive dependence.

    Source: Benjamini & Hochberg (1995), JRSS B 57.
    """
    values = _probabilities(p)
    order = np.argsort(values, kind="stable")
    m = len(values)
    steps = values[order] * m / np.arange(1, m + 1)
    return _back(np.minimum(_running_min_from_end(steps), 1.0), order)


def benjamini_yekutieli(p: npt.ArrayLike) -> F64:
    """False discovery rate under any dependence: BH times sum 1/j.

    Source: Benjamini & Yekutieli (2001), Annals of Statistics 29.
    """
    values = _probabilities(p)
    order = np.argsort(values, kind="stable")
    steps = _by_steps(values[order])
    return _back(np.minimum(_running_min_from_end(steps), 1.0), order)


def harvey_liu_bhy(p: npt.ArrayLike) -> F64:
    """Benjamini-Yekutieli as Harvey and Liu print it: the largest p-value is not inflated.

    For comparison with their tables only: where the largest p-value is small, it caps all others
    and nothing is controlled. To decide, use `benjamini_yekutieli`.

    Source: Harvey & Liu (2015), Backtesting, J. Portfolio Management 42(1).
    """
    values = _probabilities(p)
    order = np.argsort(values, kind="stable")
    steps = _by_steps(values[order])
    if len(values):
        steps[-1] = values[order[-1]]
    return _back(np.minimum(_running_min_from_end(steps), 1.0), order)


def storey(p: npt.ArrayLike, *, lam: float = 0.5) -> tuple[float, F64]:
    """Estimated share of true nulls, (1 + #{p > lambda}) / (m (1 - lambda)), and q-values.

    Noise where the trials are highly correlated. Source: Storey (2002), JRSS B 64.
    """
    if not 0.0 < lam < 1.0:
        raise OutOfRange(name="lam", value=lam, allowed="(0, 1)")
    values = _probabilities(p)
    if not len(values):
        return math.nan, values
    share = min(1.0, float((1 + (values > lam).sum()) / (len(values) * (1.0 - lam))))
    return share, share * benjamini_hochberg(values)


def sidak(p: float, n: float) -> float:
    """Chance that the smallest of n independent p-values is at most p. Source: Sidak (1967), JASA 62."""
    if not 0.0 <= p <= 1.0:
        raise OutOfRange(name="p", value=p, allowed="[0, 1]")
    return -math.expm1(n * math.log1p(-p)) if p < 1.0 else 1.0


def two_sided_p(t: float, *, dof: float = math.inf) -> float:
    """Two-sided p-value of a t statistic; the normal one without degrees of freedom."""
    return float(2.0 * stdtr(dof, -abs(t)))


def haircut_sharpe(sharpe: float, p_adjusted: float, *, n_obs: int, dof: float = math.inf) -> float:
    """Sharpe ratio that a single test would need for the adjusted, two-sided p-value.

    Parameters
    ----------
    sharpe : float
        Per period, any sign; only the sign is used.
    p_adjusted : float
        Two-sided, adjusted by one of the functions above on the p-values of what was tried.
    n_obs : int
        Number of periods.
    dof : float
        Degrees of freedom that the p-value was computed with; infinite for the normal.

    Returns
    -------
    float
        Per period; 0 for an adjusted p-value of 1.

    Source: Harvey & Liu (2015), with the p-values actually tried in place of their factor zoo.
    """
    if not 0.0 < p_adjusted <= 1.0:
        raise OutOfRange(name="p_adjusted", value=p_adjusted, allowed="(0, 1]")
    return math.copysign(float(-stdtrit(dof, p_adjusted / 2.0)) / math.sqrt(n_obs), sharpe)


def profit_hurdle(n: int, *, volatility: float, n_obs: int, level: float = 0.05) -> float:
    """Mean return per period that is significant, two-sided, after Bonferroni for n tests.

    `volatility` is per period. Source: Harvey & Liu (2015), section on profit hurdles.
    """
    if n < 1:
        raise OutOfRange(name="n", value=n, allowed="[1, inf)")
    return float(-ndtri(level / (2.0 * n))) * volatility / math.sqrt(n_obs)


def _probabilities(p: npt.ArrayLike) -> F64:
    values = np.asarray(p, dtype=np.float64)
    if not ((values >= 0.0) & (values <= 1.0)).all():
        raise OutOfRange(name="p", value="nan or outside", allowed="[0, 1]")
    return values


def _by_steps(rising: F64) -> F64:
    ranks = np.arange(1.0, len(rising) + 1.0)
    steps: F64 = rising * len(rising) * (1.0 / ranks).sum() / ranks
    return steps


def _running_min_from_end(values: F64) -> F64:
    lowest: F64 = np.minimum.accumulate(values[::-1])[::-1]
    return lowest


def _back(adjusted: F64, order: npt.NDArray[np.intp]) -> F64:
    out = np.empty(len(adjusted))
    out[order] = adjusted
    return out
