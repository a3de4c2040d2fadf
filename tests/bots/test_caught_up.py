"""What people hear of a bot that comes to bars long after they have closed."""

from __future__ import annotations

from typing import Any

from tests.bots.test_live_feed import BARS, HOUR, STRATEGY, VALUES, WARM, Told, World

from alpha_discovery.bots.bot import TOGETHER, Bot
from alpha_discovery.bots.feeds import ReplayFeed
from alpha_discovery.brokers.paper import PaperBroker
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.testing.bot_examples import BotMemory, config_for
from alpha_discovery.trading.fills import Fills


class Stored:
    """A paper bot on stored bars, and what people heard of it."""

    def __init__(self, bars: Bars = BARS) -> None:
        self.told, self.memory = Told(), BotMemory()
        config = config_for(STRATEGY.rules, VALUES, Costs(), capital=1_000.0)
        self.bot = Bot(
            config, PaperBroker(Fills(Costs(), 0.0, HOUR)), ReplayFeed((bars,), begin=WARM), self.memory, self.told
        )

    @property
    def trades(self) -> list[dict[str, Any]]:
        return [dict(event) for event in self.memory.events("b0t", limit=10**9) if event["kind"] == "trade"]

    @property
    def texts(self) -> list[str]:
        return [notice.text for notice in self.told.notices]


def test_trades_of_many_bars_are_one_notice_once_the_last_is_lived_through() -> None:
    stored = Stored()
    while stored.bot.live(TOGETHER) == TOGETHER:
        assert stored.texts == []
    pnl = sum(trade["pnl"] for trade in stored.trades)
    assert len(stored.trades) > 5
    assert stored.texts == [f"closed {len(stored.trades)} trades while it caught up: {pnl:+,.2f} in all"]


def test_a_bot_that_has_caught_up_tells_of_each_trade() -> None:
    stored = Stored()
    for _ in range(len(BARS) - WARM):  # one bar a look, as they close
        assert stored.bot.live(TOGETHER, is_over=iter([False, True]).__next__) == 1
    assert len(stored.texts) == len(stored.trades)
    assert all(text.startswith("closed a trade: ") for text in stored.texts)


def test_one_late_trade_is_told_as_any_other() -> None:
    bars, lived = BARS, Stored()
    while not lived.trades:
        lived.bot.step()
    stored = Stored(bars.slice(0, WARM + lived.bot.bars))
    stored.bot.live(10**6)
    assert stored.texts == lived.texts


def test_what_needs_a_person_is_told_at_once() -> None:
    stored = Stored()
    stored.bot.halt("look")
    stored.bot.live(TOGETHER)
    assert stored.texts == ["halted: look"]


def test_each_trade_at_an_exchange_is_told_also_where_its_bars_grew_old() -> None:
    """Late bars of an exchange enter nothing, so that one trade at most is closed by them."""
    world = World()
    while world.bot.book.position is None:
        world.hour()
    world.clock.ms += 200 * HOUR
    while world.bot.live(TOGETHER) == TOGETHER:
        pass
    world.hour(100)
    assert len(world.told.of("closed a trade: ")) == len(world.trades) > 3
