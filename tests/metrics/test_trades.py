"""Metrics of trades by hand, against a library, and by their properties."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.results import EXIT_REASONS, TRADE, Records
from alpha_discovery.metrics.trades import (
    average_loss,
    average_win,
    by_side,
    exit_reasons,
    longest_losing_streak,
    payoff_ratio,
    round_trips,
    sqn,
    trade_metrics,
)

PROFITS = [0.02, -0.01, -0.03, 0.0, 0.06, -0.02]


def trades(profits: list[float], *, sides: list[int] | None = None, reasons: list[str] | None = None) -> Records:
    out = np.zeros(len(profits), dtype=TRADE)
    out["pnl"], out["entry_bar"] = profits, np.arange(len(profits)) * 10
    out["side"] = 1 if sides is None else sides
    out["reason"] = 0 if reasons is None else [EXIT_REASONS.index(name) for name in reasons]
    return out


def pairs(first: list[float], second: list[float]) -> Records:
    """Trips of a long and a short leg."""
    legs = trades(first), trades(second, sides=[-1] * len(second))
    return np.stack(legs, axis=1).ravel()


def test_sqn_by_hand() -> None:
    # mean 1/300, squared deviations 0.0054 - 6/300^2 = 0.016/3, std = sqrt(0.0032/3); sqrt(6) / 300 / std = 1/4
    assert sqn(trades(PROFITS)) == pytest.approx(0.25, rel=1e-12)


def test_average_win_and_loss_leave_out_what_broke_even() -> None:
    assert average_win(trades(PROFITS)) == pytest.approx(0.04, rel=1e-12)
    assert average_loss(trades(PROFITS)) == pytest.approx(0.02, rel=1e-12)
    assert payoff_ratio(trades(PROFITS)) == pytest.approx(2.0, rel=1e-12)


def test_agrees_with_quantstats() -> None:
    # quantstats 0.0.86 on the same 60 numbers: avg_win, avg_loss (negative there), payoff_ratio, profit_factor,
    # win_rate, consecutive_losses
    steps = np.arange(1, 61)
    series = np.round(0.01 * np.sin(1.7 * steps) + 0.008 * np.cos(0.31 * steps**2) + 0.002, 6)
    found = trade_metrics(trades(series.tolist()))
    names = ("average_win", "average_loss", "payoff_ratio", "long_profit_factor", "long_win_rate")
    expected = [0.009080363636363636, 0.00564362962962963, 1.6089581053814734, 1.966504351021801, 0.55]
    assert [found[name] for name in names] == pytest.approx(expected, rel=1e-12)
    assert found["longest_losing_streak"] == 3.0


def test_a_streak_is_broken_by_a_trade_that_broke_even() -> None:
    assert longest_losing_streak(trades([-1e-3, -1e-3, 0.0, -1e-3, 1e-3])) == 2
    assert longest_losing_streak(trades([0.01])) == 0


def test_exits_are_counted_under_every_reason() -> None:
    found = exit_reasons(trades([0.1] * 4, reasons=["stop", "target", "stop", "ruin"]))
    assert found == dict.fromkeys(EXIT_REASONS, 0) | {"stop": 2, "target": 1, "ruin": 1}


def test_sides_are_measured_apart() -> None:
    sides = by_side(trades([0.02, -0.01, 0.04, -0.03], sides=[1, 1, 1, -1]))
    assert sides["long"] == pytest.approx(
        {"n_trades": 3.0, "win_rate": 2 / 3, "profit_factor": 6.0, "expectancy": 0.05 / 3, "total_profit": 0.05}
    )
    assert sides["short"] == pytest.approx(
        {"n_trades": 1.0, "win_rate": 0.0, "profit_factor": 0.0, "expectancy": -0.03, "total_profit": -0.03}
    )


def test_a_side_without_trades_is_nan() -> None:
    short = by_side(trades([0.02]))["short"]
    assert short.pop("n_trades") == 0.0
    assert np.isnan(list(short.values())).all()


def test_legs_opened_together_are_one_trade() -> None:
    both = pairs([0.03, -0.01, 0.02], [-0.01, -0.02, -0.03])
    assert round_trips(both).pnl == pytest.approx([0.02, -0.03, -0.01], rel=1e-12)
    assert round_trips(both).side.tolist() == [1, 1, 1]
    assert exit_reasons(both)["signal"] == 3
    assert longest_losing_streak(both) == 2


def test_no_trades_give_nan_and_counts_of_zero() -> None:
    found = trade_metrics(trades([]))
    counts = {"longest_losing_streak", "long_n_trades", "short_n_trades", *(f"exits_{name}" for name in EXIT_REASONS)}
    assert {name for name, value in found.items() if value == 0.0} == counts
    assert {name for name, value in found.items() if math.isnan(value)} == found.keys() - counts


def test_payoff_is_infinite_without_losses_and_nan_without_wins() -> None:
    assert payoff_ratio(trades([0.01, 0.0])) == math.inf
    assert math.isnan(payoff_ratio(trades([-0.01, 0.0])))


@pytest.mark.parametrize("profits", [[0.01], [0.01, 0.01, 0.01]], ids=["one", "equal"])
def test_sqn_needs_variation(profits: list[float]) -> None:
    assert math.isnan(sqn(trades(profits)))


some = st.lists(st.floats(-1.0, 1.0).map(lambda v: round(v, 4)), min_size=1, max_size=30)


@given(some, st.floats(0.1, 10.0))
@settings(max_examples=50, deadline=None)
def test_trade_ratios_ignore_the_currency_unit(profits: list[float], unit: float) -> None:
    dollars, cents = (trade_metrics(trades([p * k for p in profits])) for k in (1.0, unit))
    for name in ("sqn", "payoff_ratio", "longest_losing_streak", "long_win_rate", "long_profit_factor"):
        assert cents[name] == pytest.approx(dollars[name], rel=1e-6, abs=1e-9, nan_ok=True)
    for name in ("average_win", "average_loss", "best_trade", "long_expectancy", "long_total_profit"):
        assert cents[name] == pytest.approx(dollars[name] * unit, rel=1e-6, abs=1e-9, nan_ok=True)


@given(some, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_sides_add_up_to_the_whole(profits: list[float], random: Random) -> None:
    sides = [1 if random.random() < 0.5 else -1 for _ in profits]
    split = by_side(trades(profits, sides=sides))
    assert sum(side["n_trades"] for side in split.values()) == len(profits)
    assert np.nansum([side["total_profit"] for side in split.values()]) == pytest.approx(sum(profits), abs=1e-12)
