"""Leverage: what is bought with it, and the price at which it is taken away; maintenance is 5 % in most tests."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.scalar import Const
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import at, explicit_bars
from alpha_discovery.trading import replay

LONG = {"enter_long": [0]}
SHORT = {"enter_short": [0]}
# 0.05 units at 100 for an equity of 1: 1 + 0.05 * (P - 100) = 0.05 * 0.05 * P
BELOW = 4 / 0.0475  # a long is liquidated at 84.21
ABOVE = 6 / 0.0525  # a short at 114.29: 1 - 0.05 * (P - 100) = 0.05 * 0.05 * P


def test_leverage_multiplies_the_value_at_entry(trade: Any) -> None:
    result = trade([100, 100, 110, 110], LONG, leverage=5.0, position_size=0.5)
    # 0.5 * 5 / 100 = 0.025 units
    assert result.trades["quantity"] == pytest.approx([0.025], rel=1e-14)
    assert result.equity == pytest.approx([1.0, 1.0, 1.25, 1.25], rel=1e-14)


def test_a_long_is_liquidated_where_the_maintenance_margin_is_left(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 101, 84, 90), 90], LONG, leverage=5.0)
    assert told(result) == [(1, 2, "liquidation", 100.0, pytest.approx(BELOW, rel=1e-14))]
    # what is left is 5 % of the value: 0.05 * 0.05 * 4 / 0.0475 = 0.2105
    assert result.equity[2:] == pytest.approx([0.01 / 0.0475] * 2, rel=1e-12)
    assert result.trades["at_open"].tolist() == [False]


def test_a_short_is_liquidated_where_the_maintenance_margin_is_left(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 115, 99, 110), 110], SHORT, leverage=5.0)
    assert told(result) == [(1, 2, "liquidation", 100.0, pytest.approx(ABOVE, rel=1e-14))]
    # 0.05 * 0.05 * 6 / 0.0525 = 0.2857
    assert result.equity[-1] == pytest.approx(0.015 / 0.0525, rel=1e-12)


def test_a_price_short_of_the_liquidation_does_not_touch_it(trade: Any, told: Any) -> None:
    above = trade([100, 100, (100, 101, 84.3, 90), 90], LONG, leverage=5.0)
    below = trade([100, 100, (100, 114.2, 99, 110), 110], SHORT, leverage=5.0)
    assert told(above)[0][2] == told(below)[0][2] == "end_of_data"


def test_no_maintenance_margin_leaves_nothing(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 101, 79, 90), 90], LONG, leverage=5.0, maintenance=0.0)
    # 1 + 0.05 * (80 - 100) = 0
    assert told(result) == [(1, 2, "liquidation", 100.0, pytest.approx(80.0, rel=1e-14))]
    assert result.equity[-1] == pytest.approx(0.0, abs=1e-14)


def test_the_liquidation_counts_the_entry_commission_and_fills_like_a_stop(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 101, 50, 90), 90], LONG, leverage=2.0, commission=0.01, slippage=0.01)
    # bought at 101, q = 2 / (101 * 1.01) = 2 / 102.01; 1 - 0.01 * 101 * q + q * (P - 101) = 0.05 * q * P:
    # P = (102.01 - 102.01 / 2) / 0.95 = 51.005 / 0.95, sold 1 % lower
    price = 51.005 / 0.95
    assert told(result) == [(1, 2, "liquidation", 101.0, pytest.approx(0.99 * price, rel=1e-13))]
    # the taker commission on both sides
    assert result.trades["commission"] == pytest.approx([0.01 * (101 + 0.99 * price) * 2 / 102.01], rel=1e-13)


def test_the_liquidation_is_measured_from_the_equity_at_entry(trade: Any, told: Any) -> None:
    rows = [100, 100, 110, 100, (100, 100, 84, 90), 90]
    result = trade(rows, {"enter_long": [0, 2], "exit_long": [1]}, leverage=5.0)
    # the first trade makes 0.5; 0.075 units at 100 for 1.5: the same price, 1.5 times the margin
    assert told(result)[1] == (3, 4, "liquidation", 100.0, pytest.approx(BELOW, rel=1e-13))
    assert result.equity[-1] == pytest.approx(0.015 / 0.0475, rel=1e-12)


def test_an_open_beyond_the_liquidation_fills_there_and_may_leave_less_than_nothing(trade: Any, told: Any) -> None:
    result = trade([100, 100, 70, 70, 70], {"enter_long": [0, 2]}, leverage=5.0)
    # 1 - 0.05 * 30 = -0.5, and nothing is entered again
    assert told(result) == [(1, 2, "liquidation", 100.0, 70.0)]
    assert result.trades["at_open"].tolist() == [True]
    assert result.equity[-1] == pytest.approx(-0.5, rel=1e-13)


def test_the_liquidation_is_live_in_the_entry_bar(trade: Any, told: Any) -> None:
    result = trade([100, (100, 101, 84, 90), 90], LONG, leverage=5.0)
    assert told(result) == [(1, 1, "liquidation", 100.0, pytest.approx(BELOW, rel=1e-14))]


@pytest.mark.parametrize(("stop_loss", "reason", "price"), [(0.1, "stop", 90.0), (0.2, "liquidation", BELOW)])
def test_the_tighter_of_stop_and_liquidation_counts(
    trade: Any, told: Any, stop_loss: float, reason: str, price: float
) -> None:
    result = trade([100, 100, (100, 101, 79, 90), 90], LONG, leverage=5.0, stop_loss=stop_loss)
    assert told(result) == [(1, 2, reason, 100.0, pytest.approx(price, rel=1e-14))]


@pytest.mark.parametrize(
    ("stop_loss", "reason", "price"), [(0.1, "stop", 110.0), (0.2, "liquidation", ABOVE)]
)
def test_the_tighter_of_stop_and_liquidation_counts_for_a_short(
    trade: Any, told: Any, stop_loss: float, reason: str, price: float
) -> None:
    result = trade([100, 100, (100, 121, 99, 110), 110], SHORT, leverage=5.0, stop_loss=stop_loss)
    assert told(result) == [(1, 2, reason, 100.0, pytest.approx(price, rel=1e-14))]


@pytest.mark.parametrize(("close", "reason", "price"), [(100, "liquidation", BELOW), (110, "trailing", 88.0)])
def test_the_tighter_of_trailing_stop_and_liquidation_counts(
    trade: Any, told: Any, close: float, reason: str, price: float
) -> None:
    rows = [100, (100, 110, 100, close), (100, 101, 79, 90), 90]
    result = trade(rows, LONG, leverage=5.0, trailing_stop=0.2, stop_loss=0.25)
    # 20 % below the best close, 80 or 88, against 84.21 and 75
    assert told(result) == [(1, 2, reason, 100.0, pytest.approx(price, rel=1e-14))]


@pytest.mark.parametrize(
    ("intrabar", "reason", "price"), [("stop_first", "liquidation", BELOW), ("target_first", "target", 110.0)]
)
def test_liquidation_and_target_in_one_bar_follow_the_policy(
    trade: Any, told: Any, intrabar: str, reason: str, price: float
) -> None:
    rows = [100, 100, (100, 111, 84, 90), 90]
    result = trade(rows, LONG, leverage=5.0, take_profit=0.1, intrabar=intrabar)
    assert told(result) == [(1, 2, reason, 100.0, pytest.approx(price, rel=1e-14))]
    assert result.trades["ambiguous"].tolist() == [True]


def test_funding_is_left_out_of_the_liquidation_price(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 101, 84, 90), 90], LONG, leverage=5.0, funding={2: 0.01})
    # 0.05 * 100 * 0.01 = 0.05 less at the same price
    assert told(result) == [(1, 2, "liquidation", 100.0, pytest.approx(BELOW, rel=1e-14))]
    assert result.equity[-1] == pytest.approx(0.01 / 0.0475 - 0.05, rel=1e-12)


def test_nothing_is_liquidated_without_leverage(trade: Any, told: Any) -> None:
    fallen = trade([100, 100, (100, 100, 1, 2), 2], LONG)
    # the margin of a short would be used up at 200 / 1.05 = 190.5
    risen = trade([100, 100, (100, 199, 100, 195), 195], SHORT)
    assert told(fallen) == [(1, 3, "end_of_data", 100.0, 2.0)]
    assert told(risen) == [(1, 3, "end_of_data", 100.0, 195.0)]


def test_a_long_that_is_paid_with_less_than_the_equity_is_never_liquidated(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 100, 0.01, 0.02), 0.02], LONG, leverage=5.0, position_size=0.1)
    # half of the equity is in the market: the level would be (0.5 - 1) / (0.005 * 0.95) < 0
    assert told(result) == [(1, 3, "end_of_data", 100.0, 0.02)]


def test_several_legs_refuse_leverage(risk: dict[str, Any]) -> None:
    bars = (explicit_bars([(100, 100, 100, 100)] * 3),) * 2
    rules = Rules(enter_long=at(0), weights=(Const(1.0), Const(-1.0)))
    with pytest.raises(UserError, match="without leverage; got leverage=2"):
        replay(rules, {**risk, "leverage": 2.0}, bars, Costs())
