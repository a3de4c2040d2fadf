"""A portfolio of bots: brought back to its weights without touching an open trade."""

from __future__ import annotations

import pytest
from tests.service.portfolio_of_two import FIRST, SECOND, START, deployed, lived, owe, pending, with_two_alphas

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.bots.bot import TOGETHER
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.bot_desk import BotDesk
from alpha_discovery.service.bots import Deployment, begun, compare, deploy
from alpha_discovery.service.desk import Actor
from alpha_discovery.service.portfolios import Portfolios, Rebalancing
from alpha_discovery.storage.audit import AuditInSql
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql, BotState

ADA = Actor("1", "ada", "here")


@pytest.fixture
def portfolios(place: Workplace) -> Portfolios:
    return with_two_alphas(place)


@pytest.fixture
def desk(place: Workplace) -> BotDesk:
    return BotDesk(place, AuditInSql(place.database, place.lab.clock))


def test_money_moves_between_its_bots_until_their_shares_are_its_weights(
    place: Workplace, portfolios: Portfolios
) -> None:
    bots = deployed(portfolios)
    for bot in bots:
        running = begun(place, bot.id)
        assert running.live(700) == 700
    before = portfolios.show("mine")
    moved = portfolios.rebalance("mine")
    assert sum(one.amount for one in moved) == pytest.approx(0.0, abs=1e-9)
    after = portfolios.show("mine")
    assert after["equity"] == pytest.approx(before["equity"])
    assert [row["share"] for row in after["bots"]] == pytest.approx([one.weight for one in moved])
    assert sorted(one.weight for one in moved) == pytest.approx([2 / 9, 7 / 9])
    for bot in bots:  # what was still to be moved is moved at the end of the trade, and the backtest agrees with all
        running = begun(place, bot.id)
        while running.live(TOGETHER):
            pass
        assert running.pending == 0.0
        assert running.scale != 1.0
        assert compare(place, bot.id).is_equal


def rest(place: Workplace, desk: BotDesk, bot: Bot, how: str) -> None:
    """Let a bot rest in one of the ways."""
    if how == "ended for good: it loses":
        desk.demote(bot.id, "it loses", ADA)
    elif how == "halted: look":
        desk.halt(bot.id, "look", ADA)
    elif how == "stopped":
        desk.stop(bot.id, ADA)
    else:
        BotsInSql(place.database).set_state(bot.id, BotState.FAILED, place.lab.clock.now(), why="no prices")


WAYS = ["ended for good: it loses", "halted: look", "stopped", "failed: no prices"]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("loser", [0, 1])
def test_a_bot_that_rests_neither_gets_nor_gives_money(
    place: Workplace, portfolios: Portfolios, desk: BotDesk, how: str, loser: int
) -> None:
    bots = lived(place, portfolios, auto_start=True)
    owe(place, bots[0], -5_000.0)  # far from the weights on either side
    rest(place, desk, bots[loser], how)
    before = portfolios.show("mine")
    assert portfolios.rebalance("mine") == []  # of one that trades nothing is off
    after = portfolios.show("mine")
    assert after == before
    assert {row["alpha"]: row["rests"] for row in after["bots"]}[bots[loser].alpha_id] == how
    assert [row["rests"] for row in after["bots"]].count(None) == 1
    assert after["set_aside"] == pytest.approx(7_000.0 - 5_000.0 if loser == 0 else 2_000.0, rel=0.01)


def test_the_others_are_brought_to_their_weights_in_what_they_are_worth_themselves(
    place: Workplace, portfolios: Portfolios, desk: BotDesk
) -> None:
    bots = lived(place, portfolios, auto_start=True)
    third = deploy(place, SECOND, Deployment("third", capital=1_000.0, start=START, auto_start=True))[0]
    begun(place, third.id).step()
    stored = BotsInSql(place.database)
    stored.add_config(third.id, {"portfolio": "mine", "weight": 0.1}, place.lab.clock.now())
    desk.demote(third.id, "it loses", ADA)
    held = {row["bot"]: row["equity"] for row in portfolios.show("mine")["bots"]}
    moved = {one.bot: one for one in portfolios.rebalance("mine")}
    assert set(moved) == {bot.name for bot in bots}
    whole = sum(held[bot.name] for bot in bots)
    told = {row["bot"]: row for row in portfolios.show("mine")["bots"]}
    assert told["third"]["equity"] == held["third"]
    assert [told[bot.name]["equity"] for bot in bots] == pytest.approx([whole * 7 / 9, whole * 2 / 9])


def test_what_was_still_to_be_paid_to_a_bot_that_is_ended_goes_back_to_the_others(
    place: Workplace, portfolios: Portfolios, desk: BotDesk
) -> None:
    bots = lived(place, portfolios)  # the first is to get 1,000
    before = portfolios.show("mine")["equity"]
    desk.demote(bots[0].id, "it loses", ADA)
    moved = {one.bot: one.amount for one in portfolios.rebalance("mine", threshold=0.5)}
    assert moved == {bots[0].name: -1_000.0, bots[1].name: pytest.approx(1_000.0)}
    assert pending(portfolios) == {FIRST: 0.0, SECOND: pytest.approx(1_000.0)}
    assert portfolios.show("mine")["equity"] == pytest.approx(before)


def test_what_an_ended_bot_still_has_to_pay_out_is_not_asked_for_twice(
    place: Workplace, portfolios: Portfolios, desk: BotDesk
) -> None:
    bots = lived(place, portfolios)
    owe(place, bots[0], -1_000.0)
    owe(place, bots[1], 1_000.0)
    desk.demote(bots[0].id, "it loses", ADA)
    assert portfolios.rebalance("mine") == []
    assert pending(portfolios) == {FIRST: -1_000.0, SECOND: 1_000.0}


def test_a_halted_bot_that_is_resumed_takes_part_again(
    place: Workplace, portfolios: Portfolios, desk: BotDesk
) -> None:
    bots = lived(place, portfolios)
    desk.halt(bots[1].id, "look", ADA)
    assert portfolios.rebalance("mine") == []
    desk.resume(bots[1].id, ADA)
    assert len(portfolios.rebalance("mine")) == 2


def test_bots_that_nobody_started_are_run_by_hand_and_take_part(place: Workplace, portfolios: Portfolios) -> None:
    bots = lived(place, portfolios)
    assert {bot.state for bot in bots} == {BotState.STOPPED}
    assert len(portfolios.rebalance("mine")) == 2


@pytest.mark.parametrize("how", WAYS)
def test_a_rule_goes_on_without_a_bot_that_rests(
    place: Workplace, portfolios: Portfolios, desk: BotDesk, how: str
) -> None:
    bots = lived(place, portfolios, rule=Rebalancing(days=5.0, threshold=0.0), auto_start=True)
    rest(place, desk, bots[0], how)
    assert begun(place, bots[1].id).live(24 * 6) == 24 * 6
    assert list(portfolios.rebalance_due()) == ["mine"]
    assert portfolios.rebalance_due() == {}


def test_a_portfolio_that_cannot_be_rebalanced_keeps_no_other_from_it(
    place: Workplace, portfolios: Portfolios, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        for bot in deployed(portfolios, Rebalancing(days=1.0), name=name, auto_start=True):
            assert begun(place, bot.id).live(26) == 26
    whole, failed = portfolios.rebalance, list[str]()

    def refuse(name: str, **more: object) -> object:
        if name == "a":
            raise UserError("not now")
        return whole(name, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(portfolios, "rebalance", refuse)
    assert list(portfolios.rebalance_due(lambda name, error: failed.append(f"{name}: {error}"))) == ["b"]
    assert failed == ["a: not now"]


def test_an_ended_bot_closes_what_it_holds_and_enters_nothing_more(
    place: Workplace, portfolios: Portfolios, desk: BotDesk
) -> None:
    bots = deployed(portfolios, auto_start=True)
    memory = BotMemoryInSql(place.database)
    running = begun(place, bots[0].id)
    while running.book.position is None:
        running.step()
    desk.demote(bots[0].id, "it loses", ADA)
    desk.stop(bots[1].id, ADA)
    crew = BotCrew(place)
    while crew.look():
        pass
    state = memory.load(bots[0].id)
    assert state is not None
    assert (state["book"]["position"], state["orders"], state["halted"]) == (None, {}, "it loses")
    entered = [one for one in memory.events(bots[0].id, limit=100_000) if one["kind"] == "entered"]
    assert len(entered) == 1


def test_less_than_a_cent_is_not_moved(place: Workplace, portfolios: Portfolios) -> None:
    lived(place, portfolios)
    assert portfolios.rebalance("mine")
    before = pending(portfolios)
    assert portfolios.rebalance("mine") == []
    assert pending(portfolios) == before


def test_what_is_worth_nothing_has_no_shares(place: Workplace, portfolios: Portfolios) -> None:
    memory = BotMemoryInSql(place.database)
    for bot in deployed(portfolios):
        begun(place, bot.id).step()
        state = memory.load(bot.id)
        assert state is not None
        memory.save(bot.id, {**state, "book": {**state["book"], "equity": 0.0}}, [])
    found = portfolios.show("mine")
    assert (found["equity"], [row["share"] for row in found["bots"]]) == (0.0, [0.0, 0.0])


def test_shares_that_are_near_enough_are_left_alone(place: Workplace, portfolios: Portfolios) -> None:
    for bot in deployed(portfolios):
        begun(place, bot.id).step()
    assert portfolios.rebalance("mine", threshold=0.05) == []


def test_a_portfolio_of_which_one_bot_cannot_be_made_is_not_made_at_all(
    place: Workplace, portfolios: Portfolios
) -> None:
    deploy(place, SECOND, Deployment("mine " + "b" * 8, start=START))  # takes the name of its second bot
    with pytest.raises(UserError, match="there is a bot named"):
        deployed(portfolios)
    assert [bot.name for bot in BotsInSql(place.database).list()[0]] == ["mine " + "b" * 8]
    assert place.lab.alphas.get(FIRST).deployment_count == 0


def test_a_bot_that_has_not_begun_is_named(portfolios: Portfolios) -> None:
    deployed(portfolios)
    with pytest.raises(UserError, match="has lived through no bar yet"):
        portfolios.rebalance("mine")


def test_started_bots_are_brought_back_every_so_many_days(place: Workplace, portfolios: Portfolios) -> None:
    deployed(portfolios, Rebalancing(days=30.0, threshold=0.0), auto_start=True)
    said: list[str] = []
    crew = BotCrew(place, say=said.append)
    while crew.look():
        pass
    assert len([line for line in said if line.startswith("portfolio mine is rebalanced: ")]) == 3  # 91 days, by 30
    assert len([line for line in said if line.endswith("is at work")]) == 2  # each bot is said to be once
    assert not [line for line in said if "failed" in line]


def test_a_portfolio_that_is_near_its_weights_is_said_to_be(place: Workplace, portfolios: Portfolios) -> None:
    deployed(portfolios, Rebalancing(days=30.0, threshold=0.9), auto_start=True)
    said: list[str] = []
    crew = BotCrew(place, say=said.append)
    while crew.look():
        pass
    assert said.count("portfolio mine is near its weights: nothing is moved") == 3
    assert not [line for line in said if "is rebalanced" in line]


def test_a_name_is_taken_once(portfolios: Portfolios) -> None:
    deployed(portfolios)
    with pytest.raises(UserError, match="already"):
        deployed(portfolios)


@pytest.mark.parametrize("name", ["choice", "a/b", ".."])
def test_a_name_that_no_address_can_have_is_refused(portfolios: Portfolios, name: str) -> None:
    with pytest.raises(UserError, match="cannot be named"):
        deployed(portfolios, name=name)
    assert portfolios.names() == []


class TestStartAndStop:
    def states(self, portfolios: Portfolios) -> list[str]:
        return sorted(row["state"] for row in portfolios.show("mine")["bots"])

    def test_every_bot_that_is_stopped_is_started(self, portfolios: Portfolios) -> None:
        names = {bot.name for bot in deployed(portfolios)}
        assert {bot.name for bot in portfolios.start("mine")} == names
        assert self.states(portfolios) == ["running", "running"]

    def test_every_bot_that_runs_is_stopped(self, portfolios: Portfolios) -> None:
        deployed(portfolios, auto_start=True)
        assert len(portfolios.stop("mine")) == 2
        assert self.states(portfolios) == ["stopped", "stopped"]

    def test_one_that_failed_or_is_ended_stays(self, place: Workplace, portfolios: Portfolios, desk: BotDesk) -> None:
        first, second = deployed(portfolios, auto_start=True)
        BotsInSql(place.database).set_state(first.id, BotState.FAILED, place.lab.clock.now())
        desk.demote(second.id, "it loses", ADA)
        assert portfolios.start("mine") == []
        assert portfolios.stop("mine") == []
        assert self.states(portfolios) == ["demoted", "failed"]

    def test_bots_of_others_stay_as_they_are(self, place: Workplace, portfolios: Portfolios) -> None:
        deployed(portfolios)
        other = deployed(portfolios, name="other")
        portfolios.start("mine")
        assert {BotsInSql(place.database).get(bot.id).state for bot in other} == {"stopped"}

    def test_a_portfolio_that_is_not_there_is_named(self, portfolios: Portfolios) -> None:
        with pytest.raises(NotFound, match="there is no portfolio 'nothing'"):
            portfolios.start("nothing")
