"""What runs go on from, in SQL: a batch, the counters and the event about it change in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from alpha_discovery.core.clock import Clock
from alpha_discovery.discovery.checkpoint import Checkpoint, Resumed, Segment, Step
from alpha_discovery.discovery.journal import Entry
from alpha_discovery.discovery.records import RunRecord, hours_between
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert
from alpha_discovery.storage.events import note_event
from alpha_discovery.storage.packed import packed, unpacked
from alpha_discovery.storage.plain import plain_json
from alpha_discovery.storage.queue_models import CheckpointRow, JournalRow, QueueRow, SegmentRow

SHARE = 0.05  # of a run's time that checkpoints may take: batches of milliseconds share one


class CheckpointsInSql:
    """The port `Checkpoints` over a database, for one run at a time.

    Counters and event are written with every batch. So is the checkpoint, unless that would take more than `SHARE` of
    the time: then the next batches go with a later one, and a run that is killed repeats them, to the same numbers.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[Step] = []
        self._due = float("-inf")

    def load(self, run_id: str) -> Resumed | None:
        """What the run goes on from; None if it has to begin. Raises `StorageFailed` if it is damaged."""
        with self._database.reading() as session:
            row = session.get(CheckpointRow, run_id)
            if row is None:
                return None
            query = select(SegmentRow.data).where(SegmentRow.run_id == run_id, SegmentRow.number < row.batches)
            parts = session.scalars(query.order_by(SegmentRow.number)).all()
            state = row.state
        what = f"the checkpoint of run {run_id}"
        segments = [Segment.from_saved(unpacked(part, what)) for part in parts]
        return Resumed(Checkpoint.from_saved(unpacked(state, what)), segments)

    def save(self, run_id: str, step: Step, progress: Mapping[str, Any]) -> None:
        """Keep a batch, the counters and the event, and the checkpoint after it if one is due."""
        now = self._clock.now()
        self._waiting.append(step)
        with self._database.transaction() as session:
            if self._clock.monotonic() >= self._due:
                self._write(session, run_id)
            _progress(session, run_id, stage="search", done=progress["done"], planned=progress["planned"])
            note_event(session, run_id, "batch", now, progress)

    def _write(self, session: Session, run_id: str) -> None:
        """The checkpoint after the last batch, and every segment that waits for it."""
        if not self._waiting:
            return
        began = self._clock.monotonic()
        last = self._waiting[-1]
        state = packed(last.checkpoint().saved())
        for step in self._waiting:
            segment = packed(step.segment.saved())
            _replace(session, SegmentRow, {"run_id": run_id, "number": step.number, "data": segment})
        values = {"run_id": run_id, "saved_at": self._clock.now(), "batches": last.number + 1, "state": state}
        _replace(session, CheckpointRow, values)
        _progress(session, run_id, attempts=0)
        self._waiting.clear()
        ended = self._clock.monotonic()
        self._due = ended + (ended - began) / SHARE

    def enter(self, run_id: str, stage: str) -> None:
        """The run begins another stage."""
        with self._database.transaction() as session:
            self._write(session, run_id)
            _progress(session, run_id, stage=stage)
            note_event(session, run_id, "stage", self._clock.now(), {"stage": stage})

    def copied(self, run_id: str, done: int, copies: int) -> None:
        """So many of the markets without an edge were searched."""
        with self._database.transaction() as session:
            note_event(session, run_id, "null_markets", self._clock.now(), {"done": done, "planned": copies})

    def close(self, record: RunRecord) -> None:
        """The run is over: nothing will go on from here."""
        now = self._clock.now()
        with self._database.transaction() as session:
            forget(session, [record.id])
            _progress(
                session, record.id, stage="over", worker=None, lease_until=None, request=None,
                cpu_percent=None, memory_gb=None, gpu_memory_gb=None,
            )  # fmt: skip
            note_event(session, record.id, record.state.value, now, _ending(record, now))

    def journal(self, run_id: str) -> JournalInSql:
        """Where finished parts of the judging are kept."""
        return JournalInSql(self._database, run_id)


class JournalInSql:
    """The port `Journal` of one run over a database."""

    def __init__(self, database: Database, run_id: str) -> None:
        self._database = database
        self._run_id = run_id

    def entries(self) -> Iterable[Entry]:
        """Everything that was appended, in order."""
        query = select(JournalRow.entry).where(JournalRow.run_id == self._run_id).order_by(JournalRow.id)
        with self._database.reading() as session:
            return list(session.scalars(query))

    def append(self, entry: Entry) -> None:
        """Add a finished task; it is safe once this returns."""
        with self._database.transaction() as session:
            session.add(JournalRow(run_id=self._run_id, entry=plain_json("journal entry", entry)))
            session.flush()


def forget(session: Session, run_ids: Iterable[str]) -> None:
    """Drop everything that runs could go on from."""
    wanted = list(run_ids)
    for row in (SegmentRow, CheckpointRow, JournalRow):
        session.execute(delete(row).where(row.run_id.in_(wanted)))


def _replace(session: Session, row: type[SegmentRow] | type[CheckpointRow], values: dict[str, Any]) -> None:
    keys = [column.name for column in row.__table__.primary_key]
    add = insert(session, row).values(values)
    changed = {name: add.excluded[name] for name in values if name not in keys}
    session.execute(add.on_conflict_do_update(index_elements=keys, set_=changed))


def _progress(session: Session, run_id: str, **values: Any) -> None:
    session.execute(
        update(QueueRow).where(QueueRow.run_id == run_id).values(values),
        execution_options={"synchronize_session": False},
    )


def _ending(record: RunRecord, now: datetime) -> dict[str, Any]:
    hours = record.runtime_hours if record.end_time else hours_between(record.start_time, now)
    return {
        "strategies_tested": record.strategies_tested, "profitable_found": record.profitable_found,
        "best_sharpe": record.best_sharpe, "runtime_hours": hours,
    }  # fmt: skip
