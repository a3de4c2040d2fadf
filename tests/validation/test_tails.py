"""p-values beyond the last draw, beside what can be computed or drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from alpha_discovery.validation.tails import SMALLEST, beyond


def largest(n: int, rho: float, *, draws: int, seed: int) -> np.ndarray:
    """The largest of n normal numbers with equal correlations, drawn."""
    rng = np.random.default_rng(seed)
    return np.asarray(math.sqrt(rho) * rng.standard_normal(draws) + math.sqrt(1.0 - rho) * norm.ppf(
        rng.uniform(size=draws) ** (1.0 / n)
    ))  # fmt: skip


def test_of_one_statistic_it_is_the_tail_of_the_normal_law() -> None:
    draws = norm.ppf((np.arange(2_000) + 0.4) / 2_000)
    assert beyond([3.5, 4.0], draws, among=1) == pytest.approx(norm.sf([3.5, 4.0]), rel=0.02)


def test_of_two_it_is_what_the_bivariate_normal_law_says() -> None:
    # 99% quantile of the larger of two with correlation 0.5, from scipy's integral: the draws stand at it
    law = multivariate_normal(cov=[[1.0, 0.5], [0.5, 1.0]])
    grid = np.linspace(2.0, 3.0, 401)
    joint = float(np.interp(0.99, [law.cdf([one, one]) for one in grid], grid))
    assert beyond([3.5], np.full(100, joint), among=2)[0] == pytest.approx(1.0 - law.cdf([3.5, 3.5]), rel=0.02)


@pytest.mark.parametrize(("n", "rho"), [(50, 0.0), (500, 0.3), (2_000, 0.7), (100_000, 0.9)])
def test_joined_to_a_thousand_draws_it_goes_on_as_a_million_do(n: int, rho: float) -> None:
    many = np.sort(largest(n, rho, draws=2_000_000, seed=2))
    t = float(many[-400])  # two in ten thousand
    found = [beyond([t], largest(n, rho, draws=1_000, seed=seed), among=n)[0] for seed in range(40)]
    assert float(np.median(found)) == pytest.approx(2e-4, rel=0.25)


def test_fatter_than_independent_numbers_it_goes_on_as_more_of_them() -> None:
    draws = np.full(100, 4.0)  # of 10 independent ones the quantile is 3.1
    n = math.log(0.99) / norm.logcdf(4.0)
    assert beyond([4.5], draws, among=10)[0] == pytest.approx(1.0 - norm.cdf(4.5) ** n)


def test_draws_below_those_of_a_single_number_count_as_such() -> None:
    assert beyond([3.0], np.zeros(100), among=1_000)[0] == pytest.approx(norm.sf(3.0))


def test_nothing_smaller_than_the_smallest_is_claimed() -> None:
    assert beyond([40.0], np.zeros(100), among=5).tolist() == [SMALLEST]
