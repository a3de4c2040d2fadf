"""What size costs, by hand: the square-root law, the share of a bar's volume, the capital that still fits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import Evaluation
from alpha_discovery.errors import OutOfRange
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.testing.paths import at, explicit_bars
from alpha_discovery.testing.trees import strategy_of

SIGMA = 0.1 / (2.0 * math.sqrt(math.log(2.0)))  # of the bars below: high 105, low 95, close 100
FREE = Costs(commission=0.0, slippage=0.0)


def market(volume: float = 400.0) -> Bars:
    bars = explicit_bars([(100.0, 105.0, 95.0, 100.0)] * 5)
    return replace(bars, volume=np.full(5, volume))


def traded(bars: Bars, costs: Costs, *, size: float = 1.0) -> Evaluation:
    """Bought at the open of bar 1, sold at that of bar 3."""
    rules = Rules(enter_long=at(0), exit_long=at(2))
    values = strategy_of(rules).complete({"position_size": size, "stop_loss": None, "take_profit": None})
    return evaluate(rules, strategy_of(rules).allowed.encode(values), tape((bars,)), costs)


def test_an_order_presses_the_price_by_the_square_root_of_its_share() -> None:
    # 10,000 at about 100 are 100 units of 400: half of sigma, before the price has moved
    result = traded(market(), replace(FREE, impact=1.0, capital=10_000.0))
    (trade,) = result.trades
    assert trade["entry_price"] == pytest.approx(100.0 * (1.0 + SIGMA * 0.5), rel=1e-12)
    sold = 10_000.0 * trade["quantity"] / 400.0
    assert trade["exit_price"] == pytest.approx(100.0 * (1.0 - SIGMA * math.sqrt(sold)), rel=1e-12)


def test_a_price_that_got_worse_buys_no_more_than_the_money_pays() -> None:
    (trade,) = traded(market(), replace(FREE, impact=1.0)).trades
    assert trade["quantity"] * trade["entry_price"] == pytest.approx(1.0, rel=1e-12)


def test_no_more_than_a_share_of_the_volume_of_the_bar_before_is_bought() -> None:
    result = traded(market(), replace(FREE, max_share=0.05, capital=10_000.0))
    assert 10_000.0 * result.trades["quantity"][0] == pytest.approx(0.05 * 400.0, rel=1e-12)
    assert result.summary["n_capped"] == 1


def test_capacity_is_the_capital_at_which_the_entry_would_just_fit() -> None:
    # 5 % of 400 units at 100
    result = traded(market(), replace(FREE, max_share=0.05, capital=10_000.0))
    assert result.summary["capacity"] == pytest.approx(2_000.0, rel=1e-12)


@pytest.mark.parametrize(("capital", "capped"), [(1_999.0, 0), (2_001.0, 1)])
def test_below_capacity_nothing_is_cut_short(capital: float, capped: int) -> None:
    assert traded(market(), replace(FREE, max_share=0.05, capital=capital)).summary["n_capped"] == capped


def test_nothing_is_bought_after_a_bar_without_volume() -> None:
    result = traded(market(volume=0.0), replace(FREE, max_share=0.05))
    assert len(result.trades) == 0
    assert result.equity.tolist() == [1.0] * 5


def test_without_a_limit_capacity_is_infinite() -> None:
    assert traded(market(), FREE).summary["capacity"] == math.inf


def test_more_capital_never_earns_more_where_size_costs() -> None:
    ends = [traded(market(), replace(FREE, impact=1.0, capital=10.0**k)).equity[-1] for k in range(1, 8)]
    assert ends == sorted(ends, reverse=True)


@pytest.mark.parametrize("wrong", [{"impact": -1.0}, {"impact": 11.0}, {"max_share": 0.0}, {"capital": 0.0}])
def test_settings_of_size_outside_their_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(OutOfRange):
        Costs(**wrong)


def test_costs_without_size_have_the_identity_they_always_had() -> None:
    assert set(Costs(capital=5.0).to_json()) == {"commission", "maker", "slippage", "maintenance"}
