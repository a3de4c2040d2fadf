"""Bots in SQL: which alpha, under which name, with how much capital, in which state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from alpha_discovery.errors import UserError
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.plain import check_limit, plain_json, the_only
from alpha_discovery.storage.queue_models import BotRow


@dataclass(frozen=True)
class Bot:
    """A deployed alpha. ``allocated_capital`` is decimal text: money is exact."""

    id: str
    alpha_id: str
    name: str
    state: str
    allocated_capital: str
    config: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    created_by: str | None


class BotsInSql:
    """Bots over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, bot: Bot) -> None:
        """Store a new bot; raises `UserError` if its name is taken."""
        config = plain_json("config", bot.config)
        with self._database.transaction() as session:
            if session.scalar(select(BotRow.id).where(BotRow.name == bot.name)) is not None:
                raise UserError(f"there is a bot named {bot.name!r} already; choose another name")
            session.add(BotRow(**{**vars(bot), "config": config}))
            session.flush()

    def get(self, bot_id: str) -> Bot:
        """The bot whose id is or uniquely starts with ``bot_id``; raises `NotFound`."""
        with self._database.reading() as session:
            row = session.get(BotRow, bot_id)
            if row is None:
                ids = session.scalars(select(BotRow.id).where(func.substr(BotRow.id, 1, len(bot_id)) == bot_id))
                row = session.get_one(BotRow, the_only(bot_id, ids, kind="bot"))
            return _bot(row)

    def list(self, *, alpha_id: str | None = None, limit: int = 50, offset: int = 0) -> tuple[Sequence[Bot], int]:
        """A page of the bots, of one alpha or of all, the newest first; and how many there are."""
        wanted = [] if alpha_id is None else [BotRow.alpha_id == alpha_id]
        page = select(BotRow).where(*wanted).order_by(BotRow.created_at.desc(), BotRow.id)
        page = page.limit(check_limit(limit)).offset(check_limit(offset))
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(BotRow).where(*wanted)) or 0
            return [_bot(row) for row in session.scalars(page)], total

    def change(self, bot_id: str, now: datetime, *, state: str | None = None, config: Any = None) -> Bot:
        """Set the state or the configuration of a bot; raises `NotFound`."""
        with self._database.transaction() as session:
            row = session.get(BotRow, self.get(bot_id).id)
            assert row is not None
            row.state, row.updated_at = state or row.state, now
            if config is not None:
                row.config = plain_json("config", config)
            session.flush()
            return _bot(row)


def _bot(row: BotRow) -> Bot:
    return Bot(**{field.name: getattr(row, field.name) for field in fields(Bot)})
