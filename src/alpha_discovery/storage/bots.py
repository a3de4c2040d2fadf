"""Bots in SQL: which alpha, under which name, with how much capital, in which state."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alpha_discovery.discovery.records import check_move
from alpha_discovery.errors import UserError
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert
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


class BotState(StrEnum):
    """What a bot was told; whether its safeguards halted it is in its memory."""

    STOPPED = "stopped"
    RUNNING = "running"  # a process of `alpha bots work` lives through every bar that closes
    FAILED = "failed"  # it could not go on; its log says why
    DEMOTED = "demoted"  # for good


BOT_MOVES: dict[BotState, frozenset[BotState]] = {
    BotState.STOPPED: frozenset({BotState.RUNNING, BotState.DEMOTED}),
    BotState.RUNNING: frozenset({BotState.STOPPED, BotState.FAILED, BotState.DEMOTED}),
    BotState.FAILED: frozenset({BotState.RUNNING, BotState.STOPPED, BotState.DEMOTED}),
    BotState.DEMOTED: frozenset(),
}


class BotsInSql:
    """Bots over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, bot: Bot) -> None:
        """Store a new bot; raises `UserError` if its name is taken."""
        config = plain_json("config", bot.config)
        with self._database.transaction() as session:
            row = insert(session, BotRow).values({**vars(bot), "config": config})
            row = row.on_conflict_do_nothing(index_elements=["name"])  # it waits for somebody who stores the same name
            if session.scalar(row.returning(BotRow.id)) is None:
                raise UserError(f"there is a bot named {bot.name!r} already; choose another name")

    def get(self, bot_id: str) -> Bot:
        """The bot whose id is or uniquely starts with ``bot_id``; raises `NotFound`."""
        with self._database.reading() as session:
            row = session.get(BotRow, bot_id)
            if row is None:
                ids = session.scalars(select(BotRow.id).where(func.substr(BotRow.id, 1, len(bot_id)) == bot_id))
                row = session.get_one(BotRow, the_only(bot_id, ids, kind="bot"))
            return _bot(row)

    def set_state(self, bot_id: str, state: BotState, at: datetime, *, why: str | None = None) -> Bot:
        """Move a bot's state, and keep the reason under ``why``; the bot then. Raises `NotFound`, `ImpossibleMove`."""
        with self._database.transaction() as session:
            row = self._own(session, bot_id)
            check_move(BotState(row.state), state, moves=BOT_MOVES, what=f"bot {row.name}")
            row.state, row.updated_at, row.config = state, at, {**row.config, "why": why}
            session.flush()
            return _bot(row)

    def list(
        self, *, alpha_id: str | None = None, state: BotState | None = None, limit: int = 50, offset: int = 0
    ) -> tuple[Sequence[Bot], int]:
        """A page of the bots, of one alpha or of all, in one state or in any, the newest first; and how many match."""
        wanted = [] if alpha_id is None else [BotRow.alpha_id == alpha_id]
        wanted += [] if state is None else [BotRow.state == state]
        page = select(BotRow).where(*wanted).order_by(BotRow.created_at.desc(), BotRow.id)
        page = page.limit(check_limit(limit)).offset(check_limit(offset))
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(BotRow).where(*wanted)) or 0
            return [_bot(row) for row in session.scalars(page)], total

    def add_config(self, bot_id: str, more: Mapping[str, Any], at: datetime) -> Bot:
        """Add to the configuration of a bot, or replace parts of it; the others stay. Raises `NotFound`."""
        with self._database.transaction() as session:
            row = self._own(session, bot_id)
            row.config, row.updated_at = plain_json("config", {**row.config, **more}), at
            session.flush()
            return _bot(row)

    def hold(self, bot_ids: Collection[str]) -> Sequence[Bot]:
        """These bots as they are; nobody else changes them before the transaction that this is a part of ends."""
        query = select(BotRow).where(BotRow.id.in_(bot_ids)).order_by(BotRow.id)
        with self._database.transaction() as session:
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
            found = {row.id: _bot(row) for row in session.scalars(query)}
        return [found[id_] for id_ in bot_ids if id_ in found]

    def _own(self, session: Session, bot_id: str) -> BotRow:
        """The row of a bot, which nobody else changes before the transaction ends; its events may be written."""
        lock: Any = {"key_share": True}
        return session.get_one(BotRow, self.get(bot_id).id, with_for_update=lock, populate_existing=True)


def _bot(row: BotRow) -> Bot:
    return Bot(**{field.name: getattr(row, field.name) for field in fields(Bot)})
