"""Every method runs the inherited suite; a method without a class here fails the last test."""

from __future__ import annotations

import sys

import pytest

from alpha_discovery.core.params import Float
from alpha_discovery.core.space import Space, batch_size
from alpha_discovery.errors import UnknownName
from alpha_discovery.search.bayesian import Bayesian
from alpha_discovery.search.brute_force import BruteForce, valid_points
from alpha_discovery.search.hybrid import Hybrid
from alpha_discovery.search.methods import METHODS, make_optimizer
from alpha_discovery.testing.optimizer_suite import MIXED, SMALL, AdaptiveSuite, Make, OptimizerSuite, drained, rows


class TestBruteForce(OptimizerSuite):
    @pytest.fixture
    def make(self) -> Make:
        return lambda space, budget, seed: make_optimizer("brute_force", space, budget=budget, seed=seed)


class TestRandom(OptimizerSuite):
    @pytest.fixture
    def make(self) -> Make:
        return lambda space, budget, seed: make_optimizer("random", space, budget=budget, seed=seed)


class TestBayesian(AdaptiveSuite):
    @pytest.fixture
    def make(self) -> Make:
        return lambda space, budget, seed: Bayesian(space, budget=budget, seed=seed, batches=5)  # a model costs 50 ms


class TestGenetic(AdaptiveSuite):
    @pytest.fixture
    def make(self) -> Make:
        return lambda space, budget, seed: make_optimizer("genetic", space, budget=budget, seed=seed)


class TestHybrid(AdaptiveSuite):
    @pytest.fixture
    def make(self) -> Make:
        return lambda space, budget, seed: Hybrid(space, budget=budget, seed=seed, free=0.2)  # two or three models


def test_every_method_runs_the_suite() -> None:
    suites = {name.lower() for name in vars(sys.modules[__name__]) if name.startswith("Test")}
    assert suites == {f"test{name.replace('_', '')}" for name in METHODS}


def test_an_unknown_method_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean random"):
        make_optimizer("randon", SMALL, budget=1, seed=0)


def test_brute_force_within_the_budget_is_exhaustive_and_says_so() -> None:
    optimizer = BruteForce(SMALL, budget=15, seed=0)
    assert optimizer.plan == "all 15 combinations"
    pairs = rows(drained(optimizer, step=100))
    assert pairs == [(float(a), float(b)) for a in range(1, 7) for b in range(a + 1, 7)]


def test_brute_force_over_the_budget_takes_a_sobol_subsample_and_says_so() -> None:
    optimizer = BruteForce(SMALL, budget=10, seed=0)
    assert not optimizer.exhaustive
    assert optimizer.plan == "10 points of 15 combinations, spread by a Sobol sequence"
    assert batch_size(drained(optimizer, step=3)) == 10


def test_valid_points_counts_what_the_conditions_leave() -> None:
    # fast 2..20 (19), slow 5..60 by 5; pairs with fast < slow: for slow = 5: 3, 10: 8, 15: 13, 20: 18, above: 19 each
    pairs = 3 + 8 + 13 + 18 + 8 * 19
    bounded = Space({name: MIXED.kinds[name] for name in ("fast", "slow", "kind", "stop")}, MIXED.conditions)
    assert valid_points(bounded) == pairs * 3 * 11


def test_a_continuous_space_has_no_end() -> None:
    assert valid_points(Space({"x": Float(0.0, 1.0)})) == float("inf")


def test_a_sobol_subsample_fills_the_space_more_evenly_than_chance() -> None:
    # 256 Sobol points of a 16 x 16 grid of cells: scipy's sequence puts exactly one into each cell of a
    # (0, 8, 2)-net; the scrambled one keeps that property (Owen 1998)
    space = Space({"a": Float(0.0, 1.0), "b": Float(0.0, 1.0)})
    batch = BruteForce(space, budget=256, seed=3).ask(256)
    cells = {(int(a * 16), int(b * 16)) for a, b in rows(batch)}
    assert len(cells) == 256
