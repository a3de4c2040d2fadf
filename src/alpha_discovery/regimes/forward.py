"""Filtered probabilities of a hidden Markov model with normal emissions: at each bar given that bar and those before.

Source: Hamilton (1989), Econometrica 57; the forward recursion, scaled at each step.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Float1D = npt.NDArray[np.float64]
Float2D = npt.NDArray[np.float64]


def filtered(x: Float1D, prior: Float1D, transition: Float2D, mean: Float1D, variance: Float1D) -> Float2D:
    """float64 (n, k): probability of each state at each bar.

    Parameters
    ----------
    x : float64 (n,)
        Observations, finite.
    prior : float64 (k,)
        Probability of each state at the first bar, before it is seen.
    transition : float64 (k, k)
        Row i: where state i goes next.
    mean, variance : float64 (k,)
        Of the observations in each state; variances above zero.
    """
    log_density = -0.5 * (np.log(2.0 * np.pi * variance) + (x[:, None] - mean) ** 2 / variance)
    density: Float2D = np.exp(log_density - log_density.max(axis=1, keepdims=True))  # a common factor of a bar cancels
    out: Float2D = np.empty_like(density)
    expected = np.asarray(prior, dtype=np.float64)
    for t in range(len(x)):
        weight = expected * density[t]
        total = weight.sum()
        out[t] = weight / total if total > 0.0 else expected
        expected = out[t] @ transition
    return out
