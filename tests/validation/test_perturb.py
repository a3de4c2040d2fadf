"""Small changes of the world, by hand and by what they must keep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.perturb import fill_normal, noisy_prices, parameter_permutation
from alpha_discovery.validation.surrogates import Ohlc


def bars(n: int = 5000) -> Ohlc:
    rng = np.random.default_rng(1)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.01, n)))
    open_ = np.append(100.0, close[:-1])
    return Ohlc(open_, np.maximum(open_, close) * 1.004, np.minimum(open_, close) * 0.996, close)


def test_errors_have_the_stated_size_and_bars_stay_bars() -> None:
    before = bars()
    after = noisy_prices(before, rng=2, size=0.1)
    error = np.log(after.close / before.close) / np.log(before.high / before.low)
    assert float(error.mean()) == pytest.approx(0.0, abs=0.005)
    assert float(error.std()) == pytest.approx(0.1, rel=0.05)
    assert (after.high >= np.maximum(after.open, after.close)).all()
    assert (after.low <= np.minimum(after.open, after.close)).all()


def test_no_error_changes_nothing_and_a_negative_one_is_refused() -> None:
    before = bars(50)
    assert all(np.array_equal(a, b) for a, b in zip(before, noisy_prices(before, rng=1, size=0.0), strict=True))
    with pytest.raises(OutOfRange, match="size"):
        noisy_prices(before, rng=1, size=-0.1)


def test_variants_by_hand() -> None:
    found = parameter_permutation([-1.0, 0.5, 2.0, 3.0, math.nan], chosen=3.0)
    assert found == (1.25, 0.75, 0.75)


def test_without_variants_nothing_is_known() -> None:
    assert all(math.isnan(one) for one in parameter_permutation([math.nan], chosen=1.0))


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_variants_does_not_matter(values: list[float], random: object) -> None:
    again = sorted(values)
    assert parameter_permutation(values, chosen=0.1) == parameter_permutation(again, chosen=0.1)


@pytest.mark.parametrize("n", [0, 1, 20_000])
def test_normal_numbers_are_those_of_numpy_and_leave_the_generator_where_it_would(n: int) -> None:
    ours, numpys, out = np.random.default_rng(3), np.random.default_rng(3), np.empty(n)
    fill_normal(ours, out)
    assert np.array_equal(out, numpys.standard_normal(n))
    assert ours.bit_generator.state == numpys.bit_generator.state
