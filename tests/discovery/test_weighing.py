"""One p-value per finalist: which rule applies, and each rule against hand calculation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from alpha_discovery.discovery.family_test import MOST, Copies
from alpha_discovery.discovery.weighing import Rule, copies_p, plain_t, rule_for, sequence_p, vault_p, whole_p
from alpha_discovery.validation.stepm import StepMResult
from alpha_discovery.validation.tails import SMALLEST

DRAWS = np.arange(1.0, 100.0) / 25.0  # 99 maxima: 0.04, 0.08, ... 3.96


def family(maxima: np.ndarray = DRAWS) -> StepMResult:
    nothing = np.zeros(0)
    return StepMResult(5, 5, nothing.astype(np.int64), nothing, nothing, 3.0, 9.0, maxima.astype(np.float32))


@pytest.mark.parametrize(
    ("test", "earlier", "rule"),
    [
        ("stepm", 0, Rule.WHOLE),
        ("stepm", 10, Rule.WHOLE),
        ("stepm", 11, Rule.VAULT),
        ("replication", 0, Rule.COPIES),
        ("replication", 11, Rule.VAULT),
    ],
)
def test_the_rule_follows_from_how_candidates_were_chosen(test: str, earlier: int, rule: Rule) -> None:
    assert rule_for(test, earlier) is rule


def test_the_whole_period_counts_the_draws_that_reach_it() -> None:
    p = whole_p(np.array([3.0, 3.9]), family(), earlier=0)
    # 3.00, 3.04 ... 3.96 are 25 draws; 3.92 and 3.96 are 2
    assert p.tolist() == [26 / 100, 3 / 100]


def test_earlier_trials_are_paid_for() -> None:
    p = whole_p(np.array([3.9]), family(), earlier=2)
    assert p.tolist() == [pytest.approx(0.03 * 3)]


def test_beyond_the_last_draw_the_tail_goes_on() -> None:
    heavy = np.quantile(DRAWS, 0.99)  # beyond what five independent numbers reach: as many more as it says
    n = math.log(0.99) / norm.logcdf(heavy)
    p = whole_p(np.array([4.3]), family(), earlier=0)
    assert p[0] == pytest.approx(1.0 - norm.cdf(4.3) ** n, rel=1e-6)
    assert p[0] < 1 / 100


def test_no_p_value_claims_more_than_the_smallest() -> None:
    assert whole_p(np.array([40.0]), family(), earlier=0).tolist() == [SMALLEST]


def test_what_does_not_vary_gets_one() -> None:
    assert whole_p(np.array([np.nan]), family(), earlier=0).tolist() == [1.0]


def test_plain_t_is_the_mean_over_its_plain_error() -> None:
    values = np.array([[1.0, 2.0], [3.0, 2.0], [2.0, 2.0]])
    t = plain_t(values)
    assert t[0] == pytest.approx(2.0 / (math.sqrt(2 / 3) / math.sqrt(3)))  # population deviation of 1, 3, 2
    assert np.isnan(t[1])


class TestCopies:
    FOUND = Copies(np.full(9, -1.0), np.arange(1.0, 10.0), 4, settled=False)

    def test_p_is_the_rank_among_the_copies(self) -> None:
        # of 1 .. 9 two reach 8.0 and none reaches 9.5: (1 + 2) / (9 + 1) and 1 / 10
        assert copies_p(np.array([8.0, 9.5]), 0.1, self.FOUND, tested=50, earlier=0).tolist() == [0.3, 0.1]

    def test_beyond_the_last_of_as_many_as_are_drawn_the_tail_goes_on(self) -> None:
        drawn = np.sort(np.random.default_rng(3).standard_normal((MOST, 50)).max(axis=1))
        found = Copies(np.full(MOST, -1.0), drawn, 99, settled=False)
        among, beyond = copies_p(np.array([drawn[-2], 5.0]), 0.01, found, tested=50, earlier=0)
        assert among == 3 / (MOST + 1)  # two of the copies reach it
        assert beyond == pytest.approx(1.0 - norm.cdf(5.0) ** 50, rel=0.5)  # 1.4e-5: the largest of 50 normals

    def test_fewer_copies_claim_no_more_than_their_rank(self) -> None:
        assert copies_p(np.array([99.0]), 0.1, self.FOUND, tested=50, earlier=0).tolist() == [0.1]

    def test_earlier_trials_are_paid_for_and_never_make_more_than_certainty(self) -> None:
        p = copies_p(np.array([9.5, 1.0]), 0.1, self.FOUND, tested=50, earlier=2)
        assert p.tolist() == [pytest.approx(0.3), 1.0]

    def test_a_search_that_luck_reaches_as_often_is_not_helped_by_its_vault(self) -> None:
        settled = Copies(np.full(8, 5.0), np.full(8, -1.0), 4, settled=True)
        assert copies_p(np.array([99.0]), 0.5, settled, tested=50, earlier=0).tolist() == [0.5]

    def test_what_does_not_vary_gets_one(self) -> None:
        assert copies_p(np.array([np.nan]), 0.1, self.FOUND, tested=50, earlier=0).tolist() == [1.0]


class TestSequence:
    def test_nobody_passes_behind_one_that_failed(self) -> None:
        assert sequence_p(np.array([0.7, 0.001])).tolist() == [0.7, 0.7]

    def test_the_first_is_not_harmed_by_those_behind(self) -> None:
        assert sequence_p(np.array([0.001, 0.7])).tolist() == [0.001, 0.7]


def test_the_vault_of_one_that_earned_is_less_likely_luck() -> None:
    noise = np.random.default_rng(1).standard_normal((180, 2))
    noise -= noise.mean(axis=0)
    good, bad = vault_p(noise * 0.01 + np.array([0.004, -0.001]), rng=1)
    assert good < 0.01 < 0.5 < bad
