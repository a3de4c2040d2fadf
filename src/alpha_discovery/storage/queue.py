"""The queue of runs in SQL: who works on which run, until when, and what was asked of it.

A run is held by a lease that its worker renews. Whoever takes a run raises its token; every transaction of a worker
begins with a look at the token, in the transaction itself, so a worker that was asleep while another one took over
writes nothing. State, queue and event change together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from alpha_discovery.core.clock import Clock
from alpha_discovery.discovery.records import MOVES, PUT_DOWN, ImpossibleMove, RunState, check_move, hours_between
from alpha_discovery.errors import LeaseLost, NotFound
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.events import note_event
from alpha_discovery.storage.lookup import find_row
from alpha_discovery.storage.models import RunRow
from alpha_discovery.storage.queue_models import CheckpointRow, QueueRow


class Request(StrEnum):
    """What a person may ask of a run that somebody works on."""

    STOP = "stop"
    PAUSE = "pause"


AFTER = {Request.STOP: RunState.STOPPED, Request.PAUSE: RunState.INTERRUPTED}
SET_BACK = timedelta(seconds=60)  # what was noted further ahead was noted before the clock was set back
DIED = "its process ended without a word: killed, its disk full, or the machine went down; what it tried stays counted"
GRACE = 0.75  # seconds that a worker has to put down what was asked of it; then whoever looks does it


@dataclass(frozen=True)
class Claim:
    """A run that a worker holds. ``attempts``: times it was taken up since it last got anywhere."""

    run_id: str
    token: int
    worker: str
    attempts: int


@dataclass(frozen=True)
class Usage:
    """What a run uses now: per cent of all cores, GiB; None: not measured."""

    cpu_percent: float | None = None
    memory_gb: float | None = None
    gpu_memory_gb: float | None = None


@dataclass(frozen=True)
class QueueEntry:
    """A run's place in the queue, as plain values; see `QueueRow`."""

    run_id: str
    priority: int
    queued_at: datetime
    served_at: datetime
    worker: str | None
    token: int
    lease_until: datetime | None
    heartbeat: datetime | None
    request: str | None
    attempts: int
    stage: str
    done: int
    planned: int
    worked_seconds: float
    cpu_percent: float | None
    memory_gb: float | None
    gpu_memory_gb: float | None
    parent_id: str | None
    asked_by: str | None

    @property
    def progress(self) -> float:
        """Share of the search that is done, 0 to 1."""
        return min(1.0, self.done / self.planned) if self.planned else 0.0


class QueueInSql:
    """The queue over a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def enqueue(
        self, run_id: str, *, priority: int = 0, asked_by: str | None = None, parent_id: str | None = None
    ) -> None:
        """Let workers take a run that is stored as queued."""
        with self._database.transaction() as session:
            now = self._now(session)
            session.add(_place(run_id, now, priority=priority, parent_id=parent_id, asked_by=asked_by))
            session.flush()
            note_event(session, run_id, "queued", now, {"priority": priority, "asked_by": asked_by})

    def entry(self, run_id: str) -> QueueEntry | None:
        """The place of the run of exactly this id; None for a run that was never queued."""
        return self.entries([run_id]).get(run_id)

    def entries(self, run_ids: Sequence[str]) -> dict[str, QueueEntry]:
        """Places by run."""
        with self._database.reading() as session:
            rows = session.scalars(select(QueueRow).where(QueueRow.run_id.in_(run_ids)))
            return {row.run_id: _entry(row) for row in rows}

    def waiting(self, *, above: int | None = None) -> int:
        """Runs that nobody works on, of a priority above ``above``."""
        query = select(func.count()).select_from(QueueRow).join(RunRow, RunRow.id == QueueRow.run_id)
        query = query.where(RunRow.state == RunState.QUEUED)
        if above is not None:
            query = query.where(QueueRow.priority > above)
        with self._database.reading() as session:
            return session.scalar(query) or 0

    def claim(self, worker: str, *, lease: float) -> Claim | None:
        """Take the next run: by priority, then who waited longest; also one whose worker was not heard of in time.

        None if there is nothing to do. Runs that were to be stopped when their worker died are put down on the way.
        """
        with self._database.transaction() as session:
            now = self._now(session)
            for row in session.scalars(_next(now)):
                run = _run(session, row.run_id)
                if RunState(run.state) is RunState.STOPPING:
                    _put_down(session, row, run, AFTER[Request(row.request or Request.STOP)], now)
                    continue
                return _take(session, row, run, _Hold(worker, now, lease))
        return None

    def put_down_overdue(self) -> list[str]:
        """Put down what was to stop or pause and is still held after `GRACE`; the ids.

        Whoever is there looks, every half second or so: a worker that died, or that gets no processor, cannot hold up a
        stop, and what it still writes is refused.
        """
        with self._database.reading() as session:
            if session.scalars(_overdue(self._now(session)).limit(1)).first() is None:
                return []
        put_down = []
        with self._database.transaction() as session:
            now = self._now(session)
            for row in session.scalars(_overdue(now).with_for_update(of=QueueRow, skip_locked=True)):
                run = _run(session, row.run_id)
                _put_down(session, row, run, AFTER[Request(row.request or Request.STOP)], now)
                put_down.append(row.run_id)
        return put_down

    def put_down_dead(self, run_ids: Sequence[str]) -> None:
        """Put down those of these runs that say they run, and that no worker has: their own processes have ended."""
        for run_id in run_ids:
            with self._database.transaction() as session:
                run = session.get(RunRow, run_id, with_for_update=True)
                queued = session.get(QueueRow, run_id) is not None
                if run is not None and not queued and RunState(run.state) is RunState.RUNNING:
                    _end(session, run, RunState.INTERRUPTED, self._now(session), DIED)

    def beat(self, claim: Claim, *, lease: float, usage: Usage | None = None, worked: float = 0.0) -> Request | None:
        """Renew the lease, note what the run uses, and hear what was asked of it; raises `LeaseLost`.

        The lease of a run that is to stop is not renewed: it ends `GRACE` seconds after that was asked.
        """
        with self._database.transaction() as session:
            row = held(session, claim)
            now = self._now(session)
            row.heartbeat = now
            if row.request is None:
                row.lease_until = now + timedelta(seconds=lease)
            row.worked_seconds += worked
            for name, value in vars(usage or Usage()).items():
                setattr(row, name, value)
            session.flush()
            return None if row.request is None else Request(row.request)

    def guard(self, claim: Claim) -> Callable[[Session], None]:
        """A check for `Database.guarded`: raises `LeaseLost` if somebody else holds the run."""

        def check(session: Session) -> None:
            held(session, claim)

        return check

    def check(self, claim: Claim) -> Request | None:
        """What was asked of a run, without renewing its lease; raises `LeaseLost`."""
        with self._database.reading() as session:
            row = session.execute(
                select(QueueRow.token, QueueRow.request).where(QueueRow.run_id == claim.run_id)
            ).one_or_none()
        if row is None or row.token != claim.token:
            raise _lost(claim)
        return None if row.request is None else Request(row.request)

    def hand_back(
        self, claim: Claim, *, note: str | None = None, wait: float = 0.0, attempts: int | None = None
    ) -> None:
        """Let the run wait for its next turn, behind others of its priority and ``wait`` seconds; raises `LeaseLost`.

        ``note`` is kept with the event; ``attempts`` is what it then counts as, by default what it did.
        """
        self._release(claim, RunState.QUEUED, note, wait, attempts)

    def put_down(self, claim: Claim, state: RunState, *, error: str | None = None) -> None:
        """End the work on a run: stopped, interrupted or failed; raises `LeaseLost`."""
        self._release(claim, state, error)

    def ask(self, run_id: str, request: Request) -> RunState:
        """Stop or pause a run; the state it is in then.

        A run that nobody works on is put down at once, another one is `STOPPING` until its worker has heard of it, for
        `GRACE` seconds at most. One that was started at a terminal ends after its batch, if it is still alive.

        Raises
        ------
        NotFound
            For a run that is not stored; for a pause of one that was never queued.
        ImpossibleMove
            For a run that is over.
        """
        with self._database.transaction() as session:
            if request is Request.STOP and (alone := self._at_terminal(session, run_id)) is not None:
                return _end(session, alone, RunState.STOPPED, self._now(session))
            row, run = self._both(session, run_id)
            state, goal, now = RunState(run.state), AFTER[request], self._now(session)
            if state in (RunState.RUNNING, RunState.STOPPING):
                if row.request is None:
                    until = now + timedelta(seconds=GRACE)
                    row.lease_until = until if row.lease_until is None else min(row.lease_until, until)
                if row.request != Request.STOP:  # a pause does not weaken a stop
                    row.request = request
                _move(run, RunState.STOPPING)
                session.flush()
                note_event(session, run.id, "stopping" if request is Request.STOP else "pausing", now)
            elif state is not goal and not (state is RunState.STOPPED and request is Request.PAUSE):
                _put_down(session, row, run, goal, now)
            return RunState(run.state)

    def resume(self, run_id: str) -> RunState:
        """Let a run that was put down go on from its last checkpoint; one of a terminal is queued for it.

        Raises
        ------
        NotFound
            For a run that is not stored; for one of a terminal that keeps no checkpoint.
        ImpossibleMove
            For a run that is at work or has completed.
        """
        with self._database.transaction() as session:
            now = self._now(session)
            self._adopt(session, run_id, now)
            row, run = self._both(session, run_id)
            if RunState(run.state) is not RunState.QUEUED:
                if RunState(run.state) in (RunState.RUNNING, RunState.STOPPING):
                    raise ImpossibleMove(what=f"run {run.id}", old=run.state, new=RunState.QUEUED)
                _move(run, RunState.QUEUED)
                run.end_time, run.runtime_hours, run.error_message = None, None, None
                row.request, row.lease_until, row.served_at, row.attempts = None, None, now, 0
                session.flush()
                note_event(session, run.id, "resumed", now)
            return RunState(run.state)

    def prioritise(self, run_id: str, priority: int) -> None:
        """Give a run another priority; raises `NotFound`."""
        with self._database.transaction() as session:
            row, _ = self._both(session, run_id)
            row.priority = priority
            session.flush()

    def _release(
        self, claim: Claim, state: RunState, told: str | None, wait: float = 0.0, attempts: int | None = None
    ) -> None:
        with self._database.transaction() as session:
            row = held(session, claim)
            run = _run(session, claim.run_id)
            now = self._now(session)
            if RunState(run.state) is RunState.STOPPING and state is RunState.QUEUED:
                state = AFTER[Request(row.request or Request.STOP)]
            if state is not RunState.QUEUED:
                _put_down(session, row, run, state, now, told)
                return
            _move(run, state)
            _free(row)
            row.token += 1
            row.served_at = now
            row.lease_until = now + timedelta(seconds=wait) if wait else None
            row.attempts = row.attempts if attempts is None else attempts
            session.flush()
            note_event(session, run.id, "yielded", now, {"note": told} if told else None)

    def _at_terminal(self, session: Session, run_id: str) -> RunRow | None:
        """The run, locked, if it was never queued."""
        id_ = find_row(session, RunRow, run_id, kind="run").id
        return None if session.get(QueueRow, id_) is not None else _run(session, id_)

    def is_resumable(self, run_id: str) -> bool:
        """Whether the run of exactly this id was put down and can go on."""
        with self._database.reading() as session:
            state = session.scalar(select(RunRow.state).where(RunRow.id == run_id))
            kept = any(session.get(row, run_id) is not None for row in (QueueRow, CheckpointRow))
        return kept and state in PUT_DOWN

    def _adopt(self, session: Session, run_id: str, now: datetime) -> None:
        """Give a run of a terminal that was put down, and that left a checkpoint, a place in the queue."""
        run = find_row(session, RunRow, run_id, kind="run")
        if run.state not in PUT_DOWN or session.get(QueueRow, run.id) is not None:
            return
        if session.get(CheckpointRow, run.id) is None:
            anew = f"begin it anew with: alpha runs again {run.id[:8]}"
            raise NotFound(f"run {run.id} left nothing to go on from; {anew}")
        place = _place(run.id, now)
        if run.end_time is not None:  # its pace is that of all that was done
            place.worked_seconds = 3600.0 * hours_between(run.start_time, run.end_time)
        session.add(place)
        session.flush()

    def _both(self, session: Session, run_id: str) -> tuple[QueueRow, RunRow]:
        id_ = find_row(session, RunRow, run_id, kind="run").id
        row = session.get(QueueRow, id_, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound(f"run {id_} was started at a terminal and never queued; queue it with: alpha runs again")
        return row, _run(session, id_)

    def _now(self, session: Session) -> datetime:
        """The server's time, which all machines share; a file's own machine has one anyway."""
        if session.get_bind().dialect.name == "postgresql":
            now: datetime = session.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]
            return now
        return self._clock.now()


def _place(
    run_id: str, now: datetime, *, priority: int = 0, parent_id: str | None = None, asked_by: str | None = None
) -> QueueRow:
    """The place of a run that waits."""
    return QueueRow(
        run_id=run_id, priority=priority, queued_at=now, served_at=now, token=0, attempts=0,
        stage="waiting", done=0, planned=0, worked_seconds=0.0, parent_id=parent_id, asked_by=asked_by,
    )  # fmt: skip


@dataclass(frozen=True)
class _Hold:
    worker: str
    now: datetime
    lease: float


def held(session: Session, claim: Claim) -> QueueRow:
    """The row of a run that is still held under ``claim``, locked; raises `LeaseLost`."""
    row = session.get(QueueRow, claim.run_id, with_for_update=True, populate_existing=True)
    if row is None or row.token != claim.token:
        raise _lost(claim)
    return row


def _lost(claim: Claim) -> LeaseLost:
    return LeaseLost(f"run {claim.run_id} is no longer held by {claim.worker}; nothing more of it is stored")


def _next(now: datetime) -> Select[QueueRow]:
    is_over = or_(QueueRow.lease_until < now, QueueRow.heartbeat > now + SET_BACK)
    silent = RunRow.state.in_((RunState.RUNNING, RunState.STOPPING)) & is_over
    query = select(QueueRow).join(RunRow, RunRow.id == QueueRow.run_id)
    may = or_(QueueRow.lease_until.is_(None), QueueRow.lease_until < now, QueueRow.served_at > now + SET_BACK)
    waits = (RunRow.state == RunState.QUEUED) & may
    query = query.where(or_(waits, silent))
    query = query.order_by(QueueRow.priority.desc(), QueueRow.served_at, QueueRow.run_id)
    return query.with_for_update(of=QueueRow, skip_locked=True)


def _overdue(now: datetime) -> Select[QueueRow]:
    query = select(QueueRow).join(RunRow, RunRow.id == QueueRow.run_id)
    overdue = QueueRow.request.is_not(None) & (QueueRow.lease_until < now)  # few rows, before any run is looked up
    return query.where(overdue, RunRow.state == RunState.STOPPING)


def _take(session: Session, row: QueueRow, run: RunRow, hold: _Hold) -> Claim:
    silent = RunState(run.state) is RunState.RUNNING
    before = row.worker
    _move(run, RunState.RUNNING)
    row.token += 1
    row.worker, row.heartbeat, row.served_at = hold.worker, hold.now, hold.now
    row.lease_until = hold.now + timedelta(seconds=hold.lease)
    row.attempts += 1
    session.flush()
    kind = "taken_over" if silent else "started"
    note_event(session, run.id, kind, hold.now, {"worker": hold.worker} | ({"from": before} if silent else {}))
    return Claim(run.id, row.token, hold.worker, row.attempts)


def _put_down(
    session: Session, row: QueueRow, run: RunRow, state: RunState, now: datetime, error: str | None = None
) -> None:
    _free(row)
    row.token += 1
    _end(session, run, state, now, error)


def _end(session: Session, run: RunRow, state: RunState, now: datetime, error: str | None = None) -> RunState:
    if state is RunState(run.state):
        return state
    _move(run, state)
    run.end_time = now
    run.runtime_hours = hours_between(run.start_time, now)
    run.error_message = error
    session.flush()
    note_event(session, run.id, state.value, now, {"error": error} if error else None)
    return state


def _free(row: QueueRow) -> None:
    row.worker, row.lease_until, row.request = None, None, None
    row.cpu_percent, row.memory_gb, row.gpu_memory_gb = None, None, None


def _move(run: RunRow, state: RunState) -> None:
    check_move(RunState(run.state), state, moves=MOVES, what=f"run {run.id}")
    run.state = state


def _run(session: Session, run_id: str) -> RunRow:
    return session.get_one(RunRow, run_id, with_for_update=True, populate_existing=True)


def _entry(row: QueueRow) -> QueueEntry:
    return QueueEntry(**{f.name: getattr(row, f.name) for f in fields(QueueEntry)})
