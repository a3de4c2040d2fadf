from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.params import Choice, Float, Int, Kind, Optional
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Space
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.random_search import RandomSearch
from alpha_discovery.testing.optimizer_suite import MIXED, rows

KINDS: list[Kind] = [
    Int(3, 17), Int(5, 60, step=5), Float(-2.0, 3.0), Float(0.001, 10.0, log=True), Float(0.1, 0.9, step=0.1),
    Choice(("a", "b", "c")), Choice(("a", "b", "c", "d"), only=("d", "b")),
    Optional(Int(2, 9)), Optional(Float(0.5, 1.5), share_off=0.2), Optional(Float(0.01, 0.1, step=0.01)),
    Optional(Float(0.04, 0.04)), Optional(Float(0.04, 0.04, log=True)), Optional(Int(4, 4)),
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_value_comes_back_from_the_cube(kind: Kind) -> None:
    cube = Cube(Space({"x": kind}))
    batch = cube.decode(np.random.default_rng(0).random((500, 1)))
    assert cube.decode(cube.encode(batch))["x"] == pytest.approx(batch["x"], rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_point_comes_back_within_its_cell(kind: Kind) -> None:
    cube = Cube(Space({"x": kind}))
    u = np.random.default_rng(1).random((500, 1))
    off = cube.off_share > u
    back = cube.encode(cube.decode(u))
    assert (np.abs(back - u)[~off] <= cube.width[0] / 2 + 1e-12).all()


def test_a_value_outside_its_range_goes_to_the_nearest_end() -> None:
    cube = Cube(Space({"a": Int(1, 5), "b": Float(0.0, 1.0)}))
    back = cube.decode(cube.encode({"a": np.array([-7.0, 99.0]), "b": np.array([-1.0, 2.0])}))
    assert back["a"].tolist() == [1.0, 5.0]
    assert back["b"] == pytest.approx([0.0, 1.0])


def test_fixed_parameters_take_no_axis() -> None:
    cube = Cube(Space({"a": Int(3, 3), "b": Int(1, 2)}))
    assert cube.names == ("b",)
    assert cube.decode(np.array([[0.0], [0.9]]))["a"].tolist() == [3.0, 3.0]


def test_repair_swaps_two_values_in_the_wrong_order() -> None:
    cube = Cube(Space({"fast": Int(1, 10), "slow": Int(1, 10)}, (Param("fast") < Param("slow"),)))
    wrong = cube.encode({"fast": np.array([8.0]), "slow": np.array([3.0])})
    parent = cube.encode({"fast": np.array([1.0]), "slow": np.array([2.0])})
    assert rows(cube.decode(cube.repaired(wrong, parent))) == [(3.0, 8.0)]


def test_repair_takes_what_a_swap_cannot_mend_from_the_parent() -> None:
    cube = Cube(Space({"fast": Int(1, 10), "slow": Int(1, 10), "x": Int(1, 3)}, (Param("fast") < Param("slow"),)))
    wrong = cube.encode({"fast": np.array([5.0]), "slow": np.array([5.0]), "x": np.array([3.0])})
    parent = cube.encode({"fast": np.array([1.0]), "slow": np.array([2.0]), "x": np.array([1.0])})
    assert rows(cube.decode(cube.repaired(wrong, parent))) == [(1.0, 2.0, 3.0)]


def test_repaired_children_of_valid_parents_are_valid() -> None:
    hard = Space(
        {"a": Int(1, 50), "b": Int(1, 50), "c": Int(1, 50), "d": Optional(Int(1, 50))},
        (Param("a") + 5 < Param("b"), Param("b") < Param("c"), Param("c") - Param("a") < 20),
    )
    for space in (MIXED, hard):
        cube = Cube(space)
        parents = cube.encode(RandomSearch(space, budget=400, seed=3).ask(400))
        children = np.random.default_rng(4).random(parents.shape)
        assert space.satisfied(cube.decode(cube.repaired(children, parents))).all()


def test_repair_leaves_valid_points_alone() -> None:
    cube = Cube(MIXED)
    valid = cube.encode(RandomSearch(MIXED, budget=100, seed=5).ask(100))
    assert np.array_equal(cube.repaired(valid, np.zeros_like(valid)), valid)
