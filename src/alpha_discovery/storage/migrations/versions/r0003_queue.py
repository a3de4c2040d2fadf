"""The queue of runs, checkpoints, events, the lab's schedule, bots and the lineage of alphas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _queue()
    _progress()
    _events()
    _deployed()


def _run_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["run_id"], ["discovery_runs.id"], name=f"fk_{table}_run_id", ondelete="CASCADE")


def _queue() -> None:
    op.create_table(
        "run_queue",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("served_at", MOMENT, nullable=False),
        sa.Column("worker", sa.String()),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", MOMENT),
        sa.Column("heartbeat", MOMENT),
        sa.Column("request", sa.String()),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("worked_seconds", sa.Double(), nullable=False),
        sa.Column("cpu_percent", sa.Double()),
        sa.Column("memory_gb", sa.Double()),
        sa.Column("gpu_memory_gb", sa.Double()),
        sa.Column("parent_id", sa.String()),
        sa.Column("asked_by", sa.String()),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_queue"),
        _run_key("run_queue"),
    )
    op.create_index("idx_run_queue_turn", "run_queue", ["priority", "served_at"])
    op.create_table(
        "lab_ticks",
        sa.Column("schedule", sa.String(), nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("campaign_hash", sa.String(), nullable=False),
        sa.Column("run_id", sa.String()),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("schedule", "due", "campaign_hash", name="pk_lab_ticks"),
    )


def _progress() -> None:
    op.create_table(
        "run_checkpoints",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_run_checkpoints"),
        _run_key("run_checkpoints"),
    )
    op.create_table(
        "run_segments",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_run_segments"),
        _run_key("run_segments"),
    )


def _events() -> None:
    op.create_table(
        "run_journal",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run_journal"),
        _run_key("run_journal"),
    )
    op.create_index("ix_run_journal_run_id", "run_journal", ["run_id"])
    op.create_table(
        "run_events",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run_events"),
        _run_key("run_events"),
    )
    op.create_index("idx_run_events_of_run", "run_events", ["run_id", "id"])


def _deployed() -> None:
    op.create_table(
        "bots",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("alpha_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("allocated_capital", sa.String(), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_bots"),
        sa.UniqueConstraint("name", name="uq_bots_name"),
    )
    op.create_index("ix_bots_alpha_id", "bots", ["alpha_id"])
    op.create_index("ix_bots_state", "bots", ["state"])
    op.create_table(
        "alpha_lineage",
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("child_id", "parent_id", name="pk_alpha_lineage"),
    )
    op.create_index("ix_alpha_lineage_parent_id", "alpha_lineage", ["parent_id"])
