"""Entries and exits by signal: which open they fill at, and what is traded."""

from __future__ import annotations

from typing import Any

import pytest


def test_a_signal_fills_at_the_next_open(trade: Any, told: Any) -> None:
    rows = [100, (102, 103, 101, 101), 104, (110, 111, 109, 109), 105]
    result = trade(rows, {"enter_long": [0], "exit_long": [2]})
    # bought at the open of bar 1 (102), sold at the open of bar 3 (110); 1 / 102 units
    assert told(result) == [(1, 3, "signal", 102.0, 110.0)]
    assert result.trades["quantity"][0] == pytest.approx(1 / 102, rel=1e-15)
    assert result.summary["total_return"] == pytest.approx(8 / 102, rel=1e-12)


def test_a_long_pays_slippage_and_commission_on_both_sides(trade: Any) -> None:
    rows = [100, 100, 120, 120, 120]
    result = trade(rows, {"enter_long": [0], "exit_long": [2]}, commission=0.02, slippage=0.01, position_size=0.5)
    # buys at 100 * 1.01 = 101, sells at 120 * 0.99 = 118.8; q = 0.5 / (101 * 1.02) = 0.5 / 103.02
    # commission 0.02 * (101 + 118.8) = 4.396 a unit, slippage 1 + 1.2 = 2.2 a unit
    # profit 118.8 - 101 - 4.396 = 13.404 a unit
    q = 0.5 / 103.02
    (done,) = result.trades
    assert (done["entry_price"], done["exit_price"]) == pytest.approx((101.0, 118.8), rel=1e-14)
    assert done["quantity"] == pytest.approx(q, rel=1e-14)
    assert done["commission"] == pytest.approx(4.396 * q, rel=1e-13)
    assert done["slippage"] == pytest.approx(2.2 * q, rel=1e-13)
    assert done["pnl"] == pytest.approx(13.404 * q, rel=1e-13)
    assert result.equity[-1] == pytest.approx(1 + 13.404 * q, rel=1e-14)


def test_the_whole_equity_buys_no_more_than_it_can_pay_for(trade: Any) -> None:
    result = trade([100, 100, 100], {"enter_long": [0]}, commission=0.25)
    # q = 1 / (100 * 1.25) = 0.008: 0.8 for the units, 0.2 commission
    assert result.trades["quantity"][0] == pytest.approx(0.008, rel=1e-15)
    assert result.equity[1] == pytest.approx(0.8, rel=1e-15)


def test_a_short_sells_lower_and_buys_back_higher(trade: Any) -> None:
    rows = [100, 100, 80, 80, 80]
    result = trade(rows, {"enter_short": [0], "exit_short": [2]}, commission=0.02, slippage=0.01)
    # sells at 99, buys back at 80.8; q = 1 / (99 * 1.02) = 1 / 100.98
    # profit 99 - 80.8 - 0.02 * (99 + 80.8) = 18.2 - 3.596 = 14.604 a unit
    (done,) = result.trades
    assert done["side"] == -1
    assert (done["entry_price"], done["exit_price"]) == pytest.approx((99.0, 80.8), rel=1e-14)
    assert done["pnl"] == pytest.approx(14.604 / 100.98, rel=1e-12)


def test_an_opposite_entry_reverses_at_one_open_with_what_is_left(trade: Any, told: Any) -> None:
    rows = [100, 100, 110, 99, 99]
    result = trade(rows, {"enter_long": [0], "enter_short": [1], "exit_short": [2]})
    # long 0.01 units from 100 to 110: equity 1.1; short 1.1 / 110 = 0.01 units from 110 to 99: + 0.11
    assert told(result) == [(1, 2, "reversal", 100.0, 110.0), (2, 3, "signal", 110.0, 99.0)]
    assert result.trades["quantity"] == pytest.approx([0.01, 0.01], rel=1e-14)
    assert result.equity == pytest.approx([1.0, 1.0, 1.1, 1.21, 1.21], rel=1e-14)


def test_a_reversal_is_not_made_when_the_new_side_would_leave_at_once(trade: Any, told: Any) -> None:
    result = trade([100] * 5, {"enter_long": [0], "enter_short": [1], "exit_short": [1]})
    assert told(result) == [(1, 4, "end_of_data", 100.0, 100.0)]


def test_an_entry_of_both_sides_is_none(trade: Any) -> None:
    assert len(trade([100] * 4, {"enter_long": [0], "enter_short": [0]}).trades) == 0


def test_an_entry_with_its_own_exit_is_none(trade: Any) -> None:
    assert len(trade([100] * 4, {"enter_long": [0], "exit_long": [0]}).trades) == 0


def test_both_entries_at_a_close_do_not_reverse(trade: Any, told: Any) -> None:
    result = trade([100] * 4, {"enter_long": [0, 1], "enter_short": [1]})
    assert told(result) == [(1, 3, "end_of_data", 100.0, 100.0)]


def test_the_exit_of_the_other_side_means_nothing(trade: Any, told: Any) -> None:
    result = trade([100] * 5, {"enter_long": [0], "exit_short": [0, 1, 2]})
    assert told(result) == [(1, 4, "end_of_data", 100.0, 100.0)]


def test_more_entries_of_the_same_side_are_ignored(trade: Any, told: Any) -> None:
    result = trade([100] * 6, {"enter_long": [0, 1, 2, 3], "exit_long": [4]})
    assert told(result) == [(1, 5, "signal", 100.0, 100.0)]


def test_an_exit_counts_while_the_entry_still_says_enter(trade: Any, told: Any) -> None:
    result = trade([100] * 4, {"enter_long": [0, 1], "exit_long": [1]})
    assert told(result) == [(1, 2, "signal", 100.0, 100.0)]


def test_long_only_neither_sells_short_nor_reverses(trade: Any, told: Any) -> None:
    result = trade([100] * 5, {"enter_long": [1], "enter_short": [0, 2]}, direction="long")
    assert told(result) == [(2, 4, "end_of_data", 100.0, 100.0)]


def test_long_only_a_short_entry_does_not_block_a_long_one(trade: Any) -> None:
    result = trade([100] * 4, {"enter_long": [0], "enter_short": [0]}, direction="long")
    assert result.trades["side"].tolist() == [1]


def test_short_only_sells_only(trade: Any) -> None:
    result = trade([100] * 5, {"enter_long": [0, 2], "enter_short": [1]}, direction="short")
    assert result.trades["side"].tolist() == [-1]


def test_max_holding_leaves_at_the_open_after_the_nth_close(trade: Any, told: Any) -> None:
    result = trade([100] * 6, {"enter_long": [0]}, max_holding_bars=2)
    # entered at the open of bar 1; closes of bars 1 and 2; out at the open of bar 3
    assert told(result) == [(1, 3, "max_holding", 100.0, 100.0)]


def test_a_signal_at_the_last_close_of_max_holding_is_the_reason(trade: Any, told: Any) -> None:
    result = trade([100] * 6, {"enter_long": [0], "exit_long": [2]}, max_holding_bars=2)
    assert told(result) == [(1, 3, "signal", 100.0, 100.0)]


def test_max_holding_counts_anew_after_a_reversal(trade: Any, told: Any) -> None:
    result = trade([100] * 7, {"enter_long": [0], "enter_short": [2]}, max_holding_bars=3)
    assert told(result) == [(1, 3, "reversal", 100.0, 100.0), (3, 6, "max_holding", 100.0, 100.0)]


def test_an_open_position_is_closed_at_the_last_close_with_costs(trade: Any, told: Any) -> None:
    result = trade([100, 100, (105, 112, 104, 110)], {"enter_long": [0]}, slippage=0.01, commission=0.02)
    # bought at 101, sold at 110 * 0.99 = 108.9; q = 1 / (101 * 1.02); commission 0.02 * (101 + 108.9) = 4.198 a unit
    assert told(result) == [(1, 2, "end_of_data", 101.0, pytest.approx(108.9, rel=1e-14))]
    assert result.equity[-1] == pytest.approx(1 + (7.9 - 4.198) / 103.02, rel=1e-13)
    assert result.exposure[-1] == 0.0


def test_a_signal_at_the_last_close_but_one_still_acts_and_one_later_does_not(trade: Any, told: Any) -> None:
    rows = [100, 100, (100, 106, 100, 105)]
    assert told(trade(rows, {"enter_long": [1]})) == [(2, 2, "end_of_data", 100.0, 105.0)]
    assert told(trade(rows, {"enter_long": [2]})) == []


def test_only_bars_of_the_range_are_traded(trade: Any, told: Any) -> None:
    rows = [100, 101, 102, 103, 104, 105, 106]
    result = trade(rows, {"enter_long": [0, 1, 2]}, begin=2, end=5)
    # the close of bar 2 is the first that acts: in at 103, out at the close of bar 4
    assert told(result) == [(3, 4, "end_of_data", 103.0, 104.0)]
    assert len(result.equity) == 3


def test_the_range_alone_decides_what_lies_behind_it(trade: Any) -> None:
    rows = [100, 101, 102, 103, 104, 105, 106]
    whole, cut = (trade(rows[:n], {"enter_long": [0]}, end=5) for n in (7, 5))
    assert whole.equity.tolist() == cut.equity.tolist()


def test_latency_costs_half_the_last_range_when_an_order_needs_a_quarter_of_a_bar(trade: Any) -> None:
    rows = [(99, 102, 98, 100), (100, 101, 99, 100), 100, 100]
    result = trade(rows, {"enter_long": [0], "exit_long": [1]}, latency_ms=900_000.0, slippage=0.01)
    # sqrt(900 s / 3600 s) = 0.5; before the entry (102 - 98) / 100 = 0.04: 100 * (1 + 0.01 + 0.02) = 103
    # before the exit (101 - 99) / 100 = 0.02: 100 * (1 - 0.01 - 0.01) = 98
    (done,) = result.trades
    assert (done["entry_price"], done["exit_price"]) == pytest.approx((103.0, 98.0), rel=1e-14)
    assert done["slippage"] == pytest.approx(5 / 103, rel=1e-13)


def test_an_order_waits_for_the_bar_after_a_gap(trade: Any, told: Any) -> None:
    result = trade([100, 107, 108], {"enter_long": [0]}, missing={1: 5})
    assert told(result) == [(1, 2, "end_of_data", 107.0, 108.0)]
