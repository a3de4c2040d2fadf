"""What may be asked of runs, and what their states, their list and their events say then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import ImpossibleMove, RunState
from alpha_discovery.errors import NotFound, OutOfRange, TooFewBars, UnknownName
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.storage.search_runs import RunQuery

Make = Callable[..., dict[str, Any]]


def test_a_started_run_waits_in_the_queue(discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign(), priority=3, asked_by="ada")
    status = discoveries.status(run_id)
    assert status.state is RunState.QUEUED
    assert status.entry is not None
    assert (status.entry.priority, status.entry.asked_by, status.stage) == (3, "ada", "waiting")
    assert (status.progress, status.remaining_hours) == (0.0, None)


def test_the_markets_of_a_started_run_have_their_full_names(discoveries: Discoveries, campaign: Make) -> None:
    record = discoveries.status(discoveries.start(campaign())).record
    assert record.campaign["symbols"] == ["SYN/USDT@synthetic"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"strategies": ["sma_cros"]}, UnknownName), ({"ranges": {"sma_cross": {"fats": 3}}}, UnknownName),
        ({"start": "2020-12-01"}, TooFewBars), ({"start": "2030-01-01"}, TooFewBars),
    ],
)
def test_a_campaign_that_cannot_run_is_refused_and_leaves_nothing(
    discoveries: Discoveries, campaign: Make, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        discoveries.start(campaign(**changes))
    assert discoveries.list().total == 0


def test_a_waiting_run_is_stopped_at_once(discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    assert discoveries.stop(run_id) is RunState.STOPPED
    assert discoveries.status(run_id).record.end_time is not None


def test_a_waiting_run_is_paused_and_goes_on_waiting(discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    assert discoveries.pause(run_id) is RunState.INTERRUPTED
    assert discoveries.resume(run_id) is RunState.QUEUED
    assert discoveries.status(run_id).record.end_time is None


def test_a_held_run_is_stopping_until_its_worker_has_put_it_down(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    run_id = discoveries.start(campaign())
    claim = place.queue.claim("w", lease=60.0)
    assert claim is not None
    assert discoveries.stop(run_id) is RunState.STOPPING
    assert place.queue.beat(claim, lease=60.0) == "stop"
    place.queue.put_down(claim, RunState.STOPPED)
    assert discoveries.status(run_id).state is RunState.STOPPED


def test_stopping_twice_changes_nothing(discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    discoveries.stop(run_id)
    count = len(discoveries.events())
    assert discoveries.stop(run_id) is RunState.STOPPED
    assert len(discoveries.events()) == count


def test_a_held_run_cannot_be_resumed(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    place.queue.claim("w", lease=60.0)
    with pytest.raises(ImpossibleMove, match="run a-run is running; it cannot become queued"):
        discoveries.resume(run_id)


def test_a_run_that_is_not_stored_cannot_be_stopped(discoveries: Discoveries) -> None:
    with pytest.raises(NotFound, match="no run is stored under 'x'"):
        discoveries.stop("x")


def test_a_run_is_queued_again_with_changes(discoveries: Discoveries, campaign: Make) -> None:
    old = discoveries.start(campaign(ranges={"sma_cross": {"fast": 5}}))
    new = discoveries.status(discoveries.rerun(old, {"seed": 8, "costs": {"slippage": 0.0}}))
    assert new.entry is not None
    assert new.entry.parent_id == old
    assert new.record.campaign["seed"] == 8
    assert new.record.campaign["costs"]["slippage"] == 0.0
    assert new.record.campaign["costs"]["commission"] == 0.0002
    assert new.record.campaign["ranges"] == {"sma_cross": {"fast": 5}}


def test_a_change_that_does_not_exist_is_refused(discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(campaign())
    with pytest.raises(UnknownName, match="did you mean seed"):
        discoveries.rerun(run_id, {"sed": 8})


def test_events_come_in_order_and_after_the_last_one_that_was_seen(discoveries: Discoveries, campaign: Make) -> None:
    first, second = (discoveries.start(campaign()) for _ in range(2))
    discoveries.pause(first)
    seen = discoveries.events()
    assert [(event.run_id, event.kind) for event in seen] == [
        (first, "queued"), (second, "queued"), (first, "interrupted"),
    ]  # fmt: skip
    assert [event.kind for event in discoveries.events(seen[0].id, run_id=first)] == ["interrupted"]
    assert [event.id for event in discoveries.events(limit=1)] == [seen[0].id]


def test_the_list_is_filtered_sorted_and_cut_into_pages(discoveries: Discoveries, campaign: Make) -> None:
    ids = [discoveries.start(campaign(seed=seed, method=method)) for seed, method in enumerate(["random"] * 3)]
    ids.append(discoveries.start(campaign(method="genetic")))
    discoveries.stop(ids[0])
    newest = discoveries.list(RunQuery(limit=2))
    assert ([one.id for one in newest.items], newest.total) == ([ids[3], ids[2]], 4)
    assert [one.id for one in discoveries.list(RunQuery(limit=2, offset=2)).items] == [ids[1], ids[0]]
    assert [one.id for one in discoveries.list(RunQuery(states=("stopped",))).items] == [ids[0]]
    assert [one.id for one in discoveries.list(RunQuery(method="genetic")).items] == [ids[3]]
    assert [one.id for one in discoveries.list(RunQuery(text="SYN/usdt", descending=False)).items] == ids
    assert discoveries.list(RunQuery(text="100%")).total == 0


def test_a_page_that_cannot_be_is_refused(discoveries: Discoveries) -> None:
    with pytest.raises(OutOfRange, match="limit=-1"):
        discoveries.list(RunQuery(offset=-1))
    with pytest.raises(UnknownName, match="no order of runs named 'sharp'"):
        discoveries.list(RunQuery(sort="sharp"))
    with pytest.raises(UnknownName, match="did you mean queued"):
        discoveries.list(RunQuery(states=("queud",)))
