"""Genetic search: a population whose members mutate, cross and survive where they score better."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alpha_discovery.core.space import Space
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.differential import DifferentialEvolution
from alpha_discovery.search.generations import FRESH, Generations
from alpha_discovery.search.protocol import Row

_SMALLEST, _LARGEST = 16, 2_048


class Genetic(Generations):
    """Differential evolution on mixed variables (see `DifferentialEvolution`), started by a Sobol sequence.

    It raises the score; where objectives are told, a part of the children is bred towards the Pareto front.
    """

    def __init__(self, space: Space, *, budget: int, seed: int) -> None:
        size = generation_size(budget)
        evolution = population(Cube(space), size)
        policy = After(FRESH, evolution.name)
        super().__init__(space, budget=budget, seed=seed, size=size, proposers=[evolution], policy=policy)


class After:
    """One generation of evenly spread points, then always the same method."""

    def __init__(self, first: str, then: str) -> None:
        self._first = first
        self._then = then

    def choose(self, log: Sequence[Row]) -> tuple[str, str]:
        if not log:
            return self._first, "nothing is known yet"
        return self._then, "the only method"


def generation_size(budget: int) -> int:
    """Candidates of a generation: their number and that of generations both grow with the budget.

    Half of ``budget ** 0.6``: 20 of 500, 500 of 100,000. Smaller ones learn more often; larger ones cost less each.
    """
    return max(_SMALLEST, min(_LARGEST, round(0.5 * math.pow(budget, 0.6))))


def population(cube: Cube, size: int, *, aloof: bool = False) -> DifferentialEvolution:
    """A population somewhat smaller than a generation, which shrinks to a few members as the budget is used up."""
    return DifferentialEvolution(cube, largest=max(8, round(0.8 * size)), smallest=max(6, size // 16), aloof=aloof)
