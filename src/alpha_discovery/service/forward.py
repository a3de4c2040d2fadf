"""Paper and live results held against what an alpha promised: promoted or demoted by the rule of `bots.forward`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.forward import Forward, band, daily_returns, day_of, forward
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.records import ALPHA_MOVES, AlphaState, ImpossibleMove
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.reports.pooled import course
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql, BotState

LOSES = "its days prove that its alpha loses"


@dataclass(eq=False)
class Days:
    """The last mark of each UTC day of a bot, its marks read once."""

    after: int = 0
    marks: list[Mapping[str, Any]] = field(default_factory=list)

    def take(self, event: Mapping[str, Any], timeframe_ms: int) -> None:
        """Add the next mark."""
        self.after = event["seq"]
        if self.marks and day_of(self.marks[-1], timeframe_ms) == day_of(event, timeframe_ms):
            self.marks.pop()
        self.marks.append(event)


class ForwardEvidence:
    """Evidence of the bots of a workplace; ``days`` gives the last marks of a bot's days where somebody reads them."""

    def __init__(
        self, place: Workplace, alphas: AlphaViews | None = None, days: Callable[[Bot], Days] | None = None
    ) -> None:
        self._place, self._alphas = place, alphas or AlphaViews(place)
        self._bots = BotsInSql(place.database)
        self._days_of = days or self._read
        self._days: dict[str, Days] = {}
        self._lock = threading.Lock()

    def of(self, bot_id: str) -> Forward:
        """What a bot's days say so far; raises `NotFound`."""
        bot = self._bots.get(bot_id)
        told, returns = bot.config["bot"], self._returns(bot)
        size = float(told["parameters"].get("position_size", 1.0)) * float(told["parameters"].get("leverage", 1.0))
        return forward(returns, self._past(bot), deployed=size, seed=_seed(bot))

    def band(self, bot: Bot) -> tuple[npt.NDArray[np.float64], ...] | None:
        """The course that was expected up to the day that is under way: the band that `of` holds its days against."""
        return band(self._past(bot), days=len(self._returns(bot)), seed=_seed(bot))

    def apply(self, bot_id: str, found: Forward) -> str | None:
        """Move a bot and its alpha by what was found; the kind of event that came of it, ``promoted`` or ``demoted``.

        A decayed alpha is stored as such and the bot is ended; a proven one is stored as proven. Both happen once.
        """
        bot = self._bots.get(bot_id)
        alphas = self._place.lab.alphas
        state = alphas.get(bot.alpha_id).state
        if found.verdict == "proven" and AlphaState.PROVEN in ALPHA_MOVES[state]:
            with suppress(ImpossibleMove):  # somebody called it decayed meanwhile
                alphas.set_state(bot.alpha_id, AlphaState.PROVEN)
                return "promoted"
        if found.verdict == "decayed" and bot.state != BotState.DEMOTED:
            with self._place.database.transaction():
                alphas.set_state(bot.alpha_id, AlphaState.DECAYED)
                self._bots.set_state(bot.id, BotState.DEMOTED, self._place.lab.clock.now(), why=LOSES)
            return "demoted"
        return None

    def _returns(self, bot: Bot) -> npt.NDArray[np.float64]:
        told = bot.config["bot"]
        return daily_returns(self._days_of(bot).marks, float(told["capital"]), int(told["timeframe_ms"]))

    def _read(self, bot: Bot) -> Days:
        timeframe, memory = int(bot.config["bot"]["timeframe_ms"]), BotMemoryInSql(self._place.database)
        with self._lock:
            days = self._days.setdefault(bot.id, Days())
            while events := memory.events(bot.id, days.after, kinds=("mark",)):
                for event in events:
                    days.take(event, timeframe)
            return Days(days.after, list(days.marks))

    def _past(self, bot: Bot) -> npt.NDArray[np.float64]:
        """Daily returns of the bot's market where its alpha was judged; none if its bars are gone."""
        with suppress(AlphaDiscoveryError, KeyError):
            seen = self._alphas.see(bot.alpha_id)
            one = seen.evaluations[" with ".join(bot.config["market"]["sleeve"])]
            return np.asarray(course([one], seen.parts).returns, dtype=np.float64)
        return np.empty(0)


def _seed(bot: Bot) -> int:
    return int(content_hash("expected", bot.id)[:8], 16)
