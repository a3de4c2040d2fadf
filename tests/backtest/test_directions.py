"""A direction takes the other side's entries away, and nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from alpha_discovery.backtest.conditions import Table
from alpha_discovery.backtest.directions import directed

BOTH, LONG, SHORT = 0.0, 1.0, 2.0
FULL, NEVER = [2**64 - 1] * 3, [0] * 3


def signals(candidates: int) -> list[Table]:
    """Enter and exit long, enter and exit short, of one row each that always holds."""
    values = np.full((1, 3), np.uint64(2**64 - 1))
    return [Table(values, np.zeros(candidates, dtype=np.int64)) for _ in range(4)]


def read(table: Table) -> list[list[int]]:
    """The bitmap of each candidate."""
    found: npt.NDArray[np.uint64] = table.values[table.row]
    return [[int(word) for word in row] for row in found]


def test_each_candidate_keeps_the_entries_of_its_own_direction() -> None:
    enter_long, exit_long, enter_short, exit_short = directed(signals(3), np.array([BOTH, LONG, SHORT]))
    assert read(enter_long) == [FULL, FULL, NEVER]
    assert read(enter_short) == [FULL, NEVER, FULL]
    assert read(exit_long) == read(exit_short) == [FULL, FULL, FULL]


@pytest.mark.parametrize(("direction", "left"), [(LONG, 0), (SHORT, 2)])
def test_where_all_go_one_way_nothing_is_copied(direction: float, left: int) -> None:
    given = signals(4)
    found = directed(given, np.full(4, direction))
    assert found[left] is given[left]
    assert read(found[2 - left]) == [NEVER] * 4
    assert len(found[2 - left].values) == 1


def test_tables_of_candidates_that_go_both_ways_stay_as_they_are() -> None:
    given = signals(2)
    assert all(after is before for after, before in zip(directed(given, np.zeros(2)), given, strict=True))


def test_a_table_that_serves_as_two_signals_is_not_changed() -> None:
    given = signals(2)
    given[3] = given[0]
    directed(given, np.array([SHORT, BOTH]))
    assert read(given[3]) == [FULL, FULL]
