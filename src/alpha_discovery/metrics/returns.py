"""Metrics of one series of returns per accounting period (days, or bars of a day and more).

All take simple returns as fractions, float64 (n,), and refuse NaN and infinity. A ratio to a risk that was not seen
(no variation, no losing period, no drawdown) is NaN; a ratio of gains to losses without losses is infinity.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Float1D
from alpha_discovery.metrics.conventions import ROUNDING, finite_returns, gain_per_loss, varies, year_length
from alpha_discovery.metrics.drawdown import drawdown_duration, max_drawdown, ulcer_index

TAIL = 0.05  # share of the periods that value at risk and the tail ratio call a tail


def sharpe(returns: npt.ArrayLike, periods_per_year: float) -> float:
    """Annualised Sharpe ratio, risk-free rate zero: ``mean / std(ddof=1) * sqrt(periods_per_year)``.

    NaN below two periods or without variation. Scaling by the square root of time is wrong under autocorrelation.
    Source: Sharpe (1994), Journal of Portfolio Management 21(1); Lo (2002), Financial Analysts Journal 58(4).
    """
    x, scale = finite_returns(returns), math.sqrt(year_length(periods_per_year))
    return float(x.mean() / x.std(ddof=1)) * scale if _varies(x) else math.nan


def sortino(returns: npt.ArrayLike, periods_per_year: float) -> float:
    """Annualised mean over downside deviation, both about a target of zero.

    The downside deviation is the root of the mean over *all* periods of the squared losses: dividing by the losing
    periods alone would reward many small losses. NaN below two periods, without variation or without a loss.
    Source: Sortino & Price (1994), Journal of Investing 3(3).
    """
    x, scale = finite_returns(returns), math.sqrt(year_length(periods_per_year))
    downside = math.sqrt(float((np.minimum(x, 0.0) ** 2).mean())) if _varies(x) else 0.0
    return float(x.mean()) / downside * scale if downside > 0.0 else math.nan


def omega(returns: npt.ArrayLike) -> float:
    """Sum of gains over sum of losses, threshold zero, >= 0.

    Infinity without losses, NaN without gains and losses. Source: Keating & Shadwick (2002), A Universal Performance
    Measure.
    """
    x = finite_returns(returns)
    return float(gain_per_loss(np.maximum(x, 0.0).sum(), np.maximum(-x, 0.0).sum()))


def annual_return(returns: npt.ArrayLike, periods_per_year: float) -> float:
    """Compounded return per year as a fraction; -1 once everything was lost, NaN without periods.

    Less than a year is extrapolated; infinity where that is beyond float64.
    """
    x, year = finite_returns(returns), year_length(periods_per_year)
    if not len(x):
        return math.nan
    left = max(float(np.prod(1.0 + x)), 0.0)
    with np.errstate(over="ignore"):
        return float(np.float64(left) ** (year / len(x)) - 1.0)


def annual_volatility(returns: npt.ArrayLike, periods_per_year: float) -> float:
    """Standard deviation (ddof=1) times ``sqrt(periods_per_year)``, as a fraction; NaN below two periods."""
    x, scale = finite_returns(returns), math.sqrt(year_length(periods_per_year))
    return float(x.std(ddof=1)) * scale if len(x) > 1 else math.nan


def calmar(returns: npt.ArrayLike, periods_per_year: float) -> float:
    """Compounded return per year over the largest drawdown at the end of a period; NaN without a drawdown.

    Over the whole series, not over the last 36 months of the original. Source: Young (1991), Futures 20(1).
    """
    growth, depth = annual_return(returns, periods_per_year), max_drawdown(returns)
    return growth / depth if depth > ROUNDING else math.nan


def value_at_risk(returns: npt.ArrayLike, *, share: float = TAIL) -> float:
    """Loss that the worst ``share`` of the periods reach or exceed, positive for a loss.

    The historical quantile, interpolated linearly; NaN without periods. Source: Jorion (2006), Value at Risk, 3rd ed.
    """
    x = finite_returns(returns)
    return -float(np.quantile(x, share)) if len(x) else math.nan


def conditional_value_at_risk(returns: npt.ArrayLike, *, share: float = TAIL) -> float:
    """Mean loss of the periods at or beyond `value_at_risk`, positive for a loss, never below it.

    NaN without periods. Source: Rockafellar & Uryasev (2000), Journal of Risk 2(3).
    """
    x = finite_returns(returns)
    return -float(x[x <= np.quantile(x, share)].mean()) if len(x) else math.nan


def skew(returns: npt.ArrayLike) -> float:
    """Skewness by population moments; NaN below two periods or without variation."""
    x = finite_returns(returns)
    return float((_standardised(x) ** 3).mean()) if _varies(x) else math.nan


def kurtosis(returns: npt.ArrayLike) -> float:
    """Raw kurtosis by population moments, 3 for a normal; NaN below two periods or without variation."""
    x = finite_returns(returns)
    return float((_standardised(x) ** 4).mean()) if _varies(x) else math.nan


def tail_ratio(returns: npt.ArrayLike) -> float:
    """Gain at the 95 % quantile over loss at the 5 % quantile.

    NaN unless zero lies between the two: without a losing (winning) tail there is nothing to compare.
    Source: the definition of pyfolio (Quantopian, 2015).
    """
    x = finite_returns(returns)
    if not len(x):
        return math.nan
    low, high = np.quantile(x, [TAIL, 1.0 - TAIL])
    return float(high / -low) if low < 0.0 <= high else math.nan


def daily_metrics(returns: npt.ArrayLike, periods_per_year: float) -> dict[str, float]:
    """Every metric of one series under the name users see.

    ``best_day`` and ``worst_day`` are the extreme periods; ``drawdown_duration`` is in periods; ``max_drawdown`` and
    ``calmar_ratio`` are on the ends of periods (`full_metrics` replaces them with those at bar closes). NaN where there
    is no value, infinity for gains without losses.
    """
    x = finite_returns(returns)
    return {
        "sharpe_ratio": sharpe(x, periods_per_year),
        "sortino_ratio": sortino(x, periods_per_year),
        "calmar_ratio": calmar(x, periods_per_year),
        "omega_ratio": omega(x),
        "annual_return": annual_return(x, periods_per_year),
        "annual_volatility": annual_volatility(x, periods_per_year),
        "max_drawdown": max_drawdown(x),
        "drawdown_duration": drawdown_duration(x),
        "ulcer_index": ulcer_index(x),
        "value_at_risk": value_at_risk(x),
        "conditional_value_at_risk": conditional_value_at_risk(x),
        "skew": skew(x),
        "kurtosis": kurtosis(x),
        "tail_ratio": tail_ratio(x),
        "best_day": float(x.max()) if len(x) else math.nan,
        "worst_day": float(x.min()) if len(x) else math.nan,
    }


def _varies(x: Float1D) -> bool:
    return len(x) > 1 and bool(varies(x.std(ddof=1), x.mean()))


def _standardised(x: Float1D) -> Float1D:
    scores: Float1D = (x - x.mean()) / x.std()
    return scores
