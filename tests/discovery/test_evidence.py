"""Numbers of a candidate: those of many at once are those of each alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.discovery.evidence import sharpe_of, sharpes_of


@settings(max_examples=60, deadline=None)
@given(n=st.integers(0, 300), k=st.integers(0, 7), seed=st.integers(0, 99))
def test_sharpe_ratios_of_columns_are_those_of_each_to_the_last_bit(n: int, k: int, seed: int) -> None:
    returns = np.random.default_rng(seed).normal(1e-3, 0.02, (n, k)).astype(np.float32).astype(np.float64)
    returns[:, ::3] = 0.0  # those never trade
    expected = np.array([sharpe_of(column, 365.0) for column in returns.T])
    assert np.array_equal(sharpes_of(returns, 365.0), expected, equal_nan=True)
