"""Regimes by rank in a rolling past: thirds of realised volatility, halves of the efficiency ratio."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.indicators.trend_regime import trend_regime
from alpha_discovery.indicators.volatility_regime import volatility_regime
from alpha_discovery.regimes.labels import Regimes


def quantile_regimes(bars: Bars, *, window: int = 24, past: int = 480) -> Regimes:
    """The regime at each bar's close.

    Parameters
    ----------
    window : int
        Bars over which volatility and trend are measured.
    past : int
        Bars among which the newest measure is ranked, itself included. The first ``window + past - 1`` bars after the
        start and after each gap are unknown.
    """
    volatility, trend = np.full(len(bars), np.nan), np.full(len(bars), np.nan)
    for start, stop in zip(bars.segments[:-1], bars.segments[1:], strict=True):
        close = bars.close[start:stop]
        volatility[start:stop] = volatility_regime(close, window, past)
        trend[start:stop] = trend_regime(close, window, past)
    return Regimes(volatility, trend)
