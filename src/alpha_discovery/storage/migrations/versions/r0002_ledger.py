"""The trial ledger, judging rounds and what is known of each data epoch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "trial_ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("strategy", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("n_tested", sa.BigInteger(), nullable=False),
        sa.Column("n_eligible", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trial_ledger"),
        sa.UniqueConstraint("run_id", "strategy", "batch", name="uq_trial_ledger_run_id_strategy_batch"),
        sa.CheckConstraint("n_eligible >= 0 AND n_eligible <= n_tested", name=op.f("ck_trial_ledger_counts")),
    )
    op.create_index("ix_trial_ledger_epoch", "trial_ledger", ["epoch"])
    op.create_table(
        "judging_rounds",
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("run_ids", sa.JSON(), nullable=False),
        sa.Column("runs_hash", sa.String(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.JSON()),
        sa.PrimaryKeyConstraint("epoch", "number", name="pk_judging_rounds"),
        sa.UniqueConstraint("epoch", "runs_hash", name="uq_judging_rounds_epoch_runs_hash"),
    )
    op.create_table(
        "data_epochs",
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("n_effective", sa.Double(), nullable=False),
        sa.Column("noise_reach", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name="pk_data_epochs"),
    )
