"""Sharpe ratio inference against printed and pinned numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.stats

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.sharpe import (
    annual_factor,
    ar1_error,
    lo_error,
    lo_eta,
    lo_eta_measured,
    mertens_error,
    min_track_record,
    min_track_record_under_null,
    moments,
    psr,
    psr_under_null,
)

PAPER: Any = {"skew": -2.448, "kurtosis": 10.164}  # Bailey & Lopez de Prado (2012), figure 6


def numbers(text: str) -> list[float]:
    return [float(v) for v in text.split(",")]


def test_lo_errors(pin: Any) -> None:
    for key, error in pin("A1_").items():
        sharpe, n_obs = numbers(key)
        assert lo_error(sharpe, int(n_obs)) == pytest.approx(error, rel=1e-12)


def test_psr_of_the_paper(pin: Any) -> None:
    a2 = pin("A2_")
    assert mertens_error(0.458, 24) == pytest.approx(a2["se_normal"], rel=1e-12)
    assert mertens_error(0.458, 24, **PAPER) == pytest.approx(a2["se_nonnormal"], rel=1e-12)
    assert psr(0.458, 24) == pytest.approx(a2["normal"], rel=1e-12)
    assert psr(0.458, 24, **PAPER) == pytest.approx(a2["nonnormal"], rel=1e-12)
    assert psr(0.458, 36, **PAPER) == pytest.approx(a2["nonnormal_36m"], rel=1e-12)


def test_min_track_record_of_an_annual_two_against_one(pin: Any) -> None:
    a3 = pin("A3_MinTRL")
    periods = {"daily252": 252, "weekly52": 52, "monthly12": 12, "crypto_daily365": 365, "crypto_hourly8760": 8760}
    for name, q in periods.items():
        years = min_track_record(2 / math.sqrt(q), benchmark=1 / math.sqrt(q)) / q
        assert years == pytest.approx(a3[name], rel=1e-12)
    skewed = min_track_record(2 / math.sqrt(12), benchmark=1 / math.sqrt(12), skew=-0.72, kurtosis=5.78)
    assert skewed / 12 == pytest.approx(a3["monthly12_g3m072_g4_578"], rel=1e-12)


def test_min_track_record_against_nothing(pin: Any) -> None:
    for sharpe, years in pin("A3b_").items():
        assert min_track_record(float(sharpe) / math.sqrt(365)) / 365 == pytest.approx(years, rel=1e-12)


def test_psr_is_at_the_confidence_after_the_minimum_record() -> None:
    n_obs = min_track_record(0.1, benchmark=0.02, skew=-0.5, kurtosis=6, confidence=0.9)
    # 1 + (1 + .05 + 1.25 * .01) (z(.9)/.08)^2 observations, where PSR = .9 by construction
    assert psr(0.1, math.ceil(n_obs), benchmark=0.02, skew=-0.5, kurtosis=6) == pytest.approx(0.9, abs=1e-3)


def test_no_record_is_long_enough_below_the_benchmark() -> None:
    assert min_track_record(0.1, benchmark=0.2) == math.inf
    assert min_track_record_under_null(0.1, benchmark=0.1) == math.inf


def test_lo_time_aggregation(pin: Any) -> None:
    for key, factor in pin("A4_lo_eta").items():
        rho, q = numbers(key)
        assert lo_eta(int(q), rho) == pytest.approx(factor, rel=1e-12)
        if q == 12:
            assert lo_eta_measured(12, rho ** np.arange(1, 12)) == pytest.approx(factor, rel=1e-12)


def test_harvey_liu_correction_for_autocorrelation(pin: Any) -> None:
    # SR 1.0 a year from monthly returns with rho = .1: eta(12) instead of sqrt(12)
    assert lo_eta(12, 0.1) / math.sqrt(12) == pytest.approx(pin("A4b_"), rel=1e-12)


def test_measured_autocorrelations_without_variance_give_no_factor() -> None:
    assert math.isnan(lo_eta_measured(12, [-1.0]))


def test_annual_factors(pin: Any) -> None:
    a5 = pin("A5_")
    for name, periods in {"d252": 252, "d365": 365, "h4": 2190, "h1": 8760, "m15": 35040, "m1": 525600}.items():
        assert annual_factor(periods) == pytest.approx(a5[name], rel=1e-12)


def test_convention_of_2025(pin: Any) -> None:
    a6 = pin("A6_")
    sharpe = 0.036 / 0.079
    assert ar1_error(sharpe, 24, **PAPER) == pytest.approx(a6["se_iid_nonnormal"], rel=1e-12)
    assert ar1_error(sharpe, 24) == pytest.approx(a6["se_iid_normal"], rel=1e-12)
    assert ar1_error(sharpe, 24, rho=0.2, **PAPER) == pytest.approx(a6["se_rho02"], rel=1e-12)
    assert psr_under_null(sharpe, 24, **PAPER) == pytest.approx(a6["psr_null_var_SR0_0"], rel=1e-12)
    assert psr_under_null(sharpe, 24, benchmark=0.1, **PAPER) == pytest.approx(
        a6["psr_null_var_SR0_01"], rel=1e-12
    )
    assert min_track_record_under_null(sharpe, **PAPER) == pytest.approx(a6["mintrl_a05"], rel=1e-12)


def test_against_zero_the_convention_of_2025_is_the_plain_z_test() -> None:
    assert psr_under_null(0.1, 400, **PAPER) == pytest.approx(float(scipy.stats.norm.cdf(2.0)), rel=1e-12)


def test_moments_of_the_pinned_series(pin: Any, series: F64) -> None:
    a7 = pin("A7_series")
    found = moments(series)
    assert found.sharpe == pytest.approx(a7["SR_ddof1"], rel=1e-12)
    assert found.skew == pytest.approx(a7["skew_pop"], rel=1e-12)
    assert found.kurtosis == pytest.approx(a7["kurt_pop_raw"], rel=1e-12)
    error = mertens_error(found.sharpe, 60, skew=found.skew, kurtosis=found.kurtosis)
    assert error == pytest.approx(a7["se_mertens_pop"], rel=1e-12)
    assert psr(found.sharpe, 60, skew=found.skew, kurtosis=found.kurtosis) == pytest.approx(
        a7["psr0"], rel=1e-12
    )


def test_other_libraries_agree_on_the_same_series_to_a_thousandth(pin: Any, series: F64) -> None:
    found = moments(series)
    ours = psr(found.sharpe, 60, skew=found.skew, kurtosis=found.kurtosis)
    for theirs in pin("A7b_").values():  # they use bias-corrected moments or ddof=0
        assert ours == pytest.approx(theirs, abs=1e-3)


def test_moments_are_those_of_scipy(series: F64) -> None:
    found = moments(series)
    assert found.skew == pytest.approx(scipy.stats.skew(series), rel=1e-12)
    assert found.kurtosis == pytest.approx(scipy.stats.kurtosis(series, fisher=False), rel=1e-12)


def test_a_constant_has_no_sharpe_ratio() -> None:
    assert all(math.isnan(v) for v in moments(np.full(9, 0.01))[:3])


def test_excess_kurtosis_passed_by_mistake_is_refused() -> None:
    # Pearson: kurtosis >= 1 + skew^2 = 10 for skew -3, so 7 can only be an excess
    with pytest.raises(OutOfRange, match="raw kurtosis"):
        mertens_error(0.1, 100, skew=-3.0, kurtosis=7.0)


def test_one_observation_is_too_few() -> None:
    with pytest.raises(TooFewBars):
        moments(np.array([0.1]))
    with pytest.raises(TooFewBars):
        lo_error(0.1, 1)
