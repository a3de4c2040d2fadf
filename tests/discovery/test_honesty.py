"""The complete lab on markets whose truth is known: how often it reports something false, how often it finds.

Bounds are such that a lab as honest as the published one fails by chance in about one of a hundred times.
"""

from __future__ import annotations

from functools import partial

import pytest

from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.calibration import Rate, calibrate
from alpha_discovery.discovery.campaign import Campaign, Thresholds
from alpha_discovery.discovery.noise_markets import Maker, Shape, drift, garch, planted

TWO_YEARS = Shape()
FREE, CHEAP = Costs(0.0, 0.0), Costs(0.0002, 0.0001)
ANYTHING = Thresholds(min_sharpe_ratio=0.0, min_profit_factor=0.0, max_drawdown=1.0)
THREE = ("trend_following", "mean_reversion", "sma_cross")


def reporting(market: Maker, markets: int, *, costs: Costs = FREE, method: str = "brute_force", n: int = 700) -> Rate:
    """Share of markets on which the complete lab reports something."""
    strategies = THREE if method == "brute_force" else ("sma_cross",)
    campaign = Campaign(
        symbols=("SYN/USDT",), strategies=strategies, method=method, max_iterations=n, costs=costs, thresholds=ANYTHING
    )
    workers = 2 if markets > 10 else 1
    return calibrate("honesty", market, campaign, range(300_000, 300_000 + markets), workers=workers).reporting


@pytest.mark.slow
def test_of_sixty_garch_markets_at_most_seven_report_something() -> None:
    # at a true rate of 5 % more than 7 of 60 has chance 1 %; at 15 % it is seen with 70 % (binomial)
    assert reporting(partial(garch, shape=TWO_YEARS), 60).hits <= 7


@pytest.mark.slow
def test_of_sixty_rising_markets_at_most_seven_report_something() -> None:
    assert reporting(partial(drift, shape=TWO_YEARS), 60).hits <= 7


@pytest.mark.slow
def test_of_sixty_markets_a_genetic_search_reports_something_on_seven_at_most() -> None:
    assert reporting(partial(garch, shape=TWO_YEARS), 60, method="genetic", n=200).hits <= 7


@pytest.mark.slow
def test_an_edge_of_sharpe_four_is_found_on_nine_of_ten_markets() -> None:
    edge = partial(planted, shape=TWO_YEARS, sharpe=4.0, costs=CHEAP)
    assert reporting(edge, 30, costs=CHEAP).hits >= 27


def test_four_markets_without_an_edge_report_nothing_and_one_with_an_edge_does() -> None:
    short = Shape(bars=24 * 365)
    # at 5 % a market nothing on four has chance 81 %; these seeds are fixed
    assert reporting(partial(garch, shape=short), 4, n=60).hits == 0
    assert reporting(partial(planted, shape=short, sharpe=9.0, costs=CHEAP), 1, costs=CHEAP, n=60).hits == 1
