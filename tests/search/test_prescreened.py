"""A search whose proposals a model thins: the suite of every optimizer, and what the model is let decide."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.space import Batch, batch_size
from alpha_discovery.search.genetic import Genetic
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.search.prescreened import BY_LOT, LOOKED_AT, Prescreened
from alpha_discovery.search.random_search import RandomSearch
from alpha_discovery.search.surrogate import Guess
from alpha_discovery.testing.optimizer_suite import MIXED, AdaptiveSuite, Make, drained, landscape


class Knows:
    """A judge that knows the landscape, or its opposite."""

    def __init__(self, sign: float = 1.0) -> None:
        self.sign, self.looked = sign, 0

    def guess(self, batch: Batch) -> Guess:
        """The true score, as far as the sign is right, and no doubt."""
        self.looked += batch_size(batch)
        return Guess(self.sign * landscape(batch), np.zeros(batch_size(batch)))


class TestPrescreened(AdaptiveSuite):
    """Genetic search behind a judge, held to the suite."""

    @pytest.fixture
    def make(self) -> Make:
        return lambda space, budget, seed: Prescreened(Genetic, space, Knows(), budget=budget, seed=seed)


def test_a_judge_that_is_right_doubles_what_a_random_search_finds() -> None:
    judge = Knows()
    thinned = drained(Prescreened(RandomSearch, MIXED, judge, budget=400, seed=3), step=100)
    plain = drained(RandomSearch(MIXED, budget=400, seed=3), step=100)
    assert batch_size(thinned) == batch_size(plain) == 400
    assert judge.looked >= LOOKED_AT * 400
    assert np.median(landscape(thinned)) > np.median(landscape(plain))


def test_a_judge_that_is_wrong_cannot_hide_everything() -> None:
    # by hand: a quarter of what is evaluated is drawn by lot from what the judge would drop
    thinned = drained(Prescreened(RandomSearch, MIXED, Knows(-1.0), budget=800, seed=4), step=100)
    middle = np.median(landscape(drained(RandomSearch(MIXED, budget=800, seed=4), step=100)))
    above = (landscape(thinned) > middle).mean()
    assert 0.5 * BY_LOT < above < 0.5


def test_brute_force_tries_everything_whatever_a_judge_says() -> None:
    assert not make_optimizer("brute_force", MIXED, budget=100, seed=1, judge=Knows()).adaptive
    assert isinstance(make_optimizer("hybrid", MIXED, budget=100, seed=1, judge=Knows()), Prescreened)
