"""Bots on bars of an exchange: two switches before a real order, one process for many, and a feed that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.service.live_world import HOUR, Told, World, armed, crossing_alpha

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.brokers.exchange import ExchangeBroker
from alpha_discovery.brokers.keys import Keys
from alpha_discovery.brokers.paper import PaperBroker
from alpha_discovery.discovery.records import AlphaState
from alpha_discovery.errors import NotFound, SourceFailed, UserError
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.bots import Deployment, begun, deploy, halt
from alpha_discovery.service.exchange_keys import PASSPHRASE, key_file, keys_of
from alpha_discovery.service.forward import ForwardEvidence
from alpha_discovery.service.live_bots import arm
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import BotsInSql, BotState


@pytest.fixture
def world(place: Workplace, planted_market: Any) -> World:
    return World(place, planted_market)


def test_without_a_switch_a_live_bot_trades_on_paper(world: World) -> None:
    bot = begun(world.place, world.bot.id, live=world.live(real_orders=True))
    assert isinstance(bot.broker, PaperBroker)
    assert world.connected == []


def test_the_first_switch_alone_sends_nothing_real(world: World) -> None:
    armed(world, "real")
    with pytest.raises(UserError, match="start with --real-orders"):
        begun(world.place, world.bot.id, live=world.live())
    assert world.connected == []


def test_both_switches_reach_the_exchange(world: World) -> None:
    armed(world, "real")
    bot = begun(world.place, world.bot.id, live=world.live(real_orders=True))
    assert isinstance(bot.broker, ExchangeBroker)
    assert world.connected == [("binance", False)]


def test_the_test_system_needs_the_first_switch_only(world: World) -> None:
    armed(world, "sandbox")
    begun(world.place, world.bot.id, live=world.live())
    assert world.connected == [("binance", True)]


def test_one_that_was_halted_before_its_first_bar_can_be_armed(world: World) -> None:
    halt(world.place, world.bot.id, "not yet")
    armed(world, "real")
    bot = begun(world.place, world.bot.id, live=world.live(real_orders=True))
    assert isinstance(bot.broker, ExchangeBroker)
    assert (bot.halted, bot.bars) == ("not yet", 0)


def test_one_that_has_lived_through_a_bar_on_paper_cannot_be_armed(world: World) -> None:
    bot = begun(world.place, world.bot.id, live=world.live())
    world.clock.ms += 2 * HOUR
    assert bot.step()
    with pytest.raises(UserError, match="has lived through bars as paper; deploy another one for real"):
        armed(world, "real")


@pytest.mark.parametrize(("confirm", "mode"), [("frist", "real"), ("", "real"), ("first", "money")])
def test_a_switch_that_is_not_confirmed_in_full_does_not_turn(world: World, confirm: str, mode: str) -> None:
    with pytest.raises(UserError):
        arm(world.place, world.bot.id, venue="binance", mode=mode, confirm=confirm)
    assert BotsInSql(world.place.database).get(world.bot.id).config["mode"] == "paper"


def test_an_armed_bot_does_not_run_on_stored_bars(world: World) -> None:
    armed(world, "real")
    with pytest.raises(UserError, match="run it live"):
        begun(world.place, world.bot.id)


def test_a_bot_that_has_traded_on_paper_is_not_armed_any_more(world: World) -> None:
    crew = BotCrew(world.place, live=world.live())
    world.clock.ms += HOUR
    assert crew.look() == 1
    with pytest.raises(UserError, match="deploy another one"):
        armed(world, "real")


def test_a_crew_lives_through_the_hours_as_they_close(world: World) -> None:
    crew = BotCrew(world.place, live=world.live())
    lived = 0
    for _ in range(5):
        world.clock.ms += HOUR
        lived += crew.look()
    assert lived == 5
    state = BotMemoryInSql(world.place.database).load(world.bot.id)
    assert state is not None
    assert state["bars"] == 5


def test_a_lost_feed_is_told_stored_and_over_when_bars_come(world: World) -> None:
    crew = BotCrew(world.place, live=world.live(), notifier=world.told)
    memory = BotMemoryInSql(world.place.database)
    world.clock.ms += HOUR
    crew.look()
    world.feed.is_down = True
    for _ in range(4):
        world.clock.ms += HOUR
        crew.look()
    texts = [notice.text for notice in world.told.notices]
    assert [text for text in texts if "gets no answer" in text] == ["gets no answer: fake did not answer; try later"]
    assert sum("no bar since" in text for text in texts) == 1
    assert memory.load(world.bot.id)["feed_lost"] is not None  # type: ignore[index]
    world.feed.is_down = False
    world.clock.ms += HOUR
    crew.look()
    assert memory.load(world.bot.id)["feed_lost"] is None  # type: ignore[index]
    assert BotsInSql(world.place.database).get(world.bot.id).state == "running"


def test_a_crew_for_some_names_runs_only_those_and_knows_them(world: World) -> None:
    assert BotCrew(world.place, live=world.live(), only=("first",)).look() == 0
    with pytest.raises(NotFound, match="no bot named 'second'"):
        BotCrew(world.place, live=world.live(), only=("second",)).look()


def test_an_exchange_that_does_not_answer_is_asked_again_and_nothing_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    armed(world, "sandbox")
    crew = BotCrew(world.place, live=world.live(), notifier=world.told)
    world.clock.ms += HOUR
    answers: Callable[..., Any] = world.exchange.load_markets

    def down() -> None:
        raise SourceFailed("fake did not answer")

    monkeypatch.setattr(world.exchange, "load_markets", down)
    assert crew.look() == 0
    assert BotsInSql(world.place.database).get(world.bot.id).state == "running"
    monkeypatch.setattr(world.exchange, "load_markets", answers)
    world.clock.ms += 2_000
    assert crew.look() == 1


def test_a_silent_source_is_asked_later_and_later(world: World) -> None:
    crew = BotCrew(world.place, live=world.live())
    world.clock.ms += HOUR
    crew.look()
    world.feed.is_down, asked = True, 0
    closed = world.feed.closed

    def counting(after: int) -> Any:
        nonlocal asked
        asked += 1
        return closed(after)

    world.feed.closed = counting  # type: ignore[method-assign]
    world.clock.ms += HOUR
    for _ in range(1_800):  # every two seconds for an hour
        world.clock.ms += 2_000
        crew.look()
    assert 15 <= asked <= 25  # 2, 4, 8 ... 256 seconds, then every 300: 8 + (3,600 - 511) / 300
    world.feed.is_down = False
    world.clock.ms += 300_000
    assert crew.look() >= 1


def test_a_bot_whose_exchange_is_gone_is_shown_as_having_lost_its_feed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    armed(world, "sandbox")
    crew = BotCrew(world.place, live=world.live(), notifier=world.told)
    world.clock.ms += HOUR
    assert crew.look() == 1

    def down(*_: object) -> None:
        raise SourceFailed("fake did not answer")

    world.feed.is_down = True
    monkeypatch.setattr(world.exchange, "load_markets", down)
    for _ in range(4):
        world.clock.ms += HOUR
        crew.look()
    memory = BotMemoryInSql(world.place.database)
    assert memory.load(world.bot.id)["feed_lost"] is not None  # type: ignore[index]
    assert sum("no bar since" in notice.text for notice in world.told.notices) == 1
    world.feed.is_down = False
    monkeypatch.undo()
    world.clock.ms += HOUR
    crew.look()
    assert memory.load(world.bot.id)["feed_lost"] is None  # type: ignore[index]


def test_a_bot_that_is_ended_while_it_holds_something_is_run_until_it_is_closed(world: World) -> None:
    crew = BotCrew(world.place, live=world.live())
    world.clock.ms += HOUR
    crew.look()
    running = begun(world.place, world.bot.id, live=world.live())
    running.decision = running.decision._replace(enter=1)
    running.save()
    for _ in range(2):
        world.clock.ms += HOUR
        crew.look()
    memory = BotMemoryInSql(world.place.database)
    assert memory.load(world.bot.id)["book"]["position"] is not None  # type: ignore[index]
    BotsInSql(world.place.database).set_state(world.bot.id, BotState.DEMOTED, world.clock.now(), why="enough")
    for _ in range(3):
        world.clock.ms += HOUR
        crew.look()
    state = memory.load(world.bot.id)
    assert state is not None
    assert (state["book"]["position"], state["orders"]) == (None, {})
    assert [event["reason"] for event in memory.events(world.bot.id) if event["kind"] == "trade"] == ["signal"]
    bars = state["bars"]
    world.clock.ms += HOUR
    assert crew.look() == 0
    assert memory.load(world.bot.id)["bars"] == bars  # type: ignore[index]


def test_keys_come_from_the_environment_first_and_a_test_system_has_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = world.place.settings
    key_file(settings, "a long enough phrase").put("binance_sandbox", Keys("stored", "secret"))
    monkeypatch.setenv(PASSPHRASE, "a long enough phrase")
    assert keys_of(settings, "binance", sandbox=True) == Keys("stored", "secret")
    with pytest.raises(NotFound, match="no keys of binance"):
        keys_of(settings, "binance", sandbox=False)
    monkeypatch.setenv("ALPHA_KEY_BINANCE", "k")
    monkeypatch.setenv("ALPHA_SECRET_BINANCE", "s")
    assert keys_of(settings, "binance", sandbox=False) == Keys("k", "s")


def test_keys_without_a_passphrase_say_what_to_set(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSPHRASE, raising=False)
    with pytest.raises(UserError, match=PASSPHRASE):
        keys_of(world.place.settings, "kraken", sandbox=False)


def test_results_below_what_can_be_luck_end_the_bot_and_its_alpha(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = np.random.default_rng(0).normal(0.001, 0.01, 300)
    monkeypatch.setattr(ForwardEvidence, "_past", lambda self, bot: past)
    losing = np.random.default_rng(1).normal(-0.004, 0.01, 300)
    monkeypatch.setattr(ForwardEvidence, "_returns", lambda self, bot: losing)
    crew = BotCrew(world.place, live=world.live(), notifier=world.told)
    world.clock.ms += HOUR
    crew.look()
    assert BotsInSql(world.place.database).get(world.bot.id).state == "demoted"
    assert world.place.lab.alphas.get(world.bot.alpha_id).state is AlphaState.DECAYED
    assert any("ended for good" in notice.text for notice in world.told.notices)
    kinds = [event["kind"] for event in BotMemoryInSql(world.place.database).events(world.bot.id)]
    assert "forward" in kinds
    assert crew.look() == 0


def test_a_bot_that_is_begun_anew_while_it_catches_up_tells_of_all_its_late_trades(
    place: Workplace, planted_market: Any
) -> None:
    alpha, told = crossing_alpha(place, None), Told()
    (bot,) = deploy(place, alpha.id, Deployment("late", 5_000.0, start="2020-10-01", auto_start=True))
    crew = BotCrew(place, notifier=told)
    while crew.look():
        crew._held.clear()  # as when money is paid to it
    memory = BotMemoryInSql(place.database)
    trades = memory.counted(bot.id)[0]["trade"]
    (caught,) = [notice.text for notice in told.notices if "trade" in notice.text]
    assert caught.startswith(f"closed {trades} trades while it caught up: ")
