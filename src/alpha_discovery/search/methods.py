"""Optimizers by the names that users write."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from alpha_discovery.core.space import Space
from alpha_discovery.errors import UnknownName
from alpha_discovery.generation.genome import GenomeSpace
from alpha_discovery.search.bayesian import Bayesian
from alpha_discovery.search.brute_force import BruteForce
from alpha_discovery.search.focused import Focused
from alpha_discovery.search.genetic import Genetic
from alpha_discovery.search.hybrid import COST, Hybrid
from alpha_discovery.search.prescreened import Judge, Prescreened
from alpha_discovery.search.protocol import Optimizer
from alpha_discovery.search.random_search import RandomSearch
from alpha_discovery.search.trees import TreeSearch

METHODS: dict[str, Callable[..., Optimizer]] = {
    "brute_force": BruteForce, "random": RandomSearch, "bayesian": Bayesian, "genetic": Genetic,
    "hybrid": Hybrid,
}  # fmt: skip


def make_optimizer(
    method: str, space: Space, *, budget: int, seed: int, region: Space | None = None, cost: float = COST,
    judge: Judge | None = None, sampling: str = "uniform",
) -> Optimizer:
    """A fresh optimizer; raises `UnknownName`.

    Parameters
    ----------
    region : Space, optional
        Part of the space in which the search begins.
    cost : float
        Seconds of one evaluation, roughly; a number that the inputs of the run determine, see `Hybrid`.
    judge : Judge, optional
        A model that thins the proposals; a method that tries everything, brute force, tries everything all the same.
    sampling : str
        How random search draws. In a region it draws around the middle, which earlier finds surround.
    """
    if judge is not None and method != "brute_force":
        make_inner = partial(make_optimizer, method, region=region, cost=cost, sampling=sampling)
        return Prescreened(make_inner, space, judge, budget=budget, seed=seed)
    if method not in METHODS:
        raise UnknownName(kind="search method", name=method, known=METHODS)
    own: dict[str, dict[str, Any]] = {"hybrid": {"cost": cost}, "random": {"style": sampling}}
    make = partial(METHODS[method], **own.get(method, {}))
    if method == "genetic" and isinstance(space, GenomeSpace):
        return TreeSearch(space, budget=budget, seed=seed)
    if region is not None:
        inside = partial(RandomSearch, style="gaussian") if method == "random" else make
        return Focused(make, inside, space, region, budget=budget, seed=seed)
    return make(space, budget=budget, seed=seed)
