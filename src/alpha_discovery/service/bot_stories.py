"""Everything that happened to bots so far, read once for everybody who shows it."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alpha_discovery.reports.bot_log import NOISE
from alpha_discovery.service.forward import Days
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot
from alpha_discovery.storage.database import Database

AT_ONCE = 10_000  # events that are read together


@dataclass(eq=False)
class Story:
    """What happened to a bot, told up to event ``after``: its marks as columns, its trades, the lines of its log.

    ``paid`` is the money that it had been paid by each mark beyond its capital, or had paid where negative.
    """

    timeframe_ms: int
    after: int = 0
    times: list[int] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)
    paid: list[float] = field(default_factory=list)
    closes: list[float] = field(default_factory=list)
    scales: list[float] = field(default_factory=list)
    trades: list[Mapping[str, Any]] = field(default_factory=list)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    days: Days = field(default_factory=Days)
    moved: float = 0.0

    def take(self, event: Mapping[str, Any]) -> None:
        """Add the next event."""
        kind = event["kind"]
        if kind == "mark":
            self.times.append(event["time"] or 0)
            self.equity.append(event["equity"])
            self.paid.append(self.moved)
            self.closes.append(event.get("close", math.nan))
            self.scales.append(event.get("scale", 1.0))
            self.days.take(event, self.timeframe_ms)
        if kind == "transfer":
            self.moved += event["amount"]
        if kind == "trade":
            self.trades.append(event)
        if kind not in NOISE:
            self.lines.append(event)
        self.after = event["seq"]

    def marks(self) -> list[dict[str, Any]]:
        """The marks, each as it was told."""
        names = "time", "equity", "close", "scale"
        whole = len(self.scales)  # of the last one more may be told just now
        columns = (column[:whole] for column in (self.times, self.equity, self.closes, self.scales))
        return [dict(zip(names, mark, strict=True)) for mark in zip(*columns, strict=True)]


class BotStories:
    """Stories of the bots of a database, each continued from where it was told to; safe to ask from several threads."""

    def __init__(self, database: Database) -> None:
        self._memory = BotMemoryInSql(database)
        self._stories: dict[str, Story] = {}
        self._counts: dict[str, tuple[Counter[str], int]] = {}
        self._lock = threading.RLock()

    def of(self, bot: Bot) -> Story:
        """What happened to a bot so far."""
        with self._lock:
            story = self._stories.setdefault(bot.id, Story(int(bot.config["bot"]["timeframe_ms"])))
            while events := self._memory.events(bot.id, story.after, AT_ONCE):
                for event in events:
                    story.take(event)
            return story

    def days(self, bot: Bot) -> Days:
        """The last marks of a bot's days so far."""
        with self._lock:
            days = self.of(bot).days
            return Days(days.after, list(days.marks))

    def counts(self, bot: Bot) -> Mapping[str, int]:
        """How often each kind of event happened to a bot: no story needs to be read for it."""
        with self._lock:
            before, after = self._counts.get(bot.id, (Counter[str](), 0))
            more, last = self._memory.counted(bot.id, after)
            self._counts[bot.id] = before + Counter(more), last
            return self._counts[bot.id][0]
