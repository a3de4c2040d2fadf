"""Markets to try the whole discovery on: without an edge in five ways, or with one of a stated size.

Each maker is a pure function of its seed. The mean of the simple returns is zero unless a drift is asked for, so
before costs no rule earns anything on a market without an edge.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.errors import OutOfRange, UnknownName
from alpha_discovery.validation.simulators import Simulated, bars_around, garch_t, markov_regimes
from alpha_discovery.validation.surrogates import Ohlc, sign_flip

START = 1_577_836_800_000  # 2020-01-01T00:00Z, a Wednesday
PLANTED = (12, 48)  # windows of the planted rule
DRIFT = 1.5  # Sharpe ratio of holding a drifting market
CALM_AND_WILD = (0.6, 2.1)  # volatility of the two regimes over that of the market
STAY_DAYS = (20.0, 5.0)

Rule = Callable[[float], float]
Maker = Callable[[int], dict[str, Bars]]


@dataclass(frozen=True)
class Shape:
    """Length, bar length and annual volatility of a simulated market, and the name under which it is traded."""

    bars: int = 17_520
    timeframe: str = "1h"
    volatility: float = 0.6
    symbol: str = "SYN/USDT"

    @property
    def sigma(self) -> float:
        """Standard deviation of a bar's return."""
        return self.volatility / math.sqrt(self.per_year)

    @property
    def per_year(self) -> float:
        """Bars in 365 days."""
        return 365.0 * DAY / Timeframe.parse(self.timeframe).ms


def gaussian(seed: int, *, shape: Shape) -> dict[str, Bars]:
    """Independent normal returns."""
    noise = _rng("gaussian", seed).standard_normal(shape.bars) * shape.sigma
    return _bars("gaussian", _constant(shape, noise), seed, shape)


def garch(seed: int, *, shape: Shape) -> dict[str, Bars]:
    """Clustered volatility with Student shocks of five degrees of freedom."""
    return _bars("garch", garch_t(shape.bars, rng=_rng("garch", seed), volatility=shape.sigma), seed, shape)


def regimes(seed: int, *, shape: Shape) -> dict[str, Bars]:
    """Volatility that switches between calm and wild."""
    levels = np.array(CALM_AND_WILD) * shape.sigma
    leave = shape.per_year / 365.0 * np.array(STAY_DAYS)
    market = markov_regimes(shape.bars, rng=_rng("regimes", seed), volatilities=levels, stay=1.0 - 1.0 / leave)
    return _bars("regimes", market, seed, shape)


def drift(seed: int, *, shape: Shape, sharpe: float = DRIFT) -> dict[str, Bars]:
    """Independent normal returns of a market that rises: holding it has the given annual Sharpe ratio."""
    rise = sharpe * shape.volatility / shape.per_year
    noise = _rng("drift", seed).standard_normal(shape.bars) * shape.sigma
    return _bars("drift", _constant(shape, noise), seed, shape, drift=rise)


def planted(seed: int, *, shape: Shape, sharpe: float, costs: Costs) -> dict[str, Bars]:
    """Independent normal returns plus a reward for being on the right side of two moving averages.

    The rule: long (all equity) while SMA(12) of the closes is above SMA(48), short while below. Its annual Sharpe
    ratio of daily returns, after costs, is ``sharpe`` in expectation: the reward pays for the costs of an average
    number of crossings as well.
    """
    gross = sharpe + cost_of_crossing(PLANTED, shape, costs)
    reward = gross * shape.sigma / math.sqrt(shape.per_year)
    noise = _rng("planted", seed).standard_normal(shape.bars) * shape.sigma
    close = rewarded_closes(noise, crossing(*PLANTED), reward=reward, start=100.0)
    moves = np.diff(np.log(close), prepend=math.log(100.0))
    return _bars("planted", Simulated(moves, np.full(shape.bars, shape.sigma)), seed, shape, martingale=False)


def signflip(seed: int, *, bars: Mapping[str, Bars]) -> dict[str, Bars]:
    """Real bars reflected at random, all markets alike at the same time; missing bars stay missing.

    Source: `alpha_discovery.validation.surrogates.sign_flip`.
    """
    times = np.unique(np.concatenate([one.time for one in bars.values()]))
    prices = np.full((4, len(times), len(bars)), np.nan)
    places = [np.searchsorted(times, one.time) for one in bars.values()]
    for column, (place, one) in enumerate(zip(places, bars.values(), strict=True)):
        prices[:, place, column] = one.open, one.high, one.low, one.close
    flipped = np.stack(sign_flip(Ohlc(*prices), rng=_rng("signflip", seed)))
    out = {}
    for column, (key, one) in enumerate(bars.items()):
        columns = dict(zip(("open", "high", "low", "close"), flipped[:, places[column], column], strict=True))
        out[key] = replace(one, **columns, detail=None)  # funding is paid there as here
    return out


SIMULATED: dict[str, Callable[..., dict[str, Bars]]] = {
    "gaussian": gaussian, "garch": garch, "regimes": regimes, "drift": drift,
}  # fmt: skip
NOISES = (*SIMULATED, "signflip")


def maker(
    name: str, *, shape: Shape, costs: Costs, sharpe: float | None = None, bars: Mapping[str, Bars] | None = None
) -> Maker:
    """The maker of markets of a kind: one of `NOISES`, or ``planted`` with its Sharpe ratio.

    Raises
    ------
    UnknownName
        For another kind.
    OutOfRange
        If ``planted`` has no Sharpe ratio, or ``signflip`` no bars.
    """
    if name == "planted":
        if sharpe is None:
            raise OutOfRange(name="sharpe", value=sharpe, allowed="the numbers, for a planted market")
        return partial(planted, shape=shape, sharpe=sharpe, costs=costs)
    if name == "signflip":
        if not bars:
            raise OutOfRange(name="bars", value="none", allowed="at least one market to flip the signs of")
        return partial(signflip, bars=dict(bars))
    if name not in SIMULATED:
        raise UnknownName(kind="market without an edge", name=name, known=NOISES)
    return partial(SIMULATED[name], shape=shape)


def cost_of_crossing(windows: tuple[int, int], shape: Shape, costs: Costs) -> float:
    """Annual Sharpe ratio that reversing at every crossing of two moving averages costs on a random walk.

    Notes
    -----
    The difference of the averages weighs past moves with w; it changes sign with chance arccos(rho)/pi a bar, where
    rho = sum w_k w_{k+1} / sum w_k^2. Source: orthant probability of two normals, Sheppard (1899).
    """
    fast, slow = windows
    ages = np.arange(1.0, slow)
    weights = np.maximum(1.0 - ages / slow, 0.0) - np.maximum(1.0 - ages / fast, 0.0)
    rho = float(weights[1:] @ weights[:-1]) / float(weights @ weights)
    crossings = math.acos(rho) / math.pi * shape.per_year
    return crossings * 2.0 * (costs.commission + costs.slippage) / shape.volatility


def crossing(fast: int, slow: int) -> Rule:
    """Sign of SMA(fast) - SMA(slow) of the prices told so far; 0 until there are ``slow`` of them."""
    seen: deque[float] = deque(maxlen=slow)
    short = long = 0.0

    def position(price: float) -> float:
        nonlocal short, long
        short += price - (seen[-fast] if len(seen) >= fast else 0.0)
        long += price - (seen[0] if len(seen) == slow else 0.0)
        seen.append(price)
        if len(seen) < slow:
            return 0.0
        difference = short / fast - long / slow
        return float(difference > 0) - float(difference < 0)

    return position


def rewarded_closes(returns: Float1D, rule: Rule, *, reward: float, start: float) -> Float1D:
    """Closes of a market whose next simple return is raised by ``reward`` times the rule's present position."""
    close = np.empty(len(returns))
    price, position = start, 0.0
    for bar, noise in enumerate(returns.tolist()):
        price *= 1.0 + noise + reward * position
        close[bar] = price
        position = rule(price)
    return close


def _constant(shape: Shape, returns: Float1D) -> Simulated:
    return Simulated(returns, np.full(shape.bars, shape.sigma))


def _bars(
    kind: str, market: Simulated, seed: int, shape: Shape, *, drift: float = 0.0, martingale: bool = True
) -> dict[str, Bars]:
    # the mean of exp(x) is one if the log return x has the mean -sigma^2 / 2
    returns = market.returns - 0.5 * market.volatility**2 if martingale else market.returns
    ohlc = bars_around(Simulated(returns, market.volatility), rng=_rng(kind, seed, 1), drift=drift)
    frame = Timeframe.parse(shape.timeframe)
    time = START + np.arange(shape.bars, dtype=np.int64) * frame.ms
    volume = 100.0 * np.exp(0.5 * _rng(kind, seed, 2).standard_normal(shape.bars))
    columns: dict[str, Any] = dict(ohlc._asdict())
    return {shape.symbol: Bars(Instrument(shape.symbol, venue="synthetic"), frame, time=time, volume=volume, **columns)}


def _rng(kind: str, seed: int, stream: int = 0) -> np.random.Generator:
    """Independent of every other kind, seed and stream: rates over several kinds may be added."""
    return np.random.default_rng((*kind.encode(), seed, stream))
