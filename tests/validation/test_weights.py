"""Weights of portfolios against their closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.weights import (
    capped,
    hierarchical_risk_parity,
    inverse_volatility,
    risk_parity,
    shrunk_covariance,
)

RNG = np.random.default_rng(0)


def covariance(correlation: float, *volatilities: float) -> np.ndarray:
    """All pairs equally correlated."""
    spread = np.array(volatilities)
    matrix = np.where(np.eye(len(spread), dtype=bool), 1.0, correlation)
    return np.asarray(matrix * np.outer(spread, spread))


def some_covariance(n: int) -> np.ndarray:
    x = RNG.normal(size=(400, n)) @ RNG.normal(size=(n, n))
    return np.asarray(np.cov(x.T))


@pytest.mark.parametrize("n", [2, 5, 12])
def test_each_contributes_the_same_risk_in_risk_parity(n: int) -> None:
    matrix = some_covariance(n)
    weights = risk_parity(matrix)
    parts = weights * (matrix @ weights)
    assert parts / parts.sum() == pytest.approx(np.full(n, 1.0 / n), rel=1e-6)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights > 0.0).all()


def test_risk_parity_of_equal_correlations_is_inverse_volatility() -> None:
    # Maillard, Roncalli and Teiletche (2010), section 2: the closed form for a constant correlation
    matrix = covariance(0.4, 0.1, 0.2, 0.4)
    assert risk_parity(matrix) == pytest.approx(np.array([4.0, 2.0, 1.0]) / 7.0)
    assert inverse_volatility(matrix) == pytest.approx(np.array([4.0, 2.0, 1.0]) / 7.0)


def test_hierarchical_risk_parity_of_two_is_inverse_variance() -> None:
    assert hierarchical_risk_parity(covariance(0.3, 0.1, 0.2)) == pytest.approx([0.8, 0.2])


def test_hierarchical_risk_parity_halves_between_blocks_before_within_them() -> None:
    # two uncorrelated pairs, each pair highly correlated, all of one volatility: by hand 1/4 each, as each pair has the
    # same variance and each member half of it; a third member of one pair takes from its pair alone
    block = covariance(0.9, 1.0, 1.0)
    matrix = np.block([[block, np.zeros((2, 2))], [np.zeros((2, 2)), block]])
    assert hierarchical_risk_parity(matrix) == pytest.approx([0.25] * 4)
    louder = matrix.copy()
    louder[2:, 2:] *= 4.0
    assert hierarchical_risk_parity(louder) == pytest.approx([0.4, 0.4, 0.1, 0.1])


def test_one_gets_everything() -> None:
    assert hierarchical_risk_parity(np.array([[0.04]])) == pytest.approx([1.0])
    assert risk_parity(np.array([[0.04]])) == pytest.approx([1.0])


def test_caps_are_kept_and_what_they_cut_goes_to_the_others() -> None:
    weights = np.array([0.7, 0.2, 0.1])
    assert capped(weights, np.array([0.5, 1.0, 1.0])) == pytest.approx([0.5, 1.0 / 3.0, 0.5 / 3.0])
    assert capped(weights, np.array([0.5, 0.3, 1.0])) == pytest.approx([0.5, 0.3, 0.2])
    assert capped(weights, np.array([0.1, 0.1, 0.1])) == pytest.approx([0.1, 0.1, 0.1])  # the rest is not used


def test_shrinking_keeps_variances_and_draws_correlations_together() -> None:
    x = RNG.normal(size=(80, 12)) * np.arange(1, 13)
    raw, drawn = np.cov(x.T), shrunk_covariance(x)
    assert np.diag(drawn) == pytest.approx(np.diag(raw))
    off = ~np.eye(12, dtype=bool)
    spread = np.sqrt(np.outer(np.diag(raw), np.diag(raw)))
    assert (drawn / spread)[off].std() < 0.3 * (raw / spread)[off].std()  # they are noise: nothing else is there
    assert np.linalg.eigvalsh(drawn).min() > 0.0


def test_a_matrix_that_is_none_is_refused() -> None:
    with pytest.raises(OutOfRange):
        risk_parity(np.zeros((2, 2)))
    with pytest.raises(OutOfRange):
        shrunk_covariance(np.ones((10, 2)))
