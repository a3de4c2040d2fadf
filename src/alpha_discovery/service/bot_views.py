"""Bots as a page shows them: what they hold and are worth, their course beside the expected one, trades and log."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.forward import Forward
from alpha_discovery.bots.reconcile import Reconciled
from alpha_discovery.core.bars import iso
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.reports.bot_log import NOISE, SAFEGUARDS, sentence
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.service.bots import compare
from alpha_discovery.service.forward import ForwardEvidence
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql

POINTS = 5_000  # of a course, at most


@dataclass(eq=False)
class Story:
    """Everything that happened to a bot so far, read once."""

    after: int = 0
    times: list[int] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)
    trades: list[Mapping[str, Any]] = field(default_factory=list)
    lines: list[Mapping[str, Any]] = field(default_factory=list)
    fired: dict[str, int] = field(default_factory=dict)

    def take(self, event: Mapping[str, Any]) -> None:
        """Add the next event."""
        kind = event["kind"]
        if kind == "mark":
            self.times.append(event["time"] or 0)
            self.equity.append(event["equity"])
        if kind == "trade":
            self.trades.append(event)
        if kind in SAFEGUARDS:
            self.fired[kind] = self.fired.get(kind, 0) + 1
        if kind not in NOISE:
            self.lines.append(event)
        self.after = event["seq"]


class BotViews:
    """Bots of a workplace, looked at."""

    def __init__(self, place: Workplace, alphas: AlphaViews) -> None:
        self._place, self._alphas = place, alphas
        self._bots, self._evidence = BotsInSql(place.database), ForwardEvidence(place, alphas)
        self._stories: dict[str, Story] = {}
        self._lock = threading.Lock()

    def get(self, bot_id: str) -> Bot:
        """The bot; raises `NotFound`."""
        return self._bots.get(bot_id)

    def page(self, *, alpha_id: str | None, limit: int, offset: int) -> tuple[Sequence[Bot], int]:
        """A page of the bots, the newest first, and how many there are."""
        return self._bots.list(alpha_id=alpha_id, limit=limit, offset=offset)

    def now(self, bot: Bot) -> dict[str, Any]:
        """What a bot is worth and holds at its last bar."""
        state, story = BotMemoryInSql(self._place.database).load(bot.id), self._story(bot.id)
        capital = float(bot.allocated_capital)
        book = None if state is None else state["book"]
        equity = capital if book is None else book["equity"]
        scale = 1.0 if state is None else state.get("scale", 1.0)
        return {
            "equity": equity, "total_return": equity / capital / scale - 1.0, "trades": len(story.trades),
            "bars": 0 if state is None else state["bars"],
            "last_bar": None if state is None or state["last"] is None else iso(state["last"]),
            "halted": None if state is None else state["halted"],
            "feed_lost": None if state is None or state.get("feed_lost") is None else iso(state["feed_lost"]),
            "position": _position(book), "safeguards_fired": story.fired,
        }  # fmt: skip

    def equity(self, bot_id: str) -> dict[str, Any]:
        """Equity at bar closes, and the course that its alpha's own past would lead one to expect."""
        bot = self.get(bot_id)
        story = self._story(bot.id)
        step = -(-len(story.times) // POINTS) if story.times else 1
        keep = sorted({*range(0, len(story.times), step), *([len(story.times) - 1] if story.times else [])})
        told = {"time": [iso(story.times[k]) for k in keep], "equity": [story.equity[k] for k in keep]}
        return told | {"capital": float(bot.allocated_capital)} | self._expected(bot, story)

    def trades(self, bot_id: str) -> Sequence[Mapping[str, Any]]:
        """Closed trades in order, with the times of their bars."""
        story = self._story(self.get(bot_id).id)
        return [
            {**trade, "entry_time": _time(story, trade["entry_bar"]), "exit_time": _time(story, trade["exit_bar"])}
            for trade in story.trades
        ]

    def log(self, bot_id: str, *, limit: int, offset: int, safeguards: bool) -> tuple[list[dict[str, Any]], int]:
        """A page of what happened, the last first, and how many lines there are; or safeguards alone."""
        lines = self._story(self.get(bot_id).id).lines
        lines = [line for line in lines if line["kind"] in SAFEGUARDS] if safeguards else lines
        page = lines[::-1][offset : offset + limit]
        return [
            {
                "seq": one["seq"], "time": None if one["time"] is None else iso(one["time"]), "kind": one["kind"],
                "text": sentence(one), "safeguard": one["kind"] in SAFEGUARDS,
            }
            for one in page
        ], len(lines)  # fmt: skip

    def forward(self, bot_id: str) -> Forward:
        """What its results say about its alpha; raises `NotFound`."""
        return self._evidence.of(bot_id)

    def reconciliation(self, bot_id: str) -> Reconciled:
        """Its trades beside the backtest over the same bars; raises `NotFound` before its first bar."""
        return compare(self._place, bot_id)

    def _story(self, bot_id: str) -> Story:
        memory = BotMemoryInSql(self._place.database)
        with self._lock:
            story = self._stories.setdefault(bot_id, Story())
            while events := memory.events(bot_id, story.after):
                for event in events:
                    story.take(event)
            return story

    def _expected(self, bot: Bot, story: Story) -> dict[str, Any]:
        """Quantiles of resampled courses of the alpha's days, as long as the bot has lived; or why there are none."""
        if not story.times:
            return {"expected": None, "why_not": "it has not lived through a bar yet"}
        try:
            self._alphas.see(bot.alpha_id)
        except AlphaDiscoveryError as error:
            return {"expected": None, "why_not": str(error)}
        if (bands := self._evidence.band(bot)) is None:
            return {"expected": None, "why_not": "its alpha's own past is too short to resample"}
        capital, days = float(bot.allocated_capital), len(bands[0])
        first = story.times[0]
        times = [first, *((first // DAY + 1 + k) * DAY for k in range(days))]  # at the ends of UTC days
        low, middle, high = (np.append(capital, capital * band).tolist() for band in bands)
        named = {"time": [iso(at) for at in times], "low": low, "middle": middle, "high": high}
        return {"expected": named, "why_not": None}


def _time(story: Story, bar: int) -> str | None:
    return iso(story.times[bar]) if 0 <= bar < len(story.times) else None


def _position(book: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The legs that are open: side, quantity, entry price."""
    if book is None or book["position"] is None:
        return []
    return [
        {"side": "long" if leg["side"] > 0 else "short", "quantity": leg["quantity"], "entry_price": leg["entry"][0]}
        for leg in book["position"]["legs"]
    ]
