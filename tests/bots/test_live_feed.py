"""Live bars: which moves an order, what a lost feed does, and who is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from alpha_discovery.bots.bot import Bot
from alpha_discovery.bots.config import Safeguards
from alpha_discovery.bots.feeds import ReplayFeed
from alpha_discovery.bots.live import LiveFeed
from alpha_discovery.brokers.paper import PaperBroker
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.notices import Notice
from alpha_discovery.errors import SourceFailed
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.bot_examples import BotMemory, config_for
from alpha_discovery.testing.markets import garch
from alpha_discovery.trading.fills import Fills
from alpha_discovery.trading.rows import BarRow, rows_of

HOUR = 3_600_000
BARS = garch(600, seed=4)
ROWS = [row for (row,), _ in rows_of((BARS,))]
WARM = 100
STRATEGY = find_strategy("sma_cross")
VALUES = STRATEGY.complete({"fast": 5, "slow": 20, "stop_loss": 0.01, "position_size": 1.0})


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.ms = ROWS[WARM].time

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, UTC)

    def monotonic(self) -> float:
        return self.ms / 1000


class Exchange:
    """Closed bars up to the clock, unless it is down."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.is_down, self.asked = clock, False, 0

    def closed(self, after: int) -> Sequence[tuple[BarRow, ...]]:
        self.asked += 1
        if self.is_down:
            raise SourceFailed("no answer; try later")
        return [(row,) for row in ROWS if row.time > after and row.time + HOUR <= self.clock.ms]


class Told:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)

    def of(self, words: str) -> list[Notice]:
        return [notice for notice in self.notices if words in notice.text]


class World:
    """A paper bot on live bars."""

    def __init__(self, **guards: Any) -> None:
        self.clock, self.told, self.memory = Clock(), Told(), BotMemory()
        self.exchange = Exchange(self.clock)
        safe = Safeguards(**{"max_jump": None, **guards})
        self.config = config_for(STRATEGY.rules, VALUES, Costs(), safeguards=safe, capital=1_000.0)
        self.bot = self.begun()

    def begun(self) -> Bot:
        past = ReplayFeed((BARS,)).history(ROWS[WARM - 1].time)
        feed = LiveFeed(self.exchange, past, start=ROWS[WARM].time, timeframe_ms=HOUR, clock=self.clock)
        return Bot(self.config, PaperBroker(Fills(Costs(), 0.0, HOUR)), feed, self.memory, self.told)

    def hour(self, many: int = 1) -> None:
        """Time passes, and the bot looks once an hour."""
        for _ in range(many):
            self.clock.ms += HOUR
            try:
                while self.bot.step():
                    pass
            except SourceFailed:
                pass
            self.bot.look_at_clock(self.clock.ms)

    @property
    def trades(self) -> list[Mapping[str, Any]]:
        return [event for event in self.memory.events("b0t", limit=10**9) if event["kind"] == "trade"]


def test_a_bot_on_live_bars_trades_as_one_on_stored_bars() -> None:
    world = World()
    world.hour(400)
    memory = BotMemory()
    stored = Bot(world.config, PaperBroker(Fills(Costs(), 0.0, HOUR)), ReplayFeed((BARS,), begin=WARM), memory)
    for _ in range(400):
        stored.step()
    wanted = [event for event in memory.events("b0t", limit=10**9) if event["kind"] == "trade"]
    assert len(wanted) > 5
    ours, theirs = ([(t["entry_bar"], t["exit_price"]) for t in trades] for trades in (world.trades, wanted))
    assert ours == theirs


def test_bars_that_grow_old_are_stored_one_by_one() -> None:
    world = World()
    world.clock.ms += 10 * HOUR
    assert (world.bot.live(50), world.memory.saves) == (10, 10)


def test_the_source_is_asked_once_a_bar_and_not_before_one_can_have_closed() -> None:
    world = World()
    world.hour(10)
    before = world.exchange.asked
    for _ in range(20):
        world.clock.ms += 60_000
        world.bot.step()
    assert world.exchange.asked == before


def test_a_feed_that_is_lost_for_hours_is_told_once_enters_nothing_and_comes_back() -> None:
    world = World()
    world.hour(50)
    world.exchange.is_down = True
    world.hour(4)
    assert world.bot.feed_lost == world.bot.last + 2 * HOUR  # type: ignore[operator]
    (said,) = world.told.of("no bar since")
    assert (said.level, said.about) == ("error", "bot test")
    assert world.memory.load("b0t")["feed_lost"] == world.bot.feed_lost  # type: ignore[index]
    orders = len([e for e in world.memory.events("b0t", limit=10**9) if e["kind"] == "order"])
    world.exchange.is_down = False
    world.hour(1)
    assert world.memory.load("b0t")["feed_lost"] is None  # type: ignore[index]
    assert len(world.told.of("bars come again")) == 2  # the promise, and that it was kept
    late = [e for e in world.memory.events("b0t", limit=10**9) if e["kind"] == "order"][orders:]
    times = {int(e["order"]["client_id"].split("-")[1], 16) * 1000 for e in late if e["order"]["reason"] == "entry"}
    assert times <= {ROWS[WARM + 55].time}  # nothing of a bar that came late entered


@pytest.mark.parametrize("hours", [1, 2])
def test_a_feed_that_is_late_by_less_than_the_limit_is_no_news(hours: int) -> None:
    world = World(stale_bars=4.0)
    world.hour(50)
    world.exchange.is_down = True
    world.hour(hours)
    assert world.bot.feed_lost is None


def test_a_restart_while_the_feed_is_lost_still_knows_and_does_not_say_it_again() -> None:
    world = World()
    world.hour(50)
    world.exchange.is_down = True
    world.hour(3)
    world.exchange.is_down = False
    world.bot = world.begun()
    assert world.bot.feed_lost is not None
    world.hour(1)
    assert len(world.told.of("no bar since")) == 1
    assert world.bot.feed_lost is None


def test_garbage_from_the_exchange_is_refused_and_told() -> None:
    world = World()
    world.hour(20)
    bad = ROWS[WARM + 20]._replace(close=-1.0)
    world.exchange.closed = lambda after: [(bad,)]  # type: ignore[method-assign]
    world.hour(1)
    assert "a bar that cannot be" in world.told.notices[-1].text


def test_a_spike_is_held_back_and_both_what_happened_and_its_end_are_told() -> None:
    world = World(max_jump=0.5)
    world.hour(20)
    real = world.exchange.closed
    row = ROWS[WARM + 20]
    spike = BarRow(row.time, row.open * 3, row.high * 3, row.low * 3, row.close * 3, row.volume)
    world.exchange.closed = lambda after: [(spike,)]  # type: ignore[method-assign]
    world.hour(1)
    world.exchange.closed = real  # type: ignore[method-assign]
    world.hour(1)
    said = [notice.text for notice in world.told.notices if "trade" not in notice.text]
    assert "moved too far" in said[-2]
    assert "did not confirm" in said[-1]


def test_a_limit_that_halts_is_told_with_its_name() -> None:
    world = World(max_drawdown=0.001)
    world.hour(200)
    texts = [notice.text for notice in world.told.notices]
    broken = next(k for k, text in enumerate(texts) if "broke its limit max_drawdown" in text)
    assert "halted: max_drawdown" in texts[broken + 1]
