"""The bars of a word that reach a level: vectors and the plain loop against numpy."""

# mypy: disable-error-code="no-untyped-call"
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from alpha_discovery.backtest.reached import reached
from alpha_discovery.kernels import kernel

ALL = np.uint64(2**64 - 1)
PRICES = arrays.arrays(np.float32, 64, elements=st.sampled_from([1.0, 2.0, 3.0, 4.0, np.nan]))


@kernel
def _compiled(low, high, start, below, above, keep):  # type: ignore[no-untyped-def]
    return reached(low, high, start, below, above, keep)


@given(PRICES, PRICES, st.sampled_from([0.5, 1.0, 2.5, np.nan]), st.sampled_from([2.0, 4.0, 9.0, np.nan]), st.data())
def test_the_first_bar_is_that_of_plain_comparisons(low, high, below, above, data) -> None:  # type: ignore[no-untyped-def]
    first = data.draw(st.integers(0, 63))
    expected = [k for k in range(first, 64) if low[k] <= below or high[k] >= above]
    arguments = low, high, 0, np.float32(below), np.float32(above), ALL << np.uint64(first)
    for found in (int(_compiled(*arguments)), int(reached(*arguments))):
        assert (found & -found).bit_length() - 1 == (expected[0] if expected else -1)


def test_vectors_find_every_bar_of_any_start() -> None:
    rng = np.random.default_rng(1)
    low, high = rng.random(200).astype(np.float32), rng.random(200).astype(np.float32)
    for start in (0, 1, 7, 63, 136):
        found = int(_compiled(low, high, start, np.float32(0.2), np.float32(0.9), ALL))
        expected = [k for k in range(64) if low[start + k] <= np.float32(0.2) or high[start + k] >= np.float32(0.9)]
        assert [k for k in range(64) if found >> k & 1] == expected


@pytest.mark.parametrize("keep", [0, 1, 2**63])
def test_only_kept_bars_are_found(keep: int) -> None:
    low = high = np.ones(64, dtype=np.float32)
    arguments = low, high, 0, np.float32(1.0), np.float32(9.0), np.uint64(keep)
    assert int(_compiled(*arguments)) == int(reached(*arguments)) == keep
