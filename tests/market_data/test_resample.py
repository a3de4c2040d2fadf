from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import UserError
from alpha_discovery.market_data.resample import resample
from alpha_discovery.testing.markets import random_walk

HOUR = 3_600_000
START = 1_577_836_800_000  # 2020-01-01T00:00Z, a Wednesday
COLUMNS = ("time", "open", "high", "low", "close", "volume")
RULES = {"4h": "4h", "1d": "1D", "1w": "W-MON", "1M": "MS"}


def pick(bars: Bars, rows: Any, instrument: Instrument | None = None) -> Bars:
    columns = {name: getattr(bars, name)[rows] for name in COLUMNS}
    return Bars(instrument or bars.instrument, bars.timeframe, **columns)


def by_pandas(bars: Bars, rule: str) -> pd.DataFrame:
    groups = bars.to_frame().resample(rule, label="left", closed="left")
    how: Any = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    return groups.agg(how)


@pytest.mark.parametrize("timeframe", RULES)
def test_agrees_with_pandas(timeframe: str) -> None:
    bars = random_walk(24 * 31 * 4, seed=1)
    coarse = resample(bars, timeframe)
    expected = by_pandas(bars, RULES[timeframe]).loc[coarse.to_frame().index]
    pd.testing.assert_frame_equal(coarse.to_frame(), expected, check_freq=False, rtol=1e-13)


def test_days_begin_at_utc_midnight() -> None:
    coarse = resample(random_walk(72, seed=1), "1d")
    assert coarse.time.tolist() == [START, START + 24 * HOUR, START + 48 * HOUR]


def test_weeks_begin_on_monday() -> None:
    coarse = resample(random_walk(24 * 21, seed=1), "1w")
    assert pd.to_datetime(coarse.time, unit="ms").day_name().tolist() == ["Monday", "Monday"]


def test_months_begin_on_the_first() -> None:
    coarse = resample(random_walk(24 * 100, seed=1), "1M")
    assert [str(np.datetime64(int(t), "ms"))[:10] for t in coarse.time] == ["2020-01-01", "2020-02-01", "2020-03-01"]


def test_a_history_that_begins_and_ends_inside_a_day_loses_both() -> None:
    coarse = resample(random_walk(96, seed=1).slice(5, 90), "1d")
    assert coarse.time.tolist() == [START + 24 * HOUR, START + 48 * HOUR]


@pytest.mark.parametrize(("present", "bars"), [(12, 3), (11, 2)])
def test_a_day_of_less_than_half_its_hours_is_a_gap(present: int, bars: int) -> None:
    rows = [*range(24), *range(24, 24 + present), *range(48, 72)]
    assert len(resample(pick(random_walk(72, seed=1), rows), "1d")) == bars


def test_a_day_with_a_hole_is_made_of_the_hours_there_are() -> None:
    walk = random_walk(24, seed=1)
    rows = [*range(8), *range(15, 24)]
    coarse = resample(pick(walk, rows), "1d")
    assert coarse.high[0] == walk.high[rows].max()
    assert coarse.volume[0] == pytest.approx(walk.volume[rows].sum(), rel=1e-15)


class TestExchange:
    SHARE = Instrument("AAPL", "nasdaq", "exchange")

    def weeks(self, *lengths: int) -> Bars:
        """Daily bars from Monday 2020-01-06 on, so many in each week."""
        days = [5 + 7 * week + day for week, length in enumerate(lengths) for day in range(length)]
        return pick(random_walk(100, seed=1, timeframe="1d"), days, self.SHARE)

    def test_a_short_week_is_kept(self) -> None:
        assert len(resample(self.weeks(5, 5, 1, 5, 5), "1w")) == 5

    def test_a_last_week_that_is_not_over_is_left_out(self) -> None:
        assert len(resample(self.weeks(5, 5, 5, 3), "1w")) == 3

    def test_hours_of_a_session_make_a_day(self) -> None:
        walk = random_walk(72, seed=1)
        session = [day * 24 + hour for day in range(3) for hour in range(14, 21)]
        coarse = resample(pick(walk, session, self.SHARE), "1d")
        assert coarse.open.tolist() == [walk.open[14], walk.open[38], walk.open[62]]
        assert coarse.close.tolist() == [walk.close[20], walk.close[44], walk.close[68]]


class TestRefused:
    @pytest.mark.parametrize("timeframe", ["30m", "90m", "1m"])
    def test_what_is_no_multiple(self, timeframe: str) -> None:
        with pytest.raises(UserError, match="ask for a multiple of 1h"):
            resample(random_walk(10, seed=1), timeframe)

    def test_weeks_into_months(self) -> None:
        with pytest.raises(UserError, match="cannot make 1M bars from 1w bars"):
            resample(random_walk(10, seed=1, timeframe="1w"), "1M")

    def test_bars_that_reach_over_the_end(self) -> None:
        walk = random_walk(40, seed=1)
        shifted = Bars(walk.instrument, walk.timeframe, walk.time + HOUR // 2, *[getattr(walk, n) for n in COLUMNS[1:]])
        with pytest.raises(UserError, match="the 1h bar of 2020-01-01T01:30Z reaches over the end of one"):
            resample(shifted, "2h")


def test_the_same_timeframe_is_the_same_bars() -> None:
    bars = random_walk(10, seed=1)
    assert resample(bars, "1h") is bars


def test_months_make_quarters() -> None:
    months = resample(random_walk(24 * 190, seed=1), "1M")
    assert resample(months, "3M").time.tolist() == [START, 1_585_699_200_000]  # 2020-04-01, `date -u -d`


def test_no_bars_make_no_bars() -> None:
    assert len(resample(random_walk(10, seed=1).slice(0, 0), "4h")) == 0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 199), min_size=1, unique=True).map(sorted))
def test_two_steps_make_what_one_step_makes_where_nothing_is_missing(rows: list[int]) -> None:
    bars = random_walk(200, seed=1).slice(rows[0], rows[-1] + 1)
    once, twice = resample(bars, "8h"), resample(resample(bars, "4h"), "8h")
    assert once.time.tolist() == twice.time.tolist()
    assert np.array_equal(once.close, twice.close)
    assert np.allclose(once.volume, twice.volume, rtol=1e-14)


def test_timeframe_of_the_result_is_the_one_asked_for() -> None:
    assert resample(random_walk(48, seed=1), "12h").timeframe == Timeframe.parse("12h")
