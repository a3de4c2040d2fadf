"""Ranges and bar lengths that suit how a market moves now: the tables of the original design, as defaults.

What a user states stays as it is; only ranges that nobody named, and a bar length that nobody named, are suited.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.params import Float
from alpha_discovery.discovery.adaptive import volatility_of
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.errors import NotFound
from alpha_discovery.regimes import detected
from alpha_discovery.regimes.detectors import lengths

TRENDS = 0.6  # share of the last bars that trend, from which on a market is said to
MOSTLY = 0.5  # share of the last bars in the high state of a Markov model, above which a market is said to move much


@dataclass(frozen=True)
class Suit:
    """What suits one kind of market; empty: nothing in particular."""

    stop_loss: tuple[float, float]
    position_size: tuple[float, float] | None = None
    timeframes: tuple[str, ...] = ()


SUITS = {
    "high_volatility": Suit((0.02, 0.15), (0.01, 0.05), ("5m", "15m")),
    "trending": Suit((0.01, 0.08), (0.05, 0.15), ("1h", "4h")),
    "normal": Suit((0.01, 0.08)),
}


def market_of(search: Mapping[str, Bars], detector: str = "quantiles") -> str:
    """Name in `SUITS` of how the first of the markets that were there at the end of the search part moved then.

    With the detector ``markov``, volatility is high where the last 30 stretches were mostly in its high state.
    """
    bars = max(search.values(), key=lambda one: int(one.time[-1]) if len(one) else -1)
    now, last = detected(bars, detector), -30 * lengths(bars)[0]
    wild = _share(now.volatility[last:] == 2.0, now.volatility[last:]) > MOSTLY
    if wild if detector == "markov" else volatility_of(daily_moves(bars)) == "high":
        return "high_volatility"
    return "trending" if _share(now.trend[last:] == 1.0, now.trend[last:]) >= TRENDS else "normal"


def _share(told: npt.NDArray[np.bool_], of: Float1D) -> float:
    """Share of the known labels of which something is told; 0 where none is known."""
    known = np.isfinite(of)
    return float(told[known].mean()) if known.any() else 0.0


def suited(campaign: Campaign, jobs: tuple[Job, ...], market: str) -> dict[str, dict[str, Any]]:
    """The campaign's ranges, and for each strategy without its own a stop loss and a size that suit the market."""
    suit = SUITS[market]
    wanted = {"stop_loss": suit.stop_loss, "position_size": suit.position_size}
    ranges = {owner: dict(values) for owner, values in campaign.ranges.items()}
    for job in jobs:
        name = job.strategy.name
        for parameter, limits in wanted.items():
            stated = parameter in ranges.get("*", {}) or parameter in ranges.get(name, {})
            if limits is not None and parameter in job.space.free and not stated:
                inside = _inside(job, parameter, limits)
                if inside is not None:
                    ranges.setdefault(name, {})[parameter] = inside
    return ranges


def suited_timeframe(market: str, holds: Callable[[str], object]) -> str | None:
    """The first bar length that suits a market and is at hand; None where none is.

    Parameters
    ----------
    holds : callable
        Loads the markets at a bar length; raises `NotFound` where one of them is not stored.
    """
    for timeframe in SUITS[market].timeframes:
        try:
            holds(timeframe)
        except NotFound:
            continue
        return timeframe
    return None


def daily_moves(bars: Bars) -> Float1D:
    """Returns from one day's last close to the next one's."""
    last = np.flatnonzero(np.diff(bars.day, append=bars.day[-1] + 1))
    closes = bars.close[last]
    return np.asarray(closes[1:] / closes[:-1] - 1.0)


def _inside(job: Job, parameter: str, limits: tuple[float, float]) -> list[float] | None:
    """The limits within what the strategy allows, on its steps; None where nothing of them is."""
    allowed = job.strategy.allowed.kinds[parameter]
    inner = getattr(allowed, "kind", allowed)
    if not isinstance(inner, Float):
        return list(limits)
    low, high = max(limits[0], inner.low), min(limits[1], inner.high)
    return [low, high] if low < high else None
