"""Our statistics beside those of arch, empyrical, hmmlearn, quantstats, scikit-learn, scipy and statsmodels."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap
from arch.univariate import GARCH
from scipy.integrate import quad
from scipy.stats import norm

from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.bootstrap import stationary_bootstrap_indices
from alpha_discovery.validation.cluster import correlations, distances, medoids
from alpha_discovery.validation.deflated import maximum_moments
from alpha_discovery.validation.drawdowns import expected_shortfall, max_drawdown, value_at_risk
from alpha_discovery.validation.montecarlo import resampled_paths
from alpha_discovery.validation.sharpe import annual_factor, moments, psr
from alpha_discovery.validation.shrink import prior_variance
from alpha_discovery.validation.simulators import _garch_volatility, markov_regimes
from alpha_discovery.validation.splits import walk_forward


@pytest.fixture(scope="module")
def daily() -> F64:
    """Three years of days with fat tails."""
    return np.asarray(0.01 * np.random.default_rng(5).standard_t(4, 1095) + 0.0004)


def test_the_largest_of_n_by_numerical_integration() -> None:
    for n in (10, 1000):
        mean, _ = quad(lambda z, n=n: z * n * norm.pdf(z) * norm.cdf(z) ** (n - 1), -12, 12, epsabs=1e-12)
        square, _ = quad(lambda z, n=n: z * z * n * norm.pdf(z) * norm.cdf(z) ** (n - 1), -12, 12, epsabs=1e-12)
        assert maximum_moments(n) == pytest.approx((mean, math.sqrt(square - mean**2)), rel=1e-7)


def test_the_bootstrap_of_a_mean_has_the_spread_that_arch_finds(daily: F64) -> None:
    ours = daily[stationary_bootstrap_indices(len(daily), 4000, 0.1, 1)].mean(axis=1).std()
    theirs = StationaryBootstrap(10, daily, seed=2).apply(np.mean, 4000).std()
    assert ours == pytest.approx(theirs, rel=0.05)  # each has a sampling error of 1.1%


def test_resampled_paths_have_the_drawdowns_that_arch_and_empyrical_find(daily: F64) -> None:
    empyrical = pytest.importorskip("empyrical")
    ours = resampled_paths(daily, rng=1, draws=1500, mean_block=10.0)
    theirs = -StationaryBootstrap(10, daily, seed=2).apply(empyrical.max_drawdown, 1500)[:, 0]
    for q in (0.05, 0.5, 0.95):
        assert ours.drawdown_quantile(q) == pytest.approx(np.quantile(theirs, q), rel=0.07)


def test_drawdown_and_tails_are_those_of_empyrical(daily: F64) -> None:
    empyrical = pytest.importorskip("empyrical")
    assert max_drawdown(daily) == pytest.approx(-empyrical.max_drawdown(daily), rel=1e-12)
    assert value_at_risk(daily) == pytest.approx(-empyrical.value_at_risk(daily, 0.05), rel=1e-12)
    # empyrical averages the worst int((n - 1) * 5%) + 1 of n, we the worst int(n * 5%): one day apart at most
    assert expected_shortfall(daily) == pytest.approx(-empyrical.conditional_value_at_risk(daily, 0.05), rel=0.01)


def test_the_annual_sharpe_ratio_is_that_of_empyrical(daily: F64) -> None:
    empyrical = pytest.importorskip("empyrical")
    ours = moments(daily).sharpe * annual_factor(365)
    assert ours == pytest.approx(empyrical.sharpe_ratio(daily, annualization=365), rel=1e-9)


def test_the_probabilistic_sharpe_ratio_is_that_of_quantstats_to_a_thousandth(daily: F64) -> None:
    pandas = pytest.importorskip("pandas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own imports warn of what it will change
        stats = pytest.importorskip("quantstats").stats
        series = pandas.Series(daily, index=pandas.date_range("2020-01-01", periods=len(daily)))
        theirs = float(stats.probabilistic_sharpe_ratio(series))
    found = moments(daily)
    assert psr(found.sharpe, len(daily), skew=found.skew, kurtosis=found.kurtosis) == pytest.approx(theirs, abs=1e-3)


def test_garch_variances_are_those_of_arch() -> None:
    shocks = np.random.default_rng(4).standard_normal(500)
    reaction, persistence, long_run = 0.06, 0.93, 1e-4
    sigma = _garch_volatility(shocks, long_run, reaction, persistence)
    model = GARCH(1, 0, 1)
    returns = sigma * shocks
    variance, bounds = np.empty(500), np.tile([1e-12, 1.0], (500, 1))
    weights = np.array([(1.0 - reaction - persistence) * long_run, reaction, persistence])
    # arch starts from its backcast weighed by both terms, which is the long-run variance here as with us
    model.compute_variance(weights, returns, variance, long_run, bounds)
    assert np.allclose(variance, sigma**2, rtol=1e-10)


def test_regimes_are_found_again_by_hmmlearn() -> None:
    hmm = pytest.importorskip("hmmlearn.hmm")
    market = markov_regimes(4000, rng=3, volatilities=[0.01, 0.03], stay=[0.98, 0.95])
    model = hmm.GaussianHMM(2, "diag", n_iter=25, random_state=1).fit(market.returns[:, None])
    order = np.argsort(model.covars_.ravel())
    assert np.sqrt(model.covars_.ravel()[order]) == pytest.approx([0.01, 0.03], rel=0.06)
    assert np.diag(model.transmat_)[order] == pytest.approx([0.98, 0.95], abs=0.015)


def test_clusters_are_those_of_scikit_learn() -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    rng = np.random.default_rng(6)
    factors = rng.standard_normal((500, 4))
    returns = np.repeat(factors, 6, axis=1) + 0.7 * rng.standard_normal((500, 24))
    labels, members = medoids(returns, rho=0.4)
    apart = distances(correlations(returns))
    tree = cluster.AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=math.sqrt(0.3)
    ).fit(apart)
    assert len(members) == tree.n_clusters_
    for one in range(len(members)):
        assert len(set(tree.labels_[labels == one])) == 1


def test_walk_forward_periods_are_those_of_scikit_learn() -> None:
    selection = pytest.importorskip("sklearn.model_selection")
    ours = walk_forward(100, train=20, test=20, anchored=True, gap=0)
    theirs = list(selection.TimeSeriesSplit(4, test_size=20).split(np.zeros(100)))
    assert len(ours) == len(theirs) == 4
    for one, (train, test) in zip(ours, theirs, strict=True):
        assert np.array_equal(one.train, train)
        assert np.array_equal(one.test, test)


def test_the_prior_variance_is_that_of_a_meta_analysis_around_zero() -> None:
    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    rng = np.random.default_rng(2)
    error = np.full(400, 0.05)
    sharpe = rng.normal(0.0, 0.08, 400) + error * rng.standard_normal(400)
    mirrored = np.concatenate([sharpe, -sharpe])  # so that its mean, which statsmodels takes off, is zero
    theirs = meta.combine_effects(mirrored, np.full(800, 0.05**2), method_re="chi2").tau2
    assert prior_variance(mirrored, np.full(800, 0.05)) == pytest.approx(theirs, rel=0.01)
