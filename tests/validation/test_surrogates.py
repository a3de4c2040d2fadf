"""Null markets: what each destroys, what it keeps, and that its bars are bars."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.errors import BadMarketData, TooFewBars, UserError
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.simulators import bars_around, garch_t
from alpha_discovery.validation.surrogates import Ohlc, block_bootstrap, permutation, sign_flip


def two_instruments(n: int = 4000, seed: int = 0) -> Ohlc:
    """Two correlated GARCH markets with gaps at the open, drift and autocorrelation."""
    rng = np.random.default_rng(seed)
    common = garch_t(n, rng=rng, volatility=0.006)
    parts = []
    for _ in range(2):
        own = garch_t(n, rng=rng, volatility=0.003).returns
        mixed = common.returns + own
        mixed[1:] += 0.2 * mixed[:-1]
        bars = bars_around(common._replace(returns=mixed), rng=rng, drift=0.0005)
        jump = np.exp(np.cumsum(0.001 * rng.standard_normal(n)))  # moves the open away from the last close
        parts.append(Ohlc(*(p * jump for p in bars)))
    return Ohlc(*(np.stack([a, b], axis=1) for a, b in zip(*parts, strict=True)))


@pytest.fixture(scope="module")
def market() -> Ohlc:
    return two_instruments()


NULLS: Any = {
    "sign_flip": sign_flip,
    "permutation": permutation,
    "block_bootstrap": lambda bars, *, rng: block_bootstrap(bars, rng=rng, mean_block=48),
}
each_null = pytest.mark.parametrize("null", NULLS.values(), ids=NULLS.keys())


def log_returns(bars: Ohlc) -> F64:
    return np.diff(np.log(bars.close), axis=0)


def acf(x: F64, lag: int = 1) -> float:
    z = x - x.mean()
    return float((z[lag:] * z[:-lag]).sum() / (z * z).sum())


@each_null
def test_bars_stay_bars(market: Ohlc, null: Any) -> None:
    bars = null(market, rng=1)
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.low > 0).all()
    assert all(part.shape == market.close.shape for part in bars)


@each_null
def test_the_first_bar_stays_what_it_is(market: Ohlc, null: Any) -> None:
    bars = null(market, rng=1)
    assert all(np.array_equal(new[0], old[0]) for new, old in zip(bars, market, strict=True))


@each_null
def test_same_seed_same_market(market: Ohlc, null: Any) -> None:
    assert np.array_equal(null(market, rng=4).close, null(market, rng=4).close)
    assert not np.array_equal(null(market, rng=4).close, null(market, rng=5).close)


@each_null
def test_the_input_is_left_alone(market: Ohlc, null: Any) -> None:
    before = [part.copy() for part in market]
    null(market, rng=1)
    assert all(np.array_equal(a, b) for a, b in zip(before, market, strict=True))


@each_null
def test_instruments_keep_their_correlation(market: Ohlc, null: Any) -> None:
    real, fake = (np.asarray(np.corrcoef(log_returns(bars).T))[0, 1] for bars in (market, null(market, rng=2)))
    assert fake == pytest.approx(real, abs=0.08)


@each_null
def test_instruments_alone_and_together_get_the_same_fate(market: Ohlc, null: Any) -> None:
    alone = Ohlc(*(part[:, 0] for part in market))
    together, single = null(market, rng=3), null(alone, rng=3)
    assert together.high[:, 0] == pytest.approx(single.high, rel=1e-12)


def test_a_flip_keeps_the_size_of_every_move_gap_and_range(market: Ohlc) -> None:
    fake = sign_flip(market, rng=1)
    assert np.abs(log_returns(fake)) == pytest.approx(np.abs(log_returns(market)), abs=1e-12)
    real_gap, fake_gap = (np.log(b.open[1:] / b.close[:-1]) for b in (market, fake))
    assert np.abs(fake_gap) == pytest.approx(np.abs(real_gap), abs=1e-12)
    assert np.log(fake.high / fake.low) == pytest.approx(np.log(market.high / market.low), abs=1e-12)


def test_a_flipped_bar_by_hand() -> None:
    # previous close 100; the bar goes 110, 121, 100, 100: its mirror image is 100^2 / that
    bars = Ohlc(*(np.array(v) for v in ([100.0, 110], [100.0, 121], [100.0, 100], [100.0, 100])))
    seen = {tuple(np.round([p[1] for p in sign_flip(bars, rng=s)], 9)) for s in range(20)}
    flipped = tuple(np.round([1e4 / 110, 1e4 / 100, 1e4 / 121, 1e4 / 100], 9))
    assert seen == {(110.0, 121.0, 100.0, 100.0), flipped}


def test_a_flip_destroys_drift_and_direction_but_not_volatility(market: Ohlc) -> None:
    """Section 8: autocorrelation +.03 becomes zero, that of |r| stays exactly what it was."""
    real = log_returns(market)[:, 0]
    fakes = [log_returns(sign_flip(market, rng=s))[:, 0] for s in range(20)]
    noise = math.sqrt(1 / len(real))
    assert acf(real) > 5 * noise
    assert abs(np.mean([acf(f) for f in fakes])) < 3 * noise
    assert abs(np.mean([f.mean() for f in fakes])) < 3 * real.std() * noise / math.sqrt(20) * 2
    assert acf(np.abs(fakes[0]), 5) == pytest.approx(acf(np.abs(real), 5), abs=1e-9)


def test_a_permutation_keeps_the_end_and_destroys_clustering(market: Ohlc) -> None:
    fake = permutation(market, rng=1)
    assert fake.close[-1] == pytest.approx(market.close[-1], rel=1e-9)
    real, other = (np.abs(log_returns(b)[:, 0]) for b in (market, fake))
    assert acf(real, 5) > 0.05
    assert abs(acf(other, 5)) < 0.05


def test_a_permutation_only_reorders(market: Ohlc) -> None:
    fake = permutation(market, rng=1)
    real_range, fake_range = (np.sort(np.log(b.high / b.low)[1:, 0]) for b in (market, fake))
    assert fake_range == pytest.approx(real_range, abs=1e-12)


def test_a_permutation_within_cells_keeps_the_calendar(market: Ohlc) -> None:
    cells = np.arange(4000) % 24
    fake = permutation(market, rng=1, cells=cells)
    real_range, fake_range = (np.log(b.high / b.low)[:, 0] for b in (market, fake))
    for hour in (0, 7):
        at = (cells == hour) & (np.arange(4000) > 0)
        assert np.sort(fake_range[at]) == pytest.approx(np.sort(real_range[at]), abs=1e-12)


def test_a_block_bootstrap_keeps_short_dependence(market: Ohlc) -> None:
    real = acf(log_returns(market)[:, 0])
    fakes = [acf(log_returns(block_bootstrap(market, rng=s, mean_block=48))[:, 0]) for s in range(10)]
    assert np.mean(fakes) == pytest.approx(real, abs=0.05)


@each_null
def test_missing_bars_stay_missing_and_nothing_else_is(market: Ohlc, null: Any) -> None:
    gone = np.zeros(market.close.shape, np.bool_)
    gone[:50, 1] = gone[300:310, 0] = gone[500, :] = True
    holes = Ohlc(*(np.where(gone, np.nan, part) for part in market))
    bars = null(holes, rng=1)
    for part in bars:
        assert np.array_equal(np.isnan(part), gone)
    assert (bars.high >= np.maximum(bars.open, bars.close))[~gone].all()
    assert bars.close[50, 1] == market.close[50, 1]


def test_a_flip_carries_the_last_close_over_a_missing_bar() -> None:
    bars = Ohlc(*(np.array([100.0, np.nan, 120.0]) for _ in range(4)))
    ends = {round(float(sign_flip(bars, rng=s).close[2]), 9) for s in range(20)}
    assert ends == {120.0, round(1e4 / 120, 9)}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(*[st.floats(0.01, 1e6)] * 4), min_size=3, max_size=20), st.integers(0, 99))
def test_any_ordered_prices_give_ordered_prices(rows: Any, seed: int) -> None:
    ordered = np.sort(np.array(rows), axis=1)
    bars = Ohlc(ordered[:, 1], ordered[:, 3], ordered[:, 0], ordered[:, 2])
    for null in NULLS.values():
        fake = null(bars, rng=seed)
        assert (fake.high >= np.maximum(fake.open, fake.close)).all()
        assert (fake.low <= np.minimum(fake.open, fake.close)).all()


def test_disordered_prices_are_refused(market: Ohlc) -> None:
    high = market.high.copy()
    high[7] = market.low[7] / 2
    with pytest.raises(BadMarketData, match="row 7 "):
        sign_flip(market._replace(high=high), rng=1)


def test_a_half_missing_bar_is_refused(market: Ohlc) -> None:
    close = market.close.copy()
    close[7, 0] = np.nan
    with pytest.raises(BadMarketData, match="alike"):
        sign_flip(market._replace(close=close), rng=1)


def test_shapes_must_agree(market: Ohlc) -> None:
    with pytest.raises(BadMarketData, match="one shape"):
        sign_flip(market._replace(close=market.close[:-1]), rng=1)
    with pytest.raises(UserError, match="one value a bar"):
        permutation(market, rng=1, cells=np.zeros(3, np.int64))


def test_one_bar_is_no_market(market: Ohlc) -> None:
    with pytest.raises(TooFewBars):
        sign_flip(Ohlc(*(part[:1] for part in market)), rng=1)
    with pytest.raises(TooFewBars):
        block_bootstrap(Ohlc(*(part[:2] for part in market)), rng=1, mean_block=2)
