"""Parameters around an alpha's, on a market whose best ones are known."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.plateau import square, sweeps
from alpha_discovery.discovery.subject import Subject
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets

HOURS = find_strategy("hour_of_day")


@pytest.fixture(scope="module")
def subject() -> Subject:
    """Trades the bars that open at 10:00 and 11:00, which are those that rise."""
    bars = markets.planted_hours(24 * 180, seed=1, sharpe=12.0, hours=(10, 11))
    risk = {"stop_loss": None, "take_profit": None, "position_size": 0.2, "direction": "long"}
    row = HOURS.allowed.encode(HOURS.complete({**risk, "start": 9, "hours": 2}))
    name = str(bars.instrument)
    return Subject(HOURS, HOURS.own, row, ((name,),), {name: bars}, Costs(0.0, 0.0), "stop_first", 365.0)


def test_each_number_is_moved_through_its_range_with_its_own_value_among_them(subject: Subject) -> None:
    found = {one.name: one for one in sweeps(subject)}
    assert set(found) == {"start", "hours"}
    start = found["start"]
    assert (start.values[0], start.values[-1], start.values[start.own]) == (0, 23, 9)
    assert start.values == sorted(start.values)


def test_the_planted_hour_is_the_best_start(subject: Subject) -> None:
    (start,) = [one for one in sweeps(subject) if one.name == "start"]
    assert start.values[int(np.nanargmax(start.sharpes))] == 9  # a position is taken at the next open


def test_its_own_value_reaches_what_its_backtest_says(subject: Subject) -> None:
    own = subject.sharpe(subject.ready(subject.over()))
    for one in sweeps(subject):
        assert one.sharpes[one.own] == pytest.approx(own, abs=1e-5)  # returns of a screen are float32


def test_the_parameter_that_matters_most_comes_first(subject: Subject) -> None:
    spreads = [one.spread for one in sweeps(subject)]
    assert spreads == sorted(spreads, reverse=True)


def test_a_square_crosses_the_sweeps_at_its_own_values(subject: Subject) -> None:
    found = square(subject, "start", "hours")
    assert found.sharpes.shape == (len(found.up.values), len(found.across.values))
    at = found.sharpes[found.up.own, found.across.own]
    assert at == pytest.approx(subject.sharpe(subject.ready(subject.over())), abs=1e-5)
