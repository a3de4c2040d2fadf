"""Overfitting by cross-validation over block sums, against the pinned cases and a slow rewrite."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.pbo import pbo


def blocks(returns: F64, S: int) -> tuple[F64, F64, int]:
    cut = returns.reshape(S, -1, returns.shape[1])
    return cut.sum(axis=1), (cut**2).sum(axis=1), cut.shape[1]


def test_skilled_candidates(pin: Any, skilled: F64) -> None:
    found, expected = pbo(*blocks(skilled, 8)), pin("D1_PBO")
    assert found.probability == pytest.approx(expected["pbo_le0"], rel=1e-9)
    assert found.probability_strict == pytest.approx(expected["pbo_lt0"], rel=1e-9)
    assert found.mean_logit == pytest.approx(expected["mean_logit"], rel=1e-9)
    assert found.slope == pytest.approx(expected["slope"], rel=1e-9)
    assert found.p_loss == expected["prob_oos_loss"]
    # purgedcv 0.1.11 does not count the median as overfit
    assert found.probability_strict == pytest.approx(pin("D1b_")["pbo"], rel=1e-9)


def test_pure_noise(pin: Any, noise: F64) -> None:
    found, expected = pbo(*blocks(noise, 8)), pin("D2_PBO")
    assert found.probability == pytest.approx(expected["pbo_le0"], rel=1e-9)
    assert found.probability_strict == pytest.approx(expected["pbo_lt0"], rel=1e-9)
    assert found.mean_logit == pytest.approx(expected["mean_logit"], rel=1e-9)
    assert found.slope == pytest.approx(expected["slope"], rel=1e-9)
    assert found.p_loss == pytest.approx(expected["prob_oos_loss"], rel=1e-9)
    assert found.probability_strict == pytest.approx(pin("D2b_")["pbo"], rel=1e-9)


@pytest.mark.parametrize("S", [4, 8, 10, 12, 16])
def test_number_of_combinations(pin: Any, S: Any) -> None:
    x = np.random.default_rng(0).standard_normal((S * 3, 2))
    # C(16, 8) is 12,870; the paper prints 12,780
    assert len(pbo(*blocks(x, S)).logits) == pin("D3_")[str(S)]


def slow(returns: F64, S: int) -> list[float]:
    """The paper's steps on daily returns, one combination at a time."""
    cut = returns.reshape(S, -1, returns.shape[1])
    logits = []
    for inside in itertools.combinations(range(S), S // 2):
        outside = [k for k in range(S) if k not in inside]
        a, b = (np.concatenate(cut[list(half)]) for half in (inside, outside))
        best = np.argmax(a.mean(axis=0) / a.std(axis=0, ddof=1))
        w = rankdata(b.mean(axis=0) / b.std(axis=0, ddof=1))[best] / (returns.shape[1] + 1)
        logits.append(math.log(w / (1 - w)))
    return logits


@settings(max_examples=10, deadline=None)
@given(st.sampled_from([2, 4, 6]), st.integers(2, 300), st.integers(0, 999))
def test_equals_the_slow_rewrite(S: Any, N: Any, seed: int) -> None:
    x = np.random.default_rng(seed).standard_normal((S * 5, N))
    assert pbo(*blocks(x, S)).logits == pytest.approx(slow(x, S), abs=1e-9)


def test_copies_share_their_rank() -> None:
    x = np.random.default_rng(0).standard_normal((80, 1))
    found = pbo(*blocks(np.repeat(x, 5, axis=1), 8))
    assert found.logits == pytest.approx(np.zeros(70), abs=1e-12)
    assert (found.probability, found.probability_strict) == (1.0, 0.0)


def test_leverage_does_not_matter(skilled: F64) -> None:
    assert pbo(*blocks(skilled * np.arange(1, 10), 8)).mean_logit == pytest.approx(
        pbo(*blocks(skilled, 8)).mean_logit, rel=1e-9
    )


def test_a_candidate_that_never_trades_is_never_chosen_and_counts_as_zero() -> None:
    losers = np.random.default_rng(0).standard_normal((80, 3)) - 1.0
    found = pbo(*blocks(np.concatenate([np.zeros((80, 1)), losers], axis=1), 8))
    assert (found.in_sample < 0).all()
    assert found.p_loss == 1.0


def test_nothing_that_moves_gives_no_slope() -> None:
    found = pbo(np.zeros((4, 3)), np.zeros((4, 3)), 10)
    assert math.isnan(found.slope)
    assert found.logits == pytest.approx(np.zeros(6), abs=1e-12)


@pytest.mark.parametrize(("shape", "days"), [((3, 5), 10), ((22, 5), 10), ((4, 1), 10), ((4, 5), 0)])
def test_what_cannot_be_halved_or_ranked_is_refused(shape: Any, days: Any) -> None:
    with pytest.raises(OutOfRange):
        pbo(np.ones(shape), np.ones(shape), days)


def test_sums_and_squares_need_one_shape() -> None:
    with pytest.raises(UserError, match="one shape"):
        pbo(np.ones((4, 3)), np.ones((4, 2)), 10)
    with pytest.raises(OutOfRange, match="finite"):
        pbo(np.full((4, 3), np.nan), np.ones((4, 3)), 10)
