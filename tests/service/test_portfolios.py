"""A portfolio of bots: brought back to its weights without touching an open trade."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.portfolio import Holding, Portfolio
from alpha_discovery.errors import StorageFailed, UserError
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.bots import ATTEMPTS, Deployment, begun, compare, deploy
from alpha_discovery.service.desk import Actor
from alpha_discovery.service.portfolio_desk import PortfolioDesk
from alpha_discovery.service.portfolios import Moved, Portfolios, Rebalancing
from alpha_discovery.storage.audit import AuditInSql
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.example_records import alpha_record, run_record

START = "2020-10-01"


@pytest.fixture
def portfolios(place: Workplace) -> Portfolios:
    strategy = find_strategy("sma_cross")
    market = {"sleeves": [["SYN/USDT"]], "venue": None, "intrabar": "stop_first"}
    place.lab.runs.add(run_record())
    for id_, fast in (("a" * 32, 5), ("b" * 32, 40)):
        place.lab.alphas.add(
            alpha_record(
                id=id_, rules=strategy.rules.to_json(), timeframe="1h", costs=Costs().to_json(), market=market,
                parameters=strategy.complete({"fast": fast, "slow": 90, "position_size": 1.0}),
            )
        )  # fmt: skip
    return Portfolios(place)


def deployed(portfolios: Portfolios, rule: Rebalancing, name: str = "mine", **more: Any) -> list[Bot]:
    holdings = tuple(Holding(id_ * 32, w, w * 10_000.0, 1.0, 0.1, 0.5) for id_, w in (("a", 0.7), ("b", 0.2)))
    chosen = Portfolio(holdings, {}, 1.0, 0.1, 100, 1_000.0)
    return portfolios.deploy(chosen, Deployment(name, start=START, **more), rule)


def test_money_moves_between_its_bots_until_their_shares_are_its_weights(
    place: Workplace, portfolios: Portfolios
) -> None:
    bots = deployed(portfolios, Rebalancing())
    for bot in bots:
        running = begun(place, bot.id)
        for _ in range(700):
            running.step()
    before = portfolios.show("mine")
    moved = portfolios.rebalance("mine")
    assert sum(one.amount for one in moved) == pytest.approx(0.0, abs=1e-9)
    after = portfolios.show("mine")
    assert after["equity"] == pytest.approx(before["equity"])
    assert [row["share"] for row in after["bots"]] == pytest.approx([one.weight for one in moved])
    assert sorted(one.weight for one in moved) == pytest.approx([2 / 9, 7 / 9])
    for bot in bots:  # what was still to be moved is moved at the end of the trade, and the backtest agrees with all
        running = begun(place, bot.id)
        while running.step():
            pass
        assert running.pending == 0.0
        assert running.scale != 1.0
        assert compare(place, bot.id).is_equal


def lived(place: Workplace, portfolios: Portfolios) -> None:
    """A portfolio whose bots have lived through a bar, after which one has 1000 more than its share."""
    bots = deployed(portfolios, Rebalancing())
    for bot in bots:
        begun(place, bot.id).step()
    memory = BotMemoryInSql(place.database)
    memory.save(bots[0].id, {**(memory.load(bots[0].id) or {}), "pending": 1_000.0}, [])


def pending(portfolios: Portfolios) -> list[float]:
    """What is still to be moved of each bot."""
    return [row["pending"] for row in portfolios.show("mine")["bots"]]


def paid(moved: list[Moved]) -> list[float]:
    """What is to be moved once this was paid, beside the 1000."""
    gives, takes = sorted(one.amount for one in moved)
    assert gives == -takes < 0.0
    return sorted([gives + 1_000.0, takes])


def test_of_two_who_rebalance_at_once_one_finds_what_the_other_moved(
    place: Workplace, portfolios: Portfolios, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(place, portfolios)
    other, found = Portfolios(place), list[list[Moved]]()
    thread = threading.Thread(target=lambda: found.append(other.rebalance("mine")))
    show = portfolios.show

    def slow(name: str) -> dict[str, Any]:
        told = show(name)
        thread.start()
        thread.join(0.3)  # it must wait until all is paid
        return told

    with monkeypatch.context() as patch:
        patch.setattr(portfolios, "show", slow)
        moved = portfolios.rebalance("mine")
    thread.join()
    assert found == [[]]
    assert sorted(pending(portfolios)) == paid(moved)


@pytest.mark.parametrize("refusals", [1, ATTEMPTS])
def test_payments_that_cannot_all_be_stored_are_asked_for_anew_together_or_not_made(
    place: Workplace, portfolios: Portfolios, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    lived(place, portfolios)
    save, saves = BotMemoryInSql.save, [0]

    def failing(self: BotMemoryInSql, *given: Any) -> None:
        saves[0] += 1
        if saves[0] % 2 == 0 and saves[0] <= 2 * refusals:  # the second bot of each attempt
            raise StorageFailed("the disk is full")
        save(self, *given)

    monkeypatch.setattr(BotMemoryInSql, "save", failing)
    if refusals == ATTEMPTS:
        with pytest.raises(StorageFailed):
            portfolios.rebalance("mine")
        assert sorted(pending(portfolios)) == [0.0, 1_000.0]
    else:
        moved = portfolios.rebalance("mine")
        assert sorted(pending(portfolios)) == paid(moved)


def test_what_cannot_be_written_into_the_audit_log_is_not_paid(
    place: Workplace, portfolios: Portfolios, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(place, portfolios)
    audit = AuditInSql(place.database, place.lab.clock)
    desk = PortfolioDesk(place, portfolios, audit)

    def failing(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(audit, "note", failing)
    with pytest.raises(RuntimeError):
        desk.rebalance("mine", 0.0, Actor("1", "ada", "here"))
    assert sorted(pending(portfolios)) == [0.0, 1_000.0]


def test_less_than_a_cent_is_not_moved(place: Workplace, portfolios: Portfolios) -> None:
    lived(place, portfolios)
    assert portfolios.rebalance("mine")
    before = pending(portfolios)
    assert portfolios.rebalance("mine") == []
    assert pending(portfolios) == before


def test_what_is_worth_nothing_has_no_shares(place: Workplace, portfolios: Portfolios) -> None:
    memory = BotMemoryInSql(place.database)
    for bot in deployed(portfolios, Rebalancing()):
        begun(place, bot.id).step()
        state = memory.load(bot.id)
        assert state is not None
        memory.save(bot.id, {**state, "book": {**state["book"], "equity": 0.0}}, [])
    found = portfolios.show("mine")
    assert (found["equity"], [row["share"] for row in found["bots"]]) == (0.0, [0.0, 0.0])


def test_shares_that_are_near_enough_are_left_alone(place: Workplace, portfolios: Portfolios) -> None:
    for bot in deployed(portfolios, Rebalancing()):
        begun(place, bot.id).step()
    assert portfolios.rebalance("mine", threshold=0.05) == []


def test_a_portfolio_of_which_one_bot_cannot_be_made_is_not_made_at_all(
    place: Workplace, portfolios: Portfolios
) -> None:
    deploy(place, "b" * 32, Deployment("mine " + "b" * 8, start=START))  # takes the name of its second bot
    with pytest.raises(UserError, match="there is a bot named"):
        deployed(portfolios, Rebalancing())
    assert [bot.name for bot in BotsInSql(place.database).list()[0]] == ["mine " + "b" * 8]
    assert place.lab.alphas.get("a" * 32).deployment_count == 0


def test_a_bot_that_has_not_begun_is_named(portfolios: Portfolios) -> None:
    deployed(portfolios, Rebalancing())
    with pytest.raises(UserError, match="has lived through no bar yet"):
        portfolios.rebalance("mine")


def test_started_bots_are_brought_back_every_so_many_days(place: Workplace, portfolios: Portfolios) -> None:
    deployed(portfolios, Rebalancing(days=30.0, threshold=0.0), auto_start=True)
    said: list[str] = []
    crew = BotCrew(place, say=said.append)
    while crew.look():
        pass
    assert said.count("portfolio mine is rebalanced") == 3  # 91 days have three times thirty
    assert not [line for line in said if "failed" in line]


def test_a_name_is_taken_once(portfolios: Portfolios) -> None:
    deployed(portfolios, Rebalancing())
    with pytest.raises(UserError, match="already"):
        deployed(portfolios, Rebalancing())


@pytest.mark.parametrize("name", ["choice", "a/b", ".."])
def test_a_name_that_no_address_can_have_is_refused(portfolios: Portfolios, name: str) -> None:
    with pytest.raises(UserError, match="cannot be named"):
        deployed(portfolios, Rebalancing(), name=name)
    assert portfolios.names() == []
