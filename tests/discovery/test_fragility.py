"""Kill tests: each one on a market made so that it must pass or fail."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.fragility import Subject, break_even, kill_tests, late
from alpha_discovery.discovery.noisy_copies import noisy
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

HOURS = find_strategy("hour_of_day")
CHEAP = Costs(0.0001, 0.0)
OPEN = {"stop_loss": None, "take_profit": None, "position_size": 0.2, "direction": "long"}


@pytest.fixture(scope="module")
def one_good_hour() -> Bars:
    """A year in which only the bar that opens at 10:00 rises."""
    return markets.planted_hours(24 * 365, seed=1, sharpe=8.0, hours=(10,))


@pytest.fixture(scope="module")
def good_night() -> Bars:
    """A year in which the bars that open from 0:00 to 11:00 rise."""
    return markets.planted_hours(24 * 365, seed=1, sharpe=8.0, hours=tuple(range(12)))


def subject(bars: Bars, *, start: int, hours: int, costs: Costs = CHEAP, **risk: Any) -> Subject:
    parameters = {**OPEN, "start": start, "hours": hours, **risk}
    row = HOURS.allowed.encode(HOURS.complete(parameters))
    return Subject(HOURS, HOURS.space, row, (("A",),), {"A": bars}, costs, "stop_first", 365.0)


class TestLate:
    def test_orders_come_a_bar_later(self, good_night: Bars) -> None:
        one = subject(good_night, start=3, hours=2)
        entries = [
            evaluate(HOURS.rules, one.row, t, CHEAP).trades["entry_bar"] for t in (tape((good_night,)),)
        ] + [evaluate(HOURS.rules, one.row, late(tape((good_night,))), CHEAP).trades["entry_bar"]]
        assert np.array_equal(entries[1], entries[0] + 1)

    def test_prices_to_trade_at_stay(self, good_night: Bars) -> None:
        before = tape((good_night,))
        after = late(before)
        assert np.array_equal(before.open, after.open)
        assert np.array_equal(before.close, after.close)

    def test_a_restart_after_a_gap_moves_with_the_bars(self, good_night: Bars) -> None:
        before = tape((good_night,))
        gap = before.fresh.copy()
        gap[100] = True
        assert late(replace(before, fresh=gap)).fresh.nonzero()[0].tolist() == [0, 1, 101]

    def test_an_edge_of_one_bar_does_not_survive(self, one_good_hour: Bars) -> None:
        # a decision at the close of the bar that opens at 9:00 holds the bar that opens at 10:00
        found = kill_tests([subject(one_good_hour, start=9, hours=1)])[0]
        assert "late_by_a_bar" in found["failed"]

    def test_nor_does_it_have_neighbours(self, one_good_hour: Bars) -> None:
        found = kill_tests([subject(one_good_hour, start=9, hours=1)])[0]
        assert "neighbourhood" in found["failed"]

    def test_an_edge_of_half_a_day_does(self, good_night: Bars) -> None:
        assert kill_tests([subject(good_night, start=0, hours=10)])[0]["failed"] == []


class TestCosts:
    def test_at_the_break_even_nothing_is_left(self, good_night: Bars) -> None:
        one = subject(good_night, start=0, hours=10)
        factor = break_even(one, one.ready(one.over()))
        assert 1.0 < factor < 64.0
        left, right = (one.sharpe(one.ready(one.over()), costs=CHEAP.times(factor * k)) for k in (0.98, 1.02))
        assert left > 0.0 > right

    def test_an_alpha_that_lives_on_half_its_costs_fails(self, good_night: Bars) -> None:
        cheap = subject(good_night, start=0, hours=10)
        factor = break_even(cheap, cheap.ready(cheap.over()))
        dear = replace(cheap, costs=CHEAP.times(factor / 1.5))
        found = kill_tests([dear])[0]
        assert "double_costs" in found["failed"]
        assert found["tests"]["double_costs"]["break_even"] == pytest.approx(1.5, rel=0.05)

    def test_without_costs_there_is_no_break_even(self, good_night: Bars) -> None:
        free = subject(good_night, start=0, hours=10, costs=Costs(0.0, 0.0))
        assert break_even(free, free.ready(free.over())) == math.inf

    def test_a_loser_has_its_break_even_at_nothing(self, good_night: Bars) -> None:
        loser = subject(good_night, start=12, hours=10)
        assert break_even(loser, loser.ready(loser.over())) == 0.0


def test_an_edge_that_only_one_quarter_had_fails_on_sub_periods() -> None:
    rises, flat = markets.planted_hours(24 * 365, seed=1, sharpe=30.0, hours=tuple(range(12))), []
    falls = markets.planted_hours(24 * 365, seed=1, sharpe=-6.0, hours=tuple(range(12)))
    cut = 24 * 91
    for name in ("open", "high", "low", "close"):
        scale = rises.close[cut - 1] / falls.open[cut]
        flat.append(np.concatenate((getattr(rises, name)[:cut], getattr(falls, name)[cut:] * scale)))
    prices: dict[str, Any] = dict(zip(("open", "high", "low", "close"), flat, strict=True))
    glued = Bars(rises.instrument, rises.timeframe, time=rises.time, volume=rises.volume, **prices)
    found = kill_tests([subject(glued, start=23, hours=12)])[0]["tests"]["sub_periods"]
    assert found["value"] == 0.25
    assert not found["passed"]


def test_each_symbol_is_asked_alone(good_night: Bars) -> None:
    noise = markets.random_walk(24 * 365, seed=9)
    one = subject(good_night, start=0, hours=10)
    pooled = replace(one, keys=(("A",), ("B",)), bars={"A": good_night, "B": noise})
    found = kill_tests([pooled])[0]["tests"]["symbols"]
    assert set(found["sharpe_ratios"]) == {"A", "B"}
    assert found["sharpe_ratios"]["A"] == pytest.approx(one.sharpe(one.ready(one.over())))


class TestNoise:
    def test_noisy_bars_are_bars_close_to_the_others(self, good_night: Bars) -> None:
        copy = noisy(good_night, np.random.default_rng(0))
        spread = np.log(good_night.high / good_night.low)
        error = np.log(copy.close / good_night.close) / spread
        assert float(error.std()) == pytest.approx(0.1, rel=0.05)
        assert np.array_equal(copy.time, good_night.time)

    def test_a_bar_that_did_not_move_stays(self) -> None:
        bars = markets.random_walk(50, seed=1)
        same = np.full(50, 7.0)
        still = Bars(
            bars.instrument, bars.timeframe, time=bars.time, open=same, high=same, low=same, close=same, volume=same
        )
        assert np.array_equal(noisy(still, np.random.default_rng(0)).close, same)


def test_alphas_of_one_strategy_are_told_together_what_each_is_told_alone(good_night: Bars) -> None:
    several = [subject(good_night, start=start, hours=hours) for start, hours in ((0, 10), (9, 1), (12, 10), (1, 8))]
    assert kill_tests(several) == [kill_tests([one])[0] for one in several]
    assert kill_tests([]) == []


def test_everything_is_plain_json_and_comes_again(good_night: Bars) -> None:
    one, two = (kill_tests([subject(good_night, start=0, hours=10)])[0] for _ in range(2))
    assert json.dumps(one, allow_nan=False) == json.dumps(two, allow_nan=False)


def test_a_year_of_a_strong_alpha_rarely_loses(good_night: Bars) -> None:
    paths = kill_tests([subject(good_night, start=0, hours=10)])[0]["paths"]
    assert paths["p_loss"] < 0.01
    assert paths["return"]["0.05"] < paths["return"]["0.5"] < paths["return"]["0.95"]
    assert 0.0 < paths["drawdown"]["0.05"] < paths["drawdown"]["0.95"]
