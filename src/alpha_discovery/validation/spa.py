"""Superior predictive ability: is the best of a family better than nothing.

One answer for the whole family, in three forms that differ in how bad candidates are treated; the
per-candidate answer is `stepm`. The statistic really is divided by each candidate's own long-run
standard deviation, so a volatile candidate cannot drown the others.

Sources: White (2000), Econometrica 68; Hansen (2005), J. Business & Economic Statistics 23.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.arrays import F32, F64, Returns
from alpha_discovery.validation.bootstrap import exact_weights
from alpha_discovery.validation.longrun import hac_scale


@dataclass(frozen=True)
class SpaResult:
    """Statistic and, per form, p-value (1+#)/(B+1) and 95% critical value.

    lower is liberal (bad candidates are taken as bad), upper conservative (all as if on the edge),
    consistent in between: the one to read.
    """

    statistic: float
    p_lower: float
    p_consistent: float
    p_upper: float
    critical_lower: float
    critical_consistent: float
    critical_upper: float


def spa(returns: Returns, weights: F32, *, mean_block: float, studentize: bool = True) -> SpaResult:
    """Hansen's test of superior predictive ability over zero.

    Parameters
    ----------
    returns : float (T, n)
        Excess over the benchmark; candidates without variation are left out, NaN is refused.
    weights : float32 (B, T)
        From `stationary_weights` with the same mean block.
    studentize : bool
        False gives White's reality check with Hansen's recentring: for comparison only.

    Returns
    -------
    SpaResult
        All NaN if no candidate varies.
    """
    x = np.asarray(returns, dtype=np.float64)
    if weights.shape[1] != len(x):
        raise UserError(f"weights need one column a period: {len(x)}; they have {weights.shape[1]}")
    if not np.isfinite(x).all():
        raise OutOfRange(name="returns", value="nan or inf", allowed="the finite numbers")
    omega = hac_scale(x, mean_block=mean_block)
    alive = np.isfinite(omega)
    if not alive.any():
        return SpaResult(*[math.nan] * 7)
    return _three_forms(x[:, alive], exact_weights(weights), omega[alive], studentize=studentize)


def _three_forms(x: F64, weights: F64, omega: F64, *, studentize: bool) -> SpaResult:
    T = len(x)
    mean = x.mean(axis=0)
    edge = -math.sqrt(2.0 * math.log(math.log(T))) if T > 3 else 0.0
    centres = (np.maximum(mean, 0.0), np.where(math.sqrt(T) * mean / omega >= edge, mean, 0.0), mean)
    scale = math.sqrt(T) / (omega if studentize else np.ones_like(omega))
    statistic = max(0.0, float((scale * mean).max()))
    means = weights @ x
    p, critical = [], []
    for centre in centres:
        null = np.maximum(0.0, ((means - centre) * scale).max(axis=1))
        p.append((1 + int(np.count_nonzero(null > statistic))) / (len(null) + 1))
        critical.append(float(np.quantile(null, 0.95)))
    return SpaResult(statistic, p[0], p[1], p[2], critical[0], critical[1], critical[2])
