"""Losses and drawdowns against formulas, pinned numbers and simulated paths."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.drawdowns import (
    cornish_fisher,
    drawdown_cdf,
    drawdown_quantile,
    expected_drawdown,
    expected_shortfall,
    hill,
    loss_probability,
    max_drawdown,
    triple_penance,
    value_at_risk,
)

CASE: Any = {"volatility": 0.2, "years": 2.0}


def test_probability_of_a_loss(pin: Any) -> None:
    for key, p in pin("I1_").items():
        sharpe, years = (float(v) for v in key.split(","))
        assert loss_probability(sharpe, years) == pytest.approx(p, rel=1e-9)


def test_expected_drawdown_without_drift(pin: Any) -> None:
    assert expected_drawdown(**CASE) == pytest.approx(pin("I2_"), rel=1e-9)


def test_drawdown_quantiles_without_drift(pin: Any) -> None:
    for q, depth in pin("I3_").items():
        assert drawdown_quantile(float(q), **CASE) == pytest.approx(depth, rel=1e-9)
        assert drawdown_cdf(depth, **CASE) == pytest.approx(float(q), rel=1e-9)


def test_drawdown_distribution_has_its_expected_value() -> None:
    depth = np.linspace(0, 3, 6001)
    beyond = np.array([1 - drawdown_cdf(a, **CASE) for a in depth])
    assert float(np.trapezoid(beyond, depth)) == pytest.approx(expected_drawdown(**CASE), rel=1e-6)


@pytest.mark.parametrize("q", [1e-6, 1e-3, 0.999999])
def test_extreme_quantiles_invert_the_distribution(q: Any) -> None:
    assert drawdown_cdf(drawdown_quantile(q, **CASE), **CASE) == pytest.approx(q, rel=1e-6)


def test_no_drawdown_is_impossible() -> None:
    assert drawdown_cdf(0.0, **CASE) == 0.0


def test_triple_penance(pin: Any) -> None:
    assert tuple(triple_penance(0.1, volatility=0.1)) == pytest.approx(pin("I4_"), rel=1e-9)


def test_without_a_positive_mean_a_drawdown_need_not_end() -> None:
    assert triple_penance(0.0, volatility=0.1) == (math.inf, math.inf)


def test_cornish_fisher(pin: Any) -> None:
    assert cornish_fisher(0.05, skew=-0.5, excess_kurtosis=2) == pytest.approx(pin("I5_CornishFisher"), rel=1e-9)
    assert cornish_fisher(0.01, skew=-0.5, excess_kurtosis=2) == pytest.approx(pin("I5_z(1%)"), rel=1e-9)


def test_measured_tails_and_drawdowns(pin: Any, series: F64) -> None:
    found = [
        value_at_risk(series), expected_shortfall(series),
        max_drawdown(series), max_drawdown(series, compounded=False),
    ]
    assert found == pytest.approx(pin("I6_"), rel=1e-9)


def test_tail_index_of_a_power_law() -> None:
    # quantiles of a Pareto law with index 3: losses (i/(n+1))^(-1/3)
    losses = (np.arange(1, 5001) / 5001) ** (-1 / 3)
    assert hill(-losses) == pytest.approx(3.0, rel=0.02)


def test_tail_index_by_hand() -> None:
    # k = 2: 2 / (ln(4/1) + ln(2/1)) = 2 / ln 8
    assert hill(np.array([-4.0, -2.0, -1.0, 0.5]), k=2) == pytest.approx(2 / math.log(8))


def test_too_few_losses_have_no_tail() -> None:
    assert math.isnan(hill(np.array([-0.1, 0.2, 0.3]), k=1))
    assert hill(np.array([-0.1, -0.1]), k=1) == math.inf


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-0.5, 0.5), max_size=30))
def test_drawdown_lies_between_nothing_and_everything(returns: Any) -> None:
    assert 0.0 <= max_drawdown(np.array(returns)) <= 1.0


def test_a_first_loss_is_a_drawdown() -> None:
    assert max_drawdown(np.array([-0.1, 0.5])) == pytest.approx(0.1)


@pytest.mark.parametrize("call", [
    lambda: drawdown_quantile(1.0, **CASE),
    lambda: drawdown_quantile(0.5, volatility=0.0, years=1.0),
    lambda: triple_penance(0.1, volatility=0.1, confidence=0.4),
    lambda: hill(np.zeros(3), k=0),
])
def test_settings_out_of_range_are_refused(call: Any) -> None:
    with pytest.raises(OutOfRange):
        call()


def test_no_returns_have_no_tail() -> None:
    with pytest.raises(TooFewBars):
        value_at_risk(np.array([]))
