"""What a candidate earned in each regime of its markets: low, normal or high volatility, trending or ranging.

The regime of a day is the one at the close before it begins, told from the past alone (`alpha_discovery.regimes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D, Int1D
from alpha_discovery.discovery.evidence import Part, jsonable, sharpe_of
from alpha_discovery.regimes import LABELS, detected

FEWEST = 20  # days from which a Sharpe ratio is told

Rows = dict[str, dict[str, Any]]


def regime_days(bars: Mapping[str, Bars], calendar: Int1D, detector: str = "quantiles") -> Int1D:
    """Regime (n_days,) before each period of a calendar: its place in `LABELS`, -1 while it is unknown.

    Parameters
    ----------
    bars : mapping of market key to Bars
        Several markets are one by the mean regime of those that have bars before and after.
    calendar : int64 (n_days,)
        Starts of the periods, ms UTC.
    detector : str
        One of `alpha_discovery.regimes.DETECTORS`.
    """
    volatility, trend = [], []
    for one in (held for held in bars.values() if len(held)):
        found = detected(one, detector)
        before = np.searchsorted(one.time, calendar) - 1  # the last bar that opened, and so closed, before the period
        known = (before >= 0) & (calendar <= one.time[-1] + one.timeframe.ms)
        volatility.append(np.where(known, found.volatility[np.maximum(before, 0)], np.nan))
        trend.append(np.where(known, found.trend[np.maximum(before, 0)], np.nan))
    together = np.stack(volatility), np.stack(trend)
    counted = [np.isfinite(one).sum(axis=0) for one in together]
    means = [np.nansum(one, axis=0) / np.maximum(n, 1) for one, n in zip(together, counted, strict=True)]
    code = 2 * np.floor(means[0] + 0.5) + (means[1] > 0.5)
    return np.where(np.minimum(*counted) > 0, code, -1).astype(np.int64)


def with_regimes(part: Part, regime: Int1D, periods_per_year: float) -> Part:
    """A part with its detrended returns told apart by `regime_days` of the markets that were traded."""
    return replace(part, regimes=by_regime(part.adjusted, regime, periods_per_year))


def by_regime(returns: Float1D, regime: Int1D, periods_per_year: float) -> Rows:
    """Days, share of the known days, Sharpe ratio and sum of returns in each regime that occurred.

    Parameters
    ----------
    returns : float64 (n_days,)
        Net daily returns, as a rule without the market's own drift.
    regime : int64 (n_days,)
        As `regime_days` gives it.
    """
    known = max(1, int((regime >= 0).sum()))
    out: Rows = {}
    for code, label in enumerate(LABELS):
        inside = returns[regime == code]
        if len(inside):
            sharpe = sharpe_of(inside, periods_per_year) if len(inside) >= FEWEST else float("nan")
            told = {"days": len(inside), "share": len(inside) / known, "sharpe": sharpe, "sum": float(inside.sum())}
            out[label] = jsonable(told)
    return out


def most_common(rows: Rows) -> str | None:
    """The regime with the most days; None without any."""
    return max(rows, key=lambda label: rows[label]["days"], default=None)
