"""Every started bot in one process, in turns: none has to wait until another one has caught up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import takewhile
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.bot import SILENT, TOGETHER, Bot
from alpha_discovery.bots.caught_up import CaughtUp
from alpha_discovery.bots.ending import Ending
from alpha_discovery.bots.feeds import NotBegun
from alpha_discovery.bots.forward import Forward
from alpha_discovery.bots.told import tell
from alpha_discovery.core.clock import Clock
from alpha_discovery.core.notices import Notifier
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.records import ImpossibleMove
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, SourceFailed, StorageFailed
from alpha_discovery.service.bots import Live, begun, insisting
from alpha_discovery.service.forward import LOSES, ForwardEvidence
from alpha_discovery.service.portfolios import Portfolios
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot as StoredBot
from alpha_discovery.storage.bots import BotsInSql, BotState

MOST = 1_000  # bots of one process
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0  # seconds until a silent source is asked again


class Waits:
    """How long each bot's source is left alone: twice as long after each failure, `LONGEST_WAIT` at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, tuple[float, float]] = {}  # when to ask again, and the last wait

    def still(self, id_: str) -> bool:
        """Whether it is too early to ask."""
        return id_ in self._until and self._clock.monotonic() < self._until[id_][0]

    def longer(self, id_: str) -> None:
        """It did not answer."""
        wait = min(LONGEST_WAIT, 2.0 * self._until[id_][1]) if id_ in self._until else FIRST_WAIT
        self._until[id_] = self._clock.monotonic() + wait, wait

    def over(self, id_: str) -> None:
        """It answered."""
        self._until.pop(id_, None)


class BotCrew:
    """Runs the bots of a workplace whose state is running.

    A bot whose broker or prices do not answer is asked again at the next look, and one at an exchange is begun anew
    first: it asks what became of its orders before it does anything else.

    Parameters
    ----------
    say : callable
        Told when a bot begins, rests or fails.
    live : Live, optional
        Bars and brokers of exchanges; without it paper bots live on the stored bars.
    notifier : Notifier
        Tells people.
    only : tuple of str
        Names of bots to run whatever their state; empty: those that are started.
    is_over : callable
        Asked before each bot and each bar, those that warm it up too: once it says so, the rest of a look is left for
        another time.
    """

    def __init__(
        self, place: Workplace, *, say: Callable[[str], None] = lambda line: None, live: Live | None = None,
        notifier: Notifier = SILENT, only: tuple[str, ...] = (), is_over: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self._place, self._say, self._live, self._notifier, self._only = place, say, live, notifier, only
        self._is_over = is_over
        self._unanswered: dict[str, str] = {}
        self._waits = Waits(place.lab.clock)
        self._silent: dict[str, Bot] = {}  # bots at an exchange that does not answer, as they were
        self._closed: set[str] = set()  # ended bots that hold nothing
        self._forward, self._days, self._alarms = ForwardEvidence(place), dict[str, int](), dict[str, bool]()
        self._bots = BotsInSql(place.database)
        self._held: dict[str, Bot] = {}
        self._caught = defaultdict[str, CaughtUp](CaughtUp)  # outlives a bot that is begun anew
        self._at_work: dict[str, str] = {}  # names of the bots that were said to be
        self._portfolios = Portfolios(place)

    def look(self) -> int:
        """Give every started bot a turn; how many bars were lived through by all of them."""
        found = self._wanted()
        wanted = {bot.id: bot.name for bot in found}
        for id_ in self._at_work.keys() - wanted.keys():
            self._held.pop(id_, None)
            name = self._at_work.pop(id_)
            self._caught.pop(id_, CaughtUp()).over(name, self._notifier)
            self._say(f"bot {name} rests")
        for id_ in self._unanswered.keys() - wanted.keys():  # whoever starts it again hears of it again
            self._heard(id_)
        lived = sum(self._turn(id_, name) for id_, name in takewhile(lambda _: not self._is_over(), wanted.items()))
        if lived:
            self._rebalance(found)
        return lived

    def _rebalance(self, bots: Sequence[StoredBot]) -> None:
        done = self._portfolios.rebalance_due(
            lambda name, error: self._say(f"portfolio {name} is not rebalanced, which is tried again: {error}")
        )
        for name, amount in done.items():
            told = f"is rebalanced: {amount:,.2f} is moved" if amount else "is near its weights: nothing is moved"
            self._say(f"portfolio {name} {told}")
        for bot in bots:  # they go on from a memory that has their new money in it
            if done.get(bot.config.get("portfolio", "")):
                self._held.pop(bot.id, None)

    def _wanted(self) -> Sequence[StoredBot]:
        if not self._only:
            return [*self._bots.list(state=BotState.RUNNING, limit=MOST)[0], *self._ended()]
        named = {bot.name: bot for bot in self._bots.list(limit=MOST)[0]}
        if missing := [name for name in self._only if name not in named]:
            raise NotFound(f"there is no bot named {missing[0]!r}; see: alpha bots list")
        return [named[name] for name in self._only]

    def _ended(self) -> list[StoredBot]:
        """Bots that were ended and hold something, or people do not know yet: they are run until it is closed."""
        memory, found = BotMemoryInSql(self._place.database), []
        for bot in self._bots.list(state=BotState.DEMOTED, limit=MOST)[0]:
            if bot.id in self._closed:
                continue
            state = memory.load(bot.id)
            if state is None or (_is_flat(state) and not Ending.of(state.get("ending")).is_untold):
                self._closed.add(bot.id)
            else:
                found.append(bot)
        return found

    def _turn(self, id_: str, name: str) -> int:
        if self._waits.still(id_):
            self._look_at_clock(id_, self._silent)
            return 0
        try:
            if id_ not in self._held:
                self._held[id_] = self._begun(id_, self._is_over)
                if id_ not in self._at_work:
                    self._at_work[id_] = name
                    self._say(f"bot {name} is at work")
            self._silent.pop(id_, None)
            stored = self._bots.get(id_)
            if is_over := stored.state == BotState.DEMOTED:
                self._leave(self._held[id_], stored.config.get("why") or "ended by hand")
            lived = self._held[id_].live(TOGETHER, self._is_over)
            self._heard(id_)
            if lived and not is_over:
                self._judged(id_)
            if self._live is not None:
                self._held[id_].look_at_clock(self._now())
        except NotBegun:
            return 0
        except SourceFailed as error:
            lived = self._no_answer(id_, name, error)
        except StorageFailed:  # somebody halted, paid or resumed it meanwhile: go on from what they stored
            self._held.pop(id_, None)
            return 0
        except AlphaDiscoveryError as error:
            self._failed(id_, name, error)
            return 0
        return lived

    def _begun(self, id_: str, is_over: Callable[[], bool] = lambda: False) -> Bot:
        bot = begun(self._place, id_, live=self._live, notifier=self._notifier, is_over=is_over)
        bot.caught = self._caught[id_]
        return bot

    def _now(self) -> int:
        return int(self._place.lab.clock.now().timestamp() * 1000)

    def _leave(self, bot: Bot, why: str) -> None:
        """Say that a bot is ended before its exchange is asked anything, and close what it holds; it enters nothing.

        Where the exchange does not answer, the next look begins here again.
        """
        bot.end(why)
        bot.tell_end()
        if bot.book.position is not None and not bot.desk.leaving:
            bot.flatten(why)

    def _judged(self, id_: str) -> None:
        """Once a UTC day of its bars: what its results say about its alpha, stored, and acted on by the stated rule."""
        last = self._held[id_].last
        assert last is not None
        if self._days.get(id_) == last // DAY:
            return
        found = self._forward.of(id_)
        why = insisting(lambda: self._applied(id_, found))
        self._days[id_], self._alarms[id_] = last // DAY, found.alarm
        if why is not None:
            self._leave(self._held[id_], why)

    def _applied(self, id_: str, found: Forward) -> str | None:
        """Act on what was found of a bot and write it into its log, together or not at all; why it ends, if it does.

        It goes on from the newest memory where somebody else changed it.
        """
        if id_ not in self._held:
            self._held[id_] = self._begun(id_)
        bot = self._held.pop(id_)  # and back once it is stored
        why = f"{LOSES} (evidence {found.evidence_against:.1f})"
        with self._place.database.transaction():
            kind = self._forward.apply(id_, found)
            if found.alarm and not self._alarms.get(id_, False):
                bot.note("below_band", equity=found.equity, low=found.low)
            if kind == "promoted":
                bot.note(kind, evidence=found.evidence_for, days=found.days)
            if kind == "demoted":
                bot.end(why)
            bot.note("forward", **found.to_json())
            bot.store()
        bot.tell()
        self._held[id_] = bot
        return why if kind == "demoted" else None

    def _heard(self, id_: str) -> None:
        self._unanswered.pop(id_, None)
        self._waits.over(id_)

    def _is_new(self, id_: str, text: str) -> bool:
        """Whether a reason was not said yet; the bot is left alone for a while either way."""
        self._waits.longer(id_)
        before, self._unanswered[id_] = self._unanswered.get(id_), text
        return text != before

    def _no_answer(self, id_: str, name: str, error: SourceFailed) -> int:
        """Said once for each wording, and asked again later and later; the clock says when it has lasted too long."""
        text = str(error)
        if self._is_new(id_, text):
            self._say(f"bot {name}: {text}")
            tell(self._notifier, name, {"kind": "no_answer", "why": text})
        bot = self._held.get(id_)
        if bot is not None and bot.broker.remembers:
            self._silent[id_] = self._held.pop(id_)
            self._at_work.pop(id_, None)  # it is said once more when the exchange answers
        if id_ in self._silent:
            self._look_at_clock(id_, self._silent)
        elif self._live is not None:
            self._look_at_clock(id_, self._held)
        return 0

    def _look_at_clock(self, id_: str, among: dict[str, Bot]) -> None:
        """Of a bot whose source is silent: it is put down where somebody else changed it, and begun anew later."""
        try:
            if id_ in among:
                among[id_].look_at_clock(self._now())
        except StorageFailed:
            del among[id_]

    def _failed(self, id_: str, name: str, error: AlphaDiscoveryError) -> None:
        """A bot whose prices are gone, say: it rests until a person has looked, and both say why.

        One that was ended does not rest before what it holds is closed: it is tried again, and says so once.
        """
        bot = self._held.pop(id_, None)
        self._at_work.pop(id_, None)
        if not self._is_new(id_, str(error)):
            return
        self._say(f"bot {name} failed: {error}")
        if bot is None:
            tell(self._notifier, name, {"kind": "failed", "why": str(error)})
        else:
            bot.note("failed", why=str(error))
            with suppress(StorageFailed):  # somebody changed it meanwhile: its state says why
                bot.save()
        if not self._only:
            with suppress(ImpossibleMove):  # somebody stopped or ended it meanwhile
                self._bots.set_state(id_, BotState.FAILED, self._place.lab.clock.now(), why=str(error))


def _is_flat(state: Mapping[str, Any]) -> bool:
    return state["book"]["position"] is None and not state["orders"]
