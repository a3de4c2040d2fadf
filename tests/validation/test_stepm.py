"""The family test: pinned numbers, the definition, and independence of how the stream is cut."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpha_discovery.errors import OutOfRange, UserError
from alpha_discovery.validation.arrays import F32, F64, I64
from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.longrun import hac_scale
from alpha_discovery.validation.stepm import StepM, StepMResult

T, N, B = 120, 2000, 200


@pytest.fixture(scope="module")
def weights() -> F32:
    return stationary_weights(T, B, mean_block=5, rng=11)


@pytest.fixture(scope="module")
def candidates() -> F32:
    """2,000 correlated candidates, the first forty with an edge."""
    rng = np.random.default_rng(7)
    common = rng.standard_normal((T, 20)) @ rng.standard_normal((20, N)) / 5
    x = 0.01 * (common + rng.standard_normal((T, N)))
    x[:, :40] += np.linspace(0.006, 0.0, 40)
    return x.astype(np.float32)


def whole(weights: F32, returns: F32, *, keep: int = 256) -> StepMResult:
    test = StepM(weights, alpha=0.05, mean_block=5, keep=keep)
    test.add(np.arange(returns.shape[1]), returns)
    return test.result()


def direct(weights: F32, returns: F32) -> tuple[F64, F64, F64, I64]:
    """All bootstrap t in one float64 array, then Romano and Wolf's steps as they are written."""
    x, w = returns.astype(np.float64), weights.astype(np.float64)
    omega = hac_scale(x, mean_block=5)
    t = math.sqrt(T) * x.mean(axis=0) / omega
    null = math.sqrt(T) * (w @ (x - x.mean(axis=0))) / omega
    order = np.lexsort((np.arange(len(t)), -t))
    p, worst = np.empty(len(t)), 0.0
    for k, j in enumerate(order):
        largest = null[:, order[k:]].max(axis=1)
        worst = max(worst, (1 + (largest >= t[j]).sum()) / (len(w) + 1))
        p[j] = worst
    return t, p, null.max(axis=1), order


def same(a: StepMResult, b: StepMResult) -> bool:
    return all(
        np.array_equal(getattr(a, field), getattr(b, field), equal_nan=True)
        for field in ("n_tested", "n_eligible", "ids", "t", "p_adjusted", "critical_value", "n_eff", "maxima")
    )


def test_pinned_statistics_and_adjusted_p(pin: Any, family: F64) -> None:
    test = StepM(stationary_weights(250, 2000, mean_block=10, rng=123), alpha=0.05, mean_block=10)
    t = test.add(np.arange(12), family)
    result = test.result()
    p = np.empty(12)
    p[result.ids] = result.p_adjusted
    assert t == pytest.approx(pin("E2_RomanoWolf studentised t"), rel=1e-9)
    assert p == pytest.approx(pin("E2_RomanoWolf adj p"), abs=1e-12)
    # E1: the SPA's critical value without recentring is the same quantile of the same maxima
    assert result.critical_value == pytest.approx(pin("E1_SPA own")["stud"]["crit_u"], abs=2e-5)


def test_one_volatile_candidate_changes_nothing_for_the_others(family: F64) -> None:
    calm = family.copy()
    calm[:, 3] /= 8
    w = stationary_weights(250, 500, mean_block=10, rng=1)
    assert np.array_equal(whole_250(w, family).p_adjusted, whole_250(w, calm).p_adjusted)


def whole_250(weights: F32, returns: F64) -> StepMResult:
    test = StepM(weights, alpha=0.05, mean_block=10)
    test.add(np.arange(12), returns)
    return test.result()


def test_equals_the_direct_computation(weights: F32, candidates: F32) -> None:
    t, p, maxima, order = direct(weights, candidates)
    result = whole(weights, candidates)
    best = order[:256]
    assert np.array_equal(result.ids, best)
    assert result.t == pytest.approx(t[best], rel=1e-9)
    assert np.array_equal(result.p_adjusted, p[best])
    # whole numbers k with |k| <= 2^24 / |counts| have a root mean square of 2^24 / (sqrt(2) T), so that
    # rounding (sd .29) leaves errors of sd 5e-6 in a bootstrap t; the largest of 200 stays below 3e-5
    assert result.maxima == pytest.approx(maxima, abs=3e-5)


def test_stepping_down_is_exact_however_few_are_kept(weights: F32, candidates: F32) -> None:
    _, p, _, order = direct(weights, candidates)
    for keep in (1, 3, 30):
        assert np.array_equal(whole(weights, candidates, keep=keep).p_adjusted, p[order[:keep]])


def test_stepping_down_finds_more_than_a_single_step(weights: F32, candidates: F32) -> None:
    result = whole(weights, candidates)
    single = (1 + (result.maxima[:, None] >= result.t).sum(axis=0)) / (B + 1)
    assert (result.p_adjusted <= single + 1e-15).all()
    assert (result.p_adjusted < single).any()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_neither_chunks_nor_their_order_matter(weights: F32, candidates: F32, seed: int) -> None:
    rng = np.random.default_rng(seed)
    cuts = np.sort(rng.integers(0, N, rng.integers(1, 9)))
    chunks = np.split(rng.permutation(N), cuts)
    test = StepM(weights, alpha=0.05, mean_block=5)
    for chunk in chunks:
        test.add(chunk, candidates[:, chunk])
    assert same(test.result(), whole(weights, candidates))


def test_two_workers_together_see_what_one_sees(weights: F32, candidates: F32) -> None:
    left, right = (StepM(weights, alpha=0.05, mean_block=5) for _ in range(2))
    left.add(np.arange(0, N, 2), candidates[:, ::2])
    right.add(np.arange(1, N, 2), candidates[:, 1::2])
    left.merge(right)
    assert same(left.result(), whole(weights, candidates))


def test_a_restored_test_goes_on_as_if_nothing_had_happened(weights: F32, candidates: F32) -> None:
    test = StepM(weights, alpha=0.05, mean_block=5)
    test.add(np.arange(700), candidates[:, :700])
    test = StepM.restore(test.state(), weights=weights)
    test.add(np.arange(700, N), candidates[:, 700:])
    assert same(test.result(), whole(weights, candidates))


def test_state_is_plain_arrays(weights: F32, candidates: F32, tmp_path: Path) -> None:
    test = StepM(weights, alpha=0.05, mean_block=5)
    test.add(np.arange(300), candidates[:, :300])
    state: dict[str, Any] = test.state()
    np.savez(tmp_path / "part.npz", **state)
    with np.load(tmp_path / "part.npz", allow_pickle=False) as stored:
        assert same(StepM.restore(stored, weights=weights).result(), test.result())


def test_other_weights_cannot_carry_on(weights: F32, candidates: F32) -> None:
    test = StepM(weights, alpha=0.05, mean_block=5)
    other = stationary_weights(T, B, mean_block=5, rng=12)
    with pytest.raises(UserError, match="weights"):
        StepM.restore(test.state(), weights=other)
    with pytest.raises(UserError, match="same weights"):
        test.merge(StepM(other, alpha=0.05, mean_block=5))


def test_copies_of_a_candidate_are_one_hypothesis(weights: F32, candidates: F32) -> None:
    copies = np.concatenate([candidates, *[candidates[:, 5:6]] * 30], axis=1)
    plain, with_copies = whole(weights, candidates), whole(weights, copies)
    p = dict(zip(plain.ids, plain.p_adjusted, strict=True))
    q = dict(zip(with_copies.ids, with_copies.p_adjusted, strict=True))
    assert np.array_equal(plain.maxima, with_copies.maxima)
    assert plain.critical_value == with_copies.critical_value
    assert all(q[i] == p[i] for i in q if i in p)
    assert {q[i] for i in q if i >= N} == {p[5]}


def test_unit_of_the_returns_does_not_matter(weights: F32, candidates: F32) -> None:
    # a power of two, so that float32 scales without rounding
    assert same(whole(weights, candidates * np.float32(1024)), whole(weights, candidates))


def test_ineligible_and_motionless_candidates_are_counted_but_not_tested(weights: F32, candidates: F32) -> None:
    x = candidates[:, :300].copy()
    x[:, 7] = 0.02
    eligible = np.ones(300, np.bool_)
    eligible[:5] = False
    test = StepM(weights, alpha=0.05, mean_block=5)
    t = test.add(np.arange(300), x, eligible)
    result = test.result()
    assert (result.n_tested, result.n_eligible) == (300, 294)
    assert np.flatnonzero(np.isnan(t)).tolist() == [0, 1, 2, 3, 4, 7]
    assert not {0, 1, 2, 3, 4, 7} & set(result.ids.tolist())


def test_an_empty_family_has_no_verdict(weights: F32) -> None:
    test = StepM(weights, alpha=0.05, mean_block=5)
    test.add(np.arange(3), np.zeros((T, 3), np.float32))
    result = test.result()
    assert (result.n_tested, result.n_eligible, len(result.ids), result.n_eff) == (3, 0, 0, 0.0)
    assert math.isnan(result.critical_value)
    assert all(math.isnan(v) for v in result.noise_reach())


def test_a_nan_is_refused_instead_of_being_left_out(weights: F32, candidates: F32) -> None:
    x = candidates[:, :3].copy()
    x[4, 1] = np.nan
    with pytest.raises(OutOfRange, match="finite"):
        StepM(weights, alpha=0.05, mean_block=5).add(np.arange(3), x)


def test_returns_of_another_length_are_refused(weights: F32) -> None:
    with pytest.raises(UserError, match=r"shape \(120, 2\)"):
        StepM(weights, alpha=0.05, mean_block=5).add(np.arange(2), np.zeros((9, 2), np.float32))


def test_weights_that_are_not_counts_are_refused() -> None:
    with pytest.raises(UserError, match="whole counts"):
        StepM(np.full((3, 4), 0.3, np.float32), alpha=0.05, mean_block=5)


@pytest.mark.parametrize("settings_", [{"alpha": 0.0}, {"alpha": 1.0}, {"keep": 0}, {"mean_block": 0.5}])
def test_settings_out_of_range_are_refused(weights: F32, settings_: Any) -> None:
    with pytest.raises(OutOfRange):
        StepM(weights, **{"alpha": 0.05, "mean_block": 5, **settings_})


def test_effective_number_of_independent_normal_candidates_is_their_number() -> None:
    rng = np.random.default_rng(2)
    days, n = 1000, 100
    test = StepM(stationary_weights(days, 4000, mean_block=1, rng=1), alpha=0.05, mean_block=1)
    test.add(np.arange(n), rng.standard_normal((days, n)))
    # the 95% quantile of 4,000 maxima has a standard error of about 0.02: 8% of N
    assert test.result().n_eff == pytest.approx(n, rel=0.25)


def test_noise_reaches_the_expected_maximum(pin: Any) -> None:
    expected, _, _, quantile = pin("B2_E[max]")["100"]
    rng = np.random.default_rng(4)
    test = StepM(stationary_weights(1000, 2000, mean_block=1, rng=1), alpha=0.05, mean_block=1)
    test.add(np.arange(100), rng.standard_normal((1000, 100)))
    mean, high = test.result().noise_reach()
    assert mean == pytest.approx(expected, abs=0.06)
    assert high == pytest.approx(quantile, abs=0.1)
