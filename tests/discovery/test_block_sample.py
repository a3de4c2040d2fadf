"""A bounded sample of candidates that does not depend on how they came."""

from __future__ import annotations

import numpy as np
import pytest

from alpha_discovery.core.results import SUMMARY
from alpha_discovery.discovery.block_sample import BlockSample


def summaries(n: int) -> np.ndarray:
    out = np.zeros(n, dtype=SUMMARY)
    out["block_sum"] = np.arange(n)[:, None] + np.arange(16) / 100.0
    out["block_sumsq"] = out["block_sum"] ** 2
    return out


def filled(order: list[np.ndarray], *, seed: int = 1, kept: int = 20) -> BlockSample:
    everything, sample = summaries(200), BlockSample(seed=seed, kept=kept)
    for ids in order:
        sample.add(ids, everything[ids])
    return sample


def test_order_and_chunks_change_nothing() -> None:
    ids = np.arange(200)
    mixed = np.random.default_rng(0).permutation(ids)
    one, two = filled([ids]), filled(np.array_split(mixed, 7))
    assert np.array_equal(one.sums, two.sums)
    assert np.array_equal(one.squares, two.squares)


def test_a_small_family_is_kept_whole() -> None:
    sample = filled([np.arange(15)])
    assert len(sample) == 15
    assert sorted(sample.sums[0]) == list(range(15))


def test_another_seed_keeps_others() -> None:
    ids = [np.arange(200)]
    assert not np.array_equal(filled(ids, seed=1).sums, filled(ids, seed=2).sums)


def test_every_candidate_is_as_likely_as_any_other() -> None:
    kept = np.concatenate([filled([np.arange(200)], seed=seed).sums[0] for seed in range(300)])
    # each of 200 is kept with chance 1/10: 30 +- 5.2 of 300; five of these are not left in 200 draws
    assert np.bincount(kept.astype(int), minlength=200) == pytest.approx(30, abs=5 * 5.2)
