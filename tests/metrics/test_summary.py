"""Metrics of summary records against hand calculations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.results import SUMMARY, Records
from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.metrics.summary import (
    METRICS,
    annual_return,
    annual_volatility,
    calmar_ratio,
    expectancy,
    metrics_of,
    profit_factor,
    sharpe_ratio,
    win_rate,
)

# A year of days: +21 % at the end, three of four trades won
YEAR: dict[str, Any] = {
    "n_trades": 4, "n_wins": 3, "gross_profit": 0.30, "gross_loss": 0.09, "total_return": 0.21, "n_days": 365,
    "mean": 0.0006, "std": 0.012, "max_drawdown": 0.14, "exposure": 0.4, "turnover": 1.6, "avg_holding": 36.5,
    "n_ambiguous": 1, "commission": 0.016, "slippage": 0.008, "funding": -0.002,
}  # fmt: skip
IDLE: dict[str, Any] = {"n_days": 365}


def records(*rows: dict[str, Any]) -> Records:
    out = np.zeros(len(rows), dtype=SUMMARY)
    for position, row in enumerate(rows):
        for name, value in row.items():
            out[position][name] = value
    return out


def test_sharpe_ratio_is_mean_over_std_times_root_of_the_year() -> None:
    # 0.0006 / 0.012 = 0.05; times sqrt(365) = 19.104973174542800
    assert sharpe_ratio(records(YEAR), 365.0) == pytest.approx([0.05 * 19.104973174542800], rel=1e-14)


def test_sharpe_ratio_without_variation_is_nan() -> None:
    constant = YEAR | {"mean": 0.01, "std": 1.7e-18}  # what rounding leaves of a constant
    assert np.isnan(sharpe_ratio(records(constant, YEAR | {"std": 0.0}, YEAR | {"std": math.nan}), 365.0)).all()


def test_annual_return_compounds_to_one_year() -> None:
    # 21 % in half a year compounds to 1.21^2 - 1; in two years to sqrt(1.21) - 1
    half, two = YEAR | {"n_days": 126}, YEAR | {"n_days": 504}
    assert annual_return(records(half, two), 252.0) == pytest.approx([0.4641, 0.1], rel=1e-12)


def test_annual_return_of_ruin_is_minus_one() -> None:
    ruined = [YEAR | {"total_return": total} for total in (-1.0, -1.3)]
    assert annual_return(records(*ruined), 365.0).tolist() == [-1.0, -1.0]


def test_annual_volatility_scales_by_the_root_of_the_year() -> None:
    assert annual_volatility(records(YEAR), 256.0) == pytest.approx([0.012 * 16.0], rel=1e-14)


def test_calmar_ratio_is_annual_return_over_drawdown() -> None:
    assert calmar_ratio(records(YEAR), 365.0) == pytest.approx([0.21 / 0.14], rel=1e-12)


@pytest.mark.parametrize("depth", [0.0, 1.1e-16])  # none, and what rounding leaves of none
def test_calmar_ratio_without_a_drawdown_is_nan(depth: float) -> None:
    assert np.isnan(calmar_ratio(records(YEAR | {"max_drawdown": depth}), 365.0)[0])


def test_trade_ratios_are_per_closed_trade() -> None:
    year = records(YEAR)
    assert win_rate(year)[0] == 0.75
    assert profit_factor(year)[0] == pytest.approx(10.0 / 3.0, rel=1e-14)
    assert expectancy(year)[0] == pytest.approx(0.0525, rel=1e-14)  # (0.30 - 0.09) / 4


def test_profit_factor_is_infinite_without_losses_and_zero_without_wins() -> None:
    only_wins = YEAR | {"gross_loss": 0.0}
    only_losses = YEAR | {"gross_profit": 0.0, "n_wins": 0}
    assert profit_factor(records(only_wins, only_losses)).tolist() == [math.inf, 0.0]


def test_profit_factor_of_trades_that_broke_even_is_nan() -> None:
    assert np.isnan(profit_factor(records(YEAR | {"gross_profit": 0.0, "gross_loss": 0.0}))[0])


def test_no_trades_give_nan_for_performance_and_zero_for_what_is_counted() -> None:
    found = metrics_of(records(IDLE), 365.0)
    counted = {"n_trades", "exposure", "turnover", "n_ambiguous", "commission", "slippage", "funding"}
    assert {name for name, value in found.items() if value == 0.0} == counted
    assert {name for name, value in found.items() if math.isnan(value)} == set(METRICS) - counted


def test_no_trades_outweigh_any_other_number() -> None:
    found = metrics_of(records(YEAR | {"n_trades": 0}), 365.0)
    assert np.isnan([found[name] for name in ("sharpe_ratio", "annual_volatility", "calmar_ratio", "win_rate")]).all()


def test_no_days_give_nan_and_no_warning() -> None:
    found = metrics_of(records({"n_trades": 1, "mean": math.nan, "std": math.nan}), 365.0)
    assert math.isnan(found["sharpe_ratio"])
    assert math.isnan(found["annual_return"])


def test_metrics_of_takes_a_record_alone_or_in_an_array() -> None:
    year = records(YEAR)
    assert metrics_of(year[0], 365.0) == metrics_of(year, 365.0)


def test_metrics_of_gives_plain_floats_under_every_name() -> None:
    found = metrics_of(records(YEAR), 365.0)
    assert tuple(found) == METRICS
    assert {type(value) for value in found.values()} == {float}
    assert (found["n_trades"], found["max_drawdown"], found["funding"]) == (4.0, 0.14, -0.002)


def test_metrics_of_refuses_many_records() -> None:
    with pytest.raises(UserError, match="needs one summary record; found 2; use summary_frame"):
        metrics_of(records(YEAR, YEAR), 365.0)


@pytest.mark.parametrize("periods_per_year", [0.0, -365.0, math.nan, math.inf])
def test_a_year_without_length_is_refused(periods_per_year: float) -> None:
    with pytest.raises(OutOfRange, match="periods_per_year="):
        sharpe_ratio(records(YEAR), periods_per_year)


def test_no_records_give_no_values() -> None:
    assert sharpe_ratio(records(), 365.0).shape == (0,)


some = st.floats(1e-6, 10.0)


@given(profit=some, loss=some, unit=st.floats(0.01, 100.0))
@settings(max_examples=30, deadline=None)
def test_ratios_of_trades_ignore_the_currency_unit(profit: float, loss: float, unit: float) -> None:
    row = YEAR | {"gross_profit": profit, "gross_loss": loss}
    scaled = row | {"gross_profit": profit * unit, "gross_loss": loss * unit}
    first, second = profit_factor(records(row, scaled))
    assert first == pytest.approx(second, rel=1e-12)


@given(st.permutations(range(5)))
@settings(max_examples=20, deadline=None)
def test_permuting_records_permutes_metrics(order: list[int]) -> None:
    rows = records(*(YEAR | {"mean": 0.001 * (k - 2), "total_return": 0.1 * (k - 2)} for k in range(4)), IDLE)
    np.testing.assert_array_equal(sharpe_ratio(rows[order], 365.0), sharpe_ratio(rows, 365.0)[order])
    np.testing.assert_array_equal(calmar_ratio(rows[order], 365.0), calmar_ratio(rows, 365.0)[order])
