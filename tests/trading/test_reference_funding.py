"""Funding of perpetuals: who pays it, when, and where it shows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.core.scalar import Const
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import at, explicit_bars
from alpha_discovery.trading import replay

ROWS = [100, 100, (110, 112, 108, 111), 120, 120]
IN_AND_OUT = {"enter_long": [0], "exit_long": [2]}  # 0.01 units from the open of bar 1 to that of bar 3
SHORT = {"enter_short": [0], "exit_short": [2]}


def test_a_long_pays_a_positive_rate_on_its_value_at_the_open(trade: Any) -> None:
    result = trade(ROWS, IN_AND_OUT, funding={2: 0.001})
    # 0.01 units * 110 * 0.001 = 0.0011, from the mark of that bar on: 1 + 0.01 * 11 - 0.0011, 1 + 0.01 * 20 - 0.0011
    assert result.equity == pytest.approx([1.0, 1.0, 1.1089, 1.1989, 1.1989], rel=1e-14)
    assert result.trades["pnl"] == pytest.approx([0.1989], rel=1e-13)
    assert result.summary["funding"] == pytest.approx(0.0011, rel=1e-13)


def test_a_short_receives_a_positive_rate(trade: Any) -> None:
    result = trade(ROWS, SHORT, funding={2: 0.001})
    assert result.equity == pytest.approx([1.0, 1.0, 0.8911, 0.8011, 0.8011], rel=1e-14)
    assert result.summary["funding"] == pytest.approx(-0.0011, rel=1e-13)


def test_a_long_receives_and_a_short_pays_a_negative_rate(trade: Any) -> None:
    assert trade(ROWS, IN_AND_OUT, funding={2: -0.001}).equity[-1] == pytest.approx(1.2011, rel=1e-14)
    assert trade(ROWS, SHORT, funding={2: -0.001}).equity[-1] == pytest.approx(0.7989, rel=1e-14)


def test_who_enters_at_that_open_pays_nothing(trade: Any) -> None:
    result = trade(ROWS, IN_AND_OUT, funding={1: 0.01})
    assert result.equity[-1] == pytest.approx(1.2, rel=1e-14)
    assert result.summary["funding"] == 0.0


def test_who_leaves_at_that_open_pays(trade: Any) -> None:
    result = trade(ROWS, IN_AND_OUT, funding={3: 0.01})
    # 0.01 * 120 * 0.01 = 0.012, not yet in the mark of bar 2
    assert result.equity == pytest.approx([1.0, 1.0, 1.11, 1.188, 1.188], rel=1e-14)
    assert result.trades["pnl"] == pytest.approx([0.188], rel=1e-13)


def test_who_holds_nothing_pays_nothing(trade: Any) -> None:
    result = trade(ROWS, IN_AND_OUT, funding={0: 0.01, 4: 0.01})
    assert result.summary["funding"] == 0.0


def test_every_rate_that_falls_due_is_paid(trade: Any) -> None:
    rows = [100, 100, 110, 90, 100, 100]
    result = trade(rows, {"enter_long": [0]}, funding={1: 0.5, 2: 0.01, 3: 0.02, 4: -0.03})
    # 0.01 * (110 * 0.01 + 90 * 0.02 - 100 * 0.03) = 0.011 + 0.018 - 0.03
    assert result.equity == pytest.approx([1.0, 1.0, 1.089, 0.871, 1.001, 1.001], rel=1e-14)
    assert result.summary["funding"] == pytest.approx(-0.001, rel=1e-11)


def test_a_reversal_pays_for_the_old_side_and_sizes_the_new_one_by_what_is_left(trade: Any) -> None:
    rows = [100, 100, 110, 110]
    result = trade(rows, {"enter_long": [0], "enter_short": [1]}, funding={2: 0.01})
    # long: + 0.1 - 0.01 * 110 * 0.01 = 0.089; short: 1.089 / 110 units, which entered at that open
    assert result.trades["pnl"] == pytest.approx([0.089, 0.0], rel=1e-12)
    assert result.trades["quantity"][1] == pytest.approx(1.089 / 110, rel=1e-14)
    assert result.summary["funding"] == pytest.approx(0.011, rel=1e-13)


def test_funding_is_paid_before_a_stop_at_the_open(trade: Any, told: Any) -> None:
    result = trade([100, 100, 90, 90], {"enter_long": [0]}, stop_loss=0.05, funding={2: 0.01})
    # 0.01 * 90 * 0.01 = 0.009 and a loss of 0.1
    assert told(result) == [(1, 2, "stop", 100.0, 90.0)]
    assert result.trades["pnl"] == pytest.approx([-0.109], rel=1e-13)


def test_funding_is_paid_by_who_is_stopped_inside_the_bar(trade: Any) -> None:
    result = trade([100, 100, (100, 100, 94, 94), 94], {"enter_long": [0]}, stop_loss=0.05, funding={2: 0.01})
    # 0.01 * 100 * 0.01 = 0.01 and a loss of 0.05
    assert result.trades["pnl"] == pytest.approx([-0.06], rel=1e-13)


def test_funding_does_not_move_the_levels(trade: Any, told: Any) -> None:
    rows = [100, 100, 96, (96, 96, 95.01, 96), 96]
    result = trade(rows, {"enter_long": [0]}, stop_loss=0.05, take_profit=0.05, trailing_stop=0.2, funding={2: 0.3})
    # 0.288 paid, but the price stays above 95
    assert told(result)[0][1:3] == (4, "end_of_data")


def test_funding_that_takes_everything_is_ruin(trade: Any, told: Any) -> None:
    result = trade([100] * 5, {"enter_long": [0, 3]}, funding={2: 0.6, 3: 0.6})
    # 1 - 0.6, then 1 - 1.2 at the close of bar 3
    assert told(result) == [(1, 3, "ruin", 100.0, 100.0)]
    assert result.equity == pytest.approx([1.0, 1.0, 0.4, -0.2, -0.2], rel=1e-14)


def test_daily_returns_contain_funding(trade: Any) -> None:
    result = trade([100, 100, 100, 100], {"enter_long": [0]}, timeframe="1d", funding={2: 0.01})
    assert result.daily_returns == pytest.approx([0.0, 0.0, -0.01, 0.0], abs=1e-15)


def test_only_funding_inside_the_range_counts(trade: Any) -> None:
    result = trade([100] * 6, {"enter_long": [0, 2]}, begin=2, end=5, funding={2: 0.1, 4: 0.01, 5: 0.1})
    # entered at the open of bar 3, closed at the end of bar 4
    assert result.summary["funding"] == pytest.approx(0.01, rel=1e-14)


def test_each_leg_pays_its_own_rate_on_its_own_side(risk: dict[str, Any]) -> None:
    bars = tuple(explicit_bars([(price,) * 4] * 4) for price in (100.0, 50.0))
    rules = Rules(enter_long=at(0), weights=(Const(1.0), Const(-0.5)))
    funding = (np.array([0.0, 0.0, 0.01, 0.0]), np.array([0.0, 0.0, 0.0, 0.02]))
    result = replay(rules, risk, bars, Costs(commission=0.0, slippage=0.0), funding=funding)
    # 0.01 units bought at 100 pay 0.01, 0.01 units sold at 50 receive 0.01
    assert result.trades["pnl"] == pytest.approx([-0.01, 0.01], rel=1e-13)
    assert result.equity == pytest.approx([1.0, 1.0, 0.99, 1.0], rel=1e-14)
    assert result.summary["funding"] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("rate", [0.1, -0.1])
def test_the_joint_levels_do_not_see_funding(risk: dict[str, Any], rate: float) -> None:
    bars = tuple(explicit_bars([(price,) * 4] * 5) for price in (100.0, 50.0))
    rules = Rules(enter_long=at(0), weights=(Const(1.0), Const(-0.5)))
    levels = {"stop_loss": 0.01, "take_profit": 0.01, "trailing_stop": 0.01}
    funding = (np.array([0.0, 0.0, rate, 0.0, 0.0]), None)
    result = replay(rules, {**risk, **levels}, bars, Costs(commission=0.0, slippage=0.0), funding=funding)
    assert [EXIT_REASONS[reason] for reason in result.trades["reason"]] == ["end_of_data"] * 2
    assert result.equity[-1] == pytest.approx(1.0 - rate, rel=1e-14)


@pytest.mark.parametrize(
    ("funding", "complaint"),
    [
        ((np.zeros(3),), "one finite rate for each of 4 bars"),
        ((np.array([0.0, np.nan, 0.0, 0.0]),), "one finite rate for each of 4 bars"),
        ((np.zeros(4), None), "got 2 for 1 legs"),
    ],
)
def test_funding_that_does_not_fit_the_bars_is_refused(risk: dict[str, Any], funding: Any, complaint: str) -> None:
    bars = explicit_bars([(100, 100, 100, 100)] * 4)
    with pytest.raises(UserError, match=complaint):
        replay(Rules(enter_long=at(0)), risk, (bars,), Costs(), funding=funding)
