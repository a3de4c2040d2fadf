"""Rebalancing against everybody else who changes a portfolio at the same time, on SQLite and on a real PostgreSQL.

Each side has connections of its own, as processes have; one is held in the middle of its work while the other begins.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.service.conftest import OneMarket
from tests.service.portfolio_of_two import FIRST, SECOND, deployed, lived, owe, pending, with_two_alphas

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, StorageFailed, UserError
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.bot_desk import BotDesk
from alpha_discovery.service.bots import ATTEMPTS, Deployment, begun, deploy, events_of
from alpha_discovery.service.desk import Actor
from alpha_discovery.service.portfolio_desk import PortfolioDesk
from alpha_discovery.service.portfolios import Portfolios, Rebalancing
from alpha_discovery.service.shares import Moved
from alpha_discovery.settings import Settings
from alpha_discovery.storage.audit import AuditInSql
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql, BotState

ADA = Actor("1", "ada", "here")
PAUSE = 0.4  # seconds in which the other side would be done if it did not wait
PATIENCE = 120.0


@dataclass
class Side:
    """One process's way to the database."""

    place: Workplace
    portfolios: Portfolios = field(init=False)
    desk: BotDesk = field(init=False)
    portfolio_desk: PortfolioDesk = field(init=False)

    def __post_init__(self) -> None:
        self.portfolios = Portfolios(self.place)
        audit = AuditInSql(self.place.database, self.place.lab.clock)
        self.desk = BotDesk(self.place, audit)
        self.portfolio_desk = PortfolioDesk(self.place, self.portfolios, audit)


Open = Callable[[], Side]


@pytest.fixture
def another(settings: Settings, planted_market: OneMarket) -> Iterator[Open]:
    """Opens one side after the other."""
    with ExitStack() as opened:
        yield lambda: Side(opened.enter_context(open_lab(settings, market_data=planted_market)))


@pytest.fixture
def one(another: Open) -> Side:
    """The side that is held in the middle; two alphas are stored."""
    side = another()
    with_two_alphas(side.place)
    return side


@pytest.fixture
def other(one: Side, another: Open) -> Side:
    """The side that begins meanwhile."""
    return another()


class Beside:
    """Work in a thread, from `begin` on; whether it ended by itself before somebody waited for it."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work, self._pool = work, ThreadPoolExecutor(1)
        self.was_done = False

    def begin(self) -> None:
        """Begin, and give it time enough to end if nothing held it up."""
        self._found = self._pool.submit(self._work)
        time.sleep(PAUSE)
        self.was_done = self._found.done()

    def result(self) -> Any:
        """What it gave or raised."""
        self._pool.shutdown()
        return self._found.result()


def rebalance_with(side: Side, beside: Beside, monkeypatch: pytest.MonkeyPatch) -> list[Moved]:
    """Rebalance, and between looking and paying let the other work begin."""
    pay, begun = Portfolios._pay, threading.Event()

    def late(self: Portfolios, bot: Bot, amount: float) -> None:
        if self is side.portfolios and not begun.is_set():
            begun.set()
            beside.begin()
        pay(self, bot, amount)

    with monkeypatch.context() as patch:
        patch.setattr(Portfolios, "_pay", late)
        return side.portfolios.rebalance("mine")


def test_of_two_who_rebalance_at_once_one_finds_what_the_other_moved(
    one: Side, other: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(one.place, one.portfolios)
    beside = Beside(lambda: other.portfolios.rebalance("mine"))
    moved = rebalance_with(one, beside, monkeypatch)
    assert beside.result() == []
    assert not beside.was_done
    assert sorted(pending(one.portfolios).values()) == paid(moved)


def paid(moved: list[Moved]) -> list[float]:
    """What is to be moved once this was paid, beside the 1000."""
    gives, takes = sorted(move.amount for move in moved)
    assert gives == -takes < 0.0
    return sorted([gives + 1_000.0, takes])


@pytest.mark.parametrize("how", ["demote", "stop"])
def test_a_bot_that_is_to_rest_while_money_is_paid_rests_when_all_is_paid(
    one: Side, other: Side, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    bots = lived(one.place, one.portfolios, auto_start=True)
    why = ("it loses",) if how == "demote" else ()
    beside = Beside(lambda: getattr(other.desk, how)(bots[1].id, *why, ADA))
    moved = rebalance_with(one, beside, monkeypatch)
    beside.result()
    assert not beside.was_done
    assert sorted(pending(one.portfolios).values()) == paid(moved)
    assert one.portfolios.rebalance("mine") != []  # what was paid a moment too early goes back
    assert pending(one.portfolios) == {FIRST: pytest.approx(1_000.0), SECOND: 0.0}


@pytest.mark.parametrize("how", ["demote", "stop", "halt"])
def test_nothing_is_paid_to_a_bot_that_somebody_is_just_sending_to_rest(one: Side, other: Side, how: str) -> None:
    bots = lived(one.place, one.portfolios, auto_start=True)
    before = pending(one.portfolios)
    beside = Beside(lambda: other.portfolios.rebalance("mine"))
    with one.place.database.transaction():
        getattr(one.desk, how)(bots[1].id, *(() if how == "stop" else ("look",)), ADA)
        beside.begin()
    assert beside.result() == []
    assert not beside.was_done
    assert pending(one.portfolios) == before


def test_rebalancing_waits_for_a_bot_that_stores_its_bar(one: Side, other: Side) -> None:
    bots = lived(one.place, one.portfolios)
    beside = Beside(lambda: other.portfolios.rebalance("mine"))
    with one.place.database.transaction():
        owe(one.place, bots[0], 2_000.0)
        beside.begin()
    gives, takes = sorted(move.amount for move in beside.result())
    assert not beside.was_done
    assert sorted(pending(one.portfolios).values()) == sorted([gives + 2_000.0, takes])


def test_a_portfolio_that_is_being_deployed_is_whole_or_not_there(one: Side, other: Side) -> None:
    beside = Beside(lambda: other.portfolios.rebalance("mine"))
    with one.place.database.transaction():
        deployed(one.portfolios)
        beside.begin()
    with pytest.raises((NotFound, UserError), match=r"there is no portfolio 'mine'|has lived through no bar yet"):
        beside.result()
    assert len(other.portfolios.show("mine")["bots"]) == 2


def test_of_two_portfolios_of_one_name_that_are_deployed_at_once_one_is_made(one: Side, other: Side) -> None:
    beside = Beside(lambda: deployed(other.portfolios))
    with one.place.database.transaction():
        deployed(one.portfolios)
        beside.begin()
    with pytest.raises(UserError, match="there is a portfolio named 'mine' already"):
        beside.result()
    assert len(one.portfolios.show("mine")["bots"]) == 2


def test_the_rule_keeps_what_others_write_into_a_bot_meanwhile(
    one: Side, other: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    bots = lived(one.place, one.portfolios, rule=Rebalancing(days=1 / 24, threshold=0.0), auto_start=True)
    for bot in bots:
        begun(one.place, bot.id).step()
    whole = Portfolios.rebalance

    def late(self: Portfolios, *given: Any, **more: Any) -> list[Moved]:
        BotsInSql(other.place.database).add_config(bots[0].id, {"told": "meanwhile"}, other.place.lab.clock.now())
        return whole(self, *given, **more)

    monkeypatch.setattr(Portfolios, "rebalance", late)
    assert list(one.portfolios.rebalance_due()) == ["mine"]
    assert BotsInSql(one.place.database).get(bots[0].id).config["told"] == "meanwhile"


@pytest.mark.parametrize("refusals", [1, ATTEMPTS])
def test_payments_that_cannot_all_be_stored_are_asked_for_anew_together_or_not_made(
    one: Side, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    lived(one.place, one.portfolios)
    save, saves = BotMemoryInSql.save, [0]

    def failing(self: BotMemoryInSql, *given: Any) -> None:
        saves[0] += 1
        if saves[0] % 2 == 0 and saves[0] <= 2 * refusals:  # the second bot of each attempt
            raise StorageFailed("the disk is full")
        save(self, *given)

    monkeypatch.setattr(BotMemoryInSql, "save", failing)
    if refusals == ATTEMPTS:
        with pytest.raises(StorageFailed):
            one.portfolios.rebalance("mine")
        assert pending(one.portfolios) == {FIRST: 1_000.0, SECOND: 0.0}
    else:
        moved = one.portfolios.rebalance("mine")
        assert sorted(pending(one.portfolios).values()) == paid(moved)


def test_what_cannot_be_written_into_the_audit_log_is_not_paid(one: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    lived(one.place, one.portfolios)

    def failing(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(AuditInSql, "note", failing)
    with pytest.raises(RuntimeError):
        one.portfolio_desk.rebalance("mine", 0.0, ADA)
    assert pending(one.portfolios) == {FIRST: 1_000.0, SECOND: 0.0}


def test_two_who_call_an_alpha_decayed_at_once_both_come_to_an_end(one: Side, other: Side) -> None:
    bots = lived(one.place, one.portfolios)
    again = deploy(one.place, FIRST, Deployment("again", start="2020-10-01"))[0]
    beside = Beside(lambda: other.desk.demote(again.id, "it loses", ADA))
    with one.place.database.transaction():
        one.desk.demote(bots[0].id, "it loses", ADA)
        beside.begin()
    assert beside.result().state == BotState.DEMOTED
    assert not beside.was_done


class Everybody:
    """Several who work at once, over and over, until told to end; counted is what was worth something."""

    def __init__(self, *work: Callable[[], Any]) -> None:
        self.done, self.refused = [0] * len(work), [list[AlphaDiscoveryError]() for _ in work]
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(len(work))
        self._found = [self._pool.submit(self._again, number, one) for number, one in enumerate(work)]

    def _again(self, number: int, work: Callable[[], Any]) -> None:
        while not self._ended.is_set():
            try:
                self.done[number] += bool(work())
            except AlphaDiscoveryError as error:
                self.refused[number].append(error)
            time.sleep(0.01)  # the others want a turn

    def __enter__(self) -> Everybody:
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def until(self, enough: Callable[[], bool]) -> None:
        """Let them work until it is enough."""
        until = time.monotonic() + PATIENCE
        while not enough():
            assert time.monotonic() < until, f"they are too slow: {self.done} {self.refused}"
            assert not any(found.done() for found in self._found), "one of them came to an end"
            time.sleep(0.02)

    def end(self) -> None:
        """Let all come to an end; raises what one of them raised."""
        self._ended.set()
        for found in self._found:
            found.result()


def test_no_money_is_made_or_lost_while_everybody_works_at_once(one: Side, another: Open) -> None:
    """Two rebalance, a process runs the bots, a person halts, stops, starts and ends them, another deploys."""
    bots, said = lived(one.place, one.portfolios, auto_start=True), list[str]()
    first, second, person, runner, deployer = (another() for _ in range(5))
    crew, turns, traded = BotCrew(runner.place, say=said.append), random.Random(1), threading.Event()

    def look() -> int:
        lived = crew.look()
        if lived:
            traded.set()
        return lived

    def meddle() -> None:
        bot = turns.choice(bots)
        person.desk.halt(bot.id, "look", ADA)
        person.desk.stop(bot.id, ADA)
        person.desk.start(bot.id, ADA)
        person.desk.resume(bot.id, ADA)
        traded.clear()
        traded.wait(10.0)  # a process that is changed more often than it can begin anew lives through nothing

    with Everybody(
        lambda: first.portfolio_desk.rebalance("mine", 0.0, ADA),
        lambda: second.portfolio_desk.rebalance("mine", 0.0, ADA),
        look, meddle, lambda: deployed(deployer.portfolios, name=f"another {turns.random()}"),
    ) as everybody:  # fmt: skip
        everybody.until(lambda: all(done >= 3 for done in everybody.done[:3]))
        person.desk.demote(bots[0].id, "it loses", ADA)
        looks = everybody.done[2]
        everybody.until(lambda: everybody.done[2] >= looks + 2)
        everybody.end()
    assert everybody.refused[:3] == [[], [], []]  # nobody who rebalances or runs bots is refused
    assert not [line for line in said if "fail" in line or "not rebalanced" in line]
    asked = 0.0
    for bot, given in zip(bots, (1_000.0, 0.0), strict=True):
        mine, got, left = (money(one.place, bot, kind) for kind in ("transfer_asked", "transfer", "pending"))
        assert got + left == pytest.approx(mine + given, abs=1e-4)
        asked += mine
    assert asked == pytest.approx(0.0, abs=1e-4)
    one.portfolios.rebalance("mine")
    assert pending(one.portfolios)[FIRST] <= 0.0  # what an ended bot was still to get is given back


def money(place: Workplace, bot: Bot, kind: str) -> float:
    """Sum of a bot's payments of a kind, or what is still to be moved."""
    memory = BotMemoryInSql(place.database)
    if kind == "pending":
        return float((memory.load(bot.id) or {})["pending"])
    return sum(float(event["amount"]) for event in events_of(memory, bot.id, kind))
