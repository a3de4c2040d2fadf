"""Effective numbers of trials on matrices whose answers are known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.effective import (
    average_correlation_number,
    effective_rank,
    galwey,
    gao,
    implied_number,
    li_ji,
    nyholt,
    participation_ratio,
)

NUMBERS: Any = {
    "participation_ratio": participation_ratio,
    "effective_rank_entropy": effective_rank,
    "avg_corr_LdP": average_correlation_number,
    "nyholt": nyholt,
    "li_ji": li_ji,
    "galwey": galwey,
    "gao995": gao,
}


def equicorrelated() -> F64:
    return np.full((10, 10), 0.5) + 0.5 * np.eye(10)


def blocks() -> F64:
    inside = np.kron(np.eye(3), np.ones((4, 4)))
    return np.asarray(np.where(inside == 1, 0.8, 0.1) + 0.2 * np.eye(12))


@pytest.mark.parametrize("name", list(NUMBERS))
def test_pinned_numbers(pin: Any, name: Any) -> None:
    assert NUMBERS[name](equicorrelated()) == pytest.approx(pin("C1_Neff")[name], rel=1e-9)
    assert NUMBERS[name](blocks()) == pytest.approx(pin("C2_Neff")[name], rel=1e-9)


def test_effective_rank_of_a_published_test_matrix(pin: Any) -> None:
    rho = np.array([[1, 0.1, 0.7], [0.1, 1, 0.8], [0.7, 0.8, 1]])
    assert effective_rank(rho) == pytest.approx(pin("C3_"), rel=1e-9)


@pytest.mark.parametrize("number", NUMBERS.values())
def test_strangers_count_each_and_copies_count_once(number: Any) -> None:
    assert number(np.eye(7)) == pytest.approx(7)
    assert number(np.ones((7, 7))) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("number", NUMBERS.values())
def test_a_single_trial_is_one(number: Any) -> None:
    assert number(np.eye(1)) == pytest.approx(1)


def test_noise_of_a_short_sample_is_taken_off() -> None:
    x = np.random.default_rng(0).standard_normal((100, 80))
    rho = np.asarray(np.corrcoef(x.T))
    assert participation_ratio(rho) < 50
    assert participation_ratio(rho, n_obs=100) == pytest.approx(80, rel=0.05)


def test_implied_number_inverts_the_quantile_of_a_maximum() -> None:
    assert implied_number(float(norm.ppf(0.95 ** (1 / 50))), 0.05) == pytest.approx(50, rel=1e-9)


def test_implied_number_of_a_value_beyond_all_numbers_is_infinite() -> None:
    assert implied_number(50.0, 0.05) == math.inf


def test_implied_number_of_the_simulated_truth(pin: Any) -> None:
    truth = pin("C4_")
    for name in ("C1", "C2"):
        assert implied_number(truth[name]["q95_mc"], 0.05) == pytest.approx(
            truth[name]["Neff_matching_q95"], rel=1e-9
        )
