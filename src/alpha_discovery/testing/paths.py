"""Bars for tests of the engines: written out by hand, or drawn by hypothesis with everything unpleasant in them.

Drawn bars have ties on a tick grid, bars without movement, jumps, openings away from the last close,
missing bars, bars without volume, prices from fractions of a cent to millions. Fewer bars of one draw are
the beginning of more, so a failure shrinks to the shortest history that shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from hypothesis import assume
from hypothesis import strategies as st

from alpha_discovery.core.bars import Bars, Float1D, Int1D
from alpha_discovery.core.instrument import Calendar, Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.market_data.resample import resample
from alpha_discovery.rules.nodes import NEVER, Bool, Field

MONDAY = 1_704_067_200_000  # 2024-01-01T00:00Z
SYMBOLS = ("AAA/USDT", "BBB/USDT", "CCC/USDT", "DDD/USDT")
FINER = {"1h": "15m", "4h": "1h", "1d": "4h"}

Flags = npt.NDArray[np.bool_]
Ohlc = tuple[float, float, float, float]


@dataclass(frozen=True)
class PathStyle:
    """What a drawn path is like; shares are of bars, ``volatility`` is that of one bar's log return.

    ``tick`` is the grid of prices as a fraction of the first one, 0 for none; ``longest_gap`` is in bars.
    """

    timeframe: str = "1h"
    calendar: Calendar = "24/7"
    start: int = MONDAY
    price: float = 100.0
    tick: float = 0.0
    volatility: float = 0.01
    still: float = 0.1
    jumps: float = 0.02
    away: float = 0.3
    missing: float = 0.03
    longest_gap: int = 30
    no_volume: float = 0.1


def explicit_bars(
    rows: Sequence[Ohlc], *, timeframe: str = "1h", start: int = MONDAY, missing: Mapping[int, int] | None = None
) -> Bars:
    """Bars with the open, high, low and close of ``rows``, the first on Monday 2024-01-01 at midnight UTC.

    ``missing={3: 2}`` leaves two bars out before the bar at position 3; volumes are 1.
    """
    frame = Timeframe.parse(timeframe)
    steps = np.ones(len(rows), dtype=np.int64)
    steps[0] = 0
    for position, count in (missing or {}).items():
        steps[position] += count
    opening, high, low, close = np.array(rows, dtype=np.float64).reshape(len(rows), 4).T
    time = start + np.cumsum(steps) * frame.ms
    return Bars(Instrument(SYMBOLS[0]), frame, time, opening, high, low, close, volume=np.ones(len(rows)))


def at(*hours: int) -> Bool:
    """True at the bars that open ``hours`` after a Monday midnight: hourly bars from `MONDAY` on by position."""
    clock = Field("weekday") * 24 + Field("hour")
    condition = NEVER
    for hour in hours:
        condition |= (clock >= hour) & (clock <= hour)
    return condition


@st.composite
def styles(draw: st.DrawFn, *, gaps: bool = True) -> PathStyle:
    """Kinds of paths; the simplest is an hourly one with few events."""
    timeframe = draw(st.sampled_from(("1h", "1h", "1h", "1d", "4h")))
    start = MONDAY + draw(st.integers(0, 200)) * Timeframe.parse(timeframe).ms
    return PathStyle(
        timeframe=timeframe,
        calendar=draw(st.sampled_from(("24/7", "24/7", "24/7", "exchange"))),
        start=start,
        price=draw(st.sampled_from((100.0, 1.0, 0.000_37, 48_211.5, 3.0e6))),
        tick=draw(st.sampled_from((0.0, 0.01, 0.001, 0.1))),
        volatility=draw(st.sampled_from((0.01, 0.001, 0.05, 0.2))),
        still=draw(st.sampled_from((0.1, 0.0, 0.6))),
        jumps=draw(st.sampled_from((0.0, 0.02, 0.1))),
        away=draw(st.sampled_from((0.0, 0.3, 1.0))),
        missing=draw(st.sampled_from((0.0, 0.03, 0.2))) if gaps else 0.0,
        no_volume=draw(st.sampled_from((0.0, 0.1, 1.0))),
    )


@st.composite
def legs_strategy(
    draw: st.DrawFn, *, n_legs: int, min_bars: int = 1, max_bars: int = 500, gaps: bool = True
) -> tuple[Bars, ...]:
    """Bars of several instruments at the same times."""
    style = draw(styles(gaps=gaps))
    n_bars = draw(st.integers(min_bars, max_bars))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    time = random_times(rng, max_bars, style)
    legs = [random_leg(rng, time, style, symbol=SYMBOLS[leg]) for leg in range(n_legs)]
    return tuple(leg.slice(0, n_bars) for leg in legs)


def bars_strategy(*, min_bars: int = 1, max_bars: int = 500, gaps: bool = True) -> st.SearchStrategy[Bars]:
    """Bars of one instrument."""
    return legs_strategy(n_legs=1, min_bars=min_bars, max_bars=max_bars, gaps=gaps).map(lambda legs: legs[0])


@st.composite
def detailed_strategy(draw: st.DrawFn, *, max_bars: int = 200) -> tuple[Bars, Bars]:
    """Bars of one instrument and finer ones of which they are made, with gaps in both; the finer may begin later."""
    coarse = draw(styles())
    style = replace(coarse, timeframe=FINER[coarse.timeframe], longest_gap=4)
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    most = max_bars * Timeframe.parse(coarse.timeframe).ms // Timeframe.parse(style.timeframe).ms
    finer = random_leg(rng, random_times(rng, most, style), style).slice(0, draw(st.integers(12, most)))
    bars = resample(finer, coarse.timeframe)
    assume(len(bars) > 0)
    return bars, finer.slice(draw(st.sampled_from((0, 0, 0, len(finer) // 2, len(finer) - 1))), len(finer))


@st.composite
def funding_strategy(draw: st.DrawFn, n_bars: int) -> Float1D | None:
    """The funding rate due at the open of each bar: none at all, or up to 0.1 % of either sign at some of them."""
    share = draw(st.sampled_from((0.0, 0.125, 1.0)))
    if share == 0.0:
        return None
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    return np.where(_some(rng, n_bars, share), rng.uniform(-0.001, 0.001, n_bars), 0.0)


def random_times(rng: np.random.Generator, n: int, style: PathStyle) -> Int1D:
    """int64 (n,): open times, with bars left out at ``style.missing`` of the places."""
    left_out = np.where(rng.random(n) < style.missing, rng.integers(1, style.longest_gap, n), 0)
    left_out[0] = 0
    position = np.arange(n) + np.cumsum(left_out)
    return np.asarray(style.start + position * Timeframe.parse(style.timeframe).ms, dtype=np.int64)


def random_leg(rng: np.random.Generator, time: Int1D, style: PathStyle, *, symbol: str = SYMBOLS[0]) -> Bars:
    """A random path of ``style`` at the given times."""
    n = len(time)
    still = _some(rng, n, style.still)
    moves = style.volatility * rng.standard_normal(n) + _some(rng, n, style.jumps) * rng.choice((-0.25, 0.25), n)
    close = style.price * np.exp(np.cumsum(np.where(still, 0.0, moves)))
    away = _some(rng, n, style.away) & ~still
    opening = np.concatenate(([style.price], close[:-1])) * np.exp(away * style.volatility * rng.standard_normal(n))
    reach = np.where(still, 0.0, style.volatility * np.abs(rng.standard_normal((2, n))))
    high = np.maximum(opening, close) * np.exp(reach[0])
    low = np.minimum(opening, close) * np.exp(-reach[1])
    opening, high, low, close = (_on_grid(prices, style) for prices in (opening, high, low, close))
    volume = np.where(_some(rng, n, style.no_volume), 0.0, np.round(rng.exponential(1000.0, n), 1))
    instrument = Instrument(symbol, calendar=style.calendar)
    return Bars(instrument, Timeframe.parse(style.timeframe), time, opening, high, low, close, volume)


def _some(rng: np.random.Generator, n: int, share: float) -> Flags:
    return rng.random(n) < share


def _on_grid(prices: Float1D, style: PathStyle) -> Float1D:
    if style.tick == 0.0:
        return prices
    tick = style.tick * style.price
    return np.asarray(np.maximum(np.round(prices / tick), 1.0) * tick)
