"""Kinds of days, capacity, the walk of the choosing and the order of trades, each against what it must say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.capacity import SHARE, capacity
from alpha_discovery.discovery.choosing import Choosing
from alpha_discovery.discovery.fragility import Subject, kill_tests
from alpha_discovery.discovery.sleeves import calendar_of
from alpha_discovery.discovery.strata import NAMES, WINDOW, strata
from alpha_discovery.discovery.walked import walked
from alpha_discovery.errors import OutOfRange
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

HOURS = find_strategy("hour_of_day")
OPEN = {"stop_loss": None, "take_profit": None, "position_size": 0.2, "direction": "long"}


@pytest.fixture(scope="module")
def good_night() -> Bars:
    """A year in which the bars that open from 0:00 to 11:00 rise."""
    return markets.planted_hours(24 * 365, seed=1, sharpe=8.0, hours=tuple(range(12)))


def subject(bars: Bars, **more: Any) -> Subject:
    row = HOURS.allowed.encode(HOURS.complete({**OPEN, "start": 0, "hours": 10}))
    return Subject(
        HOURS, HOURS.space, row, (("A",),), {"A": bars}, Costs(0.0001, 0.0), "stop_first", 365.0, **more
    )  # fmt: skip


def daily(closes: np.ndarray) -> Bars:
    like = markets.random_walk(len(closes), seed=1)
    time = np.arange(len(closes)) * DAY + int(like.time[0]) // DAY * DAY
    volume = np.ones(len(closes))
    prices: dict[str, Any] = dict.fromkeys(("open", "high", "low", "close"), closes)
    return Bars(like.instrument, like.timeframe.parse("1d"), time=time, volume=volume, **prices)


class TestKindsOfDays:
    def test_rising_and_falling_calm_and_wild_are_told_from_the_days_before(self) -> None:
        rng = np.random.default_rng(0)
        # four stretches of 200 days whose drift outweighs their noise over a window
        moves = np.concatenate([
            drift + noise * rng.standard_normal(200)
            for drift, noise in ((-0.01, 0.001), (0.01, 0.001), (-0.05, 0.03), (0.05, 0.03))
        ])
        bars = {"A": daily(100.0 * np.exp(np.cumsum(moves)))}
        kind = strata(bars, calendar_of(bars))
        for k, name in enumerate(NAMES):
            inside = kind[200 * k + WINDOW + 5 : 200 * (k + 1)]
            assert (inside == k).mean() > 0.9, name  # the median splits all days in halves, these are not quite

    def test_the_first_days_have_no_kind(self) -> None:
        bars = {"A": daily(100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 0.01, 200))))}
        kind = strata(bars, calendar_of(bars))
        assert (kind[: WINDOW + 1] == -1).all()
        assert (kind[WINDOW + 1 :] >= 0).all()

    def test_a_days_own_return_does_not_say_what_kind_it_is(self) -> None:
        closes = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.0, 0.01, 200)))
        other = closes.copy()
        other[-1] *= 3.0
        one, two = ({"A": daily(c)} for c in (closes, other))
        assert strata(one, calendar_of(one))[-1] == strata(two, calendar_of(two))[-1]

    def test_a_short_history_has_none(self) -> None:
        bars = {"A": daily(np.linspace(100.0, 110.0, WINDOW))}
        assert (strata(bars, calendar_of(bars)) == -1).all()

    def test_an_edge_of_all_days_passes_and_an_edge_of_one_kind_does_not(self, good_night: Bars) -> None:
        found = kill_tests([subject(good_night)])[0]["tests"]["kinds_of_days"]
        assert found["passed"]
        assert sum(found["days"].values()) == 365 - WINDOW - 1
        falls = replace(subject(good_night), costs=Costs(0.02, 0.0))
        assert not kill_tests([falls])[0]["tests"]["kinds_of_days"]["passed"]


class TestCapacity:
    def test_by_hand(self, good_night: Bars) -> None:
        volume = np.full(len(good_night), 50.0)
        names = ("time", "open", "high", "low", "close")
        columns = {name: getattr(good_night, name) for name in names}
        flat = Bars(good_night.instrument, good_night.timeframe, volume=volume, **columns)
        (evaluation,) = (one := subject(flat)).traded(one.ready(one.over()))
        # a position of a fifth of equity may be 1% of 50 units: equity of about 2.5 units at the price of the day
        lowest, highest = (SHARE * 50.0 / 0.2 * f(flat.close) for f in (np.min, np.max))
        assert 0.95 * lowest < capacity([evaluation]) < 1.05 * highest
        assert capacity([evaluation, evaluation]) == pytest.approx(2.0 * capacity([evaluation]), rel=0.01)

    def test_without_volume_it_is_not_known_and_demotes_nothing(self, good_night: Bars) -> None:
        names = ("time", "open", "high", "low", "close")
        columns = {name: getattr(good_night, name) for name in names}
        silent = Bars(good_night.instrument, good_night.timeframe, volume=np.zeros(len(good_night)), **columns)
        found = kill_tests([subject(silent, least_capital=1e12)])[0]["tests"]["capacity"]
        assert found["value"] is None
        assert found["passed"]

    def test_what_the_user_wants_decides(self, good_night: Bars) -> None:
        found = kill_tests([subject(good_night)])[0]["tests"]["capacity"]
        assert found["passed"]
        greedy = subject(good_night, least_capital=2.0 * found["value"])
        assert not kill_tests([greedy])[0]["tests"]["capacity"]["passed"]


class TestWalk:
    def test_the_choice_is_made_by_the_past_alone(self) -> None:
        # two candidates over four periods of ten days: the first is ahead after one, the second after two and three
        rng = np.random.default_rng(0)
        returns = rng.normal(0.0, 1e-4, (40, 2))
        returns[:10] += [0.02, 0.01]
        returns[10:20] += [-0.05, 0.05]
        returns[20:30] += [0.0, 0.01]
        course = walked(returns)
        assert course.chosen == (0, 1, 1)
        expected = np.concatenate((returns[10:20, 0], returns[20:30, 1], returns[30:, 1]))
        assert np.array_equal(course.returns, expected)

    def test_what_never_moved_is_not_chosen(self) -> None:
        assert walked(np.zeros((40, 3))).chosen == (-1, -1, -1)

    def test_too_few_days_are_refused(self) -> None:
        with pytest.raises(OutOfRange, match="train"):
            walked(np.zeros((3, 2)))

    def test_a_good_search_walks_well(self, good_night: Bars) -> None:
        tried = HOURS.space.from_unit(np.random.default_rng(1).random((40, len(HOURS.space.free))))
        one = subject(good_night)
        choosing = Choosing(HOURS.rules, tried, one.over(), one.costs, one.intrabar, 365.0)
        found = kill_tests([replace(one, choosing=choosing)])[0]["tests"]["walk_forward"]
        assert found["passed"]
        assert len(found["sharpe_ratios"]) == 3

    def test_without_a_list_nothing_is_asked(self, good_night: Bars) -> None:
        assert "walk_forward" not in kill_tests([subject(good_night)])[0]["tests"]


class TestOrderOfTrades:
    def test_drawdown_is_put_beside_that_of_other_orders(self, good_night: Bars) -> None:
        found = kill_tests([subject(good_night)])[0]["order_of_trades"]
        assert found["orders"] == 1000
        assert found["drawdown"]["0.05"] <= found["drawdown"]["0.5"] <= found["drawdown"]["0.95"]
        assert 0.0 <= found["percentile"] <= 1.0
        assert math.isfinite(found["own"])
