"""What people write behind options."""

from __future__ import annotations

import pytest

from alpha_discovery.cli import parse
from alpha_discovery.errors import UnknownName, UserError


def test_values_are_numbers_where_they_read_as_numbers() -> None:
    read = parse.values(["fast=10", "stop_loss=0.05,direction=long", "trailing_stop=off"])
    assert read == {"fast": 10, "stop_loss": 0.05, "direction": "long", "trailing_stop": "off"}
    assert isinstance(read["fast"], int)


def test_ranges_go_to_their_strategy_or_to_all() -> None:
    read = parse.ranges(["fast=5:15", "sma_cross.slow=60:90", "take_profit=off:0.02:0.1", "direction=long,both"])
    assert read == {
        "*": {"fast": [5, 15], "take_profit": ["off", 0.02, 0.1], "direction": ["long", "both"]},
        "sma_cross": {"slow": [60, 90]},
    }


def test_a_range_of_one_value_fixes_it() -> None:
    assert parse.ranges(["fast=10"]) == {"*": {"fast": 10}}


@pytest.mark.parametrize("text", ["fast", "=5", "fast=", ""])
def test_a_range_without_name_or_value_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"--range needs NAME=LOW:HIGH"):
        parse.ranges([text])


def test_names_come_with_commas_or_repeated_and_count_once() -> None:
    assert parse.names(["BTC/USDT,ETH/USDT", "BTC/USDT", " SOL/USDT "]) == ("BTC/USDT", "ETH/USDT", "SOL/USDT")
    assert parse.names(None) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20240101-20240601", ("2024-01-01", "2024-06-01")),
        ("20240101-", ("2024-01-01", None)),
        ("-20240601", (None, "2024-06-01")),
        # 1704067200 s are 19,723 days of 86,400 s since 1970: the midnight that begins 2024
        ("1704067200-1704153600000", ("2024-01-01T00:00Z", "2024-01-02T00:00Z")),
    ],
)
def test_time_ranges_are_read_as_freqtrade_writes_them(text: str, expected: tuple[str | None, str | None]) -> None:
    assert parse.period(text, None, None) == expected


@pytest.mark.parametrize("text", ["-", "2024", "20240101", "2024-01-01", "20240101-2024"])
def test_other_time_ranges_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="cannot read the time range"):
        parse.period(text, None, None)


def test_costs_of_their_own_options_go_before_those_of_the_list() -> None:
    assert parse.costs("commission=0.001,slippage=0.0005", None, 0.002) == {"commission": 0.001, "slippage": 0.002}


def test_an_unknown_cost_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean slippage"):
        parse.costs("slipage=0.1", None, None)
