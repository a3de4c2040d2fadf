"""Bayesian search: a model of the scores chooses where to look next, batch by batch."""

from __future__ import annotations

from alpha_discovery.core.space import Space
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.generations import FRESH, Generations
from alpha_discovery.search.genetic import After
from alpha_discovery.search.model_search import ModelSearch

_BATCHES = 25


class Bayesian(Generations):
    """A surrogate model (see `ModelSearch`), started by a Sobol sequence: for few, dear evaluations.

    The budget is spent in so many ``batches``, each of which costs a model: more of them learn more often.
    """

    def __init__(self, space: Space, *, budget: int, seed: int, batches: int = _BATCHES) -> None:
        model = ModelSearch(Cube(space))
        size = max(8, -(-budget // batches))
        policy = After(FRESH, model.name)
        super().__init__(space, budget=budget, seed=seed, size=size, proposers=[model], policy=policy)
