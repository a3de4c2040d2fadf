"""Deployed alphas at work: made from a stored alpha, run over the catalog on paper, compared with the backtest."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol, TypeVar

import numpy as np

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.bot import SILENT, TOGETHER, Bot
from alpha_discovery.bots.config import BotConfig, Safeguards
from alpha_discovery.bots.feeds import ReplayFeed, UntilOver
from alpha_discovery.bots.ports import Bar, Broker, Feed
from alpha_discovery.bots.reconcile import Reconciled, reconcile
from alpha_discovery.brokers.paper import PaperBroker
from alpha_discovery.core.bars import Bars, iso, to_ms
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.notices import Notifier
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.discovery.finer import load_market
from alpha_discovery.discovery.history import MISSED
from alpha_discovery.discovery.records import AlphaRecord, AlphaState, DeploymentStatus
from alpha_discovery.discovery.replay import encoded
from alpha_discovery.discovery.sleeves import align
from alpha_discovery.errors import NotFound, StorageFailed, TooFewBars, UserError
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.rules.walk import number
from alpha_discovery.service.first_bar import first_bar
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot as StoredBot
from alpha_discovery.storage.bots import BotsInSql, BotState
from alpha_discovery.trading.fills import Fills

MIN_SCORE = 0.7  # an alpha that is known to be below it is not deployed
MAX_BOTS = 5  # deployments of one alpha
ATTEMPTS = 20  # of a change to a bot that another process is running just now

Changed = TypeVar("Changed")


class NotDeployable(UserError):
    """An alpha that may not become a bot."""


@dataclass(frozen=True)
class Deployment:
    """How an alpha is deployed.

    Attributes
    ----------
    name : str
        Unique; several markets get a bot each, with the market behind the name.
    capital : float
        Allocated in the quote currency, shared equally by the markets.
    start : str or None
        Time of the first traded bar, as `first_bar`; None: the first that closes after the deployment. An earlier one
        replays.
    safeguards : Safeguards
    by : str or None
        Who deployed it.
    auto_start : bool
        Whether `alpha serve` runs it at once; otherwise a person starts it.
    """

    name: str
    capital: float | Decimal = 10_000.0
    start: str | None = None
    safeguards: Safeguards = field(default_factory=Safeguards)
    by: str | None = None
    auto_start: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip() or any(unicodedata.category(letter) == "Cc" for letter in self.name):
            raise UserError(f"a bot needs a name on one line that can be read; found {self.name!r}; choose another")


def deploy(place: Workplace, alpha_id: str, how: Deployment) -> list[StoredBot]:
    """Make paper bots of an alpha, one a market, all or none; none begins to trade before it is run.

    Raises
    ------
    NotFound
        If the alpha or a market of it is not stored.
    NotDeployable
        As `check_deployable`.
    TooFewBars
        If the legs of a market have no bar at a common time.
    UserError
        If the name is taken, the capital is not positive, or it cannot start then.
    """
    alpha = place.lab.alphas.get(alpha_id)
    check_deployable(alpha)
    made = planned(place, alpha, how)  # reads prices: not while others wait for the database
    keep(place, alpha.id, made)
    return made


def planned(place: Workplace, alpha: AlphaRecord, how: Deployment) -> list[StoredBot]:
    """The bots that `deploy` would store; reads the prices of their markets, and raises as it does.

    A market that was delisted gets none, and its share of the capital lies idle, as in the backtest; `idle_of` tells.
    """
    sleeves = alpha.market["sleeves"]
    share = Decimal(str(how.capital)) / len(sleeves)
    start = None if how.start is None else to_ms(how.start)
    venue, detail = alpha.market["venue"], alpha.market.get("detail")
    held = [_aligned(place, sleeve, alpha.timeframe, venue, detail) for sleeve in sleeves]
    newest = max(int(bars[0].time[-1]) for bars in held)
    lasts = {" ".join(sleeve): int(bars[0].time[-1]) for sleeve, bars in zip(sleeves, held, strict=True)}
    gone = {key: last for key, last in lasts.items() if newest - last > MISSED and (start is None or start > last)}
    idle = [
        f"{how.name} {key} is not made: its last bar is of {iso(last)}, the newest of {iso(newest)}; its share of the "
        f"capital, {share:,.2f}, lies idle"
        for key, last in gone.items()
    ]
    return [
        _stored(place, alpha, sleeve, how, share=share, bars=bars, idle=idle)
        for sleeve, bars in zip(sleeves, held, strict=True)
        if " ".join(sleeve) not in gone
    ]


def idle_of(bots: Sequence[StoredBot]) -> list[str]:
    """A sentence for each market that got no bot when these were made, for it was delisted."""
    return list(dict.fromkeys(told for bot in bots for told in bot.config.get("idle", ())))


def keep(place: Workplace, alpha_id: str, bots: Sequence[StoredBot]) -> None:
    """Store the bots that were planned of an alpha, and count the deployment, together or not at all; as `deploy`."""
    with place.database.transaction():
        place.lab.alphas.set_deployment(alpha_id, DeploymentStatus.DEPLOYED, deployed_once_more=True)
        counted = place.lab.alphas.get(alpha_id)  # somebody may have deployed it meanwhile; whoever does so now waits
        check_deployable(replace(counted, deployment_count=counted.deployment_count - 1))
        for bot in bots:
            BotsInSql(place.database).add(bot)


def check_deployable(alpha: AlphaRecord) -> None:
    """Raises `NotDeployable` for an alpha with a low score, one that decayed, or one that was deployed often enough."""
    found = alpha.validation_score
    if found is not None and found < MIN_SCORE:  # paper may show what a fresh one without a score is worth
        raise NotDeployable(f"a bot needs an alpha with a validation score of at least {MIN_SCORE}; this has {found}")
    if alpha.state is AlphaState.DECAYED:
        raise NotDeployable("this alpha has decayed: it no longer does what it did; choose another one")
    if alpha.deployment_count >= MAX_BOTS:
        raise NotDeployable(f"this alpha was deployed {alpha.deployment_count} times; {MAX_BOTS} is the most")


def begun(
    place: Workplace, bot_id: str, *, live: Live | None = None, notifier: Notifier = SILENT,
    is_over: Callable[[], bool] = lambda: False,
) -> Bot:  # fmt: skip
    """The bot, ready to step: its state restored and its signals warmed up.

    Parameters
    ----------
    live : Live, optional
        Where bars and orders go while it is live; without it a paper bot lives on the stored bars.

    Raises
    ------
    NotFound
        If there is no such bot, or its prices are not stored any more.
    UserError
        If it trades at an exchange and is not begun live.
    StorageFailed
        If another process runs it.
    NotBegun
        Once ``is_over`` says so while its signals are warmed up.
    """
    stored = BotsInSql(place.database).get(bot_id)
    config = BotConfig.of(stored.config["bot"])
    memory = BotMemoryInSql(place.database)
    if live is not None:
        broker = live.broker(stored, config)  # first: where orders are not allowed nobody is asked for prices
        return Bot(config, broker, UntilOver(live.feed(stored, config), is_over), memory, notifier)
    if stored.config["mode"] != "paper":
        raise UserError(f"bot {stored.name} trades at {stored.config['venue']}; run it live: alpha bots live")
    return Bot(config, paper_broker(stored, config), UntilOver(_feed(place, stored), is_over), memory, notifier)


def in_hand(place: Workplace, bot_id: str, *, orders: bool = False) -> Bot:
    """The bot for a person to change: to halt, to resume, and with ``orders`` to close what it holds.

    Only its memory changes here, so no prices are read and no signals are warmed up: the process that runs it notices.

    Raises
    ------
    NotFound
        If there is no such bot.
    UserError
        If orders of a bot at an exchange are to be moved.
    """
    stored = BotsInSql(place.database).get(bot_id)
    if orders and stored.config["mode"] != "paper":
        raise UserError(
            f"what bot {stored.name} holds at {stored.config['venue']} is closed by the process that runs it; halt it "
            "without closing, or demote it: it then closes what it holds"
        )
    config = BotConfig.of(stored.config["bot"])
    return Bot(config, paper_broker(stored, config), _NoBars(), BotMemoryInSql(place.database))


def change_by_hand(
    place: Workplace, bot_id: str, change: Callable[[Bot], None], *, orders: bool = False,
    note: Callable[[], None] = lambda: None,
) -> None:  # fmt: skip
    """Change a bot `in_hand`, which ``change`` saves, while no process that runs it saves anything.

    ``note`` stores what was done somewhere else, together with it or not at all.

    Raises
    ------
    NotFound, UserError
        As `in_hand`.
    StorageFailed
        If it cannot be stored.
    """

    def whole() -> None:
        with place.database.transaction():
            BotMemoryInSql(place.database).hold([bot_id])
            change(in_hand(place, bot_id, orders=orders))
            note()

    insisting(whole)


def halt(
    place: Workplace, bot_id: str, why: str, *, close: bool = False, note: Callable[[], None] = lambda: None
) -> None:
    """Enter nothing more; with ``close``, what is open is closed at the next open; raises as `change_by_hand`."""

    def change(bot: Bot) -> None:
        bot.halt(why)
        if close:
            bot.flatten(why)
        bot.save()

    change_by_hand(place, bot_id, change, orders=close, note=note)


def resume(place: Workplace, bot_id: str, *, note: Callable[[], None] = lambda: None) -> None:
    """Let a halted bot enter again; its drawdown is measured from now on; raises as `change_by_hand`."""
    change_by_hand(place, bot_id, Bot.resume, note=note)


def insisting(change: Callable[[], Changed]) -> Changed:
    """Change the memory of bots, anew where a process that runs it stored something meanwhile.

    Raises
    ------
    StorageFailed
        If that happens every time.
    """
    for _ in range(ATTEMPTS - 1):
        with suppress(StorageFailed):
            return change()
    return change()


class _NoBars:
    """A feed for a bot that does not live on: no history, nothing new."""

    repeats = True

    def history(self, until: int | None) -> Sequence[Bar]:
        return ()

    def next(self, after: int | None) -> Bar | None:
        return None


def paper_broker(stored: StoredBot, config: BotConfig) -> PaperBroker:
    """What fills the orders of a paper bot: the rules and costs of its backtest, at the size of its own orders."""
    rules = Rules.from_json(config.rules)
    latency = number(rules.latency_ms, {name: config.parameters[name] for name in rules.parameters})
    costs = replace(Costs(**config.costs), capital=1.0)  # it trades units and money, not shares of a capital
    return PaperBroker(Fills(costs, latency, config.timeframe_ms), stored.config["intrabar"])


class Live(Protocol):
    """Where the bars of a live bot come from and its orders go to."""

    def broker(self, stored: StoredBot, config: BotConfig) -> Broker:
        """Paper, or an exchange where the bot is armed and the caller allows it."""

    def feed(self, stored: StoredBot, config: BotConfig) -> Feed:
        """Bars as they close."""


def run(place: Workplace, bot_id: str) -> Bot:
    """Live through every bar that has closed since; the bot as it is then. It may be called again at any time."""
    return caught_up(place, bot_id, begun(place, bot_id))


def caught_up(place: Workplace, bot_id: str, bot: Bot) -> Bot:
    """A begun bot after every bar that has closed since; one that was changed by hand meanwhile goes on from that.

    Raises
    ------
    StorageFailed
        If another process lives through its bars.
    """
    while True:
        stored = bot.last
        try:
            if not bot.live(TOGETHER):
                return bot
        except StorageFailed:
            bot = begun(place, bot_id)
            if bot.last != stored:
                raise


def compare(place: Workplace, bot_id: str) -> Reconciled:
    """The bot's trades beside the backtest of the same rule over the bars that it has lived through.

    Raises
    ------
    NotFound
        If the bot has not traded yet.
    """
    stored = BotsInSql(place.database).get(bot_id)
    memory = BotMemoryInSql(place.database)
    last = last_bar(memory, stored)
    found = events_of(memory, stored.id, "trade", "mark")
    trades, marks = ([event for event in found if event["kind"] == kind] for kind in ("trade", "mark"))
    return compared(place, stored, last, trades, marks)


def last_bar(memory: BotMemoryInSql, stored: StoredBot) -> int:
    """Open time (ms) of the last bar that a bot has lived through; raises `NotFound` before its first."""
    state = memory.load(stored.id)
    if state is None or state["last"] is None:
        raise NotFound(f"bot {stored.name} has seen no bar yet; run it first: alpha bots run {stored.name}")
    return int(state["last"])


def compared(
    place: Workplace, stored: StoredBot, last: int, trades: Sequence[Mapping[str, Any]],
    marks: Sequence[Mapping[str, Any]],
) -> Reconciled:  # fmt: skip
    """`compare` of a bot whose trades and marks up to the bar of time ``last`` were read."""
    config = BotConfig.of(stored.config["bot"])
    bars, begin = stored_bars(place, stored)
    end = int(np.searchsorted(bars[0].time, last, side="right"))
    rules, costs = Rules.from_json(config.rules), replace(Costs(**config.costs), capital=config.capital)
    over = tape(bars, begin=begin, end=end)
    found = evaluate(rules, encoded(config.parameters), over, costs, intrabar=stored.config["intrabar"])
    return reconcile(trades, found, capital=config.capital, marks=marks)


def stamp_of(place: Workplace, stored: StoredBot) -> list[object]:
    """Something that changes when bars of a bot's markets are stored."""
    return [place.catalog.stamp(key.partition("@")[0]) for key in stored.config["market"]["sleeve"]]


def events_of(memory: BotMemoryInSql, bot_id: str, *kinds: str) -> list[Mapping[str, Any]]:
    """Every event of some kinds of a bot, in order."""
    found: list[Mapping[str, Any]] = []
    while more := memory.events(bot_id, found[-1]["seq"] if found else 0, kinds=kinds):
        found += more
    return found


def _stored(
    place: Workplace, alpha: AlphaRecord, sleeve: Sequence[str], how: Deployment, *, share: Decimal,
    bars: Sequence[Bars], idle: Sequence[str],
) -> StoredBot:  # fmt: skip
    detail = alpha.market.get("detail")
    now = place.lab.clock.now()
    start = first_bar(how.start, bars[0], now)
    id_ = uuid.uuid4().hex
    name = how.name if len(alpha.market["sleeves"]) == 1 else f"{how.name} {' '.join(sleeve)}"
    config = BotConfig(
        id_, name, alpha.rules, alpha.parameters, alpha.costs, Timeframe.parse(alpha.timeframe).ms, float(share),
        how.safeguards,
    )  # fmt: skip
    market = {"sleeve": list(sleeve), "timeframe": alpha.timeframe, "venue": alpha.market["venue"], "start": start}
    market |= {} if detail is None else {"detail": detail}
    told = {"mode": "paper", "intrabar": alpha.market["intrabar"], "market": market, "bot": config.to_json(),
            "idle": list(idle)}  # fmt: skip
    state = BotState.RUNNING if how.auto_start else BotState.STOPPED
    return StoredBot(id_, alpha.id, name, state, str(share), told, now, now, how.by)


class CatalogFeed:
    """Stored bars, read again when they are used up: paper trading goes as fast as the catalog is updated.

    Parameters
    ----------
    read : callable
        Gives the bars of every leg and the position of the first that is traded.
    stamp : callable
        Gives something that changes when bars are stored; as long as it does not, nothing is read again.
    """

    repeats = True

    def __init__(self, read: Callable[[], tuple[tuple[Bars, ...], int]], stamp: Callable[[], object]) -> None:
        self._read, self._stamp = read, stamp
        self._feed = self._newest()

    def history(self, until: int | None) -> Sequence[Bar]:
        """Bars up to ``until``, or all before the first traded one."""
        return self._feed.history(until)

    def next(self, after: int | None) -> Bar | None:
        """The bar after ``after``; None if none is stored yet."""
        found = self._feed.next(after)
        if found is None and self._stamp() != self._known:
            self._feed = self._newest()
            found = self._feed.next(after)
        return found

    def _newest(self) -> ReplayFeed:
        self._known = self._stamp()  # before reading: what is stored meanwhile is read the next time
        bars, begin = self._read()
        return ReplayFeed(bars, begin=begin)


def _feed(place: Workplace, stored: StoredBot) -> CatalogFeed:
    return CatalogFeed(lambda: stored_bars(place, stored), lambda: stamp_of(place, stored))


def stored_bars(place: Workplace, stored: StoredBot) -> tuple[tuple[Bars, ...], int]:
    """The bars of every leg, at the times that all have, and the position of the first that is traded."""
    market = stored.config["market"]
    bars = _aligned(place, market["sleeve"], market["timeframe"], market["venue"], market.get("detail"))
    return bars, int(np.searchsorted(bars[0].time, market["start"]))


def _aligned(
    place: Workplace, sleeve: Sequence[str], timeframe: str, venue: str | None, detail: str | None
) -> tuple[Bars, ...]:
    data = place.lab.market_data
    bars = align(tuple(load_market(data, key, timeframe, venue, detail) for key in sleeve))
    if not len(bars[0]):
        raise TooFewBars(have=0, need=1, purpose=f"trading {' with '.join(sleeve)} at common times")
    return bars
