"""What running bots know, and what happened to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "bot_states",
        sa.Column("bot_id", sa.String(), nullable=False),
        sa.Column("saves", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", name="pk_bot_states"),
        _bot("bot_states"),
    )
    op.create_table(
        "bot_events",
        sa.Column("bot_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "seq", name="pk_bot_events"),
        _bot("bot_events"),
    )


def _bot(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["bot_id"], ["bots.id"], name=f"fk_{table}_bot_id", ondelete="CASCADE")
