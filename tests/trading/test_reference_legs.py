"""Positions of several legs: entered together, stopped and closed together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS, Evaluation
from alpha_discovery.core.scalar import Const, Param, Scalar
from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.rules.strategy import SIGNALS, Rules
from alpha_discovery.testing.paths import at, explicit_bars
from alpha_discovery.trading import replay

Prices = Sequence[float | tuple[float, float, float, float]]
ONE, SOLD = Const(1.0), Const(-1.0)
LONG = {"enter_long": [0]}


def trade_legs(
    legs: Sequence[Prices], signals: Mapping[str, Sequence[int]], risk: Mapping[str, Any], *,
    weights: tuple[Scalar, ...] = (ONE, SOLD), commission: float = 0.0, slippage: float = 0.0,
    timeframe: str = "1h", latency_ms: float = 0.0, maker: float | None = None,
) -> Evaluation:  # fmt: skip
    """Like the fixture ``trade``, a list of rows a leg."""
    tables = [[(row, row, row, row) if isinstance(row, int | float) else row for row in rows] for rows in legs]
    bars = tuple(explicit_bars(table, timeframe=timeframe) for table in tables)
    conditions = {name: at(*signals.get(name, ())) for name in SIGNALS}
    rules = Rules(**conditions, weights=weights, latency_ms=Const(latency_ms))
    return replay(rules, risk, bars, Costs(commission=commission, slippage=slippage, maker=maker))


def ends(result: Evaluation) -> list[tuple[int, int, str]]:
    """Leg, exit bar and reason of each trade."""
    return [(int(t["leg"]), int(t["exit_bar"]), EXIT_REASONS[t["reason"]]) for t in result.trades]


def test_a_long_pair_buys_one_leg_and_sells_the_other(risk: dict[str, Any]) -> None:
    result = trade_legs(
        [[100, 100, 110, 110], [50, 50, 45, 45]], {"enter_long": [0], "exit_long": [1]}, risk, commission=0.01,
        weights=(ONE, Const(-0.5)),
    )  # fmt: skip
    # q = 1 / 101 bought at 100, 0.5 / 50.5 = 1 / 101 sold at 50
    # leg 1: 10 - 0.01 * 210 = 7.9 a unit, leg 2: 5 - 0.01 * 95 = 4.05
    assert result.trades["side"].tolist() == [1, -1]
    assert result.trades["quantity"] == pytest.approx([1 / 101, 1 / 101], rel=1e-14)
    assert result.trades["pnl"] == pytest.approx([7.9 / 101, 4.05 / 101], rel=1e-12)
    assert result.summary["total_return"] == pytest.approx(11.95 / 101, rel=1e-12)
    # values 100 + 50 in, 110 + 45 out
    assert result.summary["turnover"] == pytest.approx(305 / 101, rel=1e-13)


def test_a_short_pair_is_the_other_way_round(risk: dict[str, Any]) -> None:
    result = trade_legs([[100, 100, 110], [50, 50, 45]], {"enter_short": [0]}, risk)
    assert result.trades["side"].tolist() == [-1, 1]
    assert result.trades["pnl"] == pytest.approx([-0.1, -0.1], rel=1e-13)


def test_a_pair_is_reversed_at_one_open(risk: dict[str, Any]) -> None:
    result = trade_legs([[100, 100, 110, 110], [50, 50, 50, 55]], {"enter_long": [0], "enter_short": [1]}, risk)
    # first + 0.1 and 0; then equity 1.1: sells 0.01 at 110, buys 0.022 at 50, both closed at the end: + 0.11
    assert ends(result) == [(0, 2, "reversal"), (1, 2, "reversal"), (0, 3, "end_of_data"), (1, 3, "end_of_data")]
    assert result.equity == pytest.approx([1.0, 1.0, 1.1, 1.21], rel=1e-13)


def test_the_joint_stop_is_seen_at_a_close_and_leaves_at_the_next_open(risk: dict[str, Any]) -> None:
    first: Prices = [100, 100, (100, 100, 60, 91), 90, 90]
    result = trade_legs([first, [50] * 5], LONG, {**risk, "stop_loss": 0.045}, slippage=0.1)
    # fills 110 and 45; q = 1 / 110 and 1 / 45, gross value 2
    # close of bar 1: (100 - 110) / 110 - (50 - 45) / 45 = -0.2020 of 2: -0.101 <= -0.045; out at the open of bar 2
    assert ends(result) == [(0, 2, "stop"), (1, 2, "stop")]
    assert result.trades["exit_price"] == pytest.approx([90.0, 55.0], rel=1e-14)
    assert result.trades["at_open"].tolist() == [True, True]


def test_a_dip_inside_a_bar_does_not_stop_a_pair(risk: dict[str, Any]) -> None:
    result = trade_legs([[100, 100, (100, 100, 60, 99), 99], [50] * 4], LONG, {**risk, "stop_loss": 0.05})
    assert ends(result) == [(0, 3, "end_of_data"), (1, 3, "end_of_data")]


def test_the_joint_stop_and_target_count_the_gross_value(risk: dict[str, Any]) -> None:
    # leg 1 loses (gains) 20 % of its half: 10 % of the gross value
    stopped = trade_legs([[100, 100, 80, 80], [50] * 4], LONG, {**risk, "stop_loss": 0.1})
    reached = trade_legs([[100, 100, 120, 120], [50] * 4], LONG, {**risk, "take_profit": 0.1})
    beyond = trade_legs([[100, 100, 119, 119], [50] * 4], LONG, {**risk, "take_profit": 0.1})
    assert ends(stopped)[0] == (0, 3, "stop")
    assert ends(reached)[0] == (0, 3, "target")
    assert ends(beyond)[0] == (0, 3, "end_of_data")


def test_a_joint_target_leaves_at_market_with_slippage(risk: dict[str, Any]) -> None:
    result = trade_legs([[100, 100, 200, 200], [50] * 4], LONG, {**risk, "take_profit": 0.1}, slippage=0.01)
    # sold at 200 * 0.99, bought back at 50 * 1.01
    assert ends(result)[0] == (0, 3, "target")
    assert result.trades["exit_price"] == pytest.approx([198.0, 50.5], rel=1e-14)


def test_a_joint_target_pays_the_taker_commission(risk: dict[str, Any]) -> None:
    legs = [[100, 100, 200, 200], [50] * 4]
    result = trade_legs(legs, LONG, {**risk, "take_profit": 0.1}, commission=0.25, maker=0.0)
    # 1 / 125 units, a quarter of 100 + 200; 1 / 62.5 units, a quarter of 50 + 50
    assert result.trades["commission"] == pytest.approx([75 / 125, 25 / 62.5], rel=1e-13)


def test_the_joint_trailing_stop_follows_the_best_gain_at_earlier_closes(risk: dict[str, Any]) -> None:
    first = [100, 100, 130, 118, 109, 109, 109]
    result = trade_legs([first, [50] * 7], LONG, {**risk, "trailing_stop": 0.1})
    # gains 0, 0.15, 0.09 (> 0.15 - 0.1), 0.045 (<= 0.05) at the close of bar 4: out at the open of bar 5
    assert ends(result)[0] == (0, 5, "trailing")


def test_the_joint_trailing_stop_needs_an_earlier_close(risk: dict[str, Any]) -> None:
    # slippage puts the entry bar's close deep into loss, but there is no earlier gain to fall from
    result = trade_legs([[100] * 4, [50] * 4], LONG, {**risk, "trailing_stop": 0.1}, slippage=0.3)
    assert ends(result)[0] == (0, 3, "end_of_data")


def test_a_signal_or_max_holding_comes_before_the_joint_stop(risk: dict[str, Any]) -> None:
    legs = [[100, 100, 80, 80, 80], [50] * 5]
    by_signal = trade_legs(legs, {"enter_long": [0], "exit_long": [2]}, {**risk, "stop_loss": 0.05})
    by_time = trade_legs(legs, LONG, {**risk, "stop_loss": 0.05, "max_holding_bars": 2})
    assert ends(by_signal)[0] == (0, 3, "signal")
    assert ends(by_time)[0] == (0, 3, "max_holding")


def test_the_summary_counts_the_legs_of_a_round_trip_once(risk: dict[str, Any]) -> None:
    legs = [[100, 100, 130, 130, 130, 130], [50, 50, 60, 60, 60, 66]]
    result = trade_legs(legs, {"enter_long": [0, 3], "exit_long": [1]}, risk)
    # first + 0.3 - 0.2 = 0.1 together, held one bar; then with 1.1 / 60 units sold at 60: -0.11, bars 4 and 5
    assert len(result.trades) == 4
    assert (int(result.summary["n_trades"]), int(result.summary["n_wins"])) == (2, 1)
    assert result.summary["gross_profit"] == pytest.approx(0.1, rel=1e-12)
    assert result.summary["gross_loss"] == pytest.approx(0.11, rel=1e-12)
    assert result.summary["avg_holding"] == pytest.approx(1.5)


def test_each_leg_is_delayed_by_its_own_last_bar(risk: dict[str, Any]) -> None:
    legs: list[Prices] = [[(100, 102, 98, 100), 100, 100], [(50, 50, 49, 50), 50, 50]]
    result = trade_legs(legs, LONG, risk, latency_ms=900_000.0)
    # half of 0.04 and half of 0.02: 100 * 1.02, 50 * 0.99
    assert result.trades["entry_price"] == pytest.approx([102.0, 49.5], rel=1e-14)


def test_daily_exposure_is_kept_by_leg(risk: dict[str, Any]) -> None:
    legs: list[Prices] = [[100, (100, 110, 100, 110), 110], [50, 50, 50]]
    result = trade_legs(legs, LONG, risk, weights=(ONE, Const(-0.5)), timeframe="1d")
    # 0.01 units each; day 2 over equity 1.1: 1.1 / 1.1 and -0.5 / 1.1
    assert result.daily_exposure[0] == pytest.approx([0.0, 1.0, 1.0], rel=1e-14)
    assert result.daily_exposure[1] == pytest.approx([0.0, -0.5, -0.5 / 1.1], rel=1e-14)
    assert result.exposure == pytest.approx([0.0, 0.6 / 1.1, 0.0], rel=1e-14)


def test_a_pair_that_costs_everything_is_closed_at_that_close(risk: dict[str, Any]) -> None:
    result = trade_legs([[100, 100, 100, 100], [50, 50, 150, 150]], LONG, risk)
    # 0.02 units sold at 50: -2 at 150
    assert ends(result) == [(0, 2, "ruin"), (1, 2, "ruin")]
    assert result.equity[-1] == pytest.approx(-1.0, rel=1e-13)


def test_weights_may_be_parameters_of_either_sign(risk: dict[str, Any]) -> None:
    weights = (ONE, Param("beta"))
    result = trade_legs([[100] * 3, [50] * 3], LONG, {**risk, "beta": 0.5}, weights=weights)
    assert result.trades["side"].tolist() == [1, 1]
    assert result.trades["quantity"] == pytest.approx([0.01, 0.01], rel=1e-14)


def test_a_leg_without_weight_is_not_traded(risk: dict[str, Any]) -> None:
    result = trade_legs([[100] * 3, [50] * 3], LONG, risk, weights=(ONE, Const(0.0)))
    assert result.trades["leg"].tolist() == [0]


def test_legs_with_other_times_are_refused(risk: dict[str, Any]) -> None:
    first = explicit_bars([(100, 100, 100, 100)] * 4)
    second = explicit_bars([(100, 100, 100, 100)] * 4, missing={2: 1})
    rules = Rules(enter_long=at(0), weights=(ONE, SOLD))
    with pytest.raises(UserError, match=r"AAA/USDT.* differ first at row 2"):
        replay(rules, risk, (first, second), Costs())


def test_legs_of_other_lengths_are_refused(risk: dict[str, Any]) -> None:
    bars = explicit_bars([(100, 100, 100, 100)] * 4)
    rules = Rules(enter_long=at(0), weights=(ONE, SOLD))
    with pytest.raises(UserError, match="differ first at row 3"):
        replay(rules, risk, (bars, bars.slice(0, 3)), Costs())


def test_a_missing_leg_is_refused(risk: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="trade 2 legs; got bars of 1 instruments"):
        trade_legs([[100] * 3], LONG, risk)


def test_a_weight_that_is_no_number_is_refused(risk: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="needs a finite number; beta gives inf"):
        trade_legs([[100] * 3] * 2, LONG, {**risk, "beta": float("inf")}, weights=(ONE, Param("beta")))


def test_a_negative_latency_is_refused(risk: dict[str, Any]) -> None:
    with pytest.raises(OutOfRange, match="latency_ms"):
        trade_legs([[100] * 3] * 2, LONG, risk, latency_ms=-1.0)
