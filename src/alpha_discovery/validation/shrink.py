"""The winner's curse: what is left of a Sharpe ratio that was the best of many."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.arrays import F32, F64, Returns
from alpha_discovery.validation.bootstrap import exact_weights


def prior_variance(sharpe: npt.ArrayLike, error: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Variance of the true Sharpe ratios around zero: mean square less mean squared error, at least 0.

    ``weights`` (n,): how many each one stands for, where they are a sample.

    Source: Efron & Morris (1973), JASA 68 (method of moments).
    """
    ratios, errors = np.asarray(sharpe, dtype=np.float64), np.asarray(error, dtype=np.float64)
    if not len(ratios) or ratios.shape != errors.shape or not np.isfinite(ratios + errors).all():
        raise UserError("a prior needs one finite standard error for each of at least one Sharpe ratio")
    each = np.ones(len(ratios)) if weights is None else np.asarray(weights, dtype=np.float64)
    return max(0.0, float(np.average(ratios**2, weights=each) - np.average(errors**2, weights=each)))


def shrunk(sharpe: float, error: float, *, prior: float) -> float:
    """Posterior mean of the true Sharpe ratio, SR tau^2 / (tau^2 + se^2); 0 if both variances are 0.

    Any time unit, the same for all three. Source: Efron & Morris (1973); James & Stein (1961).
    """
    if not prior >= 0.0:
        raise OutOfRange(name="prior", value=prior, allowed="[0, inf)")
    spread = prior + error**2
    return sharpe * prior / spread if spread > 0.0 else 0.0


def selection_bias(returns: Returns, weights: F32) -> float:
    """By how much the best Sharpe ratio of a family is expected to overstate its own true value.

    In each bootstrap draw the best is chosen again and compared with its value in the sample, which
    plays the truth; the mean excess is the bias to take off the winner's Sharpe ratio.

    Parameters
    ----------
    returns : float (T, n)
        Candidates without variation are left out.
    weights : float32 (B, T)
        From `stationary_weights`.

    Returns
    -------
    float
        Per-period Sharpe ratio, at least 0; 0 if nothing varies.

    Source: Efron (2011), JASA 106 (selection bias); bootstrap of the maximum.
    """
    x = np.asarray(returns, dtype=np.float64)
    if weights.shape[1] != len(x):
        raise UserError(f"weights need one column a period: {len(x)}; they have {weights.shape[1]}")
    x = x[:, x.min(axis=0) < x.max(axis=0)]
    if not x.shape[1]:
        return 0.0
    drawn = _sharpe(exact_weights(weights), x)
    truth = _sharpe(np.full((1, len(x)), 1.0 / len(x)), x)[0]
    best = drawn.argmax(axis=1)
    excess = drawn[np.arange(len(drawn)), best] - truth[best]
    return max(0.0, float(excess.mean()))


def _sharpe(weights: F64, x: F64) -> F64:
    """Sharpe ratio of each column under each row of weights; 0 where a draw does not vary."""
    mean, square = weights @ x, weights @ x**2
    variance = square - mean**2
    moves = variance > 1e-12 * square
    ratio: F64 = np.where(moves, mean / np.sqrt(np.where(moves, variance, 1.0)), 0.0)
    return ratio
