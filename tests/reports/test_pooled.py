"""The daily course of a candidate, against what the judge computed on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.sleeves import calendar_of, screen_sleeves, sleeves
from alpha_discovery.reports.evaluated import evaluate_sleeves
from alpha_discovery.reports.pooled import Course, Parts, course
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing import markets


def test_returns_without_drift_are_those_that_the_judge_tested(passed: Any) -> None:
    finalist = passed.discovery.verdict.accepted[0]
    job = finalist.trials.job
    before = {key: one.between(None, passed.parts.search_end) for key, one in passed.bars.items()}
    costs = Costs(0.0002, 0.0001)
    rules, row = job.strategy.rules, finalist.batch
    evaluations = evaluate_sleeves(rules, row, job.sleeves, before, costs, intrabar="stop_first")
    days = course(list(evaluations.values()), passed.parts)
    # the kernel hands daily returns out in float32
    np.testing.assert_allclose(days.adjusted, finalist.search.adjusted, rtol=0, atol=2e-7)


def test_two_legs_pull_by_their_own_drift() -> None:
    strategy = find_strategy("arbitrage")
    first, second = markets.two_venues(24 * 60, seed=2, spread=0.02)
    bars = {"a": first, "b": second}
    row = strategy.allowed.encode(strategy.complete({"min_profit_threshold": 0.004, "max_execution_time": 100.0}))
    costs, legs = Costs(0.0001, 0.0), (("a", "b"),)
    found = course(list(evaluate_sleeves(strategy.rules, row, legs, bars, costs, intrabar="stop_first").values()))
    over = sleeves(legs, bars, calendar_of(bars))
    chunk = next(screen_sleeves(strategy.rules, row, over, costs, intrabar="stop_first", workers=1))
    assert np.abs(chunk.adjusted).max() > 0.0
    np.testing.assert_allclose(found.adjusted, chunk.adjusted[:, 0], rtol=0, atol=2e-7)


def test_legs_are_labelled_together() -> None:
    first, second = markets.two_venues(200, seed=2)
    strategy = find_strategy("arbitrage")
    row = strategy.allowed.encode(strategy.complete({"min_profit_threshold": 0.004, "max_execution_time": 100.0}))
    bars = {"a": first, "b": second}
    found = evaluate_sleeves(strategy.rules, row, (("a", "b"),), bars, Costs(), intrabar="stop_first")
    assert list(found) == ["a with b"]


def test_two_equal_sleeves_are_as_one(passed: Any) -> None:
    one = next(iter(passed.evaluations().values()))
    np.testing.assert_allclose(course([one, one]).returns, one.daily_returns, rtol=1e-12)


def test_equity_compounds_and_drawdown_starts_from_the_first_peak() -> None:
    days = Course(np.arange(3), np.array([-0.1, 0.2, -0.5]), np.array([0.0, 0.1, 0.0]))
    np.testing.assert_allclose(days.equity, [0.9, 1.08, 0.54])  # by hand
    np.testing.assert_allclose(days.drawdown, [0.1, 0.0, 0.5])
    np.testing.assert_allclose(days.adjusted_equity, [1.0, 1.1, 1.1])


@pytest.mark.parametrize("split", [
    {"start": 0, "search_end": 86_400_000, "vault_start": 172_800_000, "end": 259_200_000},
    {"start": "1970-01-01T00:00Z", "search_end": "1970-01-02", "vault_start": "1970-01-03T00:00Z", "end": "1970-01-04"},
])  # fmt: skip
def test_a_split_is_read_from_times_or_milliseconds(split: dict[str, Any]) -> None:
    assert Parts.of(split) == Parts(0, 86_400_000, 172_800_000, 259_200_000)
