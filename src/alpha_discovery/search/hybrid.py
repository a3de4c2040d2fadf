"""Hybrid search: even points, a population, a model and small steps take turns, as each proves its worth."""

from __future__ import annotations

from alpha_discovery.core.space import Space
from alpha_discovery.search.bandit import Bandit, Effort
from alpha_discovery.search.cube import Cube
from alpha_discovery.search.differential import DifferentialEvolution
from alpha_discovery.search.generations import FRESH, Generations
from alpha_discovery.search.genetic import generation_size, population
from alpha_discovery.search.local import LocalSearch
from alpha_discovery.search.model_search import ModelSearch
from alpha_discovery.search.proposer import Proposer

COST = 1e-4  # seconds: a backtest of some years of hourly bars, with its part in the family test
FREE = 2.0  # seconds of thinking in a whole run that nobody minds
# measured on one core at 2 GHz with the trees of a library (decision 0105); part of the method, so never tuned
EFFORTS = {
    FRESH: Effort(5e-4, 1e-6),
    "genetic": Effort(2e-3, 3e-6),
    "bayesian": Effort(6e-2, 6e-5),
    "local": Effort(1e-3, 8e-6),
}
_SMALLEST = 8  # candidates of a generation
_MANY = 80  # members of a population that has the budget to find its own way, of nearly 5,000 candidates
_EARLY = 24  # its generations; later, and where nothing gains, most turns are the population's


class Hybrid(Generations):
    """A bandit (see `Bandit`) gives each generation to a Sobol sequence, the genetic, the bayesian or the local method.

    They learn from all scores. Generations are half as large as those of the genetic method: with several
    methods at hand it pays to choose more often. The local method follows once no other gains. In a long run the
    population keeps apart from the others, and has most turns where nothing gains: it needs many to find its way.

    ``cost`` is what one evaluation takes, in seconds, roughly: it says how much thinking a candidate is worth. It must
    be a number that the run's inputs determine, such as one estimated from the number of bars, and not a measurement,
    for the questions depend on it. ``free`` seconds of thinking cost nothing.
    """

    def __init__(self, space: Space, *, budget: int, seed: int, cost: float = COST, free: float = FREE) -> None:
        cube = Cube(space)
        members = generation_size(budget)
        size = max(_SMALLEST, members // 2)
        long = members >= _MANY
        proposers: list[Proposer] = [population(cube, members, aloof=long), ModelSearch(cube), LocalSearch(cube)]
        steady = (DifferentialEvolution.name, _EARLY) if long else None
        policy = Bandit(EFFORTS, cost=cost, size=size, free=free, last=LocalSearch.name, steady=steady)
        super().__init__(space, budget=budget, seed=seed, size=size, proposers=proposers, policy=policy)
