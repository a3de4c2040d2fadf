"""Resampled and reshuffled paths."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from scipy.stats import chisquare

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.drawdowns import loss_probability, max_drawdown
from alpha_discovery.validation.montecarlo import drawdown_percentile, fan, resampled_paths, reshuffled_drawdowns


@pytest.fixture(scope="module")
def daily() -> F64:
    """Two years of normal days with annual Sharpe 1, exactly."""
    x = np.random.default_rng(0).standard_normal(730)
    x = (x - x.mean()) / x.std()
    return np.asarray(0.002 * (x + 1 / np.sqrt(365)))


def test_probability_of_a_losing_year(daily: F64) -> None:
    paths = resampled_paths(daily, rng=1, draws=4000, days=365, mean_block=1)
    # Phi(-1) = .159; 4,000 draws err by .006
    assert paths.p_loss == pytest.approx(loss_probability(1.0, 1.0), abs=0.025)


def test_mean_and_spread_of_the_total(daily: F64) -> None:
    paths = resampled_paths(daily, rng=1, draws=4000, mean_block=1)
    log_total = np.log1p(paths.total_return)
    assert log_total.mean() == pytest.approx(np.log1p(daily).sum(), abs=0.004)
    assert log_total.std() == pytest.approx(0.002 * np.sqrt(730), rel=0.05)


def test_each_path_is_compounded() -> None:
    x = np.array([0.1, -0.2, 0.05, 0.0, 0.02, -0.01, 0.03, 0.04])
    paths = resampled_paths(x, rng=3, draws=50, mean_block=1e12)  # one block: rotations of the sample
    rotations = [np.roll(x, -k) for k in range(8)]
    assert paths.total_return == pytest.approx(np.full(50, np.prod(1 + x) - 1))
    assert {round(d, 12) for d in paths.max_drawdown} <= {round(max_drawdown(r), 12) for r in rotations}


def test_longer_paths_than_the_sample() -> None:
    assert resampled_paths(np.full(10, 0.01), rng=1, draws=3, days=25).total_return == pytest.approx(
        np.full(3, 1.01**25 - 1)
    )


def test_dependence_between_days_deepens_drawdowns() -> None:
    e = np.random.default_rng(5).standard_normal(2000)
    x = np.convolve(e, np.ones(10) / 10, mode="valid") * 0.02  # ten-day moving average
    alone = resampled_paths(x, rng=1, draws=500, mean_block=1).drawdown_quantile(0.5)
    assert resampled_paths(x, rng=1, draws=500).drawdown_quantile(0.5) > 1.5 * alone


def test_a_total_loss_ends_the_path() -> None:
    x = np.array([-1.5, 0.5] * 5)
    paths = resampled_paths(x, rng=1, draws=20, mean_block=5)
    assert paths.total_return == pytest.approx(np.full(20, -1.0))
    assert paths.max_drawdown == pytest.approx(np.ones(20))


def test_same_seed_same_paths(daily: F64) -> None:
    a, b = (resampled_paths(daily, rng=7, draws=20) for _ in range(2))
    assert np.array_equal(a.total_return, b.total_return)
    assert a.return_quantile(0.5) == float(np.median(a.total_return))


def test_order_of_trades_moves_the_drawdown_only_between_its_bounds() -> None:
    trades = np.array([0.1, -0.1, 0.05, -0.2])
    found = reshuffled_drawdowns(trades, rng=0, draws=500)
    # best: losses apart, 20%; worst: both losses in a row, 1 - .9 * .8 = 28%
    assert found.min() == pytest.approx(0.2)
    assert found.max() == pytest.approx(0.28)


def test_every_order_is_as_likely_as_any_other() -> None:
    trades, draws = np.array([-0.1, -0.05, 0.08, 0.02, -0.03]), 60_000
    found: F64 = np.round(reshuffled_drawdowns(trades, rng=1, draws=draws), 12)
    courses = [np.cumprod([1.0, *(1.0 + one for one in order)]) for order in permutations(trades.tolist())]
    expected = Counter(round(float((1.0 - one / np.maximum.accumulate(one)).max()), 12) for one in courses)
    assert len(expected) == 8
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == sorted(expected)
    share = np.array([expected[value] for value in values.tolist()]) / len(courses)
    assert chisquare(counts, draws * share).pvalue > 0.01



def test_percentile_of_an_observed_drawdown() -> None:
    assert drawdown_percentile(0.2, np.array([0.1, 0.2, 0.3, 0.4])) == 0.5


def test_a_week_is_too_short() -> None:
    with pytest.raises(TooFewBars):
        resampled_paths(np.zeros(7), rng=1)


def test_paths_without_days_are_refused(daily: F64) -> None:
    with pytest.raises(OutOfRange):
        resampled_paths(daily, rng=1, days=0)


def test_a_fan_ends_at_the_quantiles_of_the_same_paths(daily: F64) -> None:
    levels = (0.05, 0.5, 0.95)
    paths = resampled_paths(daily, rng=1, days=200)
    bands = fan(daily, rng=1, levels=levels, days=200)
    assert bands.shape == (3, 200)
    assert bands[:, -1] == pytest.approx([1.0 + paths.return_quantile(q) for q in levels], rel=1e-12)


def test_a_fan_widens_with_the_root_of_time(daily: F64) -> None:
    low, high = np.log(fan(daily, rng=1, levels=(0.16, 0.84), draws=4000, days=400, mean_block=1))
    # independent days: the spread of a sum of 400 is twice that of a sum of 100
    assert (high - low)[399] / (high - low)[99] == pytest.approx(2.0, rel=0.08)
