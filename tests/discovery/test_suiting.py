"""Ranges and bar lengths that suit how a market moves, by each detector of regimes."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.suiting import market_of, suited, suited_timeframe
from alpha_discovery.errors import NotFound
from alpha_discovery.regimes import DETECTORS
from alpha_discovery.testing import markets

DAYS = 200


def market(*, last: float) -> Bars:
    """Hours whose moves are ``last`` times as large in the last 30 days."""
    n = 24 * DAYS
    base = markets.random_walk(n, seed=4)
    size = np.where(np.arange(n) >= n - 24 * 30, 0.004 * last, 0.004)
    close = 100.0 * np.exp(np.cumsum(size * np.random.default_rng(7).standard_normal(n)))
    start = np.concatenate(([100.0], close[:-1]))
    return Bars(
        base.instrument, base.timeframe, time=base.time, open=start, close=close, volume=base.volume,
        high=np.maximum(start, close), low=np.minimum(start, close),
    )  # fmt: skip


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_month_of_large_moves_is_a_market_of_high_volatility(detector: str) -> None:
    assert market_of({"A": market(last=6.0)}, detector) == "high_volatility"
    assert market_of({"A": market(last=0.5)}, detector) != "high_volatility"


def test_ranges_are_suited_to_what_the_campaigns_detector_says() -> None:
    plan = Campaign(symbols=("SYN/USDT",), strategies=("rsi_momentum",), regimes="markov")
    kind = market_of({"A": market(last=6.0)}, plan.regimes)
    assert suited(plan, jobs_of(plan), kind)["rsi_momentum"]["stop_loss"] == [0.02, 0.15]


def test_the_first_bar_length_at_hand_is_taken() -> None:
    def holds(timeframe: str) -> None:
        if timeframe != "15m":
            raise NotFound(timeframe)

    assert suited_timeframe("high_volatility", holds) == "15m"
    assert suited_timeframe("trending", holds) is None
