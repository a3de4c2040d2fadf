"""P-values from searches on markets without an edge."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.replication import replication_p


@pytest.mark.parametrize("b", [99, 999, 1000, 9999])
def test_smallest_p_value(pin: Any, b: Any) -> None:
    assert replication_p([9.0], np.zeros(b))[0] == pytest.approx(pin("J_permutation")[str(b)], rel=1e-12)


def test_ties_count_against_the_finalist() -> None:
    # of 1, 2, 3, 4 three are at least 2: (1 + 3)/5
    assert replication_p([2.0, 5.0, -1.0], [1.0, 2.0, 3.0, 4.0]).tolist() == [0.8, 0.2, 1.0]


def test_a_search_that_found_nothing_is_no_rival() -> None:
    assert replication_p([1.0], [-math.inf, -math.inf]).tolist() == [1 / 3]


def test_a_finalist_without_a_statistic_has_shown_nothing() -> None:
    assert replication_p([math.nan], [0.0]).tolist() == [1.0]


def test_a_finalist_is_settled_once_enough_null_searches_reach_it() -> None:
    # 2.5 is reached by the second and the third: 2 / 3, whatever came after; 5.5 by the last alone: (1 + 1) / (6 + 1)
    null = [1.0, 5.0, 3.0, 4.0, 2.0, 6.0]
    assert replication_p([2.5, 5.5], null, enough=2).tolist() == [2 / 3, 2 / 7]
    assert replication_p([2.5], null[:3], enough=2).tolist() == [2 / 3]


def test_stopping_early_keeps_the_level() -> None:
    # Besag & Clifford (1991): P(p <= x) <= x, with equality where the p-value can take the value x
    rng = np.random.default_rng(7)
    p = np.array([replication_p(one[:1], one[1:], enough=4)[0] for one in rng.standard_normal((20_000, 40))])
    for x in (0.025, 0.1, 4 / 17, 0.5):
        share = float((p <= x).mean())
        assert share == pytest.approx(x, abs=4.0 * math.sqrt(x * (1.0 - x) / len(p)))


def test_enough_is_at_least_one() -> None:
    with pytest.raises(OutOfRange, match="enough"):
        replication_p([1.0], [0.0], enough=0)


def test_null_searches_are_needed() -> None:
    with pytest.raises(UserError, match="at least one"):
        replication_p([1.0], [])
