"""The course of a portfolio: its bots' courses added up, whatever money they hand to each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.service.portfolio_of_two import deployed, with_two_alphas

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.errors import NotFound
from alpha_discovery.service.alpha_views import AlphaViews
from alpha_discovery.service.bot_stories import BotStories, Story
from alpha_discovery.service.bot_views import BotViews
from alpha_discovery.service.bots import begun
from alpha_discovery.service.portfolio_course import deepest_fall, together

HOUR = 3_600_000


def story(*events: dict[str, Any]) -> Story:
    """A bot's story of marks (time in hours, equity) and transfers."""
    told = Story(HOUR)
    for k, event in enumerate(events):
        told.take({"seq": k + 1, "time": 0, **event})
    return told


def mark(hours: int, equity: float) -> dict[str, Any]:
    return {"kind": "mark", "time": hours * HOUR, "equity": equity}


def test_a_bot_is_worth_its_capital_before_its_first_bar_and_the_last_between_two() -> None:
    slow, quick = story(mark(1, 110.0), mark(3, 90.0)), story(mark(2, 55.0), mark(3, 60.0))
    times, worth = together([100.0, 50.0], [slow, quick])
    assert (times / HOUR).tolist() == [1, 2, 3]
    assert worth.tolist() == [110.0 + 50.0, 110.0 + 55.0, 90.0 + 60.0]


def test_money_on_its_way_from_one_to_the_other_is_not_missing() -> None:
    payer = story(mark(1, 100.0), {"kind": "transfer", "amount": -30.0}, mark(2, 70.0), mark(3, 77.0))
    taker = story(mark(1, 100.0), mark(2, 100.0), {"kind": "transfer", "amount": 30.0}, mark(3, 130.0))
    assert together([100.0, 100.0], [payer, taker])[1].tolist() == [200.0, 200.0, 207.0]


def test_who_has_not_lived_yet_is_worth_what_was_paid_in() -> None:
    times, worth = together([100.0, 50.0], [story(), story()])
    assert len(times) == len(worth) == 0
    assert together([100.0, 50.0], [story(), story(mark(1, 60.0))])[1].tolist() == [160.0]


def test_the_deepest_fall_counts_from_the_start() -> None:
    assert deepest_fall(np.array([90.0, 120.0, 60.0, 130.0]), 100.0) == 0.5
    assert deepest_fall(np.array([80.0]), 100.0) == pytest.approx(0.2)
    assert deepest_fall(np.array([]), 100.0) == 0.0


def test_its_end_is_what_the_portfolio_is_worth_after_it_was_brought_back(place: Workplace) -> None:
    portfolios = with_two_alphas(place)
    bots = deployed(portfolios)
    for steps in (700, 400):
        for bot in bots:
            running = begun(place, bot.id)
            for _ in range(steps):
                running.step()
        portfolios.rebalance("mine")
    told = BotViews(place, AlphaViews(place)).together(portfolios.bots("mine"))
    assert told["capital"] == 9_000.0
    assert len(told["time"]) == 1_100
    assert told["equity"][-1] == pytest.approx(portfolios.show("mine")["equity"])
    alone = [np.array(BotStories(place.database).of(bot).equity) for bot in bots]
    assert told["equity"][:700] == pytest.approx((alone[0] + alone[1])[:700])  # before any money moved


def test_a_portfolio_that_is_not_there_has_no_bots(place: Workplace) -> None:
    with pytest.raises(NotFound, match="no portfolio 'none'"):
        with_two_alphas(place).bots("none")
