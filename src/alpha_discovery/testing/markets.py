"""Seeded synthetic markets: the same seed gives the same bars on every machine.

Unless an edge is planted, the close is a martingale: its simple returns have mean zero whatever was seen
before, so no rule earns anything before costs. Each bar opens at the close before it, and its path inside
is a Brownian bridge of eight steps, so highs and lows belong to the same path as the closes. A longer
market of the same seed begins with the shorter one.
"""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.discovery.noise_markets import START, Rule, crossing, rewarded_closes
from alpha_discovery.errors import OutOfRange

START_PRICE = 100.0
STEPS_IN_A_BAR = 8
_LARGEST_MOVE = 0.5  # a bound on simple returns; symmetric, so the mean stays zero and prices positive


def random_walk(n: int, *, seed: int, timeframe: str = "1h", sigma_annual: float = 0.6) -> Bars:
    """Independent normal returns with mean zero: a market without any edge.

    Parameters
    ----------
    n : int
        Bars to make, at least 1.
    seed : int
        Same seed, same bars.
    timeframe : str
        ccxt name of the bar length.
    sigma_annual : float
        Standard deviation of a year's log return, as a fraction (0.6 is 60 %).
    """
    frame = Timeframe.parse(timeframe)
    sigma = sigma_annual / math.sqrt(bars_per_year(frame))
    return _market(_noise(n, seed, sigma), np.full(n, sigma), seed, frame)


def drift(n: int, *, seed: int, sharpe: float, timeframe: str = "1h", sigma_annual: float = 0.6) -> Bars:
    """A random walk whose buy-and-hold has the annualised daily Sharpe ratio ``sharpe`` in expectation."""
    frame = Timeframe.parse(timeframe)
    sigma = sigma_annual / math.sqrt(bars_per_year(frame))
    mean = edge_per_bar(sharpe, sigma, frame)
    return _market(_noise(n, seed, sigma) + mean, np.full(n, sigma), seed, frame)


def garch(
    n: int, *, seed: int, timeframe: str = "1h", sigma_annual: float = 0.6,
    persistence: tuple[float, float] = (0.05, 0.93), degrees_of_freedom: float = 5.0,
) -> Bars:  # fmt: skip
    """GARCH(1,1) returns with Student t innovations: clustered volatility and fat tails, no edge.

    Parameters
    ----------
    n, seed, timeframe, sigma_annual
        As in `random_walk`; ``sigma_annual`` is the unconditional standard deviation.
    persistence : (float, float)
        alpha (weight of the last squared return) and beta (weight of the last variance), sum below 1.
    degrees_of_freedom : float
        Of the innovations, above 2; they are scaled to unit variance.

    Notes
    -----
    Source: Bollerslev (1987), Review of Economics and Statistics 69(3).
    """
    alpha, beta = persistence
    if alpha < 0 or beta < 0 or alpha + beta >= 1:
        raise OutOfRange(name="persistence", value=persistence, allowed="alpha, beta >= 0 with a sum below 1")
    if degrees_of_freedom <= 2:
        raise OutOfRange(name="degrees_of_freedom", value=degrees_of_freedom, allowed="(2, inf)")
    frame = Timeframe.parse(timeframe)
    target = sigma_annual**2 / bars_per_year(frame)
    rng = _streams(seed)[0]
    unit = rng.standard_t(degrees_of_freedom, _checked(n)) * math.sqrt(1.0 - 2.0 / degrees_of_freedom)
    growth = (alpha * unit**2 + beta).tolist()
    variance = np.empty(n)
    level = target
    for bar, factor in enumerate(growth):
        variance[bar] = level
        level = (1.0 - alpha - beta) * target + factor * level
    scale = np.sqrt(variance)
    return _market(_bounded(scale * unit), scale, seed, frame)


def regimes(
    n: int, *, seed: int, timeframe: str = "1h",
    sigma_annual: tuple[float, float] = (0.35, 1.2), mean_days: tuple[float, float] = (20.0, 5.0),
) -> Bars:  # fmt: skip
    """Normal returns whose volatility switches between calm and wild (a two-state Markov chain), no edge.

    Parameters
    ----------
    n, seed, timeframe
        As in `random_walk`.
    sigma_annual : (float, float)
        Annual volatility of the calm and the wild state.
    mean_days : (float, float)
        Mean stay in each state, days; the market starts calm.
    """
    frame = Timeframe.parse(timeframe)
    rng = _streams(seed)[0]
    draws = rng.random(_checked(n))
    leave = [min(1.0, frame.ms / (days * DAY)) for days in mean_days]
    state = np.empty(n, dtype=np.intp)
    now = 0
    for bar, draw in enumerate(draws.tolist()):
        state[bar] = now
        now = 1 - now if draw < leave[now] else now
    scale = np.asarray(sigma_annual)[state] / math.sqrt(bars_per_year(frame))
    return _market(_bounded(scale * _streams(seed)[3].standard_normal(n)), scale, seed, frame)


def two_venues(
    n: int, *, seed: int, timeframe: str = "1h",
    sigma_annual: float = 0.6, spread: float = 0.004, half_life: float = 6.0,
) -> tuple[Bars, Bars]:  # fmt: skip
    """One asset on two venues whose prices part and meet again.

    The log price difference (first minus second) is a stationary AR(1): standard deviation ``spread`` (a
    fraction), halved every ``half_life`` bars in expectation. Each venue carries half of it, around a
    common martingale. Selling the dear and buying the cheap venue therefore earns before costs.
    """
    frame = Timeframe.parse(timeframe)
    sigma = sigma_annual / math.sqrt(bars_per_year(frame))
    common = _path(_noise(n, seed, sigma))
    shocks = _streams(seed)[3].standard_normal(n)
    decay = 0.5 ** (1.0 / half_life)
    shocks[1:] *= math.sqrt(1.0 - decay**2)  # the first is drawn from the stationary law itself
    tilt: Float1D = np.exp(0.5 * spread * lfilter([1.0], [1.0, -decay], shocks))
    scale = np.full(n, sigma)
    first = _assemble(common * tilt, scale, _streams(seed), _instrument("venue_a"), frame)
    second = _assemble(common / tilt, scale, _streams(seed, 1), _instrument("venue_b"), frame)
    return first, second


def planted_trend(
    n: int, *, seed: int, sharpe: float, windows: tuple[int, int] = (12, 48),
    timeframe: str = "1h", sigma_annual: float = 0.6,
) -> Bars:  # fmt: skip
    """A market that rewards one moving-average rule with a stated Sharpe ratio, before costs.

    The rule: from bar ``slow`` on, hold +1 (times equity) from the close of t to the close of t+1 if
    SMA(close, fast) > SMA(close, slow) at t, and -1 if below; an open equals the close before, so a fill at
    the next open earns the same. Its daily simple returns have the annualised (sqrt(365)) Sharpe ratio
    ``sharpe`` in expectation. ``windows`` is (fast, slow); a negative ``sharpe`` rewards the opposite side.
    """
    fast, slow = windows
    if not 0 < fast < slow:
        raise OutOfRange(name="windows", value=windows, allowed="fast < slow, both at least 1")
    return _planted(n, seed, sharpe, crossing(fast, slow), timeframe=timeframe, sigma_annual=sigma_annual)


def planted_reversion(
    n: int, *, seed: int, sharpe: float, window: int = 24, timeframe: str = "1h", sigma_annual: float = 0.6
) -> Bars:
    """Like `planted_trend`; the rule: +1 while the close is below SMA(close, window), -1 while above."""
    if window < 2:
        raise OutOfRange(name="window", value=window, allowed="[2, inf)")
    against = crossing(1, window)
    return _planted(n, seed, sharpe, lambda p: -against(p), timeframe=timeframe, sigma_annual=sigma_annual)


def planted_hours(
    n: int, *, seed: int, sharpe: float, hours: Collection[int] = (21, 22, 23),
    timeframe: str = "1h", sigma_annual: float = 0.6,
) -> Bars:  # fmt: skip
    """A market whose bars that open in ``hours`` (UTC) rise: long then, flat else, has Sharpe ``sharpe``.

    Raises
    ------
    OutOfRange
        If no hour, or one outside 0..23, is given, or a bar is longer than an hour.
    """
    frame = Timeframe.parse(timeframe)
    if not hours or not set(hours) <= set(range(24)) or frame.ms > DAY // 24:
        raise OutOfRange(name="hours", value=tuple(hours), allowed="0..23, on bars of an hour or less")
    sigma = sigma_annual / math.sqrt(bars_per_year(frame))
    rewarded = np.isin(_times(n, frame) % DAY // (DAY // 24), list(hours))
    mean = edge_per_bar(sharpe, sigma, frame, time_in_market=len(set(hours)) / 24)
    return _market(_noise(n, seed, sigma) + mean * rewarded, np.full(n, sigma), seed, frame)


def bars_per_year(timeframe: Timeframe) -> float:
    """Bars in 365 days."""
    return 365.0 * DAY / timeframe.ms


def edge_per_bar(sharpe: float, sigma: float, timeframe: Timeframe, *, time_in_market: float = 1.0) -> float:
    """Mean simple return per bar in position that gives an annualised Sharpe ratio of daily returns.

    With k bars a day and a share m of them in position (size 1, independent noise ``sigma`` per bar) a day
    has mean ``k m mu`` and variance ``k m sigma^2``; hence ``mu = sharpe sigma / sqrt(365 k m)``.
    """
    return sharpe * sigma / math.sqrt(bars_per_year(timeframe) * time_in_market)


def _planted(
    n: int, seed: int, sharpe: float, rule: Rule, *, timeframe: str, sigma_annual: float
) -> Bars:
    frame = Timeframe.parse(timeframe)
    sigma = sigma_annual / math.sqrt(bars_per_year(frame))
    reward = edge_per_bar(sharpe, sigma, frame)
    close = rewarded_closes(_noise(n, seed, sigma), rule, reward=reward, start=START_PRICE)
    return _assemble(close, np.full(n, sigma), _streams(seed), _instrument(), frame)


def _streams(seed: int, venue: int = 0) -> list[np.random.Generator]:
    """Independent streams for closes, paths inside bars, volumes, and a second source of closes."""
    return np.random.default_rng((seed, venue)).spawn(4)


def _noise(n: int, seed: int, sigma: float) -> Float1D:
    return _bounded(sigma * _streams(seed)[0].standard_normal(_checked(n)))


def _bounded(returns: Float1D) -> Float1D:
    return np.clip(returns, -_LARGEST_MOVE, _LARGEST_MOVE)


def _market(returns: Float1D, scale: Float1D, seed: int, timeframe: Timeframe) -> Bars:
    return _assemble(_path(returns), scale, _streams(seed), _instrument(), timeframe)


def _path(returns: Float1D) -> Float1D:
    """Closes in the order of operations of a loop, so that `_planted` without an edge is the same market."""
    factors: Float1D = np.concatenate((np.array([START_PRICE]), 1.0 + returns))
    return factors.cumprod(dtype=np.float64)[1:]


def _assemble(
    close: Float1D, scale: Float1D, streams: list[np.random.Generator], instrument: Instrument, timeframe: Timeframe
) -> Bars:
    """Full bars around closes; ``scale`` is the standard deviation of each bar's log return."""
    opened = np.concatenate(([START_PRICE], close[:-1]))
    moved = np.log(close / opened)
    inner = _bridges(moved, scale, streams[1])
    top = np.maximum(opened * np.exp(inner.max(axis=1)), np.maximum(opened, close))
    bottom = np.minimum(opened * np.exp(inner.min(axis=1)), np.minimum(opened, close))
    busy = 0.5 + np.abs(moved) / scale
    volume = 100.0 * busy * np.exp(0.5 * streams[2].standard_normal(len(close)))
    time = _times(len(close), timeframe)
    return Bars(instrument, timeframe, time=time, open=opened, high=top, low=bottom, close=close, volume=volume)


def _bridges(moved: Float1D, scale: Float1D, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Log paths (n, STEPS_IN_A_BAR) from 0 to ``moved`` with the bar's volatility."""
    steps = rng.standard_normal((len(moved), STEPS_IN_A_BAR))
    paths: npt.NDArray[np.float64] = np.cumsum(steps, axis=1) * (scale / math.sqrt(STEPS_IN_A_BAR))[:, None]
    share = np.arange(1, STEPS_IN_A_BAR + 1) / STEPS_IN_A_BAR
    return paths + (moved - paths[:, -1])[:, None] * share


def _times(n: int, timeframe: Timeframe) -> npt.NDArray[np.int64]:
    return START + np.arange(n, dtype=np.int64) * timeframe.ms


def _instrument(venue: str = "synthetic") -> Instrument:
    return Instrument("SYN/USDT", venue=venue)


def _checked(n: int) -> int:
    if n < 1:
        raise OutOfRange(name="n", value=n, allowed="[1, inf)")
    return n
