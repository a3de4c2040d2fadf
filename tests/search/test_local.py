"""Small steps around the best points."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.params import Choice, Float, Int
from alpha_discovery.core.scalar import Param
from alpha_discovery.core.space import Space
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.local import LocalSearch, stepped
from alpha_discovery.search.proposer import Situation, Told, untagged
from alpha_discovery.testing.optimizer_suite import MIXED

WINDOWS = Space({"fast": Int(2, 100), "slow": Int(5, 400), "level": Float(0.0, 1.0)}, (Param("fast") < Param("slow"),))


def test_steps_meet_the_conditions() -> None:
    cube = Cube(MIXED)
    centres = cube.encode(
        {"fast": np.array([9.0]), "slow": np.array([10.0]), "level": np.array([0.1]), "width": np.array([1.0]),
         "kind": np.array([0.0]), "stop": np.array([np.nan])}
    )  # fmt: skip
    batch = cube.decode(stepped(cube, centres, 2_000, np.random.default_rng(1)))
    assert MIXED.satisfied(batch).all()
    assert set(batch["kind"].astype(int)) == {0, 1, 2}
    assert 0.0 < np.isnan(batch["stop"]).mean() < 1.0


def test_most_steps_change_one_parameter_by_any_size() -> None:
    cube = Cube(Space({f"x{i}": Int(0, 999) for i in range(8)}))
    centre = np.full((1, 8), 0.5005)
    moved = np.abs(cube.decode(stepped(cube, centre, 4_000, np.random.default_rng(2)))["x3"] - 500.0)
    sizes = moved[moved > 0]
    # a third of the steps changes exactly one of 8; the others one and each other with a chance of 1/8 or 2/8
    expected = (1 + 1 + 7 / 8 + 1 + 14 / 8) / 3 / 8
    assert abs(len(sizes) / 4_000 - expected) < 0.02
    assert sizes.min() == 1.0
    assert 100.0 < sizes.max() <= 150.0
    assert (sizes <= 12.0).mean() > 0.4  # every magnitude alike: half of them below the middle of the logarithms


def test_scaling_keeps_the_ratio_of_what_conditions_bind() -> None:
    cube = Cube(WINDOWS)
    point = cube.encode({"fast": np.array([20.0]), "slow": np.array([80.0]), "level": np.array([0.3])})
    factors = np.array([0.5, 1.26, 3.0])
    batch = cube.decode(cube.scaled(np.repeat(point, 3, axis=0), factors))
    assert batch["fast"].tolist() == [10.0, 25.0, 60.0]  # 20 * 1.26 = 25.2, a whole number
    assert batch["slow"].tolist() == [40.0, 100.0, 240.0]
    assert np.allclose(batch["level"], 0.3)


def test_a_space_without_conditions_has_nothing_to_scale() -> None:
    cube = Cube(Space({"a": Int(1, 9), "b": Choice(("x", "y"))}))
    points = np.array([[0.4, 0.2]])
    assert np.array_equal(cube.scaled(points, np.array([2.0])), points)


def test_nothing_is_proposed_while_nothing_has_a_score() -> None:
    cube, rng = Cube(WINDOWS), np.random.default_rng(3)
    situation = Situation(0.0, np.zeros((0, 3)), lambda u: np.arange(len(u)))
    local = LocalSearch(cube)
    points = cube.encode({"fast": np.array([5.0]), "slow": np.array([50.0]), "level": np.array([0.5])})
    local.learn(Told(points, np.array([-np.inf]), untagged(points).tags, np.array([False])), situation, rng)
    assert not len(local.propose(5, situation, rng).points)
    local.learn(Told(points, np.array([1.0]), untagged(points).tags, np.array([False])), situation, rng)
    assert len(local.propose(5, situation, rng).points) == 5
