"""Measuring a machine: what is measured and that it adds up, not how fast it is."""

from __future__ import annotations

import numpy as np

from alpha_discovery.backtest.screen import screen
from alpha_discovery.backtest.tape import tape
from alpha_discovery.compute.rates import drawn, measure
from alpha_discovery.core.costs import Costs
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import random_walk

CROSS = find_strategy("sma_cross")


def test_drawn_candidates_keep_the_conditions_and_are_the_same_every_time() -> None:
    batch = drawn(CROSS, 500)
    assert CROSS.space.satisfied(batch).all()
    assert {len(column) for column in batch.values()} == {500}
    assert all(np.array_equal(column, drawn(CROSS, 500)[name]) for name, column in batch.items())


def test_a_rate_counts_whole_backtests_with_the_trades_they_make() -> None:
    market = random_walk(300, seed=1)
    rate = measure(CROSS, market, seconds=1e-9)  # one pass over what is drawn
    batch = drawn(CROSS, rate.candidates)
    assert (rate.strategy, rate.device, rate.workers, rate.bars) == ("sma_cross", "cpu", 1, 300)
    assert rate.trades == screen(CROSS.rules, batch, tape((market,)), Costs())["n_trades"].mean()
    assert min(rate.per_second, rate.signals_per_second, rate.simulated_per_second, rate.first) > 0


def test_each_half_is_faster_than_the_whole() -> None:
    rate = measure(CROSS, random_walk(2_000, seed=1), seconds=0.3)
    slowest = min(rate.signals_per_second, rate.simulated_per_second)
    assert rate.per_second < 1.5 * slowest  # half as much again for a machine that is busy with other things
