"""Regimes: told from the past alone, by every detector."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.errors import UserError
from alpha_discovery.indicators import markov_regime
from alpha_discovery.regimes import DETECTORS, LABELS, Regimes, detected, detected_of, markov_regimes, quantile_regimes
from alpha_discovery.testing import markets

Detector = Callable[[Bars], Regimes]
EACH: dict[str, Detector] = {
    "quantiles": lambda bars: quantile_regimes(bars, window=12, past=100),
    "markov": lambda bars: markov_regimes(bars, fit=400, keep=50, window=12, past=100),
}
BARS = markets.garch(1_000, seed=1)


@pytest.mark.parametrize("name", EACH)
@pytest.mark.parametrize("cut", [350, 401, 599, 600, 987])
def test_the_future_changes_no_label(name: str, cut: int) -> None:
    whole, part = EACH[name](BARS), EACH[name](BARS.slice(0, cut))
    np.testing.assert_array_equal(part.volatility, whole.volatility[:cut])
    np.testing.assert_array_equal(part.trend, whole.trend[:cut])


@pytest.mark.parametrize("timeframe", ["15m", "30m", "1h", "4h", "1d"])
@pytest.mark.parametrize("name", DETECTORS)
def test_the_future_changes_no_label_of_bars_of_any_length(name: str, timeframe: str) -> None:
    bars = markets.garch(5_000, seed=2, timeframe=timeframe)
    whole = detected(bars, name)
    assert (whole.code >= 0).sum() > 300
    for cut in (4_300, 4_301, 4_303, 4_999):
        part = detected(bars.slice(0, cut), name)
        np.testing.assert_array_equal(part.code, whole.code[:cut])


@pytest.mark.parametrize("name", DETECTORS)
def test_a_beginning_has_the_labels_of_the_whole(name: str) -> None:
    bars = markets.garch(3_000, seed=3)
    part = detected_of(bars.slice(0, 2_000), bars, name)
    alone = detected(markets.garch(3_000, seed=3).slice(0, 2_000), name)
    np.testing.assert_array_equal(part.volatility, alone.volatility)
    np.testing.assert_array_equal(part.trend, alone.trend)


@pytest.mark.parametrize("name", EACH)
def test_a_stretch_of_larger_moves_is_called_high(name: str) -> None:
    rng = np.random.default_rng(0)
    sigma = np.where(np.arange(900) < 600, 0.002, 0.02)
    close = 100.0 * np.exp(np.cumsum(sigma * rng.standard_normal(900)))
    start = np.concatenate(([100.0], close[:-1]))
    base = BARS.slice(0, 900)
    wild = Bars(
        base.instrument, base.timeframe, time=base.time, open=start, close=close, volume=base.volume,
        high=np.maximum(start, close), low=np.minimum(start, close),
    )  # fmt: skip
    found = EACH[name](wild).volatility
    assert (found[615:635] == 2).mean() > 0.6


def test_a_markov_model_is_that_of_the_indicator_and_keeps_the_trend_of_quantiles() -> None:
    found = markov_regimes(BARS, fit=400, keep=50, window=12, past=100)
    np.testing.assert_array_equal(found.volatility, markov_regime(BARS.close, 400, 50))
    np.testing.assert_array_equal(found.trend, quantile_regimes(BARS, window=12, past=100).trend)


def test_minutes_are_looked_at_by_the_hour() -> None:
    quarters = markets.garch(4 * 500, seed=5, timeframe="15m")
    found = markov_regimes(quarters, fit=200, keep=50, window=12, past=100).volatility
    ends = np.flatnonzero(quarters.time // 900_000 % 4 == 3)  # bars that close with the hour
    by_hour = markov_regime(quarters.close[ends], 200, 50)
    np.testing.assert_array_equal(found[ends], by_hour)
    np.testing.assert_array_equal(found[ends[:-1] + 1], by_hour[:-1])  # and hold until the next hour has closed
    assert np.isnan(found[: ends[0]]).all()


def test_labels_name_both_kinds_and_shares_add_up() -> None:
    found = quantile_regimes(BARS, window=12, past=100)
    assert (found.code[:111] == -1).all()
    assert found.code[111] >= 0
    assert sum(found.shares().values()) == pytest.approx(1.0)
    assert LABELS[int(Regimes(np.array([2.0]), np.array([1.0])).code[0])] == "high volatility, trending"


def test_the_same_bars_are_looked_at_once() -> None:
    assert detected(BARS, "markov") is detected(BARS, "markov")
    assert detected(BARS, "markov") is not detected(BARS, "quantiles")


def test_a_schedule_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UserError, match="at least 100 moves"):
        markov_regimes(BARS, fit=10)
