"""What a bot does when the world is not as it should be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.bots.bot import Bot
from alpha_discovery.bots.config import BotConfig, Safeguards
from alpha_discovery.bots.feeds import ReplayFeed
from alpha_discovery.bots.guard import defect
from alpha_discovery.bots.ports import Bar
from alpha_discovery.brokers.paper import PaperBroker
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.errors import OutOfRange
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.bot_examples import BotMemory, config_for
from alpha_discovery.testing.markets import garch
from alpha_discovery.trading.fills import Fills
from alpha_discovery.trading.rows import BarRow

HOURS = 600
BARS = garch(HOURS, seed=4)
STRATEGY = find_strategy("sma_cross")
VALUES = STRATEGY.complete({"fast": 5, "slow": 20, "stop_loss": 0.01, "position_size": 1.0})


def bot_on(bars: Bars, safeguards: Safeguards, **config: Any) -> tuple[Bot, BotMemory]:
    memory = BotMemory()
    told: BotConfig = config_for(STRATEGY.rules, VALUES, Costs(), safeguards=safeguards, capital=1_000.0)
    broker = PaperBroker(Fills(Costs(), 0.0, 3_600_000))
    return Bot(replace(told, **config), broker, ReplayFeed((bars,)), memory), memory


def run(bars: Bars, safeguards: Safeguards) -> tuple[Bot, list[dict[str, Any]]]:
    bot, memory = bot_on(bars, safeguards)
    while bot.step():
        pass
    return bot, [dict(event) for event in memory.events("b0t", limit=10**9)]


def of(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["kind"] == kind]


def spiked(bars: Bars, at: int, factor: float) -> Bars:
    """One bar whose prices are ``factor`` times too high: a wrong price, gone with the next bar."""
    here = np.where(np.arange(len(bars)) == at, factor, 1.0)
    prices = {name: getattr(bars, name) * here for name in ("open", "high", "low", "close")}
    return replace(bars, **prices)


ROW = BarRow(3_600_000, 10.0, 11.0, 9.0, 10.0, 5.0)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (ROW._replace(close=float("nan")), "not a positive number"),
        (ROW._replace(low=-1.0), "not a positive number"),
        (ROW._replace(high=float("inf")), "not a positive number"),
        (ROW._replace(high=9.5), "outside its own range"),
        (ROW._replace(volume=float("nan")), "volume"),
        (ROW._replace(time=0), "does not follow"),
    ],
)
def test_garbage_is_refused(row: BarRow, why: str) -> None:
    assert why in str(defect(Bar((row,)), after=0))


def test_legs_of_different_times_are_refused() -> None:
    assert "different times" in str(defect(Bar((ROW, ROW._replace(time=7_200_000))), after=0))


def test_a_good_bar_has_no_defect() -> None:
    assert defect(Bar((ROW,)), after=0) is None


def test_a_bar_that_is_refused_changes_nothing_but_the_log() -> None:
    bot, memory = bot_on(BARS, Safeguards())
    for _ in range(50):
        bot.step()
    before, equity = bot.bars, bot.equity
    bad = Bar((ROW._replace(close=float("nan")),))
    bot.feed.next = lambda after: bad  # type: ignore[method-assign]
    assert bot.step() is False
    assert (bot.bars, bot.equity) == (before, equity)
    assert memory.events("b0t", limit=10**9)[-1]["kind"] == "refused"


def test_a_bar_that_is_sent_again_and_again_is_refused_once() -> None:
    bot, memory = bot_on(BARS, Safeguards())
    nan, outside = ROW._replace(close=float("nan")), ROW._replace(low=1e9)
    sent = [Bar((row,)) for row in (nan, nan, nan, outside, outside)]
    bot.feed.next = lambda after: sent.pop(0)  # type: ignore[method-assign]
    while sent:
        assert bot.step() is False
    refused = [event["why"] for event in memory.events("b0t", limit=10**9) if event["kind"] == "refused"]
    assert refused == ["a price is not a positive number", "its prices lie outside its own range"]


def test_a_wrong_price_spike_moves_no_order() -> None:
    _, plain = run(BARS, Safeguards(max_jump=0.3))
    _, events = run(spiked(BARS, 300, 3.0), Safeguards(max_jump=0.3))
    assert [event["bar_time"] for event in of(events, "held_back")] == [int(BARS.time[300])]
    assert len(of(events, "refuted")) == 1
    sent = [order["order"]["client_id"] for order in of(events, "order")]
    assert not [id_ for id_ in sent if id_.split("-")[1] == f"{int(BARS.time[301]) // 1000:x}"]
    assert len(of(events, "trade")) == pytest.approx(len(of(plain, "trade")), abs=2)


def test_a_real_jump_is_taken_once_the_next_bar_confirms_it() -> None:
    factor = np.where(np.arange(HOURS) >= 300, 2.0, 1.0)
    jumped = replace(BARS, **{name: getattr(BARS, name) * factor for name in ("open", "high", "low", "close")})
    bot, events = run(jumped, Safeguards(max_jump=0.3))
    assert len(of(events, "confirmed")) == 1
    assert bot.bars == HOURS  # none is lost


def test_a_restart_during_a_spike_goes_on_waiting() -> None:
    memory, feed = BotMemory(), ReplayFeed((spiked(BARS, 300, 3.0),))
    config = config_for(STRATEGY.rules, VALUES, Costs(), safeguards=Safeguards(max_jump=0.3), capital=1_000.0)

    def begun() -> Bot:
        return Bot(config, PaperBroker(Fills(Costs(), 0.0, 3_600_000)), feed, memory)

    bot = begun()
    while (bot.last or 0) < BARS.time[300]:
        bot.step()
    bot = begun()
    while bot.step():
        pass
    _, plain = run(spiked(BARS, 300, 3.0), Safeguards(max_jump=0.3))
    ours = [dict(event) for event in memory.events("b0t", limit=10**9) if event["kind"] == "trade"]
    assert ours == of(plain, "trade")


def test_the_drawdown_limit_closes_and_halts_until_a_person_resumes() -> None:
    bot, events = run(BARS, Safeguards(max_drawdown=0.03, max_jump=None))
    (limit,) = of(events, "limit")
    assert limit["limit"] == "max_drawdown"
    assert (bot.halted, bot.book.position) == ("max_drawdown", None)
    after = [order["order"]["reason"] for order in of(events, "order") if order["bar"] > limit["bar"]]
    assert "entry" not in after


def test_resuming_measures_the_drawdown_anew() -> None:
    bot, _ = run(BARS, Safeguards(max_drawdown=0.03, max_jump=None))
    bot.resume()
    assert (bot.halted, bot.guard.peak) == (None, bot.equity)


def test_the_daily_loss_rests_until_the_next_utc_day() -> None:
    bot, events = run(BARS, Safeguards(max_daily_loss=0.01, max_jump=None))
    hit = of(events, "limit")
    assert hit
    day = 86_400_000
    for limit in hit:
        entered = [event["time"] for event in of(events, "entered") if event["time"] > limit["time"]]
        assert not [time for time in entered if time // day == limit["time"] // day]
    assert bot.halted is None


def test_a_position_is_cut_to_the_largest_allowed_value() -> None:
    _, events = run(BARS, Safeguards(max_position=0.25, max_jump=None))
    values = [order["order"]["value"] for order in of(events, "order") if order["order"]["reason"] == "entry"]
    assert values
    assert max(values) <= 250.0


@pytest.mark.parametrize("wrong", [{"max_drawdown": 0.0}, {"max_position": -1.0}, {"stale_bars": 0.5}])
def test_limits_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OutOfRange):
        Safeguards(**wrong)


def test_a_halted_bot_still_leaves() -> None:
    bot, memory = bot_on(BARS, Safeguards(max_jump=None))
    while not memory.events("b0t") or bot.book.position is None:
        bot.step()
    bot.halt("a person said so")
    while bot.step():
        pass
    events = [dict(event) for event in memory.events("b0t", limit=10**9)]
    assert len(of(events, "trade")) == 1
