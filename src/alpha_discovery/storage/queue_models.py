"""The tables of durable runs: the queue, what a run can go on from, what happened, and what came of an alpha.

`models` holds the tables of what a run leaves behind.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alpha_discovery.storage.models import Row

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up by itself in INTEGER columns alone


class QueueRow(Row):
    """A run that workers may take: who holds it, since when, and how far it is.

    ``token`` rises with every change of hands: whoever holds an older one writes nothing more. ``served_at`` orders
    runs of one priority, so that they take turns.
    """

    __tablename__ = "run_queue"

    run_id: Mapped[str] = mapped_column(ForeignKey("discovery_runs.id", ondelete="CASCADE"), primary_key=True)
    priority: Mapped[int]
    queued_at: Mapped[datetime]
    served_at: Mapped[datetime]
    worker: Mapped[str | None]
    token: Mapped[int]
    lease_until: Mapped[datetime | None]
    heartbeat: Mapped[datetime | None]
    request: Mapped[str | None]
    attempts: Mapped[int]
    stage: Mapped[str]
    done: Mapped[int]
    planned: Mapped[int]
    worked_seconds: Mapped[float]
    cpu_percent: Mapped[float | None]
    memory_gb: Mapped[float | None]
    gpu_memory_gb: Mapped[float | None]
    parent_id: Mapped[str | None]
    asked_by: Mapped[str | None]

    __table_args__ = (Index("idx_run_queue_turn", "priority", "served_at"),)


class CheckpointRow(Row):
    """What a run goes on from: optimizer, family test and counters after its last whole batch (see `packed`)."""

    __tablename__ = "run_checkpoints"

    run_id: Mapped[str] = mapped_column(ForeignKey("discovery_runs.id", ondelete="CASCADE"), primary_key=True)
    saved_at: Mapped[datetime]
    batches: Mapped[int]
    state: Mapped[bytes] = mapped_column(LargeBinary)


class SegmentRow(Row):
    """The candidates of one batch of a run that is not finished (zstd arrays)."""

    __tablename__ = "run_segments"

    run_id: Mapped[str] = mapped_column(ForeignKey("discovery_runs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class JournalRow(Row):
    """A finished part of a run's judging, so that a run that is taken up again need not repeat it."""

    __tablename__ = "run_journal"

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("discovery_runs.id", ondelete="CASCADE"), index=True)
    entry: Mapped[dict[str, Any]]


class EventRow(Row):
    """Something that happened to a run, in order."""

    __tablename__ = "run_events"

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("discovery_runs.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]

    __table_args__ = (Index("idx_run_events_of_run", "run_id", "id"),)


class TickRow(Row):
    """A campaign that the lab started at a time of its schedule: several labs on one database start it once."""

    __tablename__ = "lab_ticks"

    schedule: Mapped[str] = mapped_column(primary_key=True)
    due: Mapped[datetime] = mapped_column(primary_key=True)
    campaign_hash: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Text)


class BotRow(Row):
    """A deployed alpha. Capital is decimal text: money is exact."""

    __tablename__ = "bots"

    id: Mapped[str] = mapped_column(primary_key=True)
    alpha_id: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    allocated_capital: Mapped[str]
    config: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    created_by: Mapped[str | None]

    __table_args__ = (UniqueConstraint("name"),)


class LineageRow(Row):
    """An alpha that came out of another one, and how."""

    __tablename__ = "alpha_lineage"

    child_id: Mapped[str] = mapped_column(primary_key=True)
    parent_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    how: Mapped[str]
    at: Mapped[datetime]


TABLES = Row.metadata  # these, and those of `models`
