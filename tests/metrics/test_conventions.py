"""What all metrics agree on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.metrics.conventions import gain_per_loss, longest_run, ratio, varies


def test_a_ratio_to_nothing_has_no_value() -> None:
    assert ratio([1.0, 1.0, 1.0, 1.0], [2.0, 0.0, -1.0, math.nan]) == pytest.approx(
        [0.5, math.nan, math.nan, math.nan], nan_ok=True
    )


def test_gains_without_losses_are_infinitely_many_for_one() -> None:
    assert gain_per_loss([3.0, 3.0, 0.0, 0.0], [2.0, 0.0, 2.0, 0.0]) == pytest.approx(
        [1.5, math.inf, 0.0, math.nan], nan_ok=True
    )


def test_variation_is_more_than_rounding_leaves() -> None:
    assert [bool(varies(std, 0.01)) for std in (1e-3, 1e-18, 0.0, math.nan)] == [True, False, False, False]


@given(st.lists(st.booleans(), max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_longest_run_is_the_longest_word_of_ones(flags: list[bool]) -> None:
    words = "".join("1" if flag else " " for flag in flags).split()
    assert longest_run(np.array(flags, dtype=np.bool_)) == max(map(len, words), default=0)
