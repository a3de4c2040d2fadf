"""Regimes of days: told before the day begins, and what was earned in each."""

from __future__ import annotations

import numpy as np

from alpha_discovery.discovery.regime_days import by_regime, most_common, regime_days
from alpha_discovery.discovery.sleeves import calendar_of
from alpha_discovery.regimes import DETECTORS, LABELS, markov_regimes, quantile_regimes
from alpha_discovery.testing import markets

BARS = markets.garch(24 * 120, seed=3)
KEY = "SYN/USDT"


def test_the_regime_of_a_day_is_the_one_at_the_close_before_it() -> None:
    calendar = calendar_of({KEY: BARS})
    found = regime_days({KEY: BARS}, calendar)
    by_bar = quantile_regimes(BARS, window=24, past=480).code  # a day of hours, and twenty of them
    before = np.searchsorted(BARS.time, calendar) - 1
    assert found[0] == -1
    np.testing.assert_array_equal(found[1:], by_bar[before[1:]])
    assert (found >= 0).sum() > 90


def test_a_day_and_what_comes_after_it_change_no_regime_up_to_it() -> None:
    calendar = calendar_of({KEY: BARS})
    day = 60
    cut = BARS.slice(0, int(np.searchsorted(BARS.time, calendar[day])))
    np.testing.assert_array_equal(
        regime_days({KEY: cut}, calendar[: day + 1]), regime_days({KEY: BARS}, calendar)[: day + 1]
    )


def test_each_detector_tells_days_apart_in_its_own_way() -> None:
    calendar = calendar_of({KEY: BARS})
    found = {name: regime_days({KEY: BARS}, calendar, name) for name in DETECTORS}
    by_bar = markov_regimes(BARS, fit=40 * 24, keep=7 * 24, window=24, past=480).code
    before = np.searchsorted(BARS.time, calendar) - 1
    np.testing.assert_array_equal(found["markov"][1:], by_bar[before[1:]])
    assert (found["markov"] >= 0).sum() == len(calendar) - 41  # 960 moves are forty days and a bar
    assert (found["markov"] != found["quantiles"]).sum() > 20


def test_two_markets_in_one_regime_are_in_that_regime_together() -> None:
    calendar = calendar_of({KEY: BARS})
    np.testing.assert_array_equal(
        regime_days({"A": BARS, "B": BARS}, calendar), regime_days({"A": BARS}, calendar)
    )


def test_returns_are_told_apart_by_regime() -> None:
    # hand calculation: 30 known days, 20 of them in regime 0 and 10 in regime 5
    regime = np.array([-1] * 5 + [0] * 20 + [5] * 10)
    returns = np.concatenate((np.full(5, 9.0), np.tile([0.01, 0.03], 10), np.full(10, -0.01)))
    rows = by_regime(returns, regime, 365.0)
    assert set(rows) == {LABELS[0], LABELS[5]}
    low, high = rows[LABELS[0]], rows[LABELS[5]]
    assert (low["days"], round(low["share"], 4), round(low["sum"], 10)) == (20, 0.6667, 0.4)
    # mean 0.02 over a standard deviation of 0.01 * sqrt(20/19), annualised by sqrt(365)
    assert np.isclose(low["sharpe"], 2.0 / np.sqrt(20 / 19) * np.sqrt(365.0))
    assert high["sharpe"] is None  # ten days say nothing
    assert most_common(rows) == LABELS[0]
    assert most_common({}) is None
