"""The lab's schedule: when it starts what, and that two labs start it once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.config import Config
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.service.lab import LabSchedule, next_time

NIGHT = datetime(2026, 3, 1, 1, 59, 30, tzinfo=UTC)


class Hands:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """The time it shows."""
        return self.time

    def monotonic(self) -> float:
        """The same in seconds."""
        return self.time.timestamp()


@pytest.fixture
def clock(place: Workplace) -> Hands:
    return Hands(NIGHT)


@pytest.fixture
def make(place: Workplace, clock: Hands) -> Callable[..., LabSchedule]:
    """A schedule of two campaigns at two o'clock, changed as asked."""

    def made(before: Any = (), **lab: Any) -> LabSchedule:
        config = Config.model_validate(
            {
                "discovery": {"families": ["momentum"], "max_iterations": 5},
                "backtest": {"symbols": ["SYN/USDT"], "timeframes": ["1h", "4h"]},
                "lab": {"schedule": "0 2 * * *", **lab},
            }
        )
        timed = replace(place, lab=replace(place.lab, clock=clock))
        return LabSchedule(timed, config, before=before)

    return made


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("0 2 * * *", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("*/15 * * * *", datetime(2026, 3, 1, 2, tzinfo=UTC)),
        ("30 4 * * mon", datetime(2026, 3, 2, 4, 30, tzinfo=UTC)),
        ("59 1 * * *", datetime(2026, 3, 2, 1, 59, tzinfo=UTC)),
    ],
)
def test_the_next_time_of_a_cron_line_is_in_utc(line: str, expected: datetime) -> None:
    assert next_time(line, NIGHT) == expected


@pytest.mark.parametrize("line", ["", "every night", "61 * * * *", "0 2 * *"])
def test_what_is_no_cron_line_is_refused(line: str) -> None:
    with pytest.raises(UserError, match="is no cron line such as '0 2"):
        next_time(line, NIGHT)


def test_campaigns_start_when_they_are_due_and_once(
    make: Callable[..., LabSchedule], clock: Hands, place: Workplace
) -> None:
    schedule = make()
    assert schedule.look() == []
    clock.time += timedelta(minutes=1)
    started = schedule.look()
    assert [place.lab.runs.get(one).campaign["timeframe"] for one in started] == ["1h", "4h"]
    assert {entry.asked_by for entry in place.queue.entries(started).values()} == {"lab"}
    assert schedule.look() == []
    clock.time += timedelta(days=1)
    assert len(schedule.look()) == 2


def test_two_labs_on_one_database_start_each_campaign_once(
    make: Callable[..., LabSchedule], clock: Hands, place: Workplace
) -> None:
    labs = [make(), make()]
    for lab in labs:
        lab.look()
    clock.time += timedelta(minutes=1)
    assert [len(lab.look()) for lab in labs] == [2, 0]
    assert place.queue.waiting() == 2


def test_each_night_tries_other_candidates(
    make: Callable[..., LabSchedule], clock: Hands, place: Workplace
) -> None:
    schedule = make()
    first, second = (schedule.start_all(NIGHT + timedelta(days=day))[0] for day in (0, 1))
    assert place.lab.runs.get(first).campaign["seed"] != place.lab.runs.get(second).campaign["seed"]
    fixed = make(new_seeds=False).start_all(NIGHT + timedelta(days=2))[0]
    assert place.lab.runs.get(fixed).campaign["seed"] == 0


def test_nothing_is_added_to_a_long_queue(make: Callable[..., LabSchedule], place: Workplace) -> None:
    schedule = make(most_waiting=1)
    assert len(schedule.start_all(NIGHT)) == 1
    assert place.queue.waiting() == 1


def test_markets_are_refreshed_before_and_old_prices_are_better_than_none(
    make: Callable[..., LabSchedule],
) -> None:
    asked: list[str] = []

    def fails(_: Workplace, campaign: Campaign) -> None:
        asked.append(campaign.timeframe)
        raise NotFound("the exchange is away")

    assert len(make((fails,)).start_all(NIGHT)) == 2
    assert asked == ["1h", "4h"]
    make((fails,), refresh_data=False).start_all(NIGHT + timedelta(days=1))
    assert asked == ["1h", "4h"]
