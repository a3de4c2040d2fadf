"""Whose points a population takes."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.params import Float
from alpha_discovery.core.space import Space
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.differential import DifferentialEvolution
from alpha_discovery.search.hybrid import Hybrid
from alpha_discovery.search.proposer import Situation, Told
from alpha_discovery.testing.optimizer_suite import MIXED

SITUATION = Situation(0.2, np.zeros((0, 2)), lambda u: np.arange(len(u)))


def told(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]], *, own: bool) -> Told:
    """Evenly spread points that filled its own generation, or were another method's."""
    n = len(points)
    return Told(points, np.arange(n, dtype=np.float64), np.full((n, 3), np.nan), np.full(n, own))


@pytest.mark.parametrize(("aloof", "own", "takes"), [(False, False, True), (True, False, False), (True, True, True)])
def test_an_aloof_population_takes_no_points_of_other_methods(aloof: bool, own: bool, takes: bool) -> None:
    rng, cube = np.random.default_rng(1), Cube(Space({"a": Float(0, 1), "b": Float(0, 1)}))
    population = DifferentialEvolution(cube, largest=8, smallest=6, aloof=aloof)
    population.learn(told(rng.random((8, 2)), own=own), SITUATION, rng)
    assert bool(len(population.propose(1, SITUATION, rng).points)) == takes


@pytest.mark.parametrize(("budget", "apart"), [(4_000, False), (5_000, True)])
def test_the_population_of_a_long_hybrid_search_keeps_apart(budget: int, apart: bool) -> None:
    search = Hybrid(MIXED, budget=budget, seed=1, free=0.0, cost=1e-6)
    first = search.ask(budget)
    search.tell(first, np.arange(len(first["fast"]), dtype=np.float64))
    second = search.ask(budget)
    assert search.log()[-1]["method"] == "genetic"
    assert (search.log()[-1]["fresh"] == len(second["fast"])) == apart  # nothing to breed from yet
