"""The state and the log of bots in SQL; see `bots.ports.Memory`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from alpha_discovery.errors import StorageFailed
from alpha_discovery.storage.bot_models import BotEventRow, BotStateRow
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.plain import check_limit, plain_json

_KIND = BotEventRow.data["kind"].as_string()


class BotMemoryInSql:
    """One bot's memory is written by one process: whoever loads it after another began to write is refused to save.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._saves: dict[str, int] = {}

    def load(self, bot_id: str) -> Mapping[str, Any] | None:
        """The last saved state; None for a bot that has not begun."""
        with self._database.reading() as session:
            row = session.get(BotStateRow, bot_id)
            self._saves[bot_id] = 0 if row is None else row.saves
            return None if row is None else row.state

    def hold(self, bot_ids: Collection[str]) -> None:
        """Let nobody else save these bots before the transaction that this is a part of ends."""
        query = select(BotStateRow).where(BotStateRow.bot_id.in_(bot_ids)).order_by(BotStateRow.bot_id)
        with self._database.transaction() as session:
            session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()

    def save(self, bot_id: str, state: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> None:
        """Replace the state and append what happened, in one transaction.

        Raises
        ------
        StorageFailed
            If it cannot be written, or another process has saved this bot since we loaded it: two of them would
            trade twice.
        """
        plain = plain_json("state", dict(state))
        with self._database.transaction() as session:
            row = session.get(BotStateRow, bot_id, with_for_update=True, populate_existing=True)
            seen = self._saves.get(bot_id, 0)
            if (0 if row is None else row.saves) != seen:
                raise StorageFailed(f"another process runs bot {bot_id}; end one of the two")
            if row is None:
                row = BotStateRow(bot_id=bot_id, saves=0, events=0, state=plain)
                session.add(row)
            for number, event in enumerate(events, row.events + 1):
                session.add(BotEventRow(bot_id=bot_id, seq=number, data=plain_json("event", dict(event))))
            row.saves, row.events, row.state = seen + 1, row.events + len(events), plain
            session.flush()
        self._saves[bot_id] = seen + 1

    def events(
        self, bot_id: str, after: int = 0, limit: int = 1000, *, kinds: Collection[str] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """What happened after number ``after``, in order, each with its number ``seq``; of ``kinds`` only, if any."""
        query = select(BotEventRow.data, BotEventRow.seq)  # no rows: an object for each takes longer than all the rest
        query = query.where(BotEventRow.bot_id == bot_id, BotEventRow.seq > after)
        if kinds:
            query = query.where(_KIND.in_(kinds))
        query = query.order_by(BotEventRow.seq).limit(check_limit(limit))
        with self._database.reading() as session:
            return [{**data, "seq": seq} for data, seq in session.execute(query)]

    def counted(self, bot_id: str, after: int = 0) -> tuple[Mapping[str, int], int]:
        """How many events of each kind came after number ``after``, and the number of the last one of all."""
        query = select(_KIND, func.count(), func.max(BotEventRow.seq))
        query = query.where(BotEventRow.bot_id == bot_id, BotEventRow.seq > after).group_by(_KIND)
        with self._database.reading() as session:
            found = session.execute(query).all()
        return {kind: many for kind, many, _ in found}, max((last for _, _, last in found), default=after)
