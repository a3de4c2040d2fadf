"""Users, their sessions and keys, the audit log, kept answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "users",
        _text("id"), _text("name"), _text("password"), _text("role"),
        sa.Column("active", sa.Boolean(), nullable=False), sa.Column("epoch", sa.BigInteger(), nullable=False),
        _moment("created_at"), sa.Column("last_login", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_users"), sa.UniqueConstraint("name", name="uq_users_name"),
    )  # fmt: skip
    op.create_table(
        "user_sessions",
        _text("id"), _text("user_id"), _moment("began_at"), _moment("expires_at"), sa.Column("ended_at", MOMENT),
        _text("client"), sa.PrimaryKeyConstraint("id", name="pk_user_sessions"),
        _owner("user_sessions", "user_id", "users"),
    )  # fmt: skip
    op.create_index("ix_user_sessions_user_id", "user_sessions", ["user_id"])
    op.create_table(
        "refresh_tokens",
        _text("hash"), _text("session_id"), _moment("made_at"), sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("hash", name="pk_refresh_tokens"),
        _owner("refresh_tokens", "session_id", "user_sessions"),
    )  # fmt: skip
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    _keys()
    _deeds()


def _keys() -> None:
    op.create_table(
        "api_keys",
        _text("id"), _text("user_id"), _text("name"), _text("hash"), _text("role"), _moment("created_at"),
        sa.Column("expires_at", MOMENT), sa.Column("last_used", MOMENT), sa.Column("revoked_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"), _owner("api_keys", "user_id", "users"),
    )  # fmt: skip
    op.create_index("ix_api_keys_user_id", "api_keys", ["user_id"])


def _deeds() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", NUMBER, nullable=False), _moment("at"), _text("who"), _text("action"), _text("target"),
        sa.Column("detail", sa.JSON(), nullable=False), _text("client"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )  # fmt: skip
    op.create_index("ix_audit_log_at", "audit_log", ["at"])
    op.create_index("ix_audit_log_action", "audit_log", ["action"])
    op.create_table(
        "kept_answers",
        _text("user_id"), _text("key"), _text("request"), sa.Column("answer", sa.JSON(), nullable=False), _moment("at"),
        sa.PrimaryKeyConstraint("user_id", "key", name="pk_kept_answers"),
    )  # fmt: skip
    op.create_index("ix_kept_answers_at", "kept_answers", ["at"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, MOMENT, nullable=False)


def _owner(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")
