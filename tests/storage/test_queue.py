"""The queue on both databases: a stop that its worker does not hear is done by whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from alpha_discovery.core.clock import SystemClock
from alpha_discovery.discovery.records import ImpossibleMove, RunState
from alpha_discovery.errors import LeaseLost, NotFound
from alpha_discovery.storage import queue as queue_module
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.queue import GRACE, Claim, QueueInSql, Request
from alpha_discovery.storage.queue_models import QueueRow
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.testing.example_records import run_record


@dataclass
class Held:
    """A run of a worker, and the queue that it is in."""

    queue: QueueInSql
    runs: RunsInSql
    claim: Claim

    @property
    def state(self) -> RunState:
        """Of the run."""
        return self.runs.get(self.claim.run_id).state

    @property
    def seconds_left(self) -> float:
        """Of its lease."""
        entry = self.queue.entry(self.claim.run_id)
        assert entry is not None
        assert entry.lease_until is not None
        return (entry.lease_until - datetime.now(UTC)).total_seconds()


@pytest.fixture
def held(database: Database) -> Held:
    """A run that a worker took a moment ago."""
    runs, queue = RunsInSql(database), QueueInSql(database, SystemClock())
    runs.add(run_record(state=RunState.QUEUED))
    queue.enqueue(run_record().id)
    claim = queue.claim("silent", lease=600.0)
    assert claim is not None
    return Held(queue, runs, claim)


@pytest.mark.parametrize(
    ("request_", "goal"), [(Request.STOP, RunState.STOPPED), (Request.PAUSE, RunState.INTERRUPTED)]
)
def test_what_a_worker_does_not_put_down_in_time_is_put_down_by_whoever_looks(
    held: Held, request_: Request, goal: RunState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "GRACE", 0.0)
    held.queue.ask(held.claim.run_id, request_)
    assert held.queue.put_down_overdue() == [held.claim.run_id]
    assert held.state is goal
    assert held.queue.put_down_overdue() == []
    with pytest.raises(LeaseLost):
        held.queue.beat(held.claim, lease=600.0)


def test_until_then_its_worker_has_it(held: Held) -> None:
    held.queue.ask(held.claim.run_id, Request.STOP)
    assert held.queue.put_down_overdue() == []
    assert held.state is RunState.STOPPING
    assert held.queue.check(held.claim) is Request.STOP


def test_neither_heartbeats_nor_more_requests_put_the_end_off(held: Held) -> None:
    held.queue.ask(held.claim.run_id, Request.PAUSE)
    first = held.seconds_left
    for _ in range(3):
        held.queue.beat(held.claim, lease=600.0)
        held.queue.ask(held.claim.run_id, Request.STOP)
    assert 0.0 < held.seconds_left <= first <= GRACE


def test_a_run_of_a_terminal_that_is_gone_can_be_ended(database: Database) -> None:
    """Its process was killed, or the machine lost its power: nobody else says that it is over."""
    runs, queue = RunsInSql(database), QueueInSql(database, SystemClock())
    runs.add(run_record(state=RunState.RUNNING, end_time=None))
    for _ in range(2):
        assert queue.ask(run_record().id, Request.STOP) is RunState.STOPPED
    ended = runs.get(run_record().id)
    assert (ended.state, ended.end_time is not None) == (RunState.STOPPED, True)
    with pytest.raises(NotFound, match="never queued; queue it with: alpha runs again"):
        queue.ask(run_record().id, Request.PAUSE)


def test_a_run_of_a_terminal_that_is_over_stays_what_it_is(database: Database) -> None:
    RunsInSql(database).add(run_record(state=RunState.COMPLETED))
    with pytest.raises(ImpossibleMove):
        QueueInSql(database, SystemClock()).ask(run_record().id, Request.STOP)


def test_a_run_that_nobody_asked_to_stop_is_left_alone(held: Held) -> None:
    held.queue.beat(held.claim, lease=-timedelta(seconds=60).total_seconds())  # its worker is not heard of
    assert held.queue.put_down_overdue() == []
    assert held.state is RunState.RUNNING


@pytest.mark.parametrize("hand_back", [False, True])
def test_a_clock_that_was_set_back_keeps_no_run_from_being_taken_up(
    held: Held, database: Database, hand_back: bool
) -> None:
    if hand_back:
        held.queue.hand_back(held.claim, wait=5.0)
    with database.transaction() as session:  # all of it was written an hour from now
        row = session.get_one(QueueRow, held.claim.run_id)
        later = datetime.now(UTC) + timedelta(hours=1)
        row.served_at, row.lease_until = later, later
        row.heartbeat = None if hand_back else later
    claim = held.queue.claim("awake", lease=15.0)
    assert claim is not None
    assert claim.run_id == held.claim.run_id
    assert held.queue.claim("third", lease=15.0) is None
