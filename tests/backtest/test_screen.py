"""Screening a batch: which rows come when, what is refused, what an empty result looks like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.screen import (
    Options,
    cost_row,
    risk_matrix,
    screen,
    screen_chunks,
)
from alpha_discovery.backtest.simulate import DELAY, N_RISK
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core import risk
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.scalar import Const
from alpha_discovery.core.space import Batch
from alpha_discovery.errors import UserError
from alpha_discovery.rules.nodes import Field, compare
from alpha_discovery.rules.strategy import Rules
from alpha_discovery.strategies.pairs_reversion import pairs_reversion
from alpha_discovery.strategies.sma_cross import sma_cross
from alpha_discovery.testing.markets import random_walk
from alpha_discovery.testing.paths import at

BARS = random_walk(1_000, seed=4)
OVER = tape((BARS,))
COSTS = Costs(0.001, 0.0005)


def crosses(n: int) -> Batch:
    """``n`` parameter sets in no order."""
    rng = np.random.default_rng(1)
    fast = rng.integers(5, 20, n).astype(float)
    return {"fast": fast, "slow": fast + rng.integers(1, 60, n), "position_size": rng.uniform(0.1, 1.0, n)}


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize("chunk", [1, 7, 50, 1_000])
def test_chunks_cover_every_row_once(chunk: int, workers: int) -> None:
    found = list(screen_chunks(sma_cross.rules, crosses(50), OVER, COSTS, Options(chunk=chunk, workers=workers)))
    assert [len(one.rows) for one in found[:-1]] == [chunk] * (len(found) - 1)
    assert sorted(np.concatenate([one.rows for one in found]).tolist()) == list(range(50))
    assert all(len(one.summary) == len(one.rows) for one in found)


def test_chunks_come_in_one_order_whatever_the_workers() -> None:
    options = [Options(workers=workers, chunk=9) for workers in (1, 3)]
    one, other = (list(screen_chunks(sma_cross.rules, crosses(50), OVER, COSTS, each)) for each in options)
    assert [chunk.rows.tolist() for chunk in one] == [chunk.rows.tolist() for chunk in other]


def test_neighbours_share_the_parameters_of_the_rules() -> None:
    batch = crosses(50)
    (chunk,) = screen_chunks(sma_cross.rules, batch, OVER, COSTS)
    pairs = [(batch["fast"][row], batch["slow"][row]) for row in chunk.rows]
    assert pairs == sorted(pairs)


def test_a_reader_that_stops_leaves_no_thread_behind() -> None:
    reading = screen_chunks(sma_cross.rules, crosses(60), OVER, COSTS, Options(workers=2, chunk=5))
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert len(screen(sma_cross.rules, crosses(3), OVER, COSTS)) == 3


@pytest.mark.parametrize(("daily", "shapes"), [(0, (0, 0)), (1, (42, 0)), (2, (42, 42))])
def test_daily_returns_come_when_asked_for(daily: int, shapes: tuple[int, int]) -> None:
    (chunk,) = screen_chunks(sma_cross.rules, crosses(5), OVER, COSTS, Options(daily=daily))
    assert OVER.n_days == 42
    assert (len(chunk.adjusted), len(chunk.raw)) == shapes
    assert all(one.dtype == np.float32 and one.flags.c_contiguous for one in (chunk.adjusted, chunk.raw))


def test_no_candidates_give_no_summaries() -> None:
    assert len(screen(sma_cross.rules, {name: column[:0] for name, column in crosses(1).items()}, OVER, COSTS)) == 0


def test_no_trades_give_no_numbers_that_look_like_results() -> None:
    never = Rules(enter_long=compare(">", Field("close"), Field("close") * 2))
    summary = screen(never, {"position_size": np.array([0.5])}, OVER, COSTS)[0]
    assert summary["n_trades"] == 0
    assert summary["total_return"] == summary["max_drawdown"] == summary["std"] == 0.0
    assert np.isnan([summary["skew"], summary["kurtosis"]]).all()


def test_absent_risk_parameters_take_their_defaults() -> None:
    row = {"fast": np.array([5.0]), "slow": np.array([30.0])}
    defaults = {name: kind.encode(name, risk.DEFAULTS[name]) for name, kind in risk.ALLOWED.items()}
    full = {**row, **{name: np.array([value]) for name, value in defaults.items()}}
    assert screen(sma_cross.rules, row, OVER, COSTS).tobytes() == screen(sma_cross.rules, full, OVER, COSTS).tobytes()


def test_delay_is_the_root_of_the_share_of_a_bar_that_an_order_takes() -> None:
    rules = Rules(enter_long=at(1), latency_ms=Const(36_000.0))  # a hundredth of an hour
    matrix = risk_matrix(rules, {"position_size": np.array([0.5])}, OVER)
    assert matrix.shape == (1, N_RISK)
    assert matrix[0, DELAY] == pytest.approx(0.1)


def test_makers_pay_what_takers_pay_unless_they_are_given_a_rate() -> None:
    assert cost_row(Costs(0.001, 0.0005)) == (0.001, 0.0005, 0.001, 0.005, 0.0, math.inf, 0.0)
    made = Costs(0.001, 0.0005, maker=0.0002, maintenance=0.01)
    assert cost_row(made) == (0.001, 0.0005, 0.0002, 0.01, 0.0, math.inf, 0.0)
    sized = Costs(impact=1.0, max_share=0.1, capital=5.0)
    assert cost_row(sized) == (0.001, 0.0005, 0.001, 0.005, 1.0, 0.1, 5.0)


@pytest.mark.parametrize("run", [screen, evaluate])
def test_rules_of_two_legs_need_two_legs(run: Any) -> None:
    row = pairs_reversion.allowed.encode(pairs_reversion.complete(next(iter(pairs_reversion.templates.values()))))
    with pytest.raises(UserError, match="trade 2 legs; 1 were given"):
        run(pairs_reversion.rules, row, OVER, COSTS)


@pytest.mark.parametrize("run", [screen, evaluate])
def test_leverage_is_for_one_market(run: Any) -> None:
    values = {**next(iter(pairs_reversion.templates.values())), "leverage": 2.0}
    row = pairs_reversion.allowed.encode(pairs_reversion.complete(values))
    with pytest.raises(UserError, match="several legs need leverage=1"):
        run(pairs_reversion.rules, row, tape((BARS, BARS)), COSTS)


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(UserError, match="no intrabar policy 'best_first'"):
        Options(intrabar="best_first")
    with pytest.raises(UserError, match="no intrabar policy 'best_first'"):
        evaluate(sma_cross.rules, crosses(1), OVER, COSTS, intrabar="best_first")


def test_detail_needs_finer_bars() -> None:
    with pytest.raises(UserError, match="needs finer bars"):
        screen(sma_cross.rules, crosses(1), OVER, COSTS, Options(intrabar="detail"))
