"""How fast a worker lets go of a run that is to stop, whatever it is doing, and who does it where it cannot."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.service.at_work import QUICK, Make, kinds, long_one, wait_for, working

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery import fragility, replication
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.discovery.records import RunState
from alpha_discovery.errors import LeaseLost
from alpha_discovery.service import held_run as held_run_module
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.governor import EVERY, Governor, Measured
from alpha_discovery.service.worker import Worker
from alpha_discovery.testing.example_records import data_epoch, ledger_entry

pytestmark = pytest.mark.usefixtures("small_batches")


def test_a_stop_is_heard_within_two_seconds(place: Workplace, discoveries: Discoveries, campaign: Make) -> None:
    run_id = discoveries.start(long_one(campaign))
    with working(Worker(place, QUICK)):
        wait_for(lambda: "batch" in kinds(discoveries, run_id))
        began = time.monotonic()
        discoveries.stop(run_id)
        wait_for(lambda: discoveries.status(run_id).state is RunState.STOPPED)
        assert time.monotonic() - began < 2.0
    record = discoveries.status(run_id).record
    assert place.lab.ledger.account(record.epoch).n_tested == record.strategies_tested > 0


def test_a_stop_is_heard_in_the_middle_of_something_long(
    place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that does not look up is left alone, and what it stores afterwards is refused."""
    told: list[str] = []

    def deaf(run_id: str, lab: Any, **_: Any) -> None:
        time.sleep(2.5)
        try:
            lab.ledger.record(ledger_entry(run_id=run_id))
        except LeaseLost as error:
            told.append(str(error))
            raise

    monkeypatch.setattr(held_run_module, "take_up", deaf)
    place.lab.ledger.enter(data_epoch())
    run_id = discoveries.start(campaign())
    with working(Worker(place, QUICK)):
        wait_for(lambda: discoveries.status(run_id).state is RunState.RUNNING)
        began = time.monotonic()
        discoveries.stop(run_id)
        wait_for(lambda: discoveries.status(run_id).state is RunState.STOPPED)
        assert time.monotonic() - began < 2.0
        wait_for(lambda: bool(told))
    assert place.lab.ledger.account("epoch-1").n_tested == 0
    assert discoveries.status(run_id).state is RunState.STOPPED


def test_a_stop_is_heard_while_the_machine_is_slow_to_tell_what_is_used(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    """A graphics card may take seconds to say how much of its memory is used."""
    asked = threading.Event()

    def measure() -> Measured:
        if asked.is_set():
            time.sleep(3.0)
        return Measured()

    run_id = discoveries.start(long_one(campaign))
    with working(Worker(place, QUICK, Governor(measure=measure))):
        wait_for(lambda: "batch" in kinds(discoveries, run_id))
        asked.set()
        time.sleep(EVERY)
        began = time.monotonic()
        discoveries.stop(run_id)
        wait_for(lambda: discoveries.status(run_id).state is RunState.STOPPED)
        assert time.monotonic() - began < 2.0


def asleep(place: Workplace) -> None:
    """Another worker takes the run that waits, and does nothing any more: killed, or without a processor."""
    assert place.queue.claim("asleep", lease=600.0) is not None


def seconds_to_stop(discoveries: Discoveries, run_id: str) -> float:
    """From the request until the run was put down, by what is written of both."""
    at = {event.kind: event.at for event in discoveries.events(run_id=run_id)}
    return (at["stopped"] - at["stopping"]).total_seconds()


def test_a_stop_of_a_run_whose_worker_is_dead_is_done_by_another_one_within_two_seconds(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    run_id = discoveries.start(long_one(campaign))
    asleep(place)
    busy = discoveries.start(long_one(campaign, seed=8))
    with working(Worker(place, QUICK)):  # it has no room for a second run, and looks all the same
        wait_for(lambda: "batch" in kinds(discoveries, busy))
        discoveries.stop(run_id)
        wait_for(lambda: discoveries.status(run_id).state is RunState.STOPPED)
    assert seconds_to_stop(discoveries, run_id) < 2.0
    assert discoveries.status(busy).state is RunState.QUEUED


def test_whoever_waits_for_a_stop_does_it_where_no_worker_is_left(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    run_id = discoveries.start(campaign())
    asleep(place)
    assert discoveries.stop(run_id) is RunState.STOPPING
    assert discoveries.put_down(run_id) is RunState.STOPPED
    assert seconds_to_stop(discoveries, run_id) < 2.0


@contextmanager
def stopped_in(step: str, place: Workplace, discoveries: Discoveries, run_id: str, rest: list[str]) -> Iterator[None]:
    """Stop a run as soon as its thread reaches a step; the thread must end there, not after ``rest``."""
    with working(Worker(place, QUICK)) as worker:
        wait_for(lambda: step in rest)
        thread = worker._at_work()[0]
        discoveries.stop(run_id)
        wait_for(lambda: discoveries.status(run_id).state is RunState.STOPPED)
        assert thread.join(20.0), "the thread goes on"
        yield


def test_a_stop_ends_the_kill_tests_of_a_judging_between_two_of_them(
    place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []

    def slowly(name: str) -> None:
        before = getattr(fragility, name)

        def test(*words: Any) -> Any:
            reached.append(name)
            time.sleep(0.5)
            return before(*words)

        monkeypatch.setattr(fragility, name, test)

    for name in ("_double_costs", "_late", "_worst_intrabar", "_neighbourhood", "_sub_periods", "_symbols"):
        slowly(name)
    run_id = discoveries.start(campaign())
    with stopped_in("_double_costs", place, discoveries, run_id, reached):
        assert "_symbols" not in reached
    assert not place.lab.alphas.of_run(run_id)


def test_a_stop_ends_the_search_of_a_copy_before_it_begins(
    place: Workplace, discoveries: Discoveries, campaign: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []
    made, searched = replication.null_copy, screening_module.run_screening

    def slowly(*words: Any, **more: Any) -> Any:
        reached.append("copy")
        time.sleep(0.5)
        return made(*words, **more)

    def noted(*words: Any, **more: Any) -> Any:
        reached.append("search")
        return searched(*words, **more)

    monkeypatch.setattr(replication, "null_copy", slowly)
    monkeypatch.setattr(replication, "run_screening", noted)
    run_id = discoveries.start(campaign(method="genetic"))
    with stopped_in("copy", place, discoveries, run_id, reached):
        assert reached == ["copy"]


def test_a_run_that_was_to_stop_when_its_worker_died_is_stopped(
    place: Workplace, discoveries: Discoveries, campaign: Make
) -> None:
    run_id = discoveries.start(campaign())
    place.queue.claim("dead", lease=0.0)
    assert discoveries.stop(run_id) is RunState.STOPPING
    assert place.queue.claim("alive", lease=60.0) is None
    assert discoveries.status(run_id).state is RunState.STOPPED
