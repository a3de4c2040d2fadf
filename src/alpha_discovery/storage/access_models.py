"""The tables of people and programs that use the laboratory: who may what, and who did what.

No table holds a secret: passwords are argon2 hashes, keys and refresh tokens SHA-256 of random strings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from alpha_discovery.storage import queue_models
from alpha_discovery.storage.models import Row

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class UserRow(Row):
    """A person. ``epoch`` rises when password, role or state change: tokens of an older one are worth nothing."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    password: Mapped[str]
    role: Mapped[str]
    active: Mapped[bool]
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    last_login: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("name"),)


class SessionRow(Row):
    """A login; its refresh tokens follow each other, and one that is shown twice ends it."""

    __tablename__ = "user_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    client: Mapped[str]


class RefreshRow(Row):
    """A refresh token by its hash; ``used_at`` once another one took its place."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("user_sessions.id", ondelete="CASCADE"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class KeyRow(Row):
    """A key for scripts, by its hash; it can never do more than its owner."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    hash: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditRow(Row):
    """Something that somebody did. It refers to no other table, so that no deletion takes it along."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(_NUMBER, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    target: Mapped[str]
    detail: Mapped[dict[str, Any]]
    client: Mapped[str]


class AnswerRow(Row):
    """The answer that a request with an ``Idempotency-Key`` was given."""

    __tablename__ = "kept_answers"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str]
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)


TABLES = queue_models.TABLES  # these too, now that they are declared
