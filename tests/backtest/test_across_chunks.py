"""Tables that all chunks of a batch share, against those that a chunk makes for itself."""

from __future__ import annotations

import gc
import weakref
from functools import partial

import numpy as np
import pytest

from alpha_discovery.backtest.across_chunks import Common
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.derived import Bucketed, Rounded
from alpha_discovery.backtest.screen import Options, screen
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.scalar import Const, Param
from alpha_discovery.core.space import Batch, take
from alpha_discovery.indicators import rsi, sma
from alpha_discovery.rules import crosses_above
from alpha_discovery.rules.nodes import Field
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import random_walk

OVER = tape((random_walk(300, seed=5),))
CLOSE = Field("close", 0)
BATCH: Batch = {"fast": np.array([9.0, 3.0, 9.0, 5.0]), "slow": np.array([20.0, 30.0, 20.0, 11.0])}


def common(room: int = 2**20) -> Common:
    return Common(300, BATCH, partial(Columns, OVER), room=room)


def test_a_node_of_one_parameter_has_one_row_for_each_of_its_values() -> None:
    node = sma(CLOSE, Param("fast"))
    shared = common().values(node)
    assert shared is not None
    alone = [sma(OVER.close[0], window) for window in (3, 5, 9)]
    np.testing.assert_array_equal(shared, alone)


def test_candidates_find_their_rows_in_any_part_of_the_batch() -> None:
    node, tables = sma(CLOSE, Param("fast")), common()
    assert tables.values(node) is not None
    codes, distinct = tables.code("fast", take(BATCH, slice(1, 4)))
    assert distinct == 3
    assert tables.rows(node, codes).tolist() == [0, 2, 1]


def test_a_node_without_parameters_has_one_row() -> None:
    node, tables = rsi(CLOSE, Const(14.0)), common()
    shared = tables.values(node)
    assert shared is not None
    np.testing.assert_array_equal(shared, [rsi(OVER.close[0], 14)])


def test_a_node_of_two_parameters_is_not_shared() -> None:
    assert common().values(crosses_above(sma(CLOSE, Param("fast")), sma(CLOSE, Param("slow")))) is None


def test_shorter_forms_of_a_series_need_less_room() -> None:
    node = sma(CLOSE, Param("fast"))
    of_series, of_rounded, of_sorted = (3 * 300 * each for each in (8, 4, 2))
    assert common(of_series + of_rounded).values(Rounded.of(node)) is not None
    assert common(of_series + of_rounded - 1).values(Rounded.of(node)) is None
    assert common(of_series + of_sorted).values(Bucketed.of(node)) is not None


def test_what_does_not_fit_the_room_is_not_shared() -> None:
    rows, bytes_of_a_row = 3, 8 * 300
    assert common(rows * bytes_of_a_row).values(sma(CLOSE, Param("fast"))) is not None
    assert common(rows * bytes_of_a_row - 1).values(sma(CLOSE, Param("fast"))) is None


@pytest.mark.parametrize("name", ["sma_cross", "macd_cross", "bollinger_reversion"])
def test_chunks_and_threads_change_no_result(name: str) -> None:
    strategy = find_strategy(name)
    batch = strategy.space.from_unit(np.random.default_rng(2).random((90, len(strategy.space.free))))
    whole = screen(strategy.rules, batch, OVER, Costs())
    parts = screen(strategy.rules, batch, OVER, Costs(), Options(chunk=16, workers=3))
    assert whole.tobytes() == parts.tobytes()


def test_tables_go_with_the_last_who_holds_them_and_not_when_the_collector_comes() -> None:
    held = common()
    assert held.values(sma(CLOSE, Param("fast"))) is not None
    gone = weakref.ref(held)
    gc.disable()
    try:
        del held
        assert gone() is None
    finally:
        gc.enable()
