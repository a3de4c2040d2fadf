"""Columns that one batch leaves to the next: the same as those computed anew, and each computed once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from alpha_discovery.backtest.across_batches import KeptColumns, kept_of
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.latest_tapes import TAPES
from alpha_discovery.backtest.screen import Options, screen
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.scalar import Param
from alpha_discovery.indicators import ema, rsi, sma
from alpha_discovery.rules.nodes import Field
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import random_walk

NODE, OTHER = sma(Field("close", 0), Param("fast")), ema(Field("close", 0), Param("fast"))
WIDTH = 100
ROW = 8 * WIDTH  # bytes
Float1D = npt.NDArray[np.float64]


class Counted:
    """Rows full of their value, and every value that was asked for."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def __call__(self, values: Float1D) -> npt.NDArray[Any]:
        self.asked += values.tolist()
        return np.repeat(values[:, None], WIDTH, axis=1)


def values_of(found: Any) -> list[float]:
    """What the rows that were found are full of."""
    assert found is not None
    table, row = found
    return [float(one[0]) for one in table[row]]


def test_a_value_is_computed_once_whichever_batch_asks() -> None:
    kept, compute = KeptColumns(), Counted()
    for batch in ([3.0, 7.0], [3.0, 5.0, 7.0], [5.0]):
        assert values_of(kept.find(NODE, np.array(batch), ROW, compute)) == batch
    assert sorted(compute.asked) == [3.0, 5.0, 7.0]


def test_tables_stay_as_they_are_for_those_who_read_them() -> None:
    kept, compute = KeptColumns(), Counted()
    first = kept.find(NODE, np.array([4.0, 9.0]), ROW, compute)
    for k in range(200):
        kept.find(NODE, np.array([100.0 + k]), ROW, compute)
    assert values_of(first) == [4.0, 9.0]
    assert values_of(kept.find(NODE, np.array([9.0, 250.0]), ROW, compute)) == [9.0, 250.0]


def test_numbers_that_hardly_come_again_are_not_kept() -> None:
    assert KeptColumns().find(NODE, np.array([2.0, 2.5]), ROW, Counted()) is None


def test_what_is_kept_is_bounded_and_the_oldest_goes() -> None:
    kept, compute = KeptColumns(most=40 * 8 * WIDTH), Counted()
    kept.find(NODE, np.arange(1.0, 21.0), ROW, compute)
    assert values_of(kept.find(OTHER, np.arange(1.0, 25.0), ROW, compute)) == list(range(1, 25))
    compute.asked.clear()
    kept.find(NODE, np.arange(1.0, 4.0), ROW, compute)
    assert compute.asked == [1.0, 2.0, 3.0]


def test_of_strategies_that_take_turns_some_columns_stay() -> None:
    kept, compute = KeptColumns(most=40 * ROW), Counted()
    nodes = [one(Field("close", 0), Param("fast")) for one in (sma, ema, rsi)]
    for _ in range(5):
        compute.asked.clear()
        for node in nodes:
            kept.asked_before(node)
            assert values_of(kept.find(node, np.arange(1.0, 17.0), ROW, compute)) == list(range(1, 17))
    assert len(compute.asked) == 16  # two of the three fit, and are found


def test_columns_that_nobody_asks_for_any_more_go() -> None:
    kept, compute = KeptColumns(most=20 * ROW), Counted()
    for node in (NODE, NODE, OTHER, OTHER, OTHER):
        kept.asked_before(node)
        kept.find(node, np.arange(1.0, 17.0), ROW, compute)
    compute.asked.clear()
    kept.find(OTHER, np.arange(1.0, 17.0), ROW, compute)
    assert not compute.asked


def test_what_a_kept_column_is_made_of_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    strategy, over = find_strategy("sma_cross"), tape((random_walk(400, seed=6),))
    batch = strategy.space.from_unit(np.random.default_rng(8).random((60, len(strategy.space.free))))
    made: list[int] = []
    indicator = Columns._indicator

    def counted(self: Columns, node: Any, candidates: Any) -> Any:
        made.append(len(candidates))
        return indicator(self, node, candidates)

    monkeypatch.setattr(Columns, "_indicator", counted)
    for _ in range(2):
        made.clear()
        screen(strategy.rules, batch, over, Costs())
    assert sorted(made) == sorted(len(np.unique(batch[name])) for name in ("fast", "slow"))


def test_more_than_the_bound_is_neither_kept_nor_computed() -> None:
    compute = Counted()
    assert KeptColumns(most=8 * WIDTH).find(NODE, np.arange(1.0, 5.0), ROW, compute) is None
    assert not compute.asked


def test_growing_keeps_within_the_bound() -> None:
    kept, compute = KeptColumns(most=30 * ROW), Counted()
    for k in range(1, 40):
        assert values_of(kept.find(NODE, np.array([float(k), 100.0 + k]), ROW, compute)) == [k, 100.0 + k]
        assert sum(one.table.nbytes for one in kept._nodes.values()) <= 30 * ROW


def test_the_latest_tapes_have_their_columns() -> None:
    tapes = [tape((random_walk(50, seed=k),)) for k in range(TAPES + 1)]
    columns = [kept_of(one) for one in tapes]
    assert kept_of(tapes[-1]) is columns[-1]
    assert kept_of(tapes[0]) is not columns[0]


@pytest.mark.parametrize("name", ["sma_cross", "bollinger_reversion", "mean_reversion", "trend_following"])
def test_earlier_batches_change_no_result(name: str) -> None:
    strategy, rng = find_strategy(name), np.random.default_rng(8)
    bars = random_walk(400, seed=6)
    batches = [strategy.space.from_unit(rng.random((40, len(strategy.space.free)))) for _ in range(5)]
    batches = [{key: column[strategy.space.satisfied(one)] for key, column in one.items()} for one in batches]
    one_after_another, fresh = tape((bars,)), [tape((bars,)) for _ in batches]
    alone = [screen(strategy.rules, one, over, Costs()).tobytes() for one, over in zip(batches, fresh, strict=True)]
    assert [screen(strategy.rules, one, one_after_another, Costs()).tobytes() for one in batches] == alone


def test_batches_of_many_threads_find_their_own_rows() -> None:
    strategy, over = find_strategy("sma_cross"), tape((random_walk(400, seed=6),))
    rng = np.random.default_rng(9)
    batches = [strategy.space.from_unit(rng.random((30, len(strategy.space.free)))) for _ in range(12)]
    alone = [screen(strategy.rules, one, tape(over.bars), Costs()).tobytes() for one in batches]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda one: screen(strategy.rules, one, over, Costs(), Options(chunk=8)), batches))
    assert [one.tobytes() for one in found] == alone
