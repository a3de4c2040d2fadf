"""No drift: after a million bars running values still equal the direct formula, in extended precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from alpha_discovery.indicators import cci, macd, rolling_std, rolling_sum, rolling_vwap, sma, wma, zscore

N = 1_000_000
WINDOWS = (3, 20, 700)
F64 = npt.NDArray[np.float64]


@pytest.fixture(scope="module", params=[1e-5, 1e5], ids=["price 0.00001", "price 100000"])
def market(request: pytest.FixtureRequest) -> dict[str, F64]:
    """A geometric random walk, its range and its volume."""
    rng = np.random.default_rng(11)
    close = request.param * np.exp(np.cumsum(rng.normal(0.0, 2e-4, N)))
    return {
        "high": close * (1.0 + rng.exponential(1e-4, N)),
        "low": close * (1.0 - rng.exponential(1e-4, N)),
        "close": close,
        "volume": rng.lognormal(0.0, 2.0, N),
    }


def sample(x: Any, window: int) -> Any:
    """300 windows of ``x``, most of them late, one a row, in extended precision."""
    return np.lib.stride_tricks.sliding_window_view(x, window)[places(window) - window + 1].astype(np.longdouble)


def places(window: int) -> npt.NDArray[np.int64]:
    """Bars at which the sampled windows end: the last ones, and some anywhere."""
    return np.concatenate([np.random.default_rng(3).integers(window, N, 200), np.arange(N - 100, N)])


def assert_close(found: F64, expected: Any, window: int, *, atol: float = 0.0) -> None:
    """Equal to 1e-9 of the value."""
    np.testing.assert_allclose(found[places(window)], expected.astype(float), rtol=1e-9, atol=atol)


@pytest.mark.parametrize("window", WINDOWS)
def test_sums_and_averages_do_not_drift(market: dict[str, F64], window: int) -> None:
    close, rows = market["close"], sample(market["close"], window)
    assert_close(rolling_sum(close, window), rows.sum(axis=1), window)
    assert_close(sma(close, window), rows.mean(axis=1), window)
    weights = np.arange(1, window + 1)
    assert_close(wma(close, window), (rows * weights).sum(axis=1) / weights.sum(), window)


@pytest.mark.parametrize("window", WINDOWS)
def test_deviations_do_not_drift(market: dict[str, F64], window: int) -> None:
    close, rows = market["close"], sample(market["close"], window)
    assert_close(rolling_std(close, window), rows.std(axis=1), window)
    # the distance from the average is known to 1e-16 of the price, which is 1e-12 of a deviation here
    assert_close(zscore(close, window), (rows[:, -1] - rows.mean(axis=1)) / rows.std(axis=1), window, atol=1e-9)


@pytest.mark.parametrize("window", WINDOWS)
def test_traded_prices_do_not_drift(market: dict[str, F64], window: int) -> None:
    price = (market["high"] + market["low"] + market["close"]) / 3.0
    prices, volumes = sample(price, window), sample(market["volume"], window)
    found = rolling_vwap(market["high"], market["low"], market["close"], market["volume"], window)
    assert_close(found, (prices * volumes).sum(axis=1) / volumes.sum(axis=1), window)


@pytest.mark.parametrize("window", WINDOWS[:2])
def test_the_channel_index_does_not_drift(market: dict[str, F64], window: int) -> None:
    rows = sample((market["high"] + market["low"] + market["close"]) / 3.0, window)
    away = rows - rows.mean(axis=1, keepdims=True)
    expected = away[:, -1] / (np.longdouble(0.015) * np.abs(away).mean(axis=1))
    assert_close(cci(market["high"], market["low"], market["close"], window), expected, window, atol=1e-7)


def test_lines_of_long_histories_that_are_not_held_together_are_the_same(market: dict[str, F64]) -> None:
    fast, slow = np.arange(2, 5), np.arange(20, 23)
    together, many = np.empty((3, N)), macd.many
    assert many is not None
    many(market["close"], fast, slow, together)
    alone = [macd(market["close"], *windows) for windows in zip(fast, slow, strict=True)]
    np.testing.assert_array_equal(together, alone)
