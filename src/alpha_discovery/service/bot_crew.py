"""Every started bot in one process, in turns: none has to wait until another one has caught up."""

from __future__ import annotations

from collections.abc import Callable

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.bot import Bot
from alpha_discovery.errors import AlphaDiscoveryError, StorageFailed
from alpha_discovery.service.bots import begun
from alpha_discovery.storage.bots import BotsInSql, BotState

TURN = 50  # bars that a bot lives through before it is the next one's turn
MOST = 1_000  # bots of one process


class BotCrew:
    """Runs the bots of a workplace whose state is running.

    Parameters
    ----------
    say : callable
        Told when a bot begins, rests or fails.
    """

    def __init__(self, place: Workplace, *, say: Callable[[str], None] = lambda line: None) -> None:
        self._place, self._say = place, say
        self._bots = BotsInSql(place.database)
        self._held: dict[str, Bot] = {}

    def look(self) -> int:
        """Give every started bot a turn; how many bars were lived through by all of them."""
        wanted = {bot.id: bot.name for bot in self._bots.list(state=BotState.RUNNING, limit=MOST)[0]}
        for id_ in self._held.keys() - wanted.keys():
            self._say(f"bot {self._held.pop(id_).config.name} rests")
        return sum(self._turn(id_, name) for id_, name in wanted.items())

    def _turn(self, id_: str, name: str) -> int:
        try:
            if id_ not in self._held:
                self._held[id_] = begun(self._place, id_)
                self._say(f"bot {name} is at work")
            return self._steps(self._held[id_])
        except StorageFailed:  # somebody halted or resumed it meanwhile: go on from what they stored
            self._held.pop(id_, None)
            return 0
        except AlphaDiscoveryError as error:
            self._failed(id_, name, error)
            return 0

    def _steps(self, bot: Bot) -> int:
        lived = 0
        while lived < TURN and bot.step():
            lived += 1
        return lived

    def _failed(self, id_: str, name: str, error: AlphaDiscoveryError) -> None:
        """A bot whose prices are gone, say: it rests until a person has looked, and its log says why."""
        self._say(f"bot {name} failed: {error}")
        bot = self._held.pop(id_, None)
        if bot is not None:
            bot.note("failed", why=str(error))
            bot.save()
        self._bots.set_state(id_, BotState.FAILED, self._place.lab.clock.now())
