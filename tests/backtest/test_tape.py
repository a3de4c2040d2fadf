"""The arrays that the kernels read, by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.backtest.tape import WIDTHS, Tape, one_leg, repriced, tape
from alpha_discovery.core.funding import funding_by_bar
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import TooFewBars, UserError
from alpha_discovery.testing.paths import MONDAY, bars_strategy, explicit_bars, legs_strategy

HOUR = 3_600_000
FOUR = explicit_bars([(10, 12, 9, 11), (11, 13, 11, 12), (12, 12, 6, 8), (8, 9, 8, 9)], missing={2: 3})


def test_spread_is_the_range_of_the_bar_before_over_its_close() -> None:
    assert tape((FOUR,)).spread[0].tolist() == [0.0, 3 / 11, 2 / 12, 6 / 8]


def test_running_sums_the_closes_before_a_bar() -> None:
    assert tape((FOUR,)).running[0].tolist() == [0, 11, 23, 31, 40]


def test_expressions_restart_at_the_first_bar_and_after_a_gap() -> None:
    assert tape((FOUR,)).fresh.tolist() == [True, False, True, False]


def test_days_are_counted_from_the_beginning_of_the_range() -> None:
    hours = explicit_bars([(1, 1, 1, 1)] * 60, start=MONDAY + 20 * HOUR)
    over = tape((hours,), begin=5, end=53)
    assert over.n_days == 3
    assert over.day[5] == 0
    assert over.day[4] == 0  # the same day, outside the range
    assert over.day_first.tolist() == [5, 28, 52]
    assert over.day_last.tolist() == [27, 51, 52]


def test_a_day_belongs_to_one_of_sixteen_blocks() -> None:
    over = tape((explicit_bars([(1, 1, 1, 1)] * 33, timeframe="1d"),))
    assert over.day_block.tolist() == [d * 16 // 33 for d in range(33)]
    assert set(over.day_block) == set(range(16))


def test_drift_is_the_mean_return_a_day_from_the_first_open() -> None:
    days = explicit_bars([(50, 100, 50, 100), (100, 110, 90, 110), (110, 110, 55, 55)], timeframe="1d")
    assert tape((days,)).drift == pytest.approx([(1.0 + 0.1 - 0.5) / 3])
    assert tape((days,), begin=1).drift == pytest.approx([(0.1 - 0.5) / 2])


@settings(max_examples=20)
@given(bars_strategy(min_bars=1, max_bars=200), st.data())
def test_extremes_ahead_are_those_of_the_next_bars(bars: object, data: st.DataObject) -> None:
    over = tape((bars,))  # type: ignore[arg-type]
    n_bars = over.close.shape[1]
    t = data.draw(st.integers(0, n_bars - 1))
    for level, width in enumerate(WIDTHS):
        ahead = slice(t, t + width)
        marked = over.marked[0, ahead]
        assert over.ahead[0, level, t].tolist() == [marked.min(), marked.max()]


@given(bars_strategy(min_bars=1, max_bars=200))
def test_quick_prices_are_rounded_and_fill_whole_words(bars: object) -> None:
    over = tape((bars,))  # type: ignore[arg-type]
    n_bars = over.close.shape[1]
    low, high = over.quick[0]
    assert len(low) % 64 == 0
    assert low[:n_bars].tolist() == over.low[0].astype(np.float32).tolist()
    assert high[:n_bars].tolist() == over.high[0].astype(np.float32).tolist()
    assert np.isnan(over.quick[0, :, n_bars:]).all()
    assert over.quick.ctypes.data % 64 == 0  # a line of the cache


def test_funding_is_summed_at_the_opens_and_taken_off_the_closes() -> None:
    over = tape((FOUR,), funding=(np.array([0.0, 0.01, 0.0, -0.02]),))
    assert over.due[0] == pytest.approx([0.0, 0.11, 0.11, 0.11 - 0.16])
    assert over.marked[0] == pytest.approx([11.0, 12 - 0.11, 8 - 0.11, 9 + 0.05])


def test_a_leg_without_funding_owes_nothing() -> None:
    over = tape((FOUR, FOUR), funding=(None, np.full(4, 0.001)))
    assert over.due[0].tolist() == [0.0] * 4
    assert over.due[1, 0] == pytest.approx(0.01)


def test_funding_times_belong_to_the_bar_in_which_they_lie() -> None:
    times = FOUR.time[[0, 0, 1, 3]] + np.array([0, 1, HOUR - 1, 0])
    assert funding_by_bar(FOUR, times, np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [3.0, 4.0, 0.0, 8.0]


def test_funding_before_the_first_and_after_the_last_bar_is_nobodys() -> None:
    times = np.array([FOUR.time[0] - 1, FOUR.time[3] + HOUR])
    assert not funding_by_bar(FOUR, times, np.ones(2)).any()


def test_funding_that_is_not_a_number_is_refused() -> None:
    with pytest.raises(UserError, match="one finite rate a time"):
        funding_by_bar(FOUR, FOUR.time, np.array([0.0, np.nan, 0.0, 0.0]))


def test_finer_bars_are_found_by_the_bar_that_holds_them() -> None:
    finer = explicit_bars([(10, 12, 9, 11)] * 10, timeframe="15m", start=MONDAY + 30 * 60_000)
    _, _, first, last = tape((FOUR,), detail=finer).detail
    assert first.tolist() == [0, 2, 10, 10]
    assert last.tolist() == [2, 6, 10, 10]


def test_finer_bars_need_to_be_finer() -> None:
    with pytest.raises(UserError, match="finer than 1h; found 1h"):
        tape((FOUR,), detail=FOUR)


@settings(max_examples=10)
@given(legs_strategy(n_legs=2, min_bars=2, max_bars=30))
def test_one_leg_gives_the_first(legs: object) -> None:
    both = tape(legs)  # type: ignore[arg-type]
    for found, alone in zip(one_leg(both), one_leg(tape(both.bars[:1])), strict=True):
        np.testing.assert_array_equal(found, alone)


def test_legs_of_different_lengths_are_refused() -> None:
    with pytest.raises(UserError, match="found 4 and 3 bars"):
        tape((FOUR, FOUR.slice(0, 3)))


def test_legs_of_different_times_are_refused_with_the_first_difference() -> None:
    later = replace(FOUR, time=FOUR.time + np.array([0, 0, HOUR, HOUR]))
    with pytest.raises(UserError, match="bar 2 is 2024-01-01T05:00Z and 2024-01-01T06:00Z"):
        tape((FOUR, later))


def test_legs_of_different_timeframes_are_refused() -> None:
    with pytest.raises(UserError, match="one timeframe; found 1h and 4h"):
        tape((FOUR, replace(FOUR, timeframe=Timeframe.parse("4h"))))


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (2, 2), (-1, 3), (0, 5), (3, 1)])
def test_a_range_without_bars_is_refused(begin: int, end: int) -> None:
    with pytest.raises(TooFewBars):
        tape((FOUR,), begin=begin, end=end)


def test_funding_of_the_bars_is_due_unless_another_is_given() -> None:
    rates = np.array([0.0, 0.001, 0.0, 0.002])
    funded = replace(FOUR, funding=rates)
    assert tape((funded,)).due.tolist() == tape((FOUR,), funding=(rates,)).due.tolist()
    assert tape((funded,), funding=(np.zeros(4),)).due.tolist() == [[0.0] * 4]


def test_what_falls_due_on_the_31st_belongs_to_the_month() -> None:
    months = replace(explicit_bars([(1.0,) * 4] * 1, timeframe="1M"), time=np.array([1_704_067_200_000]))  # 2024-01
    last = np.array([1_706_659_200_000])  # 2024-01-31
    assert funding_by_bar(months, last, np.array([0.001])).tolist() == [0.001]


def test_other_prices_at_the_same_times_make_the_tape_that_is_made_of_them() -> None:
    before = explicit_bars([(10 + k, 12 + k, 9 + k, 11 + k) for k in range(60)], missing={20: 3})
    rates = np.linspace(-1e-4, 1e-4, 60)
    after = replace(before, **{name: getattr(before, name) * 1.5 for name in ("open", "high", "low", "close")})
    after = replace(after, funding=rates)
    expected, found = tape((after,), begin=5), repriced(tape((before,), begin=5), (after,))
    for name in (one.name for one in fields(Tape) if one.name not in ("bars", "detail")):
        assert np.array_equal(getattr(found, name), getattr(expected, name), equal_nan=True), name
    assert found.bars == (after,)


def test_prices_at_other_times_are_refused() -> None:
    with pytest.raises(UserError, match="same times"):
        repriced(tape((FOUR,)), (FOUR.slice(0, 3),))


def test_kernels_see_arrays_of_the_same_kind_with_and_without_finer_bars() -> None:
    finer = explicit_bars([(10, 12, 9, 11)] * 3, timeframe="15m")
    without, beside = (tape((FOUR,), detail=detail).detail for detail in (None, finer))
    assert [(one.dtype, one.flags.writeable) for one in without] == [(one.dtype, one.flags.writeable) for one in beside]
