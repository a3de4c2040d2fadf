"""The hidden Markov model of moves: against hmmlearn, which fits and smooths the same one, and by hand."""

from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np
import pytest
from hmmlearn.hmm import GaussianHMM

from alpha_discovery.indicators.hidden_markov import (
    ENOUGH,
    LEAVES,
    ROUNDS,
    SIZE,
    STATES,
    TRANSITION,
    VARIANCE,
    advance,
    expect,
    fitted,
    settle,
)
from alpha_discovery.indicators.markov_regime import markov_regime
from alpha_discovery.testing import markets

GARCH = np.diff(np.log(markets.garch(1_001, seed=1).close))
SWITCHING = np.diff(np.log(markets.regimes(1_001, seed=2).close))


def by_hmmlearn(moves: Any) -> tuple[GaussianHMM, Any]:
    """The same model of scaled moves, fitted by hmmlearn from the same start; states by rising variance."""
    logging.getLogger("hmmlearn.base").setLevel(logging.ERROR)
    model = GaussianHMM(
        STATES, covariance_type="diag", n_iter=ROUNDS, tol=ENOUGH, init_params="", min_covar=1e-6,
        means_prior=0.0, means_weight=1e12,  # means of zero: params="stc" leaves the variances' denominator empty
    )  # fmt: skip
    model.startprob_ = np.full(STATES, 1.0 / STATES)
    model.transmat_ = np.where(np.eye(STATES) > 0, 1.0 - LEAVES, LEAVES / (STATES - 1))
    model.means_, model.covars_ = np.zeros((STATES, 1)), np.array([0.25, 1.0, 4.0])[:, None]
    model.fit(moves[:, None])
    return model, np.argsort(np.asarray(model.covars_).reshape(STATES), kind="stable")


@pytest.mark.parametrize("moves", [GARCH, SWITCHING, GARCH[:60]], ids=["garch", "switching", "sixty moves"])
def test_the_fitted_model_is_that_of_hmmlearn(moves: Any) -> None:
    own, scale = fitted(moves), float(np.sqrt((moves**2).mean()))
    other, order = by_hmmlearn(moves / scale)
    assert own[0] == pytest.approx(scale)
    np.testing.assert_allclose(own[1:TRANSITION], other.startprob_[order], atol=1e-9)
    np.testing.assert_allclose(own[TRANSITION:VARIANCE], other.transmat_[np.ix_(order, order)].ravel(), atol=1e-8)
    np.testing.assert_allclose(own[VARIANCE:], np.asarray(other.covars_).reshape(STATES)[order], rtol=1e-8)


def test_filtered_chances_end_where_smoothed_ones_do() -> None:
    # at the last bar filtering and smoothing are the same thing: hmmlearn's own posterior is the second source
    own, chance = fitted(GARCH), np.zeros(STATES)
    other, order = by_hmmlearn(GARCH / own[0])
    for n in (1, 2, 17, len(GARCH)):
        best = settle(own, chance, GARCH[:n])
        wanted = other.predict_proba((GARCH[:n] / own[0])[:, None])[-1][order]
        np.testing.assert_allclose(chance, wanted, atol=1e-8)
        assert best == wanted.argmax()


def test_one_step_of_the_filter_by_hand() -> None:
    # even chances, a move of 2 against variances 1, 4 and 16: density exp(-2 / v) / sqrt(v)
    model = np.zeros(SIZE)
    model[0], model[VARIANCE:] = 1.0, [1.0, 4.0, 16.0]
    chance = np.full(STATES, 1.0 / 3.0)
    advance(model, chance, 2.0)
    density = np.array([np.exp(-2.0), np.exp(-0.5) / 2.0, np.exp(-0.125) / 4.0])
    np.testing.assert_allclose(chance, density / density.sum())
    model[TRANSITION:VARIANCE] = np.array([[0.9, 0.1, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5]]).ravel()
    chance[:] = [0.5, 0.0, 0.5]
    expect(model, chance)
    np.testing.assert_allclose(chance, [0.45, 0.3, 0.25])


def test_moves_that_stand_still_have_no_model_and_no_regime() -> None:
    assert not fitted(np.zeros(50)).any()
    close = np.concatenate((np.full(60, 100.0), 100.0 + np.arange(60.0) % 7))
    found = markov_regime(close, 20, 10)
    assert np.isnan(found[:60]).all()
    assert np.isfinite(found[80:]).all()


def test_the_states_of_a_market_that_switches_are_found() -> None:
    # two states of volatility 1 and 5, each for 500 bars: what was drawn is known
    rng = np.random.default_rng(0)
    wild = np.arange(4_000) // 500 % 2 == 1
    close = 100.0 * np.exp(np.cumsum(rng.standard_normal(4_000) * np.where(wild, 0.01, 0.002)))
    found = markov_regime(close, 1_000, 100)
    late = np.arange(4_000) >= 1_500
    assert np.mean(found[late & wild] == 2.0) > 0.6  # the third state shares the wild stretches with it
    assert np.mean(found[late & ~wild] == 2.0) < 0.15


def test_an_hour_of_five_years_costs_microseconds() -> None:
    close = markets.garch(24 * 365, seed=4).close
    markov_regime(close[:2_000], 960, 168)  # compiled
    began = time.process_time()
    markov_regime(close, 960, 168)
    assert (time.process_time() - began) / len(close) < 100e-6  # 9 of them on an idle machine
