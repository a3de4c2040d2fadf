"""Parameter sets close to a given one."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.params import Choice, Float, Int, Off, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Batch, Space, batch_size
from alpha_discovery.discovery.neighbours import neighbours

SPACE = Space(
    {
        "fast": Int(5, 50), "slow": Int(20, 200, 10), "stop": Optional(Float(0.01, 0.11, step=0.02)),
        "side": Choice(("both", "long")), "trail": Off(), "fixed": Int(3, 3),
    },
    (Param("fast") < Param("slow"),),
)  # fmt: skip


def row(**values: float) -> Batch:
    usual = {"fast": 12.0, "slow": 50.0, "stop": 0.05, "side": 1.0, "trail": float("nan"), "fixed": 3.0}
    return {name: np.array([value]) for name, value in {**usual, **values}.items()}


def test_alone_each_number_moves_a_tenth_of_its_range_up_and_down() -> None:
    near = neighbours(SPACE, row(), rng=0, draws=0)
    points = list(zip(near["fast"], near["slow"], near["stop"], strict=True))
    # fast: 12 -+ 4.5 rounded half up to whole bars; slow: -+ 18, to steps of 10; stop: -+ one step of 0.02
    assert points == [(8, 50, 0.05), (17, 50, 0.05), (12, 30, 0.05), (12, 70, 0.05), (12, 50, 0.03), (12, 50, 0.07)]


def test_choices_and_what_is_off_or_fixed_stay() -> None:
    near = neighbours(SPACE, row(), rng=0)
    assert set(near["side"]) == {1.0}
    assert np.isnan(near["trail"]).all()
    assert set(near["fixed"]) == {3.0}


@pytest.mark.parametrize("fast", [5.0, 12.0, 48.0])
def test_neighbours_lie_within_bounds_and_conditions(fast: float) -> None:
    near = neighbours(SPACE, row(fast=fast), rng=1)
    assert batch_size(near) > 5
    assert SPACE.satisfied(near).all()
    for name in ("fast", "slow"):
        kind = SPACE.kinds[name]
        assert isinstance(kind, Int)
        assert ((near[name] >= kind.low) & (near[name] <= kind.high)).all()


def test_the_point_itself_is_not_its_neighbour_and_none_comes_twice() -> None:
    near = neighbours(SPACE, row(), rng=1)
    points = [tuple(str(near[name][k]) for name in SPACE.names) for k in range(batch_size(near))]
    assert len(set(points)) == len(points)
    assert tuple(str(row()[name][0]) for name in SPACE.names) not in points


def test_an_optional_that_is_off_stays_off() -> None:
    near = neighbours(SPACE, row(stop=float("nan")), rng=1)
    assert np.isnan(near["stop"]).all()


def test_a_space_without_numbers_to_move_has_no_neighbours() -> None:
    space = Space({"side": Choice(("both", "long")), "fixed": Int(3, 3)})
    assert batch_size(neighbours(space, {"side": np.array([0.0]), "fixed": np.array([3.0])}, rng=0)) == 0


def test_the_same_seed_gives_the_same_neighbours() -> None:
    one, two = (neighbours(SPACE, row(), rng=4) for _ in range(2))
    assert all(np.array_equal(one[name], two[name], equal_nan=True) for name in SPACE.names)
