"""Long-run scale and Newey-West t against the definition and against statsmodels."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.longrun import (
    bartlett_dof,
    hac_scale,
    newey_west_lags,
    newey_west_t,
)


def by_definition(x: F64, mean_block: float, max_lag: int) -> F64:
    """g_0 + 2 sum kappa_i g_i, kappa_i = (1 - i/T)(1-p)^i + (i/T)(1-p)^(T-i), one lag at a time."""
    T = len(x)
    z, q = x - x.mean(axis=0), 1 - 1 / mean_block
    variance = (z**2).sum(axis=0) / T
    for i in range(1, max_lag + 1):
        kappa = (1 - i / T) * q**i + (i / T) * q ** (T - i)
        variance = variance + 2 * kappa * (z[i:] * z[: T - i]).sum(axis=0) / T
    return np.asarray(np.sqrt(variance))


def test_scale_gives_the_pinned_t(pin: Any, family: F64) -> None:
    t = math.sqrt(250) * family.mean(axis=0) / hac_scale(family, mean_block=10)
    assert t == pytest.approx(pin("E2_RomanoWolf studentised t"), rel=1e-9)


def test_scale_of_the_pinned_series(pin: Any, autoregressive: F64) -> None:
    variance = hac_scale(autoregressive[:, None], mean_block=10)[0] ** 2
    assert variance == pytest.approx(pin("E5_var_sb"), rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 60), st.floats(1.0, 200.0), st.integers(0, 70), st.integers(0, 999))
def test_recursions_equal_the_sum_over_lags(T: Any, mean_block: Any, max_lag: Any, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((T, 3)) + np.sin(np.arange(T))[:, None]
    lags = min(max_lag, T - 1)
    with np.errstate(invalid="ignore"):  # a cut kernel may give a negative variance: NaN in both
        expected = by_definition(x, mean_block, lags)
    found = hac_scale(x, mean_block=mean_block, max_lag=max_lag)
    clear = ~(expected < 1e-5)  # a variance of zero to rounding has no definite sign
    assert found[clear] == pytest.approx(expected[clear], rel=1e-9, nan_ok=True)


def test_scale_is_the_spread_of_the_bootstrap_means(autoregressive: F64) -> None:
    weights = stationary_weights(500, 20_000, mean_block=10, rng=3).astype(np.float64)
    spread = (weights @ autoregressive).std() * math.sqrt(500)
    # standard error of a standard deviation from 20,000 draws is 0.5%
    assert hac_scale(autoregressive[:, None], mean_block=10)[0] == pytest.approx(spread, rel=0.02)


def test_scale_follows_the_unit(family: F64) -> None:
    assert hac_scale(family * 1000, mean_block=10) == pytest.approx(
        hac_scale(family, mean_block=10) * 1000, rel=1e-9
    )


def test_scale_does_not_depend_on_the_neighbouring_columns() -> None:
    x = np.random.default_rng(0).standard_normal((50, 700)).astype(np.float32)
    together = hac_scale(x, mean_block=5)
    assert together[300] == hac_scale(x[:, 300:301], mean_block=5)[0]


def test_columns_that_do_not_vary_have_no_scale() -> None:
    x = np.random.default_rng(0).standard_normal((50, 4))
    x[:, 1], x[:, 2], x[3, 3] = 0.0, 0.1, np.nan
    assert np.isnan(hac_scale(x, mean_block=5)).tolist() == [False, True, True, True]


def test_a_single_day_has_no_scale() -> None:
    with pytest.raises(TooFewBars):
        hac_scale(np.zeros((1, 3)), mean_block=5)


def test_a_negative_lag_is_refused() -> None:
    with pytest.raises(OutOfRange, match="max_lag"):
        hac_scale(np.zeros((9, 3)), mean_block=5, max_lag=-1)


def test_newey_west_t_of_the_pinned_series(pin: Any, series: F64) -> None:
    assert newey_west_t(series, 4) == pytest.approx(pin("A7_series")["nw_t_L4"], rel=1e-12)


@pytest.mark.parametrize("lags", [0, 1, 7, 59])
def test_newey_west_t_is_that_of_statsmodels(series: F64, lags: Any) -> None:
    fit = sm.OLS(series, np.ones(60)).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}
    )
    assert newey_west_t(series, lags) == pytest.approx(fit.tvalues[0], rel=1e-9)


def test_newey_west_t_of_a_constant_is_nan() -> None:
    assert math.isnan(newey_west_t(np.full(9, 0.1), 2))


def test_rule_of_thumb_lags() -> None:
    # floor(4 (T/100)^(2/9)): 4 at 100; 4 * 7.3^(2/9) = 6.2 at 730; never more than T-1
    assert [newey_west_lags(T) for T in (3, 100, 730)] == [1, 4, 6]


def test_degrees_of_freedom_of_the_bartlett_window() -> None:
    # weights 2/3 and 1/3: 1 + 2 (4/9 + 1/9) = 19/9, less the estimated mean
    assert bartlett_dof(190, 2) == pytest.approx(89.0)
