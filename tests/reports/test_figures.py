"""Figures of returns over time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.timeframe import DAY
from alpha_discovery.reports.figures import equity_figure, luck_band
from alpha_discovery.reports.luck import Luck
from alpha_discovery.reports.pooled import Course, Parts

N = 100
PARTS = Parts(0, 60 * DAY, 70 * DAY, N * DAY)
RETURNS = np.random.default_rng(1).normal(0.001, 0.01, N)
DAYS = Course(np.arange(N) * DAY, RETURNS, RETURNS)


def band(read: Any, luck: Luck, days: Course = DAYS) -> list[np.ndarray]:
    return [read.values(trace["y"]) for trace in luck_band(days, PARTS, luck)]


def test_luck_that_reaches_the_candidates_own_t_ends_where_its_mean_return_leads(read: Any) -> None:
    low, high, *_ = band(read, Luck(mean_t=1.5, high_t=3.0, t=1.5))
    mean = RETURNS[:60].mean()
    # t = mean / noise * sqrt(n), so the mean that gives the same t is the candidate's own; twice t, twice the mean
    assert low[-1] == pytest.approx(math.expm1(60 * mean), rel=1e-5)
    assert high[-1] == pytest.approx(math.expm1(120 * mean), rel=1e-5)


def test_in_the_vault_luck_starts_where_the_candidate_stands_and_spreads_with_the_root_of_time(read: Any) -> None:
    *_, low, high = band(read, Luck(mean_t=1.0, high_t=2.0, t=math.nan))
    start = float(np.cumprod(1.0 + RETURNS)[69])
    noise = RETURNS[:60].std(ddof=1)
    np.testing.assert_allclose(low, start - 1.0, rtol=1e-6)
    # 1.6449: 95 % quantile of the normal distribution
    assert 1.0 + high[24] == pytest.approx(start * math.exp(1.6449 * noise * 5.0), rel=1e-5)


def test_luck_in_a_market_that_jumped_a_thousandfold_can_still_be_drawn(read: Any) -> None:
    jumped = np.where(np.arange(N) == 10, 900.0, RETURNS)  # warnings are errors: nothing overflows
    for trace in band(read, Luck(mean_t=10.0, high_t=30.0, t=math.nan), Course(DAYS.time, jumped, jumped)):
        assert np.isfinite(trace).all()


def test_a_candidate_that_never_traded_has_no_band() -> None:
    idle = Course(DAYS.time, np.zeros(N), np.zeros(N))
    assert luck_band(idle, PARTS, Luck(1.0, 2.0, math.nan)) == []


def test_a_sealed_vault_is_marked_as_such() -> None:
    before = Course(DAYS.time[:60], RETURNS[:60], RETURNS[:60])
    layout = equity_figure(before, parts=PARTS, sealed=True)["layout"]
    assert [note["text"] for note in layout["annotations"]] == ["search part", "vault<br>sealed"]
    assert layout["xaxis"]["range"] == [0, N * DAY]


def test_profit_and_drawdown_are_drawn_as_fractions(read: Any) -> None:
    figure = equity_figure(Course(np.arange(2) * DAY, np.array([0.1, -0.5]), np.zeros(2)))
    profit, under = (read.values(trace["y"]) for trace in figure["data"])
    np.testing.assert_allclose(profit, [0.1, -0.45], rtol=1e-6)  # 1.1, then half of it
    np.testing.assert_allclose(under, [0.0, -0.5], rtol=1e-6)


def test_without_parts_nothing_is_shaded() -> None:
    layout = equity_figure(DAYS)["layout"]
    assert layout["shapes"] == []
    assert "range" not in layout["xaxis"]


def test_the_market_itself_is_hidden_until_asked_for() -> None:
    traces = equity_figure(DAYS, market=DAYS.equity)["data"]
    assert [trace["visible"] for trace in traces if trace["name"] == "holding the market"] == ["legendonly"]
