"""Files in the time of a clock that is put forward and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.findings import Finding
from alpha_discovery.market_data.quality import check, good_bars
from alpha_discovery.market_data.raw import RawBars
from alpha_discovery.market_data.summer_time import local_clock
from alpha_discovery.testing.markets import random_walk


def wall(zone: str, *, start: str = "2023-01-01", end: str = "2024-12-31", freq: str = "h") -> Any:
    """Every hour of UTC as clocks of a zone showed it, taken for UTC."""
    hours = pd.date_range(start, end, freq=freq, tz="UTC").tz_convert(zone).tz_localize(None)
    return hours.as_unit("ms").asi8.astype(np.int64)


def found(time: Any, timeframe: str = "1h") -> list[Finding]:
    return list(local_clock(time, Timeframe.parse(timeframe)))


@pytest.mark.parametrize(
    ("zone", "skipped", "repeated"),
    [
        ("Europe/Berlin", "2023-03-26T02:00Z", "2023-10-29T02:00Z"),
        ("Europe/London", "2023-03-26T01:00Z", "2023-10-29T01:00Z"),
        ("America/New_York", "2023-03-12T02:00Z", "2023-11-05T01:00Z"),
        ("Australia/Sydney", "2023-10-01T02:00Z", "2023-04-02T02:00Z"),
    ],
)  # the days on which these clocks changed in 2023
def test_a_skipped_and_a_repeated_hour_name_the_clock(zone: str, skipped: str, repeated: str) -> None:
    (one,) = found(wall(zone))
    assert (one.kind, one.severity) == ("clock", "warning")
    assert f"the hours that clocks of {zone} skip are missing ({skipped}, " in one.text
    assert f"repeat are doubled ({repeated}, " in one.text
    assert one.action.endswith(f"import again with the zone of its clock, such as --timezone {zone}")


def test_clocks_that_change_alike_are_told_by_one_of_them() -> None:
    (one,) = found(wall("America/Chicago"))
    assert one.action.endswith("--timezone America/New_York")


def test_a_repeated_hour_that_was_dropped_is_no_objection() -> None:
    (one,) = found(np.unique(wall("Europe/Berlin")))
    assert "repeat" not in one.text


def test_minutes_show_it_too() -> None:
    (one,) = found(wall("Europe/Berlin", start="2024-03-20", end="2024-04-05", freq="15min"), "15m")
    assert "skip are missing (2024-03-31T02:00Z)" in one.text


def test_times_of_utc_are_not_suspected() -> None:
    assert found(wall("UTC")) == []


def test_an_hour_that_is_missing_on_another_day_is_a_gap() -> None:
    time = wall("UTC")
    assert found(np.delete(time, 24 * 80)) == []


def test_one_change_of_clocks_that_did_not_happen_is_an_objection() -> None:
    time = wall("UTC")
    of_2023 = pd.Timestamp("2023-03-26 02:00").value // 10**6
    assert found(time[time != of_2023]) == []  # 2024 has that hour


def test_bars_of_four_hours_show_nothing() -> None:
    assert found(wall("Europe/Berlin")[::4], "4h") == []


def test_an_import_that_is_blocked_by_the_repeated_hour_says_what_to_do() -> None:
    bars = random_walk(24 * 700, seed=1)
    raw = RawBars.of(bars)
    local = RawBars(**{**vars(raw), "time": wall("Europe/Berlin")[: len(bars)]})
    quality = check(local, "1h")
    assert quality.blocked
    with pytest.raises(BadMarketData, match=r"contradict each other.*local time, not UTC: import again with the zone"):
        good_bars(local, quality, bars.instrument, "1h")
