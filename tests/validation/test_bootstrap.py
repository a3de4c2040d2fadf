"""Stationary bootstrap: the pinned stream of indices, weights, block length."""

from __future__ import annotations

from typing import Any

import arch.bootstrap
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.bootstrap import (
    drawn_numbers,
    drawn_shares,
    laid_days,
    optimal_block_length,
    stationary_bootstrap_indices,
    stationary_weights,
)


def test_seed_123_gives_the_pinned_stream(pin: Any) -> None:
    checksum, first = pin("E6_idx checksum")
    days = stationary_bootstrap_indices(250, 2000, 0.1, 123)
    assert days[0, :12].tolist() == first
    assert int((days.astype(object) * np.arange(1, 251)).sum() % (10**9 + 7)) == checksum


def test_a_generator_and_its_seed_give_the_same_days() -> None:
    a = stationary_bootstrap_indices(40, 7, 0.2, 5)
    b = stationary_bootstrap_indices(40, 7, 0.2, np.random.default_rng(5))
    assert np.array_equal(a, b)


def test_blocks_run_on_over_the_end_of_the_sample() -> None:
    days = stationary_bootstrap_indices(10, 50, 1e-12, 0)
    assert np.array_equal(np.diff(days, axis=1) % 10, np.ones((50, 9)))


def test_mean_block_length_is_one_over_p() -> None:
    days = stationary_bootstrap_indices(2000, 200, 0.1, 1)
    breaks = (np.diff(days, axis=1) % 2000 != 1).mean()
    # a new block starts with chance p and lands on the next day with chance 1/2000
    assert breaks == pytest.approx(0.1 * (1 - 1 / 2000), abs=4 * np.sqrt(0.09 / 400_000))


@pytest.mark.parametrize("p", [0.0, -0.1, 1.1])
def test_a_chance_outside_the_unit_interval_is_refused(p: Any) -> None:
    with pytest.raises(OutOfRange, match="p="):
        stationary_bootstrap_indices(10, 2, p, 0)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 60), st.integers(1, 9), st.floats(0.01, 1.0), st.integers(0, 99), st.integers(1, 90))
def test_days_are_counted_on_from_where_their_block_started(
    n_obs: int, draws: int, p: float, seed: int, length: int
) -> None:
    drawn = drawn_numbers(n_obs, draws, seed, length=length)
    fresh = drawn.uniforms < p
    fresh[:, 0] = True
    day = np.arange(length)
    start = np.maximum.accumulate(np.where(fresh, day, 0), axis=1)
    expected = (np.take_along_axis(drawn.jumps, start, axis=1) + day - start) % n_obs
    assert np.array_equal(laid_days(drawn, p), expected)
    counts = np.stack([np.bincount(row, minlength=n_obs) for row in expected])
    assert np.array_equal(drawn_shares(drawn, 1.0 / p), counts / length)


def test_the_same_numbers_serve_blocks_of_any_length() -> None:
    drawn = drawn_numbers(50, 20, 3)
    for mean_block in (1.0, 4.0, 9.5):
        days = stationary_bootstrap_indices(50, 20, 1.0 / mean_block, 3)
        expected = np.stack([np.bincount(row, minlength=50) for row in days])
        assert np.array_equal(drawn_shares(drawn, mean_block), expected / 50)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 60), st.integers(1, 9), st.floats(1.0, 20.0), st.integers(0, 99))
def test_weights_are_how_often_each_day_was_drawn(n_obs: Any, draws: Any, mean_block: Any, seed: int) -> None:
    weights = stationary_weights(n_obs, draws, mean_block=mean_block, rng=seed)
    days = stationary_bootstrap_indices(n_obs, draws, 1 / mean_block, seed)
    expected = np.stack([np.bincount(row, minlength=n_obs) for row in days]) / n_obs
    assert weights.dtype == np.float32
    assert np.array_equal(weights, expected.astype(np.float32))


def test_a_block_shorter_than_a_day_is_refused() -> None:
    with pytest.raises(OutOfRange, match="mean_block"):
        stationary_weights(10, 2, mean_block=0.5, rng=0)


def test_block_length_of_the_pinned_series(pin: Any, autoregressive: F64) -> None:
    expected = pin("E5_optimal_block_length")
    assert optimal_block_length(autoregressive) == pytest.approx(expected["stationary"], rel=1e-9)
    assert optimal_block_length(autoregressive, circular=True) == pytest.approx(
        expected["circular"], rel=1e-9
    )


@pytest.mark.parametrize("seed", range(12))
def test_block_length_is_that_of_arch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.convolve(rng.standard_normal(30 + 97 * seed), rng.uniform(-1, 1, 6), mode="valid")
    theirs = arch.bootstrap.optimal_block_length(x).iloc[0]
    assert optimal_block_length(x) == pytest.approx(max(1.0, theirs["stationary"]), rel=1e-9)
    assert optimal_block_length(x, circular=True) == pytest.approx(max(1.0, theirs["circular"]), rel=1e-9)


def test_block_length_of_a_constant_is_one() -> None:
    assert optimal_block_length(np.full(100, 0.01)) == 1.0


def test_block_length_of_a_handful_of_values_is_refused() -> None:
    with pytest.raises(TooFewBars, match="at least 8"):
        optimal_block_length(np.arange(5.0))


def test_block_length_of_nan_is_refused() -> None:
    with pytest.raises(OutOfRange, match="finite"):
        optimal_block_length(np.array([np.nan] * 20))
