"""Live bots: bars of an exchange as they close, orders on paper or, behind two switches, at the exchange.

The first switch is stored: `arm` names the venue and asks for the bot's name once more. The second is turned at every
start: ``real_orders``. An exchange's test system needs the first only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.bot import SILENT, Bot
from alpha_discovery.bots.config import BotConfig
from alpha_discovery.bots.feeds import ReplayFeed
from alpha_discovery.bots.live import LiveFeed
from alpha_discovery.bots.ports import Broker, Feed, Notifier, Prices
from alpha_discovery.brokers.exchange import ExchangeBroker, Venue
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, SourceFailed, UserError
from alpha_discovery.market_data.sources.closed import ClosedBars
from alpha_discovery.market_data.sources.exchange import connect
from alpha_discovery.market_data.sources.port import Market
from alpha_discovery.service.bots import RUNNING, begun, paper_broker, stored_bars
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot as StoredBot
from alpha_discovery.storage.bots import BotsInSql

_log = logging.getLogger(__name__)
PAPER, SANDBOX, REAL = "paper", "sandbox", "real"


def arm(place: Workplace, bot_id: str, *, venue: str, mode: str, confirm: str) -> StoredBot:
    """Let a bot trade at an exchange, or on paper again; the first of the two switches.

    Parameters
    ----------
    mode : str
        ``sandbox`` (the exchange's test system), ``real``, or ``paper``.
    confirm : str
        The bot's name once more.

    Raises
    ------
    UserError
        If the name is not repeated, the mode is none of the three, or the bot has traded in another mode already:
        the books of paper and of an exchange must not be mixed.
    """
    bots = BotsInSql(place.database)
    stored = bots.get(bot_id)
    if mode not in (PAPER, SANDBOX, REAL):
        raise UserError(f"needs one of the modes paper, sandbox, real; found {mode}")
    if confirm != stored.name:
        raise UserError(f"to arm bot {stored.name}, repeat its name; found {confirm!r}")
    if mode != stored.config["mode"] and _has_begun(place, stored):
        raise UserError(f"bot {stored.name} has traded on {stored.config['mode']}; deploy another one for {mode}")
    config = {**stored.config, "mode": mode, "venue": venue}
    return bots.change(stored.id, place.lab.clock.now(), config=config)


def _has_begun(place: Workplace, stored: StoredBot) -> bool:
    return BotMemoryInSql(place.database).load(stored.id) is not None


@dataclass
class ExchangeLive:
    """Bars and brokers of exchanges; see `service.bots.Live`.

    Attributes
    ----------
    place : Workplace
    real_orders : bool
        The second switch: without it a bot that is armed for real orders is refused.
    connect_prices : callable
        ``(venue, markets) -> Prices``, public data.
    connect_venue : callable
        ``(venue, sandbox) -> Venue``, with keys.
    """

    place: Workplace
    real_orders: bool
    connect_prices: Callable[[str, list[Market]], Prices]
    connect_venue: Callable[[str, bool], Venue]

    def broker(self, stored: StoredBot, config: BotConfig) -> Broker:
        """Paper, or the exchange that the bot is armed for."""
        mode = stored.config["mode"]
        if mode == PAPER:
            return paper_broker(stored, config)
        if mode == REAL and not self.real_orders:
            raise UserError(
                f"bot {stored.name} is armed for real orders at {stored.config['venue']}, and this start does not "
                "allow them; start with --real-orders"
            )
        venue = self.connect_venue(stored.config["venue"], mode == SANDBOX)
        symbols = [market.instrument.symbol for market in markets_of(stored)]
        return ExchangeBroker(venue, symbols, started=int(stored.created_at.timestamp() * 1000))

    def feed(self, stored: StoredBot, config: BotConfig) -> Feed:
        """Stored bars, then those that the venue brings."""
        bars, _ = stored_bars(self.place, stored)
        start = int(stored.config["market"]["start"])
        markets = markets_of(stored)
        prices = self.connect_prices(stored.config.get("venue") or markets[0].instrument.venue, markets)
        past = ReplayFeed(bars).history(int(bars[0].time[-1]))
        return LiveFeed(prices, past, start=start, timeframe_ms=config.timeframe_ms, clock=self.place.lab.clock)


def markets_of(stored: StoredBot) -> list[Market]:
    """The markets that a bot trades."""
    told = stored.config["market"]
    timeframe = Timeframe.parse(told["timeframe"])
    keys = [key.partition("@") for key in told["sleeve"]]
    return [Market(Instrument(symbol, venue or told["venue"] or "binance"), timeframe) for symbol, _, venue in keys]


def public_prices(venue: str, markets: list[Market]) -> Prices:
    """Closed candles of an exchange that ccxt knows, without keys."""
    return ClosedBars(connect(venue), markets)


@dataclass
class BotCrew:
    """Runs the bots that are to run, one after the other, and keeps those going that can.

    A bot whose broker or prices do not answer is left as it is stored and begun anew at the next look: nothing is
    assumed about an order that nobody knows of.

    Attributes
    ----------
    live : ExchangeLive or None
        None: paper bots on the stored bars.
    only : tuple of str
        Names of bots to run whatever their state; empty: those whose state is running.
    """

    place: Workplace
    live: ExchangeLive | None = None
    notifier: Notifier = SILENT
    only: tuple[str, ...] = ()
    running: dict[str, Bot] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def look(self) -> None:
        """Step every bot through the bars that have closed, and look at the clock."""
        wanted = {bot.id: bot for bot in self._wanted()}
        for gone in [id_ for id_ in self.running if id_ not in wanted]:
            del self.running[gone]
        for stored in wanted.values():
            try:
                self._step(stored)
                self.failed.pop(stored.id, None)
            except AlphaDiscoveryError as error:
                self._failed(stored, error)

    def _wanted(self) -> list[StoredBot]:
        every = BotsInSql(self.place.database).list(limit=10_000)[0]
        if not self.only:
            return [bot for bot in every if bot.state == RUNNING]
        found = {bot.name: bot for bot in every}
        if missing := [name for name in self.only if name not in found]:
            raise NotFound(f"there is no bot named {missing[0]!r}; see: alpha bots list")
        return [found[name] for name in self.only]

    def _step(self, stored: StoredBot) -> None:
        if stored.id not in self.running:
            self.running[stored.id] = begun(self.place, stored.id, live=self.live, notifier=self.notifier)
        bot = self.running[stored.id]
        error: SourceFailed | None = None
        try:
            while bot.step():
                pass
        except SourceFailed as failed:
            error = failed
        if self.live is not None:
            bot.look_at_clock(int(self.place.lab.clock.now().timestamp() * 1000))
        if error is not None:
            raise error

    def _failed(self, stored: StoredBot, error: AlphaDiscoveryError) -> None:
        """Say it once; a broker or feed that fails again in the same words is no news."""
        text = str(error)
        bot = self.running.get(stored.id)
        if self.failed.get(stored.id) != text:
            self.failed[stored.id] = text
            _log.warning("bot %s: %s", stored.name, text)
            told: Mapping[str, str] = {"kind": "broker_failed", "why": text}
            self.notifier.notify("broker_failed", f"Bot {stored.name} cannot go on: {text}.", told)
        if bot is not None and bot.broker.remembers:
            del self.running[stored.id]  # begun anew: it asks what became of its orders before anything else
