"""Bots as a page shows them: what they hold and are worth, their course beside the expected one, trades and log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.forward import Forward
from alpha_discovery.bots.reconcile import Reconciled
from alpha_discovery.core.bars import iso
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.reports.bot_log import SAFEGUARDS, sentence
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.service.bot_stories import BotStories, Story
from alpha_discovery.service.bots import compared, last_bar, stamp_of
from alpha_discovery.service.forward import ForwardEvidence
from alpha_discovery.service.portfolio_course import deepest_fall, together
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql

POINTS = 5_000  # of a course, at most


@dataclass(frozen=True)
class _Kept:
    """What a comparison with the backtest found, and of what."""

    of: object
    found: Reconciled


class BotViews:
    """Bots of a workplace, looked at."""

    def __init__(self, place: Workplace, alphas: AlphaViews) -> None:
        self._place, self._alphas = place, alphas
        self._bots, self._stories = BotsInSql(place.database), BotStories(place.database)
        self._evidence = ForwardEvidence(place, alphas, self._stories.days)
        self._compared: dict[str, _Kept] = {}

    def get(self, bot_id: str) -> Bot:
        """The bot; raises `NotFound`."""
        return self._bots.get(bot_id)

    def page(self, *, alpha_id: str | None, limit: int, offset: int) -> tuple[Sequence[Bot], int]:
        """A page of the bots, the newest first, and how many there are."""
        return self._bots.list(alpha_id=alpha_id, limit=limit, offset=offset)

    def now(self, bot: Bot) -> dict[str, Any]:
        """What a bot is worth and holds at its last bar."""
        state, counts = BotMemoryInSql(self._place.database).load(bot.id), self._stories.counts(bot)
        capital = float(bot.allocated_capital)
        book = None if state is None else state["book"]
        equity = capital if book is None else book["equity"]
        scale = 1.0 if state is None else state.get("scale", 1.0)
        fired = {kind: many for kind, many in counts.items() if kind in SAFEGUARDS}
        return {
            "equity": equity, "total_return": equity / capital / scale - 1.0, "trades": counts.get("trade", 0),
            "bars": 0 if state is None else state["bars"],
            "last_bar": None if state is None or state["last"] is None else iso(state["last"]),
            "halted": None if state is None else state["halted"],
            "feed_lost": None if state is None or state.get("feed_lost") is None else iso(state["feed_lost"]),
            "position": _position(book), "safeguards_fired": fired,
        }  # fmt: skip

    def equity(self, bot_id: str) -> dict[str, Any]:
        """Equity at bar closes, and the course that its alpha's own past would lead one to expect."""
        bot = self.get(bot_id)
        story = self._stories.of(bot)
        keep = _thinned(len(story.times))
        told = {"time": [iso(story.times[k]) for k in keep], "equity": [story.equity[k] for k in keep]}
        return told | {"capital": float(bot.allocated_capital)} | self._expected(bot, story)

    def together(self, bots: Sequence[Bot]) -> dict[str, Any]:
        """What some bots were worth as one at each bar, and the largest fall of it."""
        capitals = [float(bot.allocated_capital) for bot in bots]
        times, worth = together(capitals, [self._stories.of(bot) for bot in bots])
        keep = _thinned(len(times))
        return {
            "capital": sum(capitals), "time": [iso(int(times[k])) for k in keep], "equity": worth[keep].tolist(),
            "max_drawdown": deepest_fall(worth, sum(capitals)),
        }  # fmt: skip

    def trades(self, bot_id: str) -> Sequence[Mapping[str, Any]]:
        """Closed trades in order, with the times of their bars."""
        story = self._stories.of(self.get(bot_id))
        return [
            {**trade, "entry_time": _time(story, trade["entry_bar"]), "exit_time": _time(story, trade["exit_bar"])}
            for trade in story.trades
        ]

    def log(self, bot_id: str, *, limit: int, offset: int, safeguards: bool) -> tuple[list[dict[str, Any]], int]:
        """A page of what happened, the last first, and how many lines there are; or safeguards alone."""
        lines = self._stories.of(self.get(bot_id)).lines
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
        """Its trades beside the backtest over the same bars; raises `NotFound` before its first bar.

        Kept until the bot lives on or bars of its markets are stored.
        """
        bot, memory = self.get(bot_id), BotMemoryInSql(self._place.database)
        stamp, last = stamp_of(self._place, bot), last_bar(memory, bot)
        story = self._stories.of(bot)
        while last != (newer := last_bar(memory, bot)):  # it lived on meanwhile
            last, story = newer, self._stories.of(bot)
        of = stamp, last, story.after
        kept = self._compared.get(bot.id)
        if kept is None or kept.of != of:
            found = compared(self._place, bot, last, story.trades, story.marks())
            kept = self._compared[bot.id] = _Kept(of, found)
        return kept.found

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


def _thinned(n: int) -> list[int]:
    """Places of at most `POINTS` of ``n`` and of the last one."""
    return sorted({*range(0, n, max(1, -(-n // POINTS))), *range(n)[-1:]})


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
