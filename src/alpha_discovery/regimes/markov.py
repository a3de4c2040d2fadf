"""Regimes with volatility by a hidden Markov model: fitted again and again on the past alone, and filtered."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.timeframe import HOUR
from alpha_discovery.errors import UserError
from alpha_discovery.indicators.markov_regime import markov_regime
from alpha_discovery.indicators.trend_regime import trend_regime
from alpha_discovery.regimes.labels import Regimes


def markov_regimes(bars: Bars, *, fit: int = 960, keep: int = 168, window: int = 24, past: int = 480) -> Regimes:
    """The regime at each bar's close; the trend is that of `quantile_regimes`.

    Volatility is `alpha_discovery.indicators.markov_regime` of the closes; of bars shorter than an hour, of those at
    the ends of hours, so that minutes cost no more than hours and their own rhythm within the hour plays no part. A
    move over a gap is a move like others.

    Parameters
    ----------
    fit, keep : int
        The model is fitted on the newest ``fit`` moves, and again every ``keep`` of them. Before there are ``fit`` of
        them the regime is unknown.
    window, past : int
        Bars of the trend, as in `quantile_regimes`.

    Raises
    ------
    UserError
        If ``fit`` is below 100 or ``keep`` below 1.
    """
    if fit < 100 or keep < 1:
        raise UserError(f"a model needs at least 100 moves and is kept for 1 at least; found fit={fit}, keep={keep}")
    trend = np.full(len(bars), np.nan)
    for begin, end in zip(bars.segments[:-1], bars.segments[1:], strict=True):
        trend[begin:end] = trend_regime(bars.close[begin:end], window, past)
    return Regimes(_volatility(bars, fit, keep), trend)


def _volatility(bars: Bars, fit: int, keep: int) -> Float1D:
    """State (n,) at each close: that of the last close which was looked at."""
    every = np.arange(len(bars))
    looked = every if bars.timeframe.ms >= HOUR else np.flatnonzero((bars.time + bars.timeframe.ms) % HOUR == 0)
    state = np.append(markov_regime(bars.close[looked], fit, keep), np.nan)  # the last one: before any was
    return np.asarray(state[np.searchsorted(looked, every, side="right") - 1])
