"""The betting martingale: what it is, how often it is wrong, how often it finds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.eprocess import PROVEN, evidence, first_proof, trailing_volatility

YEAR = 365


def proven(returns: F64, *, worst_loss: float = 0.07) -> float:
    return float((evidence(returns, volatility=0.01, worst_loss=worst_loss).max(axis=0) >= PROVEN).mean())


def markets(sharpe: float, *, paths: int = 400, seed: int = 0) -> F64:
    """One year of t5 returns with 1% daily volatility."""
    noise = np.random.default_rng(seed).standard_t(5, (YEAR, paths)) / math.sqrt(5 / 3)
    return np.asarray(0.01 * (noise + sharpe / math.sqrt(365)))


def test_one_day_by_hand() -> None:
    # +1 volatility: wealth 1 + k/sqrt(365) for stakes 1, 2 and 4; their mean is 1 + (7/3)/sqrt(365)
    path = evidence(np.array([0.01]), volatility=0.01, worst_loss=0.04)
    assert path == pytest.approx([1 + 7 / 3 / math.sqrt(365)], rel=1e-12)


def test_a_gain_counts_up_to_four_volatilities() -> None:
    big, huge = (evidence(np.array([g]), volatility=0.01, worst_loss=0.04) for g in (0.04, 9.0))
    assert big == pytest.approx(huge)


def test_a_loss_counts_in_full() -> None:
    path = evidence(np.array([-0.04]), volatility=0.01, worst_loss=0.08)
    # stakes 1, 2 and 4 over sqrt(365) per 1%, the last capped at 1/8%: losses of 4/19.1, 8/19.1, 1/2
    kept = [1 - 4 / math.sqrt(365), 1 - 8 / math.sqrt(365), 0.5]
    assert path == pytest.approx([sum(kept) / 3], rel=1e-12)


def test_nobody_owes_money() -> None:
    assert (evidence(np.array([-0.5, 0.01]), volatility=0.01, worst_loss=0.05) >= 0).all()


def test_volatility_is_that_of_the_days_before() -> None:
    x = np.array([0.05, 0.0, 0.0])
    # two days before each: (1%, 1%), (1%, 5%), (5%, 0)
    expected = [0.01, math.sqrt((0.01**2 + 0.05**2) / 2), 0.05 / math.sqrt(2)]
    assert trailing_volatility(x, volatility=0.01, window=2) == pytest.approx(expected)


def test_a_strategy_that_stands_still_proves_nothing() -> None:
    assert evidence(np.zeros(300), volatility=0.01, worst_loss=0.05) == pytest.approx(np.ones(300))


def test_tomorrow_does_not_change_today() -> None:
    x = markets(2, paths=1)[:, 0]
    early = evidence(x[:100], volatility=0.01, worst_loss=0.07)
    assert np.array_equal(evidence(x, volatility=0.01, worst_loss=0.07)[:100], early)


def test_noise_is_proven_in_less_than_five_years_of_a_hundred() -> None:
    # 20 of 400 is the bound; about 2% are seen in the simulations of the design
    assert proven(markets(0)) <= 0.05


def test_power_is_that_of_the_simulated_design() -> None:
    # 2,000 paths of the design: .37 at Sharpe 2 and .95 at 4 after a year; 400 paths err by .025
    assert proven(markets(2)) == pytest.approx(0.37, abs=0.08)
    assert proven(markets(4)) == pytest.approx(0.95, abs=0.05)


def test_a_seller_of_disasters_without_an_edge_is_not_proven() -> None:
    """A gain of .23 volatilities on 95 days of 100, a loss of 4.4 on the others: mean zero."""
    disaster = np.random.default_rng(1).random((YEAR, 400)) < 0.05
    x = 0.01 * np.where(disaster, -19.0, 1.0) / math.sqrt(19.0)
    # 20 of 400 is the bound and 4.4 its standard error; with losses cut at four it would be 115
    assert proven(x, worst_loss=0.05) <= 33 / 400


def test_negated_returns_are_evidence_of_decay() -> None:
    assert proven(-markets(-4), worst_loss=0.07) > 0.8


def test_day_of_the_first_proof() -> None:
    assert first_proof(np.array([1.0, 19.9, 20.0, 3.0])) == 3
    assert first_proof(np.array([1.0, 2.0])) is None


@pytest.mark.parametrize("setting", [{"volatility": 0.0}, {"worst_loss": 0.0}, {"window": 1}])
def test_settings_out_of_range_are_refused(setting: Any) -> None:
    with pytest.raises(OutOfRange):
        evidence(np.zeros(5), **{"volatility": 0.01, "worst_loss": 0.1, **setting})


def test_a_gap_is_refused() -> None:
    with pytest.raises(OutOfRange, match="finite"):
        evidence(np.array([math.nan]), volatility=0.01, worst_loss=0.1)
