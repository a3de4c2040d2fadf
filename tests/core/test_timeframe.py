from __future__ import annotations

import pytest

from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import UserError


@pytest.mark.parametrize(
    ("text", "name", "ms"),
    [
        ("1m", "1m", 60_000),
        ("5m", "5m", 300_000),
        ("1h", "1h", 3_600_000),
        ("1H", "1h", 3_600_000),
        (" 4h ", "4h", 14_400_000),
        ("1D", "1d", 86_400_000),
        ("1w", "1w", 604_800_000),
        ("1M", "1M", 2_592_000_000),
        ("1mo", "1M", 2_592_000_000),
    ],
)
def test_ccxt_names_are_read(text: str, name: str, ms: int) -> None:
    assert Timeframe.parse(text) == Timeframe(name, ms)


@pytest.mark.parametrize(
    ("text", "name"), [("60m", "1h"), ("240m", "4h"), ("1440m", "1d"), ("24h", "1d"), ("7d", "1w")]
)
def test_one_length_has_one_name(text: str, name: str) -> None:
    assert Timeframe.parse(text) == Timeframe.parse(name)


def test_a_minute_is_not_a_month() -> None:
    assert Timeframe.parse("1m") != Timeframe.parse("1M")


def test_a_timeframe_is_read_as_itself() -> None:
    assert Timeframe.parse(Timeframe.parse("2h")) == Timeframe("2h", 7_200_000)


@pytest.mark.parametrize("text", ["", "h", "1", "0h", "1x", "-1h", "1.5h", "1h30m", "hour"])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"no timeframe .* use ccxt names"):
        Timeframe.parse(text)


@pytest.mark.parametrize(
    ("text", "intraday"), [("1h", True), ("12h", True), ("1d", False), ("1w", False), ("1M", False)]
)
def test_intraday_is_shorter_than_a_day(text: str, intraday: bool) -> None:
    assert Timeframe.parse(text).is_intraday is intraday


def test_only_months_vary_in_length() -> None:
    assert [Timeframe.parse(t).is_calendar_month for t in ("1m", "30d", "1M")] == [False, False, True]


def test_is_written_as_its_name() -> None:
    assert str(Timeframe.parse("15m")) == "15m"
