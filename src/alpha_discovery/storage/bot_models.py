"""The tables of running bots: what each knows, and what happened to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from alpha_discovery.storage import access_models
from alpha_discovery.storage.models import Row


class BotStateRow(Row):
    """Everything that a bot needs to go on; ``saves`` counts how often it was written."""

    __tablename__ = "bot_states"

    bot_id: Mapped[str] = mapped_column(ForeignKey("bots.id", ondelete="CASCADE"), primary_key=True)
    saves: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[dict[str, Any]]


class BotEventRow(Row):
    """One thing that happened to a bot; ``seq`` counts from 1 for each."""

    __tablename__ = "bot_events"

    bot_id: Mapped[str] = mapped_column(ForeignKey("bots.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    data: Mapped[dict[str, Any]]


TABLES = access_models.TABLES  # these too, now that they are declared
