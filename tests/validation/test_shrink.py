"""The winner's curse."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.deflated import maximum_moments
from alpha_discovery.validation.shrink import prior_variance, selection_bias, shrunk


def test_shrinkage_by_hand() -> None:
    # 2 * 1 / (1 + .25 + ... ) with prior 1 and error .5: 2 / 1.25
    assert shrunk(2.0, 0.5, prior=1.0) == pytest.approx(1.6)


def test_without_a_spread_of_true_values_nothing_is_left() -> None:
    assert shrunk(2.0, 0.5, prior=0.0) == 0.0
    assert shrunk(2.0, 0.0, prior=0.0) == 0.0


def test_an_exact_value_is_not_shrunk() -> None:
    assert shrunk(2.0, 0.0, prior=0.3) == 2.0


def test_prior_variance_of_simulated_alphas() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 0.7, 20_000)
    found = prior_variance(true + rng.normal(0, 0.5, 20_000), np.full(20_000, 0.5))
    assert found == pytest.approx(0.49, rel=0.05)


def test_noise_alone_has_no_prior_variance() -> None:
    assert prior_variance([0.1, -0.2], [1.0, 1.0]) == 0.0


def test_bias_of_the_best_of_a_hundred_equals_that_of_independent_normals() -> None:
    x = np.random.default_rng(1).standard_normal((1000, 100))
    x -= x.mean(axis=0)  # all equally worthless in the sample, which plays the truth
    bias = selection_bias(x, stationary_weights(1000, 2000, mean_block=1, rng=2))
    assert bias * np.sqrt(1000) == pytest.approx(maximum_moments(100).mean, abs=0.06)


def test_a_runaway_winner_is_hardly_biased() -> None:
    x = np.random.default_rng(1).standard_normal((400, 20))
    x[:, 0] += 1.0
    bias = selection_bias(x, stationary_weights(400, 1000, mean_block=1, rng=2))
    assert bias * np.sqrt(400) < 0.3


def test_nothing_that_varies_has_no_bias() -> None:
    assert selection_bias(np.zeros((50, 3)), stationary_weights(50, 10, mean_block=2, rng=1)) == 0.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(OutOfRange, match="prior"):
        shrunk(1.0, 1.0, prior=-1.0)
    with pytest.raises(UserError, match="standard error"):
        prior_variance([1.0], [1.0, 2.0])
    with pytest.raises(UserError, match="one column a period"):
        selection_bias(np.zeros((50, 3)), stationary_weights(40, 10, mean_block=2, rng=1))
