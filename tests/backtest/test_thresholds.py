"""Buckets of a series beside the thresholds of candidates, against numpy."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.backtest.test_bitmaps import flags_of, seeds, sizes

from alpha_discovery.backtest.bitmaps import words
from alpha_discovery.backtest.conditions import fixed
from alpha_discovery.backtest.thresholds import beside_thresholds, bucketed_rows, equal, extents, higher, lower
from alpha_discovery.kernels import kernel

ROWS = 6
KINDS = ["smooth", "few values", "one value", "outlier", "infinite", "missing", "huge"]


def table(rng: np.random.Generator, n_bars: int, kind: str) -> npt.NDArray[np.float64]:
    """Series that fill their buckets evenly, hardly, or not at all."""
    x = rng.normal(50.0, 10.0, (3, n_bars))
    match kind:
        case "few values":
            x = np.round(x / 10.0)
        case "one value":
            x[:] = 50.0
        case "outlier":
            x[:, rng.integers(n_bars)] = 1e12
        case "infinite":
            x = np.where(rng.random(x.shape) < 0.3, rng.choice([np.inf, -np.inf], x.shape), x)
        case "missing":
            x = np.where(rng.random(x.shape) < 0.5, np.nan, x)
        case "huge":
            x = rng.choice([-1.7e308, 1.7e308, 5e-324, 0.0, -0.0], x.shape)
    return fixed(x)


def thresholds(rng: np.random.Generator, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Numbers, most of them values of the series or next to one."""
    near = np.nextafter(rng.choice(x.ravel(), 8), rng.choice([-np.inf, np.inf], 8))
    return fixed(rng.choice([*rng.choice(x.ravel(), 8), *near, np.nan, np.inf, -np.inf, 0.0, 45.0], (5, 1)))


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("asked", ["both", "up", "down"])
@settings(max_examples=60)
@given(seed=seeds, n_bars=sizes, kind=st.sampled_from(KINDS))
def test_they_are_on_the_side_that_numpy_finds(strict: bool, asked: str, seed: int, n_bars: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    x = table(rng, n_bars, kind)
    c, own, row = thresholds(rng, x), rng.integers(0, 5, ROWS), rng.integers(0, 3, ROWS)
    each = np.arange(3)
    extent = extents(x, each)
    buckets = fixed(bucketed_rows(x, each, extent))
    up, down = (np.ones((ROWS if asked in ("both", name) else 0, words(n_bars)), np.uint64) for name in ("up", "down"))
    beside_thresholds((buckets, row), (fixed(extent), row), (x, row), (c, own), strict, up, down)
    above, below = (np.greater, np.less) if strict else (np.greater_equal, np.less_equal)
    for bits, compare in ((up, above), (down, below)):
        for i in range(len(bits)):
            np.testing.assert_array_equal(flags_of(bits[i], n_bars), compare(x[row[i]], c[own[i]]))


def test_what_has_no_value_is_in_no_bucket() -> None:
    x = fixed(np.array([[1.0, np.nan, 3.0, np.inf, -np.inf]]))
    row = np.array([0])
    found = bucketed_rows(x, row, extents(x, row))
    assert found.shape == (1, 64)
    assert (found[0, :5] > 0).tolist() == [True, False, True, True, True]
    assert not found[0, 5:].any()


@kernel
def compiled(buckets: Any, own: Any, start: int) -> Any:
    return higher(buckets, own, start), lower(buckets, own, start), equal(buckets, own, start)


@given(seed=seeds)
def test_vectors_find_the_buckets_that_single_bars_show(seed: int) -> None:
    rng = np.random.default_rng(seed)
    buckets = rng.choice([0, 1, 2, 5, 32_767, 32_768, 65_533, 65_534], 128).astype(np.uint16)
    for own in (1, 2, 32_768, 65_534):
        plain = [which(buckets, np.uint16(own), 32) for which in (higher, lower, equal)]
        assert list(compiled(buckets, np.uint16(own), 32)) == plain
