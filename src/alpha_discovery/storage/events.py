"""What happened to runs, in order, in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from alpha_discovery.storage.database import Database
from alpha_discovery.storage.plain import check_limit, plain_json
from alpha_discovery.storage.queue_models import EventRow

_ADVISORY_LOCK = 4_702_111_220  # beside the one of `schema`


@dataclass(frozen=True)
class Event:
    """One thing that happened. Ids rise; ``kind`` is one of `KINDS`."""

    id: int
    run_id: str
    at: datetime
    kind: str
    data: dict[str, Any]


KINDS = (
    "queued", "started", "resumed", "taken_over", "stage", "batch", "null_markets", "pausing", "stopping", "yielded",
    "interrupted", "stopped", "completed", "failed", "note",
)  # fmt: skip


def note_event(session: Session, run_id: str, kind: str, at: datetime, data: Mapping[str, Any] | None = None) -> None:
    """Add an event to the transaction of ``session``.

    Writers on a server take turns, so that ids become visible in their order and nobody who reads "all since N"
    misses one that was committed late.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    session.add(EventRow(run_id=run_id, at=at, kind=kind, data=plain_json("event", dict(data or {}))))
    session.flush()


class EventsInSql:
    """The log of events over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, after: int = 0, *, run_id: str | None = None, limit: int = 500) -> Sequence[Event]:
        """Events with an id above ``after``, the oldest first; of one run (its whole id), or of all."""
        query = select(EventRow).where(EventRow.id > after).order_by(EventRow.id).limit(check_limit(limit))
        if run_id is not None:
            query = query.where(EventRow.run_id == run_id)
        with self._database.reading() as session:
            return [Event(row.id, row.run_id, row.at, row.kind, row.data) for row in session.scalars(query)]

    def last_id(self) -> int:
        """The newest event's id; 0 if there is none."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(EventRow.id))) or 0
