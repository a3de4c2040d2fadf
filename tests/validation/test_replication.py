"""P-values from searches on markets without an edge."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery.errors import UserError
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


def test_null_searches_are_needed() -> None:
    with pytest.raises(UserError, match="at least one"):
        replication_p([1.0], [])
