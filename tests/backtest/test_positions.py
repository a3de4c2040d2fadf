"""The mean side of each day, against a walk over the bars that a candidate's trades name."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.positions import daily_positions
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import take
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import random_walk


@pytest.mark.parametrize("name", ["sma_cross", "mean_reversion", "pairs_reversion"])
@pytest.mark.parametrize("begin", [0, 37])
def test_it_is_the_side_that_the_trades_are_held_on(name: str, begin: int) -> None:
    strategy = find_strategy(name)
    bars = tuple(random_walk(900, seed=leg) for leg in range(strategy.rules.n_legs))
    over = tape(bars, begin=begin)
    rng = np.random.default_rng(3)
    batch = strategy.space.from_unit(rng.random((12, len(strategy.space.free))))
    batch = take(batch, np.flatnonzero(strategy.space.satisfied(batch)))
    found = daily_positions(strategy.rules, batch, over, Costs(0.001, 0.0))
    assert found.any()
    for row, positions in enumerate(found):
        held = np.zeros(over.end)
        trades = evaluate(strategy.rules, take(batch, np.array([row])), over, Costs(0.001, 0.0)).trades
        for trade in trades[:: len(bars)]:
            held[trade["entry_bar"] : trade["exit_bar"]] += trade["side"]
        days = [held[first : last + 1].mean() for first, last in zip(over.day_first, over.day_last, strict=True)]
        np.testing.assert_allclose(positions, days, atol=1e-15)
