"""The vault test: agreement with its parts, size, and the edge cases of a short sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import t as student

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.longrun import bartlett_dof, newey_west_lags, newey_west_t
from alpha_discovery.validation.vault import vault_test, vault_tests_alone


def test_one_finalist_on_a_short_vault_is_read_with_student_quantiles() -> None:
    x = np.random.default_rng(3).standard_normal((120, 1)) + 0.12
    t, p = vault_test(x, rng=1, draws=20_000)
    lags = newey_west_lags(120)
    assert t[0] == pytest.approx(newey_west_t(x[:, 0], lags), rel=1e-12)
    # the bootstrap's shape replaces the normal's: p agrees to simulation error and skewness
    assert p[0] == pytest.approx(student.sf(t[0], bartlett_dof(120, lags)), rel=0.15)


def test_pinned_family_on_a_long_vault(pin: Any, family: F64) -> None:
    x = np.tile(family, (2, 1))
    t, p = vault_test(x, rng=5, draws=500)
    assert np.argsort(-t)[:3].tolist() == np.argsort(pin("E2_RomanoWolf studentised t"))[::-1][:3].tolist()
    assert (p[[7, 8, 9, 10, 11]] <= 0.05).all()


def test_adjusted_p_rises_down_the_list() -> None:
    x = np.random.default_rng(0).standard_normal((180, 8)) + np.linspace(0, 0.3, 8)
    t, p = vault_test(x, rng=1, draws=300)
    assert (np.diff(p[np.argsort(-t)]) >= 0).all()


def test_a_second_finalist_costs_the_first_something() -> None:
    x = np.random.default_rng(0).standard_normal((180, 9))
    x[:, 0] += 0.12
    alone = vault_test(x[:, :1], rng=1, draws=2000)[1][0]
    assert vault_test(x, rng=1, draws=2000)[1][0] > alone


@pytest.mark.parametrize("days", [120, 400])
def test_each_alone_is_tested_as_the_only_one(days: int) -> None:
    x = np.random.default_rng(4).standard_normal((days, 4)) + np.array([0.2, 0.1, 0.0, -0.1])
    x[:, 2] = 0.0
    t, p = vault_tests_alone(x, rng=7, draws=300)
    each = [vault_test(x[:, [j]], rng=7, draws=300) for j in range(4)]
    assert np.array_equal(t, [one[0] for one, _ in each], equal_nan=True)
    assert np.array_equal(p, [one[0] for _, one in each])


def test_a_finalist_that_does_not_trade_in_the_vault_has_shown_nothing() -> None:
    x = np.random.default_rng(0).standard_normal((100, 2)) + 0.5
    x[:, 1] = 0.0
    t, p = vault_test(x, rng=1, draws=200)
    assert np.isnan(t[1])
    assert p[1] == 1.0
    assert p[0] < 1 / 201  # none of the draws reaches it: the tail goes on


def test_all_motionless() -> None:
    t, p = vault_test(np.zeros((100, 2)), rng=1, draws=100)
    assert np.isnan(t).all()
    assert p.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(("days", "finalists"), [(90, 1), (180, 10)])
def test_noise_passes_about_as_often_as_stated(days: Any, finalists: Any) -> None:
    rng = np.random.default_rng(8)
    passed = [
        vault_test(rng.standard_t(5, (days, finalists)), rng=i, draws=199)[1].min() <= 0.05
        for i in range(300)
    ]
    # nominal 15 of 300; 30 would be a realised level of 10%, four standard errors away
    assert sum(passed) <= 30


def test_nan_is_refused() -> None:
    with pytest.raises(OutOfRange, match="finite"):
        vault_test(np.full((100, 1), np.nan), rng=1)


def test_a_month_is_the_least() -> None:
    with pytest.raises(TooFewBars, match="at least 30"):
        vault_test(np.zeros((20, 1)), rng=1)
