"""Drawdowns of the equity that returns compound to, which starts at 1 and counts 1 as its first peak.

Drawdowns are positive fractions of the peak. Equity is seen at the end of each period: what fell and rose again inside
a period is in the ``max_drawdown`` of a summary, which is marked at bar closes, and not here.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D
from alpha_discovery.metrics.conventions import ROUNDING, finite_returns, longest_run


def drawdowns(returns: npt.ArrayLike) -> Float1D:
    """Fraction of the highest equity so far that is lost at the end of each period.

    float64 (n,) of simple returns (n,); in [0, 1] as long as no return is below -1. NaN and infinity are refused.
    """
    equity = np.cumprod(1.0 + finite_returns(returns))
    peak = np.maximum(np.maximum.accumulate(equity), 1.0)
    depth: Float1D = (peak - equity) / peak
    return depth


def max_drawdown(returns: npt.ArrayLike) -> float:
    """Largest of the `drawdowns`; NaN without periods."""
    depth = drawdowns(returns)
    return float(depth.max()) if len(depth) else math.nan


def drawdown_duration(returns: npt.ArrayLike) -> float:
    """Most periods in a row that ended below an earlier peak; the last stretch counts though it goes on.

    0 if equity never fell, NaN without periods.
    """
    depth = drawdowns(returns)
    return float(longest_run(depth > ROUNDING)) if len(depth) else math.nan


def ulcer_index(returns: npt.ArrayLike) -> float:
    """Root of the mean squared drawdown, as a fraction; NaN without periods.

    Source: Martin & McCann (1989), The Investor's Guide to Fidelity Funds.
    """
    depth = drawdowns(returns)
    return math.sqrt(float((depth**2).mean())) if len(depth) else math.nan
