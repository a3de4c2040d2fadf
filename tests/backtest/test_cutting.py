"""Cutting a batch into chunks: every row once, neighbours alike, and no more memory than there is room."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.backtest import cutting
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.cutting import CHUNK, CHUNK_ROOM, Rows, chunk_size, cut, fit_one_chunk
from alpha_discovery.backtest.signals import computed_for, conditions
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.core.space import Batch, take
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.strategies.sma_cross import sma_cross
from alpha_discovery.testing.markets import random_walk
from alpha_discovery.testing.paths import explicit_bars

OVER = tape((random_walk(1_000, seed=4),))
LONG = tape((random_walk(60_000, seed=4),))


def drawn(name: str, n: int) -> Batch:
    """Parameter sets of a strategy's usual space, in no order."""
    space = find_strategy(name).space
    return space.from_unit(np.random.default_rng(3).random((n, len(space.free))))


def bytes_of(name: str, batch: Batch, over: Tape) -> int:
    """What the tables of one chunk hold that computes all by itself, besides the close."""
    rules = find_strategy(name).rules
    columns = Columns(over, batch, wanted=conditions(rules))
    for node in computed_for(rules):
        if not columns.is_passing(node):
            columns.table(node)
    return columns.held - over.close.nbytes


def covered(pieces: list[Rows]) -> list[int]:
    return sorted(np.concatenate(pieces).tolist())


def test_a_chunk_is_bounded_in_memory_and_number() -> None:
    year = explicit_bars([(1, 1, 1, 1)] * 9_000)
    decade = explicit_bars([(1, 1, 1, 1)] * 90_000)
    assert chunk_size(tape((year,))) == CHUNK["cpu"]
    assert 64 <= chunk_size(tape((decade,))) * 10 <= CHUNK["cpu"] * 20
    assert chunk_size(tape((decade,))) * 4 * 90_000 // 8 <= 128 * 2**20


@pytest.mark.parametrize(("n", "sizes"), [(0, []), (200, [200]), (1_600, [400] * 4)])
def test_a_small_batch_too_is_cut_for_several_threads(n: int, sizes: list[int]) -> None:
    assert [len(rows) for rows in cut(sma_cross.rules, drawn("sma_cross", n), (OVER,))] == sizes


def test_a_size_that_is_asked_for_is_kept() -> None:
    pieces = cut(sma_cross.rules, drawn("sma_cross", 50), (OVER,), chunk=20)
    assert [len(rows) for rows in pieces] == [20, 20, 10]
    assert covered(pieces) == list(range(50))


@pytest.mark.parametrize("name", ["sma_cross", "bollinger_reversion", "mean_reversion", "macd_cross"])
def test_columns_of_a_chunk_stay_within_its_room(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "ROOM", 0)
    monkeypatch.setitem(CHUNK_ROOM, "cpu", 8 * 2**20)
    batch = drawn(name, 600)
    pieces = cut(find_strategy(name).rules, batch, (LONG,))
    assert covered(pieces) == list(range(600))
    assert len(pieces) > 3
    for rows in pieces[:: len(pieces) // 3]:
        assert bytes_of(name, take(batch, rows), LONG) <= 1.01 * 8 * 2**20  # whole words, and a number each


def test_one_candidate_that_outgrows_the_room_is_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "ROOM", 0)
    monkeypatch.setitem(CHUNK_ROOM, "cpu", 1)
    pieces = cut(sma_cross.rules, drawn("sma_cross", 30), (OVER,))
    assert covered(pieces) == list(range(30))
    assert max(map(len, pieces)) < 3  # rows without anything new are neighbours


def test_tables_of_all_chunks_take_no_room_of_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = drawn("sma_cross", 600)
    monkeypatch.setitem(CHUNK_ROOM, "cpu", 16 * 2**20)
    shared = cut(sma_cross.rules, batch, (LONG,))
    monkeypatch.setattr(cutting, "ROOM", 0)
    assert len(shared) < len(cut(sma_cross.rules, batch, (LONG,)))


def test_tapes_side_by_side_share_the_room_and_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "ROOM", 0)
    batch = drawn("sma_cross", 600)
    alone, beside = (cut(sma_cross.rules, batch, over) for over in ((LONG,), (LONG, OVER)))
    assert len(beside) > len(alone)


def test_rows_are_sorted_by_what_most_columns_hang_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "ROOM", 0)
    monkeypatch.setitem(CHUNK_ROOM, "cpu", 2**17)
    batch = drawn("mean_reversion", 500)
    order = np.concatenate(cut(find_strategy("mean_reversion").rules, batch, (OVER,)))
    assert (np.diff(batch["rsi_period"][order]) >= 0).all()


@pytest.mark.parametrize("name", ["sma_cross", "bollinger_reversion", "mean_reversion", "macd_cross"])
@pytest.mark.parametrize("room", [2**18, 8 * 2**20, 64 * 2**20])
def test_what_fits_one_chunk_whatever_it_is_is_cut_once(name: str, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "ROOM", 0)
    monkeypatch.setitem(CHUNK_ROOM, "cpu", room)
    rules, said = find_strategy(name).rules, list[int]()
    for n in (1, 2, 5, 20, 100, 256, 257):
        if fit_one_chunk(rules, n, (LONG,)):
            assert len(cut(rules, drawn(name, n), (LONG,))) == 1
            said.append(n)
    assert said == [] if room == 2**18 else 1 in said
    assert 257 not in said
