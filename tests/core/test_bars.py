from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.bars import FIELDS, Bars, iso, to_ms
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.errors import BadMarketData, UserError

HOUR = 3_600_000
START = 1_704_067_200_000  # 2024-01-01T00:00Z, from `date -u -d 2024-01-01 +%s`


BTC = Instrument("BTC/USDT")


def make(hours: Any = range(5), over: Any = None, *, timeframe: str = "1h", instrument: Instrument = BTC) -> Bars:
    """Bars at START + hours, each open 10, high 12, low 9, close 11, volume 1, unless ``over`` says otherwise."""
    time = START + np.asarray(list(hours), dtype=np.int64) * HOUR
    columns: dict[str, Any] = {"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 1.0} | (over or {})
    filled: dict[str, Any] = {}
    for name, values in columns.items():
        filled[name] = np.full(len(time), values) if np.isscalar(values) else values
    return Bars(instrument, Timeframe.parse(timeframe), time=time, **filled)


class TestWhatIsRefused:
    @pytest.mark.parametrize("field", ["open", "high", "low", "close"])
    @pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf])
    def test_a_price_that_is_not_positive_and_finite(self, field: str, value: float) -> None:
        with pytest.raises(BadMarketData, match=r"row 2 \(2024-01-01T02:00Z\) is not a bar"):
            make(over={field: [getattr(make(), field)[0]] * 2 + [value] + [getattr(make(), field)[0]] * 2})

    @pytest.mark.parametrize("volume", [-1.0, np.nan, np.inf])
    def test_a_volume_that_is_negative_or_not_finite(self, volume: float) -> None:
        with pytest.raises(BadMarketData, match="volume="):
            make(over={"volume": [1.0, volume, 1.0, 1.0, 1.0]})

    @pytest.mark.parametrize("over", [{"high": 10.5}, {"high": 9.5}, {"low": 10.5}, {"low": 11.5}])
    def test_a_range_that_does_not_hold_open_and_close(self, over: dict[str, float]) -> None:
        with pytest.raises(BadMarketData, match="row 0"):
            make(over=over)

    @pytest.mark.parametrize("hours", [[0, 1, 1, 2], [0, 2, 1, 3]])
    def test_time_that_does_not_increase(self, hours: list[int]) -> None:
        with pytest.raises(BadMarketData, match="time does not increase at row 2"):
            make(hours)

    def test_columns_of_different_lengths(self) -> None:
        with pytest.raises(BadMarketData, match="columns of one length"):
            make(over={"close": [11.0, 11.0]})


class TestMemory:
    def test_bars_cannot_be_written_to(self) -> None:
        with pytest.raises(ValueError, match="read-only"):
            make().close[0] = 5.0

    def test_writing_to_the_source_does_not_reach_the_bars(self) -> None:
        source = np.full(5, 11.0)
        bars = make(over={"close": source})
        source[0] = 10.0
        assert bars.close[0] == 11.0

    def test_writing_below_a_read_only_view_does_not_reach_the_bars(self) -> None:
        source = np.full(5, 11.0)
        view = source[:]
        view.flags.writeable = False
        bars = make(over={"close": view})
        source[0] = 10.0
        assert bars.close[0] == 11.0

    def test_a_slice_shares_the_memory_of_its_bars(self) -> None:
        bars = make()
        assert np.shares_memory(bars.slice(1, 4).close, bars.close)


class TestFingerprint:
    def test_is_the_same_for_the_same_content(self) -> None:
        assert make().fingerprint == make().fingerprint

    @pytest.mark.parametrize("field", FIELDS)
    def test_changes_with_the_last_bit_of_any_number(self, field: str) -> None:
        values = np.array(getattr(make(), field))
        values[3] = np.nextafter(values[3], 10.4)
        assert make(over={field: values}).fingerprint != make().fingerprint

    @pytest.mark.parametrize(
        "other",
        [Instrument("ETH/USDT"), Instrument("BTC/USDT", venue="kraken"), Instrument("BTC/USDT", calendar="exchange")],
    )
    def test_changes_with_the_instrument(self, other: Instrument) -> None:
        assert make(instrument=other).fingerprint != make().fingerprint

    def test_changes_with_the_timeframe(self) -> None:
        assert make(timeframe="30m").fingerprint != make().fingerprint


class TestGaps:
    def test_are_marked_at_the_bar_after_the_hole(self) -> None:
        assert make([0, 1, 4, 5, 7]).gap_before.tolist() == [False, False, True, False, True]

    def test_segments_are_the_unbroken_stretches(self) -> None:
        assert make([0, 1, 4, 5, 7]).segments.tolist() == [0, 2, 4, 5]

    def test_an_exchange_calendar_has_none(self) -> None:
        assert not make([0, 1, 70], instrument=Instrument("AAPL", "nasdaq", "exchange")).gap_before.any()

    def test_calendar_months_have_none(self) -> None:
        assert not make([0, 31 * 24, 60 * 24], timeframe="1M").gap_before.any()


class TestDays:
    def test_change_at_utc_midnight(self) -> None:
        assert make([22, 23, 24, 25]).day.tolist() == [0, 0, 1, 1]

    def test_are_numbered_without_holes(self) -> None:
        assert make([0, 24 * 7, 24 * 9]).day.tolist() == [0, 1, 2]

    def test_each_daily_bar_is_its_own(self) -> None:
        assert make([0, 24, 72], timeframe="1d").day.tolist() == [0, 1, 2]

    @pytest.mark.parametrize(
        ("timeframe", "calendar", "expected"),
        [("1h", "24/7", 365.0), ("1d", "24/7", 365.0), ("1d", "exchange", 252.0), ("1h", "exchange", 252.0),
         ("1w", "exchange", 365.25 / 7), ("1M", "24/7", 12.0), ("3M", "24/7", 4.0)],
    )  # fmt: skip
    def test_periods_a_year(self, timeframe: str, calendar: Any, expected: float) -> None:
        bars = make([0], timeframe=timeframe, instrument=Instrument("X", "v", calendar))
        assert bars.periods_per_year == pytest.approx(expected)


class TestBetween:
    def test_holds_the_start_and_leaves_out_the_end(self) -> None:
        assert make().between("2024-01-01T01:00", "2024-01-01T03:00").time.tolist() == [START + HOUR, START + 2 * HOUR]

    def test_is_open_where_no_time_is_given(self) -> None:
        assert len(make().between(None, None)) == 5

    def test_understands_dates_and_milliseconds(self) -> None:
        assert len(make(range(48)).between("2024-01-02", START + 30 * HOUR)) == 6

    def test_a_period_that_ends_before_it_starts_is_refused(self) -> None:
        with pytest.raises(UserError, match="swap the two"):
            make().between("2024-01-02", "2024-01-01")


class TestTimes:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2024-01-01", START),
            ("20240101", START), ("2024", START), ("2024-1-1 00:00", START),
            ("2024-01-01T05:30", START + 5 * HOUR + HOUR // 2),
            ("2024-01-01T02:00+02:00", START),
            ("2024-01-01T00:00:00.001Z", START + 1),
            ("1885-05-02", -2_671_833_600_000),  # `date -u -d 1885-05-02 +%s`
        ],
    )
    def test_are_read_as_utc_unless_they_name_a_zone(self, text: str, expected: int) -> None:
        assert to_ms(text) == expected

    @pytest.mark.parametrize(
        "text", ["", "NaT", "now", "today", "2024-02-30", "tomorrow", "12", "12:30", "01/02/2024", "31.1.2024"]
    )
    def test_what_is_not_a_date_is_refused(self, text: str) -> None:
        with pytest.raises(UserError, match="cannot read the time"):
            to_ms(text)

    def test_are_written_in_utc_to_the_minute(self) -> None:
        assert iso(START + 90_000) == "2024-01-01T00:01Z"


class TestFrames:
    def test_bars_survive_a_round_trip(self) -> None:
        bars = make([0, 1, 5])
        assert Bars.from_frame(bars.to_frame(), bars.instrument, "1h").fingerprint == bars.fingerprint

    def test_columns_are_found_in_any_case(self) -> None:
        frame = make().to_frame().rename(columns=str.title)
        assert Bars.from_frame(frame, BTC, "1h").fingerprint == make().fingerprint

    def test_times_of_another_zone_become_utc(self) -> None:
        frame = make().to_frame().tz_convert("Asia/Tokyo")
        assert Bars.from_frame(frame, BTC, "1h").time[0] == START

    def test_a_missing_volume_becomes_zeros(self) -> None:
        frame = make().to_frame().drop(columns="volume")
        assert Bars.from_frame(frame, BTC, "1h").volume.tolist() == [0.0] * 5

    def test_a_missing_price_is_refused(self) -> None:
        with pytest.raises(BadMarketData, match="high, low not found"):
            Bars.from_frame(make().to_frame().drop(columns=["high", "low"]), BTC, "1h")

    def test_an_index_of_numbers_is_refused(self) -> None:
        with pytest.raises(BadMarketData, match="index of times"):
            Bars.from_frame(make().to_frame().reset_index(drop=True), BTC, "1h")

    def test_an_index_with_a_missing_time_is_refused(self) -> None:
        frame = make([0, 1]).to_frame()
        frame.index = pd.DatetimeIndex([pd.NaT, frame.index[1]])
        with pytest.raises(BadMarketData, match="index of times"):
            Bars.from_frame(frame, BTC, "1h")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=1, max_size=40, unique=True).map(sorted))
def test_segments_hold_every_bar_once_and_have_no_gap_inside(hours: list[int]) -> None:
    bars = make(hours)
    edges = bars.segments.tolist()
    assert edges[0] == 0
    assert edges[-1] == len(bars)
    for start, stop in itertools.pairwise(edges):
        assert (np.diff(bars.time[start:stop]) == HOUR).all()


def test_a_day_number_changes_exactly_with_the_utc_date() -> None:
    bars = make(range(100))
    assert ((np.diff(bars.day) == 1) == (np.diff(bars.time // DAY) == 1)).all()


def test_repr_names_market_length_and_span() -> None:
    assert repr(make()) == "<Bars BTC/USDT@binance 1h, 5 bars, 2024-01-01T00:00Z .. 2024-01-01T04:00Z>"


def test_no_bars_are_bars() -> None:
    assert repr(make([])) == "<Bars BTC/USDT@binance 1h, 0 bars, empty>"
