from __future__ import annotations

import itertools

import polars as pl
import pytest

from alpha_discovery.errors import BadMarketData, UserError
from alpha_discovery.market_data.raw import NO_TIME
from alpha_discovery.market_data.times import read_times

MIDNIGHT = 1_704_067_200_000  # 2024-01-01T00:00Z, `date -u -d 2024-01-01 +%s`
HOUR = 3_600_000
DAY = 24 * HOUR


def read(*values: object, timezone: str = "UTC", time_format: str | None = None) -> list[int]:
    return list(map(int, read_times(pl.Series(list(values)), timezone=timezone, time_format=time_format)[0]))


class TestCounts:
    @pytest.mark.parametrize("per_second", [1, 1_000, 1_000_000, 1_000_000_000])
    @pytest.mark.parametrize("as_text", [True, False])
    def test_the_unit_is_told_by_magnitude(self, per_second: int, as_text: bool) -> None:
        values = [(MIDNIGHT + i * HOUR) // 1000 * per_second for i in range(3)]
        assert read(*(map(str, values) if as_text else values)) == [MIDNIGHT, MIDNIGHT + HOUR, MIDNIGHT + 2 * HOUR]

    @pytest.mark.parametrize("text", ["1704067200.0", "1.7040672e9", "1704067200000.4", "+1704067200"])
    def test_may_have_fractions_and_exponents(self, text: str) -> None:
        assert read(text) == [MIDNIGHT]

    @pytest.mark.parametrize("value", [315_532_800_000, 315_532_800_000_000, 315_532_800_000_000_000, 315_532_800])
    def test_reach_back_to_1980_in_every_unit(self, value: int) -> None:
        assert read(value) == [315_532_800_000]  # `date -u -d 1980-01-01 +%s`

    def test_that_are_infinite_are_no_times(self) -> None:
        assert read("1704067200", "inf", "1e300") == [MIDNIGHT, NO_TIME, NO_TIME]

    def test_nanoseconds_are_exact(self) -> None:
        # as float64 this is 1704067200004000000, the next millisecond
        assert read(1_704_067_200_003_999_999) == [MIDNIGHT + 3]

    def test_may_change_their_unit(self) -> None:
        assert read(MIDNIGHT, (MIDNIGHT + HOUR) * 1000) == [MIDNIGHT, MIDNIGHT + HOUR]

    def test_before_1970_are_negative(self) -> None:
        assert read("-86400") == [-DAY]

    def test_the_unit_is_told_to_people(self) -> None:
        assert read_times(pl.Series([MIDNIGHT]), timezone="UTC", time_format=None)[1] == "milliseconds"


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "2024-01-01",
            "2024-01-01 00:00:00",
            "2024-01-01T00:00",
            "2024-01-01T00:00:00.000Z",
            "2024-01-01 03:00:00+03:00",
            "2023-12-31 19:00:00-0500",
            "2024-01-01 00:00:00 UTC",
            "2024/01/01 00:00",
            "2024.01.01 00:00",
            "2024.01.01 00:00:00",
            "2024.01.01",
            "20240101 000000",
            "20240101 00:00:00",
            "20240101",
            "202401010000",
            "20240101000000",
            "01.01.2024 00:00:00.000",
            "01.01.2024 01:00:00.000 GMT+0100",
            "01.01.2024 00:00",
            "2024-01-01 12-AM",
            "2024-01-01 12:00 AM",
            "Jan 01, 2024",
        ],
    )
    def test_of_every_known_form_is_midnight(self, text: str) -> None:
        assert read(text) == [MIDNIGHT]

    @pytest.mark.parametrize(
        ("text", "hour"), [("12-AM", 0), ("01-AM", 1), ("11-AM", 11), ("12-PM", 12), ("01-PM", 13), ("11-PM", 23)]
    )
    def test_of_a_twelve_hour_clock(self, text: str, hour: int) -> None:
        assert read(f"2024-01-01 {text}") == [MIDNIGHT + hour * HOUR]

    def test_may_have_several_offsets(self) -> None:
        assert read("2020-10-25 02:00:00+03:00", "2020-10-25 02:00:00+02:00")[1] == 1_603_584_000_000  # 00:00Z

    def test_a_date_as_integer_is_a_date(self) -> None:
        assert read(20_240_101, 20_240_102) == [MIDNIGHT, MIDNIGHT + DAY]

    def test_day_first_is_seen_from_a_thirteenth(self) -> None:
        assert read("01/01/2024", "13/01/2024") == [MIDNIGHT, MIDNIGHT + 12 * DAY]

    def test_month_first_is_seen_from_a_thirteenth(self) -> None:
        assert read("01/01/2024 05:00", "01/13/2024 05:00") == [MIDNIGHT + 5 * HOUR, MIDNIGHT + 12 * DAY + 5 * HOUR]

    def test_day_and_month_that_cannot_be_told_apart_are_refused(self) -> None:
        with pytest.raises(BadMarketData, match="day first or month first; say which with --time-format"):
            read("02/03/2024", "03/03/2024")

    def test_a_told_format_decides(self) -> None:
        assert read("02/01/2024", time_format="%d/%m/%Y") == [MIDNIGHT + DAY]

    def test_of_no_known_form_is_refused(self) -> None:
        with pytest.raises(BadMarketData, match=r"cannot read times such as 'yesterday'; .* --time-format"):
            read("yesterday", "today")

    def test_that_is_no_time_among_others_is_marked(self) -> None:
        assert read("2024-01-01", "total", None, "2024-01-02") == [MIDNIGHT, NO_TIME, NO_TIME, MIDNIGHT + DAY]


class TestZones:
    def test_athens_is_two_hours_ahead_in_winter_and_three_in_summer(self) -> None:
        expected = [MIDNIGHT - 2 * HOUR, 1_719_792_000_000 - 3 * HOUR]  # 2024-07-01T00:00Z
        assert read("2024-01-01 00:00", "2024-07-01 00:00", timezone="Europe/Athens") == expected

    def test_a_time_that_names_its_zone_keeps_it(self) -> None:
        assert read("2024-01-01T00:00Z", "2024-01-01T00:00", timezone="Asia/Tokyo") == [MIDNIGHT, MIDNIGHT - 9 * HOUR]

    def test_timestamps_without_zone_are_of_the_zone(self) -> None:
        naive = pl.Series(["2024-01-01T00:00"]).str.to_datetime(time_unit="us")
        assert read_times(naive, timezone="Asia/Tokyo", time_format=None)[0].tolist() == [MIDNIGHT - 9 * HOUR]

    def test_timestamps_with_a_zone_keep_it(self) -> None:
        aware = pl.Series(["2024-01-01T00:00"]).str.to_datetime(time_unit="ns").dt.replace_time_zone("Europe/Berlin")
        assert read_times(aware, timezone="Asia/Tokyo", time_format=None)[0].tolist() == [MIDNIGHT - HOUR]

    def test_an_hour_that_the_zone_skips_is_no_time(self) -> None:
        # Athens, 2024-03-31: 03:00 becomes 04:00
        got = read("2024-03-31 02:30", "2024-03-31 03:30", "2024-03-31 04:30", timezone="Europe/Athens")
        assert [value == NO_TIME for value in got] == [False, True, False]

    def test_an_hour_that_the_zone_repeats_is_told_by_order(self) -> None:
        # Athens, 2024-10-27: 04:00 becomes 03:00 again
        texts = [f"2024-10-27 {clock}" for clock in ("02:00", "03:00", "03:00", "04:00")]
        got = read(*texts, timezone="Europe/Athens")
        assert [later - earlier for earlier, later in itertools.pairwise(got)] == [HOUR] * 3

    def test_also_if_the_file_descends(self) -> None:
        texts = [f"2024-10-27 {clock}" for clock in ("04:00", "03:00", "03:00", "02:00")]
        got = read(*texts, timezone="Europe/Athens")
        assert [later - earlier for earlier, later in itertools.pairwise(got)] == [-HOUR] * 3

    def test_an_hour_that_is_repeated_but_stands_once_is_no_time(self) -> None:
        got = read("2024-10-27 02:00", "2024-10-27 03:00", "2024-10-27 04:00", timezone="Europe/Athens")
        assert [value == NO_TIME for value in got] == [False, True, False]

    def test_counts_are_utc_whatever_the_zone(self) -> None:
        assert read(MIDNIGHT, timezone="Asia/Tokyo") == [MIDNIGHT]

    def test_an_unknown_zone_is_refused(self) -> None:
        with pytest.raises(UserError, match="no time zone 'Mars/Olympus'; use an IANA name"):
            read(MIDNIGHT, timezone="Mars/Olympus")
