"""Trades of bars that had closed before a bot came to them: people are told of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alpha_discovery.bots.told import tell
from alpha_discovery.core.notices import Notice, Notifier


class CaughtUp:
    """Keeps trades back from the first late bar on, until the bot has come to the last one."""

    def __init__(self) -> None:
        self._is_late = False
        self._trades: list[Mapping[str, Any]] = []

    def look(self, *, is_late: bool) -> None:
        """A bar is lived through that has closed long since, or with others together."""
        self._is_late |= is_late

    def left_of(self, events: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Those of some events that are told at once."""
        if not self._is_late:
            return events
        self._trades += [event for event in events if event["kind"] == "trade"]
        return [event for event in events if event["kind"] != "trade"]

    def over(self, bot: str, notifier: Notifier) -> None:
        """The last bar was lived through: tell of what was kept back, in one notice."""
        kept, self._trades, self._is_late = self._trades, [], False
        if len(kept) < 2:
            tell(notifier, bot, *kept)
            return
        text = f"closed {len(kept)} trades while it caught up: {sum(event['pnl'] for event in kept):+,.2f} in all"
        notifier.tell(Notice("info", text, about=f"bot {bot}"))
