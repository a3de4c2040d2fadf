"""Simulated markets: moments, clustering, regimes, and the bars around the returns."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.simulators import Simulated, bars_around, garch_t, markov_regimes


def acf(x: F64, lag: int) -> float:
    z = x - x.mean()
    return float((z[lag:] * z[:-lag]).sum() / (z * z).sum())


def test_garch_has_its_long_run_volatility_and_no_direction() -> None:
    market = garch_t(200_000, rng=0, volatility=0.006, reaction=0.05, persistence=0.9, dof=8)
    assert market.returns.std() == pytest.approx(0.006, rel=0.05)
    assert abs(market.returns.mean()) < 4 * 0.006 / math.sqrt(200_000)
    assert abs(acf(market.returns, 1)) < 0.02


def test_garch_volatility_clusters_and_tails_are_fat() -> None:
    x = garch_t(50_000, rng=1, volatility=0.006).returns
    assert acf(np.abs(x), 5) > 0.05
    assert ((x - x.mean()) ** 4).mean() / x.var() ** 2 > 5


def test_garch_recursion_by_hand() -> None:
    # Bollerslev: s^2(t) = w + a r^2(t-1) + b s^2(t-1), w = (1 - a - b) s^2
    market = garch_t(100, rng=2, volatility=0.01, reaction=0.1, persistence=0.8)
    variance = 0.1 * 0.01**2 + 0.1 * market.returns[:-1] ** 2 + 0.8 * market.volatility[:-1] ** 2
    assert market.volatility[1:] ** 2 == pytest.approx(variance, rel=1e-12)


def test_without_reaction_volatility_is_constant() -> None:
    market = garch_t(100, rng=0, volatility=0.01, reaction=0.0, persistence=0.5)
    assert market.volatility == pytest.approx(np.full(100, 0.01), rel=1e-9)


def test_regimes_last_as_long_as_their_chance_to_stay_says() -> None:
    market = markov_regimes(200_000, rng=0, volatilities=[0.004, 0.012], stay=[0.99, 0.95])
    calm = market.volatility == 0.004
    # long-run share (1 - .95)/((1 - .95) + (1 - .99)) = 5/6; mean stay 100 bars
    assert calm.mean() == pytest.approx(5 / 6, abs=0.03)
    starts = np.count_nonzero(calm[1:] & ~calm[:-1])
    assert calm.sum() / starts == pytest.approx(100, rel=0.1)


def test_three_regimes_are_all_visited_with_their_drifts() -> None:
    market = markov_regimes(
        60_000, rng=0, volatilities=[0.001, 0.002, 0.003], stay=0.9, drifts=[0.01, 0.0, -0.01]
    )
    means = [market.returns[market.volatility == s].mean() for s in (0.001, 0.002, 0.003)]
    assert means == pytest.approx([0.01, 0.0, -0.01], abs=1e-4)
    assert [(market.volatility == s).mean() for s in (0.001, 0.002)] == pytest.approx([1 / 3, 1 / 3], abs=0.03)


def test_a_single_regime_is_plain_noise() -> None:
    market = markov_regimes(5000, rng=0, volatilities=0.01, stay=0.5)
    assert market.returns.std() == pytest.approx(0.01, rel=0.05)


def test_bars_follow_the_returns() -> None:
    market = garch_t(500, rng=0, volatility=0.01)
    bars = bars_around(market, rng=1, start=50.0, drift=0.001)
    assert np.log(bars.close / bars.open) == pytest.approx(market.returns + 0.001, abs=1e-12)
    assert bars.open[1:] == pytest.approx(bars.close[:-1], rel=1e-12)
    assert bars.open[0] == pytest.approx(50.0)
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()


def test_extremes_are_those_of_a_brownian_bridge() -> None:
    # from o = c the highest point is Rayleigh with scale sigma/2: mean sigma sqrt(pi/8)
    n = 100_000
    still = Simulated(np.zeros(n), np.full(n, 0.01))
    bars = bars_around(still, rng=0, start=1.0)
    expected = 0.01 * math.sqrt(math.pi / 8)
    assert np.log(bars.high).mean() == pytest.approx(expected, rel=0.01)
    assert -np.log(bars.low).mean() == pytest.approx(expected, rel=0.01)


def test_same_seed_same_market() -> None:
    assert np.array_equal(garch_t(50, rng=3, volatility=0.01).returns, garch_t(50, rng=3, volatility=0.01).returns)


@pytest.mark.parametrize("call", [
    lambda: garch_t(10, rng=0, volatility=0.01, reaction=0.5, persistence=0.5),
    lambda: garch_t(10, rng=0, volatility=0.01, dof=2),
    lambda: garch_t(10, rng=0, volatility=0),
    lambda: markov_regimes(10, rng=0, volatilities=[0.0], stay=0.5),
    lambda: markov_regimes(10, rng=0, volatilities=[0.1], stay=1.0),
    lambda: bars_around(Simulated(np.zeros(3), np.ones(3)), rng=0, start=0.0),
])
def test_settings_out_of_range_are_refused(call: Any) -> None:
    with pytest.raises(OutOfRange):
        call()


def test_returns_and_volatilities_come_in_pairs() -> None:
    with pytest.raises(UserError, match="one volatility a return"):
        bars_around(Simulated(np.zeros(3), np.ones(2)), rng=0)
