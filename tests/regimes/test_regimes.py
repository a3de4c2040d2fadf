"""Regimes: told from the past alone, by every detector."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hmmlearn.hmm import GaussianHMM

from alpha_discovery.core.bars import Bars
from alpha_discovery.errors import UserError
from alpha_discovery.regimes import LABELS, Regimes, markov_regimes, quantile_regimes
from alpha_discovery.regimes.forward import filtered
from alpha_discovery.testing import markets

Detector = Callable[[Bars], Regimes]
DETECTORS: dict[str, Detector] = {
    "quantiles": lambda bars: quantile_regimes(bars, window=12, past=100),
    "markov": lambda bars: markov_regimes(bars, first=400, every=200, window=12, past=100),
}
BARS = markets.garch(1_000, seed=1)


@pytest.mark.parametrize("name", DETECTORS)
@pytest.mark.parametrize("cut", [350, 401, 599, 600, 987])
def test_the_future_changes_no_label(name: str, cut: int) -> None:
    whole, part = DETECTORS[name](BARS), DETECTORS[name](BARS.slice(0, cut))
    np.testing.assert_array_equal(part.volatility, whole.volatility[:cut])
    np.testing.assert_array_equal(part.trend, whole.trend[:cut])


@pytest.mark.parametrize("name", DETECTORS)
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
    found = DETECTORS[name](wild).volatility
    assert (found[615:635] == 2).mean() > 0.6


def test_filtered_probabilities_end_where_smoothed_ones_do_and_sum_to_one() -> None:
    # at the last bar filtering and smoothing are the same thing: hmmlearn's own posterior is the second source
    model = GaussianHMM(2, covariance_type="diag")
    model.startprob_, model.transmat_ = np.array([0.7, 0.3]), np.array([[0.9, 0.1], [0.2, 0.8]])
    model.means_, model.covars_ = np.array([[0.0], [0.5]]), np.array([[1.0], [4.0]])
    x = np.random.default_rng(3).normal(size=60)
    for n in (1, 2, 17, 60):
        found = filtered(x[:n], model.startprob_, model.transmat_, np.array([0.0, 0.5]), np.array([1.0, 4.0]))
        np.testing.assert_allclose(found[-1], model.predict_proba(x[:n, None])[-1], rtol=1e-9)
        np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_one_step_of_the_filter_by_hand() -> None:
    # equal priors, densities in the ratio exp(0) : exp(-0.5 * 2 * 2) at x = 0 with means 0 and 2
    found = filtered(np.zeros(1), np.array([0.5, 0.5]), np.eye(2), np.array([0.0, 2.0]), np.ones(2))
    np.testing.assert_allclose(found[0, 1], np.exp(-2.0) / (1.0 + np.exp(-2.0)))


def test_labels_name_both_kinds_and_shares_add_up() -> None:
    found = quantile_regimes(BARS, window=12, past=100)
    assert (found.code[:111] == -1).all()
    assert found.code[111] >= 0
    assert sum(found.shares().values()) == pytest.approx(1.0)
    assert LABELS[int(Regimes(np.array([2.0]), np.array([1.0])).code[0])] == "high volatility, trending"


def test_a_schedule_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(UserError, match="at least 100 bars"):
        markov_regimes(BARS, first=10)


def test_hmmlearn_is_imported_only_when_it_is_used() -> None:
    code = "import sys, alpha_discovery.regimes; sys.exit('hmmlearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
