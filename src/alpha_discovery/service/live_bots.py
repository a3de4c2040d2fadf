"""Live bots: bars of an exchange as they close, orders on paper or, behind two switches, at the exchange.

The first switch is stored: `arm` names the venue and asks for the bot's name once more. The second is turned at every
start: ``real_orders``. An exchange's test system needs the first only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.config import BotConfig
from alpha_discovery.bots.feeds import ReplayFeed
from alpha_discovery.bots.live import LiveFeed
from alpha_discovery.bots.ports import Broker, Feed, Prices
from alpha_discovery.brokers.exchange import ExchangeBroker, Venue
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import UserError
from alpha_discovery.market_data.sources.closed import ClosedBars
from alpha_discovery.market_data.sources.exchange import connect
from alpha_discovery.market_data.sources.port import Market
from alpha_discovery.service.bots import paper_broker, stored_bars
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot as StoredBot
from alpha_discovery.storage.bots import BotsInSql

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
        If the name is not repeated, the mode is none of the three, or the bot has lived through a bar in another mode
        already: the books of paper and of an exchange must not be mixed.
    """
    bots = BotsInSql(place.database)
    stored = bots.get(bot_id)
    if mode not in (PAPER, SANDBOX, REAL):
        raise UserError(f"needs one of the modes paper, sandbox, real; found {mode}")
    if confirm != stored.name:
        raise UserError(f"to arm bot {stored.name}, repeat its name; found {confirm!r}")
    if mode != stored.config["mode"] and _has_begun(place, stored):
        raise UserError(
            f"bot {stored.name} has lived through bars as {stored.config['mode']}; deploy another one for {mode}"
        )
    return bots.add_config(stored.id, {"mode": mode, "venue": venue}, place.lab.clock.now())


def _has_begun(place: Workplace, stored: StoredBot) -> bool:
    """Whether it has lived through a bar; one that was halted or paid before its first has a memory, but no book."""
    state = BotMemoryInSql(place.database).load(stored.id)
    return state is not None and (state["last"] is not None or bool(state["orders"]))


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
