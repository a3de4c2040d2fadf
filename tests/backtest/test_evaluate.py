"""Exposure of an evaluated backtest: summed without a loop, to the bit what a loop over its trades and days gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.strategies.pairs_reversion import pairs_reversion
from alpha_discovery.strategies.sma_cross import sma_cross
from alpha_discovery.strategies.trend_following import trend_following
from alpha_discovery.testing.markets import garch, regimes


def _template(strategy: Any) -> dict[str, Any]:
    return dict(next(iter(strategy.templates.values())))


COSTS = Costs(commission=0.001, slippage=0.0005)
ONE = regimes(24 * 100 + 7, seed=5)
STRATEGIES: dict[str, tuple[Any, dict[str, Any], Tape]] = {
    "quick": (sma_cross, {"fast": 5, "slow": 20, "stop_loss": 0.005, "take_profit": 0.01}, tape((ONE,))),
    "slow": (trend_following, _template(trend_following), tape((ONE,))),
    "two legs": (pairs_reversion, _template(pairs_reversion), tape((ONE, garch(len(ONE), seed=6)))),
    "days": (sma_cross, {"fast": 5, "slow": 20}, tape((garch(700, seed=7, timeframe="1d"),))),
    "none": (sma_cross, {"fast": 50, "slow": 200}, tape((ONE.slice(0, 180),))),
}


@pytest.fixture(params=STRATEGIES)
def found(request: pytest.FixtureRequest) -> tuple[Evaluation, Tape]:
    strategy, values, over = STRATEGIES[request.param]
    return evaluate(strategy.rules, strategy.allowed.encode(strategy.complete(values)), over, COSTS), over


def test_exposure_of_bars_is_what_is_held_at_their_closes(found: tuple[Evaluation, Tape]) -> None:
    one, over = found
    value = np.zeros(over.end)
    for trade in one.trades:
        held = slice(int(trade["entry_bar"]), int(trade["exit_bar"]))
        value[held] += trade["side"] * trade["quantity"] * over.close[trade["leg"], held]
    assert np.array_equal(one.exposure, value[over.begin : over.end] / one.equity)


def test_exposure_of_days_is_the_mean_of_what_is_held_as_bars_begin(found: tuple[Evaluation, Tape]) -> None:
    one, over = found
    assert np.array_equal(one.daily_exposure, _by_loops(one, over))


def _by_loops(one: Evaluation, over: Tape) -> npt.NDArray[np.float64]:
    """The plain twin: the value of each leg as a bar begins, at its fill in the bar of its entry."""
    value = np.zeros((len(over.bars), over.end))
    for trade in one.trades:
        leg, signed = trade["leg"], trade["side"] * trade["quantity"]
        first, last = int(trade["entry_bar"]), int(trade["exit_bar"]) - int(trade["at_open"])
        value[leg, first : last + 1] += signed * over.close[leg, first - 1 : last]
        if last >= first:
            value[leg, first] += signed * (trade["entry_price"] - over.close[leg, first - 1])
    marks = np.concatenate(([1.0], one.equity[over.day_last - over.begin]))[:-1]
    days = zip(over.day_first, over.day_last, marks, strict=True)
    return np.stack([value[:, first : last + 1].mean(axis=1) / mark for first, last, mark in days], axis=1)
