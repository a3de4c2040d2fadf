"""Following a laboratory: notices of what a person should hear, points from where the last ones ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.notices import Notice
from alpha_discovery.errors import SourceFailed, UserError
from alpha_discovery.service import watch as watching
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.watch import Watch
from alpha_discovery.service.worker import Worker
from alpha_discovery.storage.events import note_event
from alpha_discovery.telemetry.influx import Point

Make = Callable[..., dict[str, Any]]


class Heard:
    """Remembers notices."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)


class Kept:
    """Keeps points, or fails as told."""

    def __init__(self, *errors: Exception) -> None:
        self.points: list[Point] = []
        self.errors = list(errors)

    def write(self, points: Sequence[Point]) -> int:
        if self.errors:
            raise self.errors.pop(0)
        self.points += points
        return len(points)


def watch(place: Workplace, heard: Heard, kept: Kept) -> Watch:
    return Watch(place, heard, kept)  # type: ignore[arg-type]


def events(kept: Kept) -> list[Any]:
    return [point.fields.get("event", "batch") for point in kept.points if point.measurement != "alpha_lab"]


def test_a_run_is_told_from_queue_to_end(place: Workplace, campaign: Make) -> None:
    heard, kept = Heard(), Kept()
    following = watch(place, heard, kept)
    run_id = Discoveries(place).start(campaign())
    Worker(place).run_until_idle()
    following.look()
    assert [(one.level, one.about) for one in heard.notices] == [("info", f"run {run_id[:12]}")]
    assert events(kept) == ["queued", "started", "batch", "stage", "completed"]
    batch = next(point for point in kept.points if point.measurement == "alpha_batch")
    assert (batch.tags["run"], batch.fields["n_tested"]) == (run_id, 60)
    lab = next(point for point in kept.points if point.measurement == "alpha_lab")
    assert lab.fields["strategies_tested"] == 60
    assert len({(point.measurement, point.nanoseconds) for point in kept.points}) == len(kept.points)


def test_a_failure_and_a_lost_worker_are_told(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    heard = Heard()
    following = watch(place, heard, Kept())
    run_id = discoveries.start(campaign())
    with place.database.transaction() as session:
        note_event(session, run_id, "taken_over", place.lab.clock.now(), {"from": "w"})
        note_event(session, run_id, "failed", place.lab.clock.now(), {"error": "no bars"})
    following.look()
    told = {(one.level, one.text) for one in heard.notices if one.about == f"run {run_id}"}
    assert told == {
        ("warning", "its worker was not heard of; another one goes on with it"), ("error", "failed: no bars"),
    }  # fmt: skip


def test_points_wait_for_a_server_and_go_on_after_a_restart(place: Workplace, discoveries: Discoveries) -> None:
    away = SourceFailed("away")
    kept = Kept(away, away)
    _note(place, discoveries, "one")
    following = watch(place, Heard(), kept)
    following.look()
    assert kept.points == []
    following.look()
    assert events(kept) == ["queued", "note"]
    _note(place, discoveries, "two")
    again = Kept()
    watch(place, Heard(), again).look()
    assert events(again) == ["queued", "note"]


def test_what_a_server_refuses_stops_nothing_that_follows(place: Workplace, discoveries: Discoveries) -> None:
    kept = Kept(UserError("InfluxDB refuses the points (status 400: unable to parse)"))
    following = watch(place, Heard(), kept)
    _note(place, discoveries, "one")
    following.look()
    assert events(kept) == []
    _note(place, discoveries, "two")
    following.look()
    assert events(kept) == ["queued", "note"]


def test_a_wrong_token_loses_nothing(place: Workplace, discoveries: Discoveries) -> None:
    wrong = UserError("InfluxDB refuses the points (status 401: unauthorized)")
    kept = Kept(wrong, wrong)
    following = watch(place, Heard(), kept)
    _note(place, discoveries, "one")
    following.look()
    following.look()
    assert events(kept) == ["queued", "note"]


def _note(place: Workplace, discoveries: Discoveries, text: str) -> None:
    run_id = discoveries.start({"symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 5})
    with place.database.transaction() as session:
        note_event(session, run_id, "note", place.lab.clock.now(), {"text": text})


def test_a_look_that_fails_is_told_once_and_the_next_is_made(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = iter(["broken", "broken", "fine", "end"])
    ended = threading.Event()

    def look(self: Watch) -> None:
        match next(looks):
            case "broken":
                raise ZeroDivisionError("a defect")
            case "end":
                ended.set()

    monkeypatch.setattr(watching, "LOOK", 0.0)
    monkeypatch.setattr(Watch, "look", look)
    watch(place, Heard(), Kept()).run(ended)
    assert next(looks, None) is None
    assert len([one for one in caplog.records if "failed" in one.message]) == 1
