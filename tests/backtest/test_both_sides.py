"""Two comparisons in one pass, against numpy and against each by itself."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from tests.backtest.test_bitmaps import flags_of, seeds, sizes

from alpha_discovery.backtest.bitmaps import packed, words
from alpha_discovery.backtest.both_sides import both_sides, rounded_rows
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.conditions import fixed
from alpha_discovery.backtest.derived import mirrored
from alpha_discovery.backtest.tape import tape
from alpha_discovery.core.scalar import Param
from alpha_discovery.indicators import rsi, sma
from alpha_discovery.rules import crosses_above, crosses_below
from alpha_discovery.rules.nodes import Compare, Cross, Field, compare
from alpha_discovery.testing.markets import random_walk

CLOSE = Field("close", 0)
ROWS = 6


def table(rng: np.random.Generator, n_bars: int) -> npt.NDArray[np.float64]:
    """Values of which many round to the same number in single precision, some are equal, and some are missing."""
    near = 100.0 + rng.integers(0, 3, (3, n_bars)) + rng.choice([0.0, 1e-12, -1e-12, 1e-6], (3, n_bars))
    odd = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], near.shape)
    return fixed(np.where(rng.random(near.shape) < 0.2, odd, near))


def side(values: npt.NDArray[np.float64], row: npt.NDArray[np.int64]) -> Any:
    """The three tables of a side; the rows of each are in an order of their own."""
    known = np.stack([packed(~np.isnan(one)) for one in values])
    turned = np.arange(len(values))[::-1]
    return (fixed(rounded_rows(values, turned)), turned[row]), (known, row), (values, row)


@pytest.mark.parametrize("strict", [True, False])
@settings(max_examples=40)
@given(seed=seeds, n_bars=sizes)
def test_both_directions_are_those_of_numpy(strict: bool, seed: int, n_bars: int) -> None:
    rng = np.random.default_rng(seed)
    left, right = table(rng, n_bars), table(rng, n_bars)
    left_row, right_row = rng.integers(0, 3, (2, ROWS))
    up, down = np.ones((2, ROWS, words(n_bars)), dtype=np.uint64)
    both_sides(side(left, left_row), side(right, right_row), strict, up, down)
    a, b = left[left_row], right[right_row]
    for bits, expected in ((up, a > b if strict else a >= b), (down, a < b if strict else a <= b)):
        found = np.stack([flags_of(row, n_bars) for row in bits])
        np.testing.assert_array_equal(found, expected)


def test_rounded_rows_end_in_bars_without_a_value() -> None:
    found = rounded_rows(fixed(np.array([[1.0, 2.0], [3.0, 1e-60]])), np.array([1]))
    assert found.dtype == np.float32
    assert found.shape == (1, 64)
    assert found[0, :2].tolist() == [3.0, 0.0]
    assert np.isnan(found[0, 2:]).all()


FAST, SLOW = sma(CLOSE, Param("fast")), sma(CLOSE, Param("slow"))
CONDITIONS = [
    crosses_above(FAST, SLOW), crosses_below(FAST, SLOW).negated(), compare("<", FAST, SLOW), compare(">=", FAST, SLOW),
    compare(">=", rsi(CLOSE, Param("fast")), Param("level")), compare("<", CLOSE, SLOW), crosses_below(CLOSE, SLOW),
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_a_condition_and_its_mirror_are_those_that_each_is_alone(condition: Compare | Cross) -> None:
    rng = np.random.default_rng(1)
    batch = {"fast": rng.integers(1, 9, 40), "slow": rng.integers(5, 30, 40), "level": rng.choice([40.0, 50.0], 40)}
    batch = {name: column.astype(np.float64) for name, column in batch.items()}
    over, mirror = tape((random_walk(300, seed=4),)), mirrored(condition)
    together = Columns(over, batch, wanted=frozenset([condition, mirror]))
    for one in (condition, mirror):
        alone, found = Columns(over, batch).bitmaps(one), together.bitmaps(one)
        np.testing.assert_array_equal(found.values[found.row], alone.values[alone.row])


def test_a_mirror_that_nobody_wants_is_not_computed() -> None:
    columns = Columns(tape((random_walk(300, seed=4),)), {"fast": np.array([3.0]), "slow": np.array([9.0])})
    columns.bitmaps(CONDITIONS[0])
    assert mirrored(CONDITIONS[0]) not in columns._tables


def test_the_mirror_of_a_mirror_is_the_condition() -> None:
    for condition in CONDITIONS:
        assert mirrored(mirrored(condition)) == condition


@pytest.mark.parametrize(("windows", "rounded"), [(6, []), (2, [2, 3])])
def test_sides_are_rounded_only_where_their_rows_are_read_again(
    windows: int, rounded: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(*told: Any) -> npt.NDArray[np.float32]:
        asked.append(len(told[1]))
        return rounded_rows(*told)

    monkeypatch.setattr("alpha_discovery.backtest.columns.rounded_rows", counted)
    fast, slow = sma(CLOSE, Param("fast")), sma(CLOSE, Param("slow"))
    up, down = crosses_above(fast, slow), crosses_below(fast, slow)
    batch = {"fast": 2.0 + np.arange(6.0) % windows, "slow": 9.0 + np.arange(6.0) % (windows + 1)}
    columns = Columns(tape((random_walk(300, seed=1),)), batch, wanted=frozenset({up, down}))
    bits = [columns.bitmaps(one).values for one in (up, down)]
    assert bits[0].any()
    assert bits[1].any()
    assert asked == rounded
