"""From when on a bot trades."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpha_discovery.core.bars import iso, to_ms
from alpha_discovery.errors import UserError
from alpha_discovery.service.first_bar import first_bar
from alpha_discovery.testing.markets import random_walk

BARS = random_walk(24 * 10, seed=1)
NEXT = int(BARS.time[-1]) + BARS.timeframe.ms


def at(time: int) -> datetime:
    return datetime.fromtimestamp(time / 1000, UTC)


def test_it_is_the_one_after_the_last_that_is_stored() -> None:
    assert first_bar(None, BARS, at(NEXT)) == NEXT


def test_an_earlier_one_replays() -> None:
    assert first_bar(iso(int(BARS.time[100])), BARS, at(NEXT)) == BARS.time[100]


def test_one_that_has_nothing_before_it_is_refused() -> None:
    with pytest.raises(UserError, match=f"needs bars before it to warm up; stored from {iso(int(BARS.time[0]))}"):
        first_bar(iso(int(BARS.time[0])), BARS, at(NEXT))


def test_one_that_prices_do_not_reach_yet_is_taken_where_its_time_has_come() -> None:
    assert first_bar("2026-11-30", BARS, datetime(2026, 11, 30, 12, tzinfo=UTC)) == to_ms("2026-11-30")


def test_one_that_is_still_to_come_is_refused_with_what_to_do() -> None:
    told = (
        r"cannot start at 2099-01-01T00:00Z, which is still to come; it is 2026-12-01T00:00Z, and the next bar is of"
        rf" {iso(NEXT)}; leave the start out to begin there, or name an earlier one to replay what is stored"
    )
    with pytest.raises(UserError, match=told):
        first_bar("2099-01-01", BARS, datetime(2026, 12, 1, tzinfo=UTC))


def test_the_next_bar_may_be_named_though_the_clock_is_behind_the_prices() -> None:
    assert first_bar(iso(NEXT), BARS, at(int(BARS.time[0]))) == NEXT
