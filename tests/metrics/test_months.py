"""The table of months."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.errors import UserError
from alpha_discovery.metrics.months import MONTHS, monthly_returns

DAY = 86_400_000


def ms(*dates: str) -> np.ndarray:
    return np.array(dates, dtype="datetime64[ms]").astype(np.int64)


def test_months_compound_their_periods() -> None:
    table = monthly_returns([0.1, 0.1, -0.5], ms("2023-12-30", "2023-12-31T23:00", "2024-01-01"))
    assert table.loc[2023, "Dec"] == pytest.approx(0.21, rel=1e-12)
    assert table.loc[2024, "Jan"] == pytest.approx(-0.5, rel=1e-12)


def test_the_year_compounds_its_months() -> None:
    table = monthly_returns([0.1, -0.5, 0.2], ms("2024-01-05", "2024-02-05", "2024-12-05"))
    assert table.loc[2024, "Year"] == pytest.approx(1.1 * 0.5 * 1.2 - 1.0, rel=1e-12)


def test_months_without_periods_are_nan_and_every_column_is_there() -> None:
    table = monthly_returns([0.1], ms("2024-03-01"))
    assert tuple(table.columns) == (*MONTHS, "Year")
    assert table.loc[2024].isna().sum() == 11


def test_months_before_1970_belong_to_their_year() -> None:
    assert monthly_returns([0.1], ms("1969-12-31")).index.tolist() == [1969]


def test_agrees_with_empyrical() -> None:
    # empyrical-reloaded 0.7.1 aggregate_returns(..., "monthly") and "yearly" of 60 days from 2024-01-01
    steps = np.arange(1, 61)
    series = np.round(0.01 * np.sin(1.7 * steps) + 0.008 * np.cos(0.31 * steps**2) + 0.002, 6)
    table = monthly_returns(series, ms("2024-01-01") + DAY * np.arange(60))
    expected = [0.10058580570167774, 0.04989586322088013, 0.1555004845258101]
    assert table[["Jan", "Feb", "Year"]].to_numpy()[0] == pytest.approx(expected, rel=1e-12)


def test_no_periods_give_no_rows() -> None:
    assert monthly_returns([], []).shape == (0, 13)


def test_a_return_without_a_time_is_refused() -> None:
    with pytest.raises(UserError, match="one time for each return; found 1 for 2"):
        monthly_returns([0.1, 0.2], ms("2024-01-01"))
