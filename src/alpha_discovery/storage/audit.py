"""Who did what, and answers that are given again to the same question, in SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from alpha_discovery.core.clock import Clock
from alpha_discovery.errors import UserError
from alpha_discovery.storage.access_models import AnswerRow, AuditRow
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert
from alpha_discovery.storage.plain import check_limit, plain_json

KEPT = timedelta(days=1)  # how long an answer is given again


class KeyReused(UserError):
    """An idempotency key that came with another request before."""


@dataclass(frozen=True)
class Deed:
    """One line of the audit log."""

    id: int
    at: datetime
    who: str
    action: str
    target: str
    detail: dict[str, Any]
    client: str


@dataclass(frozen=True)
class Question:
    """A request that must not be carried out twice: who asks, the key that came with it, a hash of what is asked."""

    user_id: str
    key: str
    request: str


class AuditInSql:
    """The audit log over a database; nothing in it is ever changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(
        self, who: str, action: str, target: str = "", *, detail: Mapping[str, Any] | None = None, client: str = ""
    ) -> None:
        """Add a line; inside a transaction it stands or falls with it."""
        plain = plain_json("detail", dict(detail or {}))
        with self._database.transaction() as session:
            session.add(
                AuditRow(at=self._clock.now(), who=who, action=action, target=target, detail=plain, client=client)
            )
            session.flush()

    def list(self, *, limit: int = 50, offset: int = 0, action: str | None = None) -> tuple[Sequence[Deed], int]:
        """A page of the log, the newest first, and how many lines match."""
        wanted = [] if action is None else [AuditRow.action == action]
        page = select(AuditRow).where(*wanted).order_by(AuditRow.id.desc())
        page = page.limit(check_limit(limit)).offset(check_limit(offset))
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(AuditRow).where(*wanted)) or 0
            found = [
                Deed(row.id, row.at, row.who, row.action, row.target, row.detail, row.client)
                for row in session.scalars(page)
            ]
        return found, total


class AnswersInSql:
    """Answers by idempotency key over a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def given(self, question: Question | None) -> dict[str, Any] | None:
        """The answer that the same question got within a day, if it got one; raises `KeyReused`."""
        if question is None:
            return None
        with self._database.reading() as session:
            row = session.get(AnswerRow, (question.user_id, question.key))
            if row is None or row.at < self._clock.now() - KEPT:
                return None
            _check_same(row, question)
            return row.answer or None

    def once(self, question: Question | None, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Carry work out, or give the answer that the same question got within a day; without a question, work.

        Work and answer are stored together or not at all: of two that ask at once, one waits for the other.

        Raises
        ------
        KeyReused
            If the key came with another request.
        """
        if question is None:
            with self._database.transaction():
                return work()
        now = self._clock.now()
        with self._database.transaction() as session:
            session.execute(delete(AnswerRow).where(AnswerRow.at < now - KEPT))
            first = insert(session, AnswerRow).values(**vars(question), answer={}, at=now).on_conflict_do_nothing()
            session.execute(first)
            row = session.get_one(AnswerRow, (question.user_id, question.key), with_for_update=True)
            _check_same(row, question)
            if not row.answer:
                row.answer = work()
                session.flush()
            return row.answer


def _check_same(row: AnswerRow, question: Question) -> None:
    if row.request != question.request:
        raise KeyReused("this Idempotency-Key came with another request before; use a new one")
