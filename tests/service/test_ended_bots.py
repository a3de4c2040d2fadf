"""A bot that is ended while its exchange does not answer: people are told once, and what it holds is closed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.service.live_world import HOUR, World, armed

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.bot import Bot
from alpha_discovery.brokers.exchange import ExchangeBroker
from alpha_discovery.discovery.records import AlphaState
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.bots import begun, in_hand
from alpha_discovery.service.forward import ForwardEvidence
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import BotsInSql, BotState
from alpha_discovery.testing.fake_exchange import Killed, NetworkError

AWAY: list[tuple[str, str, BaseException]] = [
    ("create_order", "before", NetworkError("away")), ("fetch_open_orders", "before", NetworkError("away")),
] * 8  # fmt: skip


@pytest.fixture
def world(place: Workplace, planted_market: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    waits: Any = ExchangeBroker.__init__.__kwdefaults__
    monkeypatch.setitem(waits, "sleep", lambda seconds: None)
    return World(place, planted_market)


@pytest.fixture
def losing(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Its next bar proves that it loses, while it holds something at the exchange."""
    armed(world, "sandbox")
    passing(world, crew(world))
    running = begun(world.place, world.bot.id, live=world.live())
    running.decision = running.decision._replace(enter=1)
    running.save()
    passing(world, crew(world))
    assert world.exchange.held > 0.0
    loses(world, monkeypatch)
    return world


def loses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange goes away just as its days are looked at."""

    def past(self: ForwardEvidence, bot: Any) -> Any:
        world.exchange.faults = list(AWAY)
        return np.random.default_rng(0).normal(0.001, 0.01, 300)

    monkeypatch.setattr(ForwardEvidence, "_past", past)
    days = np.random.default_rng(1).normal(-0.004, 0.01, 300)
    monkeypatch.setattr(ForwardEvidence, "_returns", lambda self, bot: days)


def crew(world: World) -> BotCrew:
    return BotCrew(world.place, live=world.live(), notifier=world.told)


def passing(world: World, running: BotCrew, hours: int = 1) -> None:
    for _ in range(hours):
        world.clock.ms += HOUR
        running.look()


def ends(world: World) -> list[str]:
    return [notice.text for notice in world.told.notices if "ended for good" in notice.text]


def logged(world: World) -> list[str]:
    return [event["kind"] for event in BotMemoryInSql(world.place.database).events(world.bot.id)]


def test_people_are_told_of_an_end_that_the_exchange_does_not_hear(losing: World) -> None:
    passing(losing, crew(losing))
    assert BotsInSql(losing.place.database).get(losing.bot.id).state == BotState.DEMOTED
    assert losing.exchange.held > 0.0
    assert len(ends(losing)) == 1
    assert "its days prove that its alpha loses" in ends(losing)[0]


def test_what_it_holds_is_closed_once_the_exchange_answers_and_nobody_is_told_again(losing: World) -> None:
    running = crew(losing)
    passing(losing, running)
    losing.exchange.faults = []
    passing(losing, running, hours=3)
    assert losing.exchange.held == 0.0
    assert len(ends(losing)) == 1
    assert logged(losing).count("demoted") == 1


def test_a_crew_that_is_begun_anew_closes_it_too_and_tells_nobody_again(losing: World) -> None:
    passing(losing, crew(losing))
    losing.exchange.faults = []
    passing(losing, crew(losing), hours=3)
    assert losing.exchange.held == 0.0
    assert len(ends(losing)) == 1


def test_a_crew_that_dies_before_it_has_told_tells_after_its_restart(
    losing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Bot) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Bot, "tell", killed)
        with pytest.raises(Killed):
            passing(losing, crew(losing))
    assert ends(losing) == []
    passing(losing, crew(losing), hours=3)
    assert losing.exchange.held == 0.0
    assert len(ends(losing)) == 1


def test_an_end_that_could_not_be_written_down_has_not_happened(losing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(self: Bot) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Bot, "store", killed)
        with pytest.raises(Killed):
            passing(losing, crew(losing))
    assert BotsInSql(losing.place.database).get(losing.bot.id).state == BotState.RUNNING
    assert losing.place.lab.alphas.get(losing.bot.alpha_id).state is not AlphaState.DECAYED
    passing(losing, crew(losing))
    assert len(ends(losing)) == 1


def test_a_flat_bot_whose_crew_died_before_it_told_is_told_of_and_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing(world, crew(world))
    loses(world, monkeypatch)
    with monkeypatch.context() as patched:
        patched.setattr(Bot, "tell_end", lambda self: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            passing(world, crew(world))
    assert ends(world) == []
    passing(world, crew(world), hours=2)
    assert len(ends(world)) == 1
    bars = logged(world).count("mark")
    passing(world, crew(world), hours=2)
    assert logged(world).count("mark") == bars


def test_a_bot_that_a_person_ends_while_the_exchange_is_away_is_told_of_once(losing: World) -> None:
    running = crew(losing)
    running.look()
    bots = BotsInSql(losing.place.database)
    bots.set_state(losing.bot.id, BotState.DEMOTED, losing.clock.now(), why="enough")
    losing.exchange.faults = [("fetch_open_orders", "before", NetworkError("away"))] * 8
    passing(losing, running)
    assert losing.exchange.held > 0.0
    assert ends(losing) == ["ended for good: enough"]
    losing.exchange.faults = []
    passing(losing, running, hours=3)
    assert losing.exchange.held == 0.0
    assert ends(losing) == ["ended for good: enough"]


def test_a_bot_that_is_ended_and_resumed_by_hand_enters_nothing_before_it_is_closed(losing: World) -> None:
    passing(losing, crew(losing))
    changed = in_hand(losing.place, losing.bot.id)
    changed.decision = changed.decision._replace(enter=1)
    changed.resume()
    losing.exchange.faults = []
    passing(losing, crew(losing), hours=3)
    assert losing.exchange.held == 0.0
    assert "entered" not in logged(losing)[logged(losing).index("demoted") :]


def test_a_crew_lives_on_when_somebody_changes_a_bot_whose_exchange_is_silent(losing: World) -> None:
    running = crew(losing)
    passing(losing, running)
    changed = in_hand(losing.place, losing.bot.id)
    changed.note("seen")
    changed.save()
    losing.feed.is_down = True
    losing.clock.ms += 3 * HOUR
    losing.exchange.faults = list(AWAY) * 9
    for _ in range(3):
        losing.clock.ms += 1_000
        running.look()
    losing.feed.is_down, losing.exchange.faults = False, []
    passing(losing, running, hours=3)
    assert losing.exchange.held == 0.0


def test_an_ended_bot_that_cannot_go_on_says_so_once_and_is_tried_again(losing: World) -> None:
    passing(losing, crew(losing))
    losing.exchange.faults = []
    said: list[str] = []
    running = BotCrew(losing.place, say=said.append, live=losing.live(), notifier=losing.told)
    listed, losing.exchange.symbol = losing.exchange.symbol, "OTHER/USDT"
    for _ in range(5):
        losing.clock.ms += 60_000
        running.look()
    assert sum("failed" in line for line in said) == 1
    assert sum("could not go on" in notice.text for notice in losing.told.notices) == 1
    losing.exchange.symbol = listed
    passing(losing, running, hours=2)
    assert losing.exchange.held == 0.0
