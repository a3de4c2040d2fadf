"""Stops, targets and trailing stops of one leg, inside the bar and at its open."""

from __future__ import annotations

from typing import Any

import pytest

LONG = {"enter_long": [0]}
SHORT = {"enter_short": [0]}


def test_a_stop_fills_at_its_level(trade: Any, told: Any) -> None:
    result = trade([100, 100, (99, 101, 94, 98), 98], LONG, stop_loss=0.05)
    # 100 * 0.95
    assert told(result) == [(1, 2, "stop", 100.0, 95.0)]
    assert result.equity == pytest.approx([1.0, 1.0, 0.95, 0.95], rel=1e-14)


def test_a_low_at_the_stop_touches_it(trade: Any, told: Any) -> None:
    result = trade([100, 100, (99, 101, 95, 98), 98], LONG, stop_loss=0.05)
    assert told(result) == [(1, 2, "stop", 100.0, 95.0)]


def test_a_low_above_the_stop_does_not_touch_it(trade: Any, told: Any) -> None:
    result = trade([100, 100, (99, 101, 95.01, 98), 98], LONG, stop_loss=0.05)
    assert told(result) == [(1, 3, "end_of_data", 100.0, 98.0)]


def test_a_high_at_the_target_touches_it(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 125, 99, 105), 105], LONG, take_profit=0.25)
    assert told(result) == [(1, 2, "target", 100.0, 125.0)]


def test_the_levels_of_a_short_are_touched_at_equality(trade: Any, told: Any) -> None:
    stopped = trade([100, 100, (100, 125, 99, 105), 105], SHORT, stop_loss=0.25)
    reached = trade([100, 100, (100, 101, 75, 95), 95], SHORT, take_profit=0.25)
    assert told(stopped) == [(1, 2, "stop", 100.0, 125.0)]
    assert told(reached) == [(1, 2, "target", 100.0, 75.0)]


def test_a_stop_is_measured_from_the_entry_fill_and_pays_slippage(trade: Any, told: Any) -> None:
    result = trade([100, 100, (99, 101, 90, 98), 98], LONG, stop_loss=0.05, slippage=0.01)
    # entry 101, level 101 * 0.95 = 95.95, fill 95.95 * 0.99 = 94.9905
    assert told(result) == [(1, 2, "stop", 101.0, pytest.approx(94.9905, rel=1e-14))]


def test_a_target_fills_at_its_level_without_slippage(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 112, 99, 105), 105], LONG, take_profit=0.10, slippage=0.01)
    # entry 101, level 101 * 1.1 = 111.1
    assert told(result) == [(1, 2, "target", 101.0, pytest.approx(111.1, rel=1e-14))]
    # 1 a unit at entry, none at the target
    assert result.trades["slippage"][0] == pytest.approx(1 / 101, rel=1e-13)


def test_a_short_is_stopped_above_and_reaches_its_target_below(trade: Any, told: Any) -> None:
    stopped = trade([100, 100, (100, 106, 99, 105), 105], SHORT, stop_loss=0.05, take_profit=0.10)
    reached = trade([100, 100, (100, 101, 89, 95), 95], SHORT, stop_loss=0.05, take_profit=0.10)
    assert told(stopped) == [(1, 2, "stop", 100.0, 105.0)]
    assert told(reached) == [(1, 2, "target", 100.0, 90.0)]


@pytest.mark.parametrize(
    ("intrabar", "reason", "price"), [("stop_first", "stop", 95.0), ("target_first", "target", 110.0)]
)
def test_both_levels_in_one_bar_are_resolved_by_the_policy_and_flagged(
    trade: Any, told: Any, intrabar: str, reason: str, price: float
) -> None:
    rows = [100, 100, (100, 111, 94, 100), 100]
    result = trade(rows, LONG, stop_loss=0.05, take_profit=0.10, intrabar=intrabar)
    assert told(result) == [(1, 2, reason, 100.0, pytest.approx(price, rel=1e-14))]
    assert result.trades["ambiguous"].tolist() == [True]
    assert result.summary["n_ambiguous"] == 1


@pytest.mark.parametrize(("intrabar", "reason"), [("stop_first", "stop"), ("target_first", "target")])
def test_both_levels_of_a_short_in_one_bar_follow_the_policy(
    trade: Any, told: Any, intrabar: str, reason: str
) -> None:
    rows = [100, 100, (100, 106, 89, 100), 100]
    result = trade(rows, SHORT, stop_loss=0.05, take_profit=0.10, intrabar=intrabar)
    assert told(result)[0][2] == reason


def test_an_open_beyond_the_stop_fills_there_with_slippage(trade: Any, told: Any) -> None:
    result = trade([100, 100, (90, 92, 89, 91), 91], LONG, stop_loss=0.05, slippage=0.01)
    # 90 * 0.99 = 89.1
    assert told(result) == [(1, 2, "stop", 101.0, pytest.approx(89.1, rel=1e-14))]
    assert result.trades["at_open"].tolist() == [True]


def test_an_open_beyond_the_target_fills_there_without_slippage(trade: Any, told: Any) -> None:
    result = trade([100, 100, (120, 121, 119, 119), 119], LONG, take_profit=0.10, slippage=0.01)
    assert told(result) == [(1, 2, "target", 101.0, 120.0)]


def test_an_open_beyond_the_target_is_not_ambiguous_whatever_follows(trade: Any, told: Any) -> None:
    rows = [100, 100, (120, 121, 80, 90), 90]
    result = trade(rows, LONG, stop_loss=0.05, take_profit=0.10)
    assert told(result) == [(1, 2, "target", 100.0, 120.0)]
    assert result.trades["ambiguous"].tolist() == [False]


def test_opens_beyond_the_levels_of_a_short(trade: Any, told: Any) -> None:
    stopped = trade([100, 100, 110, 110], SHORT, stop_loss=0.05, slippage=0.01)
    reached = trade([100, 100, 80, 80], SHORT, take_profit=0.10, slippage=0.01)
    # sold at 99; bought back at 110 * 1.01 = 111.1 as a stop, at 80 as a target
    assert told(stopped) == [(1, 2, "stop", 99.0, pytest.approx(111.1, rel=1e-14))]
    assert told(reached) == [(1, 2, "target", 99.0, 80.0)]


def test_an_exit_decided_at_the_close_comes_before_the_stop_at_the_open(trade: Any, told: Any) -> None:
    rows = [100, 100, (90, 91, 80, 85), 85]
    result = trade(rows, {"enter_long": [0], "exit_long": [1]}, stop_loss=0.05)
    assert told(result) == [(1, 2, "signal", 100.0, 90.0)]


def test_levels_are_live_in_the_entry_bar(trade: Any, told: Any) -> None:
    stopped = trade([100, (100, 101, 94, 100), 100], LONG, stop_loss=0.05)
    reached = trade([100, (100, 111, 99, 100), 100], LONG, take_profit=0.10)
    assert told(stopped) == [(1, 1, "stop", 100.0, 95.0)]
    assert told(reached) == [(1, 1, "target", 100.0, pytest.approx(110.0, rel=1e-14))]


def test_a_stop_inside_the_slippage_fills_at_the_open_in_the_entry_bar(trade: Any, told: Any) -> None:
    result = trade([100, (100, 101, 99.9, 100), 100], LONG, stop_loss=0.005, slippage=0.01)
    # entry 101, level 101 * 0.995 = 100.495 above the open: nobody sells above the market
    assert told(result) == [(1, 1, "stop", 101.0, pytest.approx(100.0 * 0.99, rel=1e-14))]
    assert result.trades["at_open"].tolist() == [False]


def test_the_new_side_of_a_reversal_can_be_stopped_in_the_same_bar(trade: Any, told: Any) -> None:
    rows = [100, 100, (100, 106, 99, 101), 101]
    result = trade(rows, {"enter_long": [0], "enter_short": [1]}, stop_loss=0.05)
    assert told(result) == [(1, 2, "reversal", 100.0, 100.0), (2, 2, "stop", 100.0, 105.0)]


def test_after_an_exit_inside_a_bar_its_close_may_enter_at_the_next_open(trade: Any, told: Any) -> None:
    rows = [100, 100, (100, 101, 94, 96), 97, 97]
    result = trade(rows, {"enter_long": [0, 2]}, stop_loss=0.05)
    assert told(result) == [(1, 2, "stop", 100.0, 95.0), (3, 4, "end_of_data", 97.0, 97.0)]


def test_a_trailing_stop_follows_the_best_close_one_bar_behind(trade: Any, told: Any) -> None:
    rows = [100, (100, 111, 99, 110), (110, 125, 100, 120), (118, 119, 107, 112), 112]
    result = trade(rows, LONG, trailing_stop=0.1)
    # level in bar 2: 110 * 0.9 = 99, not touched by 100; in bar 3: 120 * 0.9 = 108, touched by 107
    assert told(result) == [(1, 3, "trailing", 100.0, 108.0)]


def test_a_trailing_stop_is_not_live_in_the_entry_bar(trade: Any, told: Any) -> None:
    rows = [100, (100, 101, 50, 100), (100, 101, 91, 100), 100]
    result = trade(rows, LONG, trailing_stop=0.1)
    assert told(result) == [(1, 3, "end_of_data", 100.0, 100.0)]


def test_a_trailing_stop_does_not_fall_with_the_close(trade: Any, told: Any) -> None:
    rows = [100, (100, 120, 100, 120), (115, 116, 110, 110), (109.5, 110, 108, 109), 109]
    result = trade(rows, LONG, trailing_stop=0.1)
    # 120 * 0.9 = 108 also after the close at 110
    assert told(result) == [(1, 3, "trailing", 100.0, 108.0)]


def test_a_trailing_stop_follows_a_short_down(trade: Any, told: Any) -> None:
    rows = [100, (100, 101, 79, 80), (80, 87, 70, 75), (76, 83, 75, 80), 80]
    result = trade(rows, SHORT, trailing_stop=0.1)
    # bar 2: 80 * 1.1 = 88, not touched by 87; bar 3: 75 * 1.1 = 82.5, touched by 83
    assert told(result) == [(1, 3, "trailing", 100.0, pytest.approx(82.5, rel=1e-14))]


def test_an_open_below_the_trailing_level_fills_there(trade: Any, told: Any) -> None:
    rows = [100, (100, 120, 100, 120), (105, 110, 104, 110), 110]
    result = trade(rows, LONG, trailing_stop=0.1)
    assert told(result) == [(1, 2, "trailing", 100.0, 105.0)]


def test_the_fixed_stop_is_the_reason_where_it_is_tighter(trade: Any, told: Any) -> None:
    rows = [100, 100, (99, 100, 94, 98), 98]
    result = trade(rows, LONG, stop_loss=0.05, trailing_stop=0.1)
    # 95 against 100 * 0.9 = 90
    assert told(result) == [(1, 2, "stop", 100.0, 95.0)]


def test_the_trailing_stop_is_the_reason_where_it_is_tighter(trade: Any, told: Any) -> None:
    rows = [100, (100, 110, 100, 110), (108, 109, 94, 98), 98]
    result = trade(rows, LONG, stop_loss=0.05, trailing_stop=0.1)
    # 95 against 110 * 0.9 = 99
    assert told(result) == [(1, 2, "trailing", 100.0, 99.0)]


def test_two_stops_at_one_level_are_the_fixed_one(trade: Any, told: Any) -> None:
    result = trade([100, 100, (100, 101, 89, 98), 98], LONG, stop_loss=0.1, trailing_stop=0.1)
    assert told(result) == [(1, 2, "stop", 100.0, 90.0)]


def test_a_stop_pays_for_latency_and_a_target_does_not(trade: Any, told: Any) -> None:
    rows = [100, 100, (100, 102, 98, 100), (100, 101, 94, 100), 100]
    stopped = trade(rows, LONG, stop_loss=0.05, latency_ms=900_000.0)
    rows[3] = (100, 111, 99, 100)
    reached = trade(rows, LONG, take_profit=0.10, latency_ms=900_000.0)
    # bar 2 spans 0.04 of its close, half of it is 0.02: 95 * 0.98 = 93.1
    assert told(stopped) == [(1, 3, "stop", 100.0, pytest.approx(93.1, rel=1e-14))]
    assert told(reached) == [(1, 3, "target", 100.0, pytest.approx(110.0, rel=1e-14))]


def test_a_stop_gaps_through_where_bars_are_missing(trade: Any, told: Any) -> None:
    result = trade([100, 100, 80, 80], LONG, stop_loss=0.05, missing={2: 7})
    assert told(result) == [(1, 2, "stop", 100.0, 80.0)]


def test_a_short_that_costs_everything_is_closed_and_nothing_is_entered_again(trade: Any, told: Any) -> None:
    rows = [100, 100, (150, 220, 150, 210), 200, 200]
    result = trade(rows, {"enter_short": [0], "enter_long": [2, 3]})
    # 0.01 units: 1 - 0.01 * (210 - 100) = -0.1
    assert told(result) == [(1, 2, "ruin", 100.0, 210.0)]
    assert result.equity == pytest.approx([1.0, 1.0, -0.1, -0.1, -0.1], rel=1e-13)
    assert result.summary["max_drawdown"] == pytest.approx(1.1, rel=1e-14)


def test_ruin_pays_for_its_exit(trade: Any, told: Any) -> None:
    result = trade([100, 100, 210, 210], SHORT, commission=0.1)
    # 1 / 110 units; at the close 1 - 10 / 110 - 110 / 110 = -10 / 110; 21 / 110 commission to get out
    assert told(result)[0][2] == "ruin"
    assert result.equity[-1] == pytest.approx(-31 / 110, rel=1e-13)


def test_ruin_at_the_last_close_is_called_ruin(trade: Any, told: Any) -> None:
    assert told(trade([100, 100, 210], SHORT)) == [(1, 2, "ruin", 100.0, 210.0)]


def test_a_stop_that_leaves_nothing_ends_the_backtest(trade: Any, told: Any) -> None:
    result = trade([100, 100, 210, 210, 210], {"enter_short": [0], "enter_long": [2]}, stop_loss=0.05)
    assert told(result) == [(1, 2, "stop", 100.0, 210.0)]


def test_a_reversal_that_leaves_nothing_does_not_enter(trade: Any, told: Any) -> None:
    result = trade([100, 100, 210, 210], {"enter_short": [0], "enter_long": [1]})
    assert told(result) == [(1, 2, "reversal", 100.0, 210.0)]


def test_a_target_pays_the_maker_commission(trade: Any) -> None:
    inside = trade([100, 100, (100, 111, 99, 105), 105], LONG, take_profit=0.1, commission=0.25, maker=0.01)
    beyond = trade([100, 100, 120, 120], LONG, take_profit=0.1, commission=0.25, maker=0.01)
    # 1 / 125 units: 25 to get in, 1 % of 110 or of 120 to get out
    assert inside.trades["commission"] == pytest.approx([26.1 / 125], rel=1e-13)
    assert beyond.trades["commission"] == pytest.approx([26.2 / 125], rel=1e-13)
    assert inside.trades["pnl"] == pytest.approx([-16.1 / 125], rel=1e-12)


def test_a_target_may_be_free(trade: Any) -> None:
    result = trade([100, 100, (100, 111, 99, 105), 105], LONG, take_profit=0.1, commission=0.25, maker=0.0)
    assert result.trades["commission"] == pytest.approx([25 / 125], rel=1e-13)


def test_every_other_fill_pays_the_taker_commission(trade: Any) -> None:
    stopped = trade([100, 100, (99, 101, 94, 98), 98], LONG, stop_loss=0.05, commission=0.25, maker=0.01)
    signalled = trade([100, 100, 96, 96], {**LONG, "exit_long": [1]}, take_profit=0.1, commission=0.25, maker=0.01)
    # 25 % of 100 and of 95 or 96
    assert stopped.trades["commission"] == pytest.approx([48.75 / 125], rel=1e-13)
    assert signalled.trades["commission"] == pytest.approx([49 / 125], rel=1e-13)
