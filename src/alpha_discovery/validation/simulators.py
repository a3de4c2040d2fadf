"""Simulated markets without an edge: volatility that clusters, and regimes that switch.

Returns are log returns per bar; `bars_around` puts highs and lows on them.

Sources: Bollerslev (1986), J. Econometrics 31; Bollerslev (1987), REStat 69 (Student shocks);
Hamilton (1989), Econometrica 57.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.kernels import kernel
from alpha_discovery.validation.arrays import F64, I64, Seed
from alpha_discovery.validation.surrogates import Ohlc

WARM_UP = 1000  # bars thrown away, so that the first one is drawn from the long run


class Simulated(NamedTuple):
    """Log return and volatility of each bar, float64 (n_bars,)."""

    returns: F64
    volatility: F64


def garch_t(
    n_bars: int, *, rng: Seed, volatility: float, reaction: float = 0.06, persistence: float = 0.93,
    dof: float = 5.0,
) -> Simulated:
    """GARCH(1,1) with Student shocks and no drift.

    Parameters
    ----------
    n_bars : int
    volatility : float
        Long-run standard deviation of a bar's log return.
    reaction, persistence : float
        Weights of the last squared return and the last variance; their sum is below one.
    dof : float
        Degrees of freedom of the shocks, above 2; they are scaled to variance one.
    """
    if not (reaction >= 0.0 and persistence >= 0.0 and reaction + persistence < 1.0):
        raise OutOfRange(
            name="reaction + persistence", value=(reaction, persistence), allowed="non-negative numbers below 1"
        )
    if not dof > 2.0:
        raise OutOfRange(name="dof", value=dof, allowed="(2, inf)")
    if not volatility > 0.0:
        raise OutOfRange(name="volatility", value=volatility, allowed="(0, inf)")
    generator = np.random.default_rng(rng)
    shocks = generator.standard_t(dof, n_bars + WARM_UP) * np.sqrt((dof - 2.0) / dof)
    sigma = _garch_volatility(shocks, volatility**2, reaction, persistence)
    return Simulated((sigma * shocks)[WARM_UP:], sigma[WARM_UP:])


@kernel
def _garch_volatility(shocks: F64, long_run: float, reaction: float, persistence: float) -> F64:
    sigma = np.empty(len(shocks))
    variance = long_run
    for t in range(len(shocks)):
        sigma[t] = np.sqrt(variance)
        variance = (
            (1.0 - reaction - persistence) * long_run
            + reaction * variance * shocks[t] * shocks[t] + persistence * variance
        )
    return sigma


def markov_regimes(
    n_bars: int, *, rng: Seed, volatilities: npt.ArrayLike, stay: npt.ArrayLike, drifts: npt.ArrayLike = 0.0
) -> Simulated:
    """Normal returns whose volatility and drift follow a Markov chain.

    Parameters
    ----------
    n_bars : int
    volatilities : float (k,)
        Of a bar in each regime, k at least 1.
    stay : float (k,) or float
        Chance to stay in each regime, in [0, 1); else any other regime, equally likely.
    drifts : float (k,) or float
        Mean log return of a bar in each regime; 0 is the null market.
    """
    sigma = np.atleast_1d(np.asarray(volatilities, dtype=np.float64))
    k = len(sigma)
    keep = np.broadcast_to(np.asarray(stay, dtype=np.float64), (k,))
    mean = np.broadcast_to(np.asarray(drifts, dtype=np.float64), (k,))
    if not (sigma > 0.0).all():
        raise OutOfRange(name="volatilities", value=sigma.tolist(), allowed="(0, inf)")
    if not ((keep >= 0.0) & (keep < 1.0)).all():
        raise OutOfRange(name="stay", value=keep.tolist(), allowed="[0, 1)")
    generator = np.random.default_rng(rng)
    draws = generator.random(n_bars + WARM_UP)
    others = generator.integers(0, max(k - 1, 1), n_bars + WARM_UP)
    state = _chain(draws, others, keep.copy())[WARM_UP:]
    shocks = generator.standard_normal(n_bars)
    return Simulated(mean[state] + sigma[state] * shocks, sigma[state])


@kernel
def _chain(draws: F64, others: I64, stay: F64) -> I64:
    """Regime of each bar; `others` numbers the regimes that are not the present one."""
    state = np.empty(len(draws), dtype=np.int64)
    now = 0
    for t in range(len(draws)):
        if draws[t] >= stay[now] and len(stay) > 1:
            now = others[t] if others[t] < now else others[t] + 1
        state[t] = now
    return state


def bars_around(market: Simulated, *, rng: Seed, start: float = 100.0, drift: float = 0.0) -> Ohlc:
    """Bars that open at the last close and whose extremes are those of a Brownian path.

    Parameters
    ----------
    market : Simulated
    rng : Generator or int
    start : float
        Open of the first bar.
    drift : float
        Added to each log return.

    Notes
    -----
    Given open, close and volatility, the highest point of a Brownian bridge is distributed as
    (o + c + sqrt((c - o)^2 - 2 sigma^2 ln U))/2; the low is drawn the same way, independently.

    Source: Karatzas & Shreve (1991), Brownian Motion and Stochastic Calculus, section 4.3.
    """
    if market.returns.shape != market.volatility.shape:
        raise UserError("a simulated market needs one volatility a return")
    if not start > 0.0:
        raise OutOfRange(name="start", value=start, allowed="(0, inf)")
    steps = market.returns + drift
    close = np.log(start) + np.cumsum(steps)
    opened = np.concatenate([[np.log(start)], close[:-1]])
    uniform = 1.0 - np.random.default_rng(rng).random((2, len(steps)))
    reach = np.sqrt((close - opened) ** 2 - 2.0 * market.volatility**2 * np.log(uniform))
    high, low = (opened + close + reach[0]) / 2.0, (opened + close - reach[1]) / 2.0
    prices = [np.exp(part) for part in (opened, high, low, close)]
    top, bottom = np.maximum(prices[0], prices[3]), np.minimum(prices[0], prices[3])
    return Ohlc(prices[0], np.maximum(prices[1], top), np.minimum(prices[2], bottom), prices[3])
