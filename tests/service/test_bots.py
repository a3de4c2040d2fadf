"""How bots are made of an alpha, and how they read stored bars."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.costs import Costs
from alpha_discovery.errors import StorageFailed, TooFewBars, UserError
from alpha_discovery.service import bots as work
from alpha_discovery.service.bot_crew import BotCrew
from alpha_discovery.service.bots import (
    MAX_BOTS,
    CatalogFeed,
    Deployment,
    NotDeployable,
    begun,
    caught_up,
    compare,
    deploy,
    halt,
    idle_of,
    keep,
    planned,
    run,
)
from alpha_discovery.settings import Settings
from alpha_discovery.storage.bot_memory import BotMemoryInSql
from alpha_discovery.storage.bots import Bot, BotsInSql
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.example_records import alpha_record, run_record
from alpha_discovery.testing.markets import random_walk

BARS = random_walk(50, seed=1)


class Shelf:
    """Stored bars that count how often they are read."""

    def __init__(self, n: int) -> None:
        self.n, self.reads = n, 0

    def read(self) -> tuple[tuple[Bars, ...], int]:
        self.reads += 1
        return (BARS.slice(0, self.n),), 10

    def stamp(self) -> int:
        return self.n


def test_a_feed_that_is_used_up_reads_nothing_before_something_is_stored() -> None:
    shelf = Shelf(40)
    feed = CatalogFeed(shelf.read, shelf.stamp)
    last = int(BARS.time[39])
    assert [feed.next(last) for _ in range(5)] == [None] * 5
    assert shelf.reads == 1


def test_a_feed_goes_on_with_what_was_stored_since() -> None:
    shelf = Shelf(40)
    feed = CatalogFeed(shelf.read, shelf.stamp)
    assert feed.next(int(BARS.time[39])) is None
    shelf.n = 41
    found = feed.next(int(BARS.time[39]))
    assert found is not None
    assert found.time == BARS.time[40]


DAYS = random_walk(24 * 100, seed=2)
GONE = DAYS.slice(0, 24 * 60)  # delisted forty days before the end


class TwoMarkets:
    """Market data of a market that is there, and one that was delisted."""

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """The bars of either."""
        return GONE if symbol == "GONE/USDT" else DAYS


@pytest.fixture
def two_markets(tmp_path: Path) -> Iterator[Workplace]:
    """A workplace with an alpha that was found on both."""
    strategy = find_strategy("sma_cross")
    with open_lab(Settings(userdir=tmp_path, workers=1), market_data=TwoMarkets()) as place:
        place.lab.runs.add(run_record())
        place.lab.alphas.add(
            alpha_record(
                id="a" * 32, rules=strategy.rules.to_json(), timeframe="1h", costs=Costs().to_json(),
                market={"sleeves": [["SYN/USDT"], ["GONE/USDT"]], "venue": None, "intrabar": "stop_first"},
                parameters=strategy.complete({"fast": 8, "slow": 30}),
            )
        )  # fmt: skip
        yield place


def made(place: Workplace, start: str | None) -> list[tuple[str, str]]:
    """Name and capital of each bot that is made."""
    found: list[Bot] = deploy(place, "a" * 32, Deployment("mine", capital=10_000, start=start))
    return [(bot.name, bot.allocated_capital) for bot in found]


def test_a_market_that_was_delisted_gets_no_bot_and_keeps_its_share_of_the_capital(two_markets: Workplace) -> None:
    assert made(two_markets, None) == [("mine SYN/USDT", "5000")]
    (told,) = idle_of(BotsInSql(two_markets.database).list()[0])
    assert told.startswith("mine GONE/USDT is not made: its last bar is of ")
    assert told.endswith("its share of the capital, 5,000.00, lies idle")


def test_a_bot_that_replays_a_time_before_the_delisting_is_made(two_markets: Workplace) -> None:
    start = iso(DAYS.time[24 * 50])
    assert [name for name, _ in made(two_markets, start)] == ["mine SYN/USDT", "mine GONE/USDT"]
    assert idle_of(BotsInSql(two_markets.database).list()[0]) == []


def test_a_pair_without_a_common_bar_is_named(two_markets: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    alpha = two_markets.lab.alphas.get("a" * 32)
    pair = replace(alpha, market={**alpha.market, "sleeves": [["SYN/USDT", "GONE/USDT"]]})
    halves = {"SYN/USDT": DAYS.slice(0, 9), "GONE/USDT": DAYS.slice(9, 99)}
    monkeypatch.setattr(TwoMarkets, "load", lambda _, symbol, *__: halves[symbol])
    with pytest.raises(TooFewBars, match="trading SYN/USDT with GONE/USDT at common times needs at least 1 bar;"):
        planned(two_markets, pair, Deployment("mine"))


def test_of_deployments_at_once_no_more_than_five_are_stored(two_markets: Workplace) -> None:
    alpha = two_markets.lab.alphas.get("a" * 32)
    ready = [planned(two_markets, alpha, Deployment(f"mine {n}")) for n in range(MAX_BOTS + 1)]  # all look, then store
    for bots in ready[:-1]:
        keep(two_markets, alpha.id, bots)
    with pytest.raises(NotDeployable, match="was deployed 5 times"):
        keep(two_markets, alpha.id, ready[-1])
    assert two_markets.lab.alphas.get(alpha.id).deployment_count == MAX_BOTS
    assert BotsInSql(two_markets.database).list()[1] == MAX_BOTS


def test_a_bot_presses_on_the_price_by_its_own_size_and_is_compared_so(two_markets: Workplace) -> None:
    alpha = two_markets.lab.alphas.get("a" * 32)
    sized = Costs(impact=1.0, max_share=0.05, capital=100.0)
    judged = replace(alpha, costs=sized.to_json(), market={**alpha.market, "sleeves": [["SYN/USDT"]]})
    paid: list[float] = []
    for capital in (100.0, 1_000_000.0):
        how = Deployment(f"mine {capital}", capital=capital, start=iso(DAYS.time[24 * 10]))
        (bot,) = planned(two_markets, judged, how)
        keep(two_markets, alpha.id, [bot])
        run(two_markets, bot.id)
        found = compare(two_markets, bot.id)
        assert found.is_equal
        assert found.compared > 5
        paid.append(found.slippage or 0.0)
    assert 0.0 < paid[0] < 0.8 * paid[1]


@pytest.mark.parametrize("name", ["", " ", "\t", "one\ntwo"])
def test_a_bot_whose_name_cannot_be_read_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="a bot needs a name on one line that can be read"):
        Deployment(name)


@pytest.mark.parametrize("name", ["trend", "ñandú 🚀", "测试", "می\u200cخواهم", "mine 1/2"])
def test_a_bot_may_be_called_in_any_language(name: str) -> None:
    assert Deployment(name).name == name


@pytest.fixture
def replaying(two_markets: Workplace) -> Bot:
    """A bot that has ninety days before it."""
    return deploy(two_markets, "a" * 32, Deployment("mine", start=iso(DAYS.time[24 * 10]), auto_start=True))[0]


def test_a_bot_is_halted_without_a_look_at_its_prices(
    two_markets: Workplace, replaying: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(TwoMarkets, "load")
    halt(two_markets, replaying.id, "maintenance", close=True)
    state = BotMemoryInSql(two_markets.database).load(replaying.id)
    assert state is not None
    assert state["halted"] == "maintenance"


def test_a_bot_that_lives_through_bars_without_a_pause_is_halted_at_once(
    two_markets: Workplace, replaying: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ATTEMPTS", 1)
    is_over, lived = threading.Event(), threading.Event()

    def live() -> None:
        while not is_over.is_set():
            bot = begun(two_markets, replaying.id)
            with suppress(StorageFailed):  # halted
                while not is_over.is_set() and bot.step():
                    lived.set()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        assert lived.wait(30.0)
        for number in range(10):
            halt(two_markets, replaying.id, f"halt {number}")
    finally:
        is_over.set()
        thread.join()
    state = BotMemoryInSql(two_markets.database).load(replaying.id)
    assert state is not None
    assert state["halted"] == "halt 0"


def test_a_bot_at_a_terminal_goes_on_from_what_a_person_changed(two_markets: Workplace, replaying: Bot) -> None:
    bot = begun(two_markets, replaying.id)
    assert bot.live(10) == 10
    halt(two_markets, replaying.id, "maintenance")
    after = caught_up(two_markets, replaying.id, bot)
    assert (after.last, after.halted) == (int(DAYS.time[-1]), "maintenance")


def test_a_bot_that_another_process_lives_through_is_refused(two_markets: Workplace, replaying: Bot) -> None:
    bot = begun(two_markets, replaying.id)
    assert bot.live(10) == 10
    assert begun(two_markets, replaying.id).live(10) == 10
    with pytest.raises(StorageFailed, match="another process runs bot"):
        caught_up(two_markets, replaying.id, bot)


@pytest.mark.usefixtures("replaying")
def test_a_crew_that_is_told_to_end_lives_through_no_further_bar(two_markets: Workplace) -> None:
    asked = count()
    crew = BotCrew(two_markets, is_over=lambda: next(asked) > 8)
    assert crew.look() == 3  # it asks before the bot, five times while 240 bars warm it up, and before each bar


def test_a_bot_that_is_being_begun_is_broken_off_by_the_end_and_begun_anew_later(
    two_markets: Workplace, replaying: Bot
) -> None:
    asked, said = count(), list[str]()
    crew = BotCrew(two_markets, say=said.append, is_over=lambda: next(asked) > 2)
    assert (crew.look(), said) == (0, [])
    assert next(asked) < 10  # of 240 bars that warm it up
    stored = BotsInSql(two_markets.database).get(replaying.id)
    assert (stored.state, BotMemoryInSql(two_markets.database).load(replaying.id)) == ("running", None)
    assert BotCrew(two_markets, say=said.append).look() > 0
    assert "bot mine SYN/USDT is at work" in said
