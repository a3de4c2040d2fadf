from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.core.params import Float
from alpha_discovery.core.space import Space
from alpha_discovery.search.pareto import Front, crowding_distance, front_rows, nondominated

SPACE = Space({"x": Float(0.0, 1e6)})
points = st.tuples(*[st.integers(0, 5).map(float)] * 3)
tables: st.SearchStrategy[np.ndarray] = st.lists(points, min_size=1, max_size=40).map(np.array)


def slow_front(table: np.ndarray) -> list[bool]:
    """The definition, row by row."""
    return [
        not any(all(b >= a for a, b in zip(row, other, strict=True)) and tuple(other) != tuple(row) for other in table)
        for row in table
    ]


def front_of(objectives: np.ndarray, *, room: int = 200, step: int = 1_000) -> Front:
    front = Front(SPACE, room=room)
    for start in range(0, len(objectives), step):
        part = objectives[start : start + step]
        front.add({"x": np.arange(start, start + len(part), dtype=float)}, part)
    return front


@given(tables)
@settings(max_examples=60)
def test_nondominated_rows_are_those_of_the_definition(table: np.ndarray) -> None:
    assert nondominated(table).tolist() == slow_front(table)


@given(tables, st.integers(1, 7))
@settings(max_examples=60)
def test_a_front_does_not_depend_on_how_rows_arrive(table: np.ndarray, step: int) -> None:
    whole, pieces = front_of(table), front_of(table, step=step)
    assert whole.objectives.tolist() == pieces.objectives.tolist()


@given(tables)
@settings(max_examples=60)
def test_the_rows_of_a_front_are_those_of_the_definition(table: np.ndarray) -> None:
    assert sorted(front_rows(table, most=1_000).tolist()) == np.flatnonzero(slow_front(table)).tolist()


def test_the_rows_of_a_long_front_fall_and_keep_its_ends() -> None:
    x = np.random.default_rng(0).random(2_000)  # more than one block
    table = np.concatenate([np.stack([x, 1.0 - x], axis=1), [[np.nan, 9.0], [-1.0, -1.0]]])
    assert len(front_rows(table, most=5_000)) == 2_000
    few = front_rows(table, most=50)
    assert len(few) == 50
    assert np.all(np.diff(table[few, 0]) < 0)
    assert {few[0], few[-1]} == {int(np.argmax(x)), int(np.argmin(x))}


def test_a_front_runs_from_the_best_first_objective_down() -> None:
    front = front_of(np.array([[1.0, 3.0], [3.0, 1.0], [2.0, 2.0], [1.0, 1.0]]))
    assert front.objectives.tolist() == [[3.0, 1.0], [2.0, 2.0], [1.0, 3.0]]
    assert front.batch["x"].tolist() == [1.0, 2.0, 0.0]


def test_rows_without_an_objective_are_left_out() -> None:
    front = front_of(np.array([[np.nan, 9.0], [1.0, 1.0]]))
    assert front.objectives.tolist() == [[1.0, 1.0]]


def test_a_full_front_keeps_its_ends_and_spreads() -> None:
    x = np.sort(np.random.default_rng(0).random(2_000))
    front = front_of(np.stack([x, 1.0 - x], axis=1), room=50, step=100)
    kept = np.sort(front.objectives[:, 0])
    assert len(kept) == 50
    assert (kept[0], kept[-1]) == (x[0], x[-1])
    assert np.diff(kept).max() < 0.1  # even spacing would be 0.02


def test_crowding_is_the_scaled_span_of_the_neighbours() -> None:
    # hand calculation: the middle rows' neighbours span 2/4 + 4/8 and 3/4 + 6/8
    table = np.array([[0.0, 8.0], [1.0, 6.0], [2.0, 4.0], [4.0, 0.0]])
    assert crowding_distance(table).tolist() == [np.inf, 1.0, 1.5, np.inf]
