"""Weights of portfolios that a convex solver finds, through skfolio (the extra "portfolio")."""

from __future__ import annotations

from typing import Any

import numpy as np

from alpha_discovery.errors import MissingExtra
from alpha_discovery.validation.arrays import F64

SOLVED = ("min_variance", "min_cvar", "max_diversification")


def solved_weights(method: str, returns: F64, most: F64) -> F64:
    """Weights (n,) of daily returns (T, n), none above its own bound; they sum to 1, or to the bounds if less.

    ``min_variance`` and ``min_cvar`` have the least variance, or the least mean loss of the worst 5 % of days;
    ``max_diversification`` the most volatility of the parts over that of the whole, without looking at means either.

    Raises
    ------
    MissingExtra
        If skfolio is not installed.
    """
    try:
        import skfolio.optimization as models  # seconds, and only here
        from skfolio import RiskMeasure
    except ImportError:
        raise MissingExtra(package="skfolio", extra="portfolio") from None
    room = float(most.sum())
    if room <= 1.0:
        return np.asarray(most, dtype=np.float64)
    model: Any
    if method == "max_diversification":
        model = models.MaximumDiversification(max_weights=most)
    else:
        risk = RiskMeasure.CVAR if method == "min_cvar" else RiskMeasure.VARIANCE
        model = models.MeanRisk(risk_measure=risk, max_weights=most)
    weights = np.clip(model.fit(returns).weights_, 0.0, most)
    return np.asarray(weights / max(1.0, float(weights.sum())), dtype=np.float64)
