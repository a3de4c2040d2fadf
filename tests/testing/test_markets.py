from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.errors import OutOfRange
from alpha_discovery.testing.markets import (
    drift,
    garch,
    planted_hours,
    planted_reversion,
    planted_trend,
    random_walk,
    regimes,
    two_venues,
)

TWO_YEARS = 17_520
Make = Callable[[int, int], Bars]
MAKERS: dict[str, Make] = {
    "random_walk": lambda n, seed: random_walk(n, seed=seed),
    "garch": lambda n, seed: garch(n, seed=seed),
    "regimes": lambda n, seed: regimes(n, seed=seed),
    "drift": lambda n, seed: drift(n, seed=seed, sharpe=1.0),
    "first_venue": lambda n, seed: two_venues(n, seed=seed)[0],
    "second_venue": lambda n, seed: two_venues(n, seed=seed)[1],
    "planted_trend": lambda n, seed: planted_trend(n, seed=seed, sharpe=2.0),
    "planted_reversion": lambda n, seed: planted_reversion(n, seed=seed, sharpe=2.0),
    "planted_hours": lambda n, seed: planted_hours(n, seed=seed, sharpe=2.0),
}


def returns_of(bars: Bars) -> Float1D:
    returns: Float1D = np.diff(bars.close) / bars.close[:-1]
    return returns


def daily_sharpe(bars: Bars, position: Float1D) -> float:
    """Annualised Sharpe ratio of holding position[t] from the close of t to the close of t + 1."""
    earned = np.concatenate(([0.0], position[:-1] * returns_of(bars)))
    per_day = 86_400_000 // bars.timeframe.ms
    daily = np.prod(1.0 + earned.reshape(-1, per_day), axis=1) - 1.0
    return float(daily.mean() / daily.std(ddof=1) * math.sqrt(365))


def sma(prices: Float1D, window: int) -> Float1D:
    means = np.lib.stride_tricks.sliding_window_view(prices, window).mean(axis=1)
    return np.concatenate((np.full(window - 1, np.nan), means))


def trend_rule(bars: Bars) -> Float1D:
    return np.nan_to_num(np.sign(sma(bars.close, 12) - sma(bars.close, 48)))


def reversion_rule(bars: Bars) -> Float1D:
    return np.nan_to_num(np.sign(sma(bars.close, 24) - bars.close))


def hours_rule(bars: Bars) -> Float1D:
    next_hour = (bars.time // 3_600_000 + 1) % 24
    return np.isin(next_hour, (21, 22, 23)).astype(float)


def always_long(bars: Bars) -> Float1D:
    return np.ones(len(bars))


def assert_mean_near(values: list[float], expected: float) -> None:
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    assert abs(np.mean(values) - expected) < 3 * error, (np.mean(values), expected, error)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())
class TestEveryMarket:
    def test_same_seed_gives_the_same_bars(self, make: Make) -> None:
        assert make(500, 7).fingerprint == make(500, 7).fingerprint

    def test_other_seed_gives_other_bars(self, make: Make) -> None:
        assert make(500, 7).fingerprint != make(500, 8).fingerprint

    def test_a_longer_market_begins_with_the_shorter_one(self, make: Make) -> None:
        assert make(700, 3).slice(0, 300).fingerprint == make(300, 3).fingerprint

    def test_leaves_the_global_random_state_alone(self, make: Make) -> None:
        before = str(np.random.get_state())  # noqa: NPY002
        make(100, 1)
        assert str(np.random.get_state()) == before  # noqa: NPY002

    def test_a_bar_opens_where_the_one_before_closed(self, make: Make) -> None:
        bars = make(500, 2)
        assert np.array_equal(bars.open[1:], bars.close[:-1])

    def test_has_no_gap(self, make: Make) -> None:
        assert not make(500, 2).gap_before.any()


RULES = (trend_rule, reversion_rule, hours_rule, always_long)


@pytest.mark.parametrize("make", [random_walk, garch, regimes])
def test_no_rule_earns_on_a_market_without_an_edge(make: Any) -> None:
    markets = [make(TWO_YEARS, seed=seed) for seed in range(20)]
    for rule in RULES:
        assert_mean_near([daily_sharpe(bars, rule(bars)) for bars in markets], 0.0)


@pytest.mark.parametrize(
    ("make", "rule", "sharpe"),
    [
        (planted_trend, trend_rule, 3.0),
        (planted_trend, trend_rule, -1.5),
        (planted_reversion, reversion_rule, 2.0),
        (planted_hours, hours_rule, 2.0),
        (drift, always_long, 1.0),
    ],
)
def test_planted_edge_has_the_stated_sharpe_ratio(make: Any, rule: Any, sharpe: float) -> None:
    realised = []
    for seed in range(40):
        bars = make(TWO_YEARS, seed=seed, sharpe=sharpe)
        realised.append(daily_sharpe(bars, rule(bars)))
    assert_mean_near(realised, sharpe)


def test_planted_edge_holds_on_other_timeframes() -> None:
    realised = []
    for seed in range(40):
        bars = planted_trend(1460, seed=seed, sharpe=2.5, timeframe="6h")
        realised.append(daily_sharpe(bars, trend_rule(bars)))
    assert_mean_near(realised, 2.5)


def test_an_edge_of_zero_is_the_random_walk() -> None:
    assert planted_trend(400, seed=5, sharpe=0.0).fingerprint == random_walk(400, seed=5).fingerprint


def test_random_walk_has_the_stated_volatility() -> None:
    # the standard error of a standard deviation is sigma / sqrt(2 n)
    bars = random_walk(TWO_YEARS, seed=1, sigma_annual=0.6)
    measured = returns_of(bars).std(ddof=1) * math.sqrt(8760)
    assert measured == pytest.approx(0.6, abs=3 * 0.6 / math.sqrt(2 * TWO_YEARS))


def test_highs_and_lows_have_the_range_of_eight_steps() -> None:
    # E[range] of a driftless walk of k normal steps of variance 1/k: (2/k) sum_{i<=k} E[|S_i|]/i (Feller 1951,
    # by Spitzer's identity E[max] = sum E[S_i^+]/i), which is 1.2545 standard deviations for k = 8
    k = 8
    expected = sum(math.sqrt(2 * i / (math.pi * k)) / i for i in range(1, k + 1))
    bars = random_walk(TWO_YEARS, seed=4)
    sigma = 0.6 / math.sqrt(8760)
    measured = np.log(bars.high / bars.low).mean() / sigma
    assert measured == pytest.approx(expected, rel=0.02)


def test_garch_has_fat_tails() -> None:
    assert stats.kurtosis(returns_of(garch(TWO_YEARS, seed=1))) > 3.0


def test_garch_volatility_clusters() -> None:
    moves = np.abs(returns_of(garch(TWO_YEARS, seed=1)))
    assert np.corrcoef(moves[1:], moves[:-1])[0, 1] > 0.1


def test_garch_keeps_the_unconditional_volatility() -> None:
    variances = [returns_of(garch(TWO_YEARS, seed=seed)).var() * 8760 for seed in range(20)]
    assert_mean_near(variances, 0.36)


def test_regimes_spend_the_stated_share_of_time_in_each_state() -> None:
    # stationary variance: (20 * 0.35^2 + 5 * 1.2^2) / 25 = 0.386
    variances = [returns_of(regimes(TWO_YEARS, seed=seed)).var() * 8760 for seed in range(40)]
    assert_mean_near(variances, 0.386)


class TestTwoVenues:
    def gap(self, seed: int) -> Float1D:
        first, second = two_venues(TWO_YEARS, seed=seed, spread=0.004, half_life=6.0)
        return np.log(first.close / second.close)

    def test_prices_part_by_the_stated_spread(self) -> None:
        assert_mean_near([float(np.mean(self.gap(seed) ** 2)) for seed in range(20)], 0.004**2)

    def test_prices_are_apart_from_the_first_bar_on(self) -> None:
        pairs = [two_venues(1, seed=seed, spread=0.004) for seed in range(200)]
        assert_mean_near([float(np.log(a.close[0] / b.close[0])) ** 2 for a, b in pairs], 0.004**2)

    def test_prices_meet_again_with_the_stated_half_life(self) -> None:
        gap = self.gap(1)
        slope = float(gap[:-1] @ gap[1:] / (gap[:-1] @ gap[:-1]))
        # standard error of an AR(1) coefficient: sqrt((1 - phi^2) / n)
        phi = 0.5 ** (1 / 6)
        assert slope == pytest.approx(phi, abs=3 * math.sqrt((1 - phi**2) / TWO_YEARS))

    def test_are_the_same_asset_on_two_venues(self) -> None:
        first, second = two_venues(10, seed=1)
        assert (first.instrument.symbol, first.instrument.venue) == ("SYN/USDT", "venue_a")
        assert (second.instrument.symbol, second.instrument.venue) == ("SYN/USDT", "venue_b")


@pytest.mark.parametrize(
    "call",
    [
        lambda: random_walk(0, seed=1),
        lambda: garch(10, seed=1, persistence=(0.2, 0.8)),
        lambda: garch(10, seed=1, degrees_of_freedom=2.0),
        lambda: planted_trend(10, seed=1, sharpe=1.0, windows=(20, 20)),
        lambda: planted_reversion(10, seed=1, sharpe=1.0, window=1),
        lambda: planted_hours(10, seed=1, sharpe=1.0, hours=(24,)),
        lambda: planted_hours(10, seed=1, sharpe=1.0, hours=()),
        lambda: planted_hours(10, seed=1, sharpe=1.0, timeframe="4h"),
    ],
)
def test_impossible_markets_are_refused(call: Callable[[], Bars]) -> None:
    with pytest.raises(OutOfRange, match="is outside"):
        call()
