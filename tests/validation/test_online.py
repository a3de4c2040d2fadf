"""Online false discovery rate against the onlineFDR manual and its unit tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.online import addis, lord_plus_plus, saffron

# the example of the manual of the R package onlineFDR
MANUAL = [
    2.90e-08, 0.06743, 0.01514, 0.08174, 0.00171, 3.60e-05, 0.79149, 0.27201,
    0.28295, 7.59e-08, 0.69274, 0.30443, 0.00136, 0.72342, 0.54757,
]
RULES: Any = {"LORD++": lord_plus_plus, "SAFFRON": saffron, "ADDIS": addis}


@pytest.mark.parametrize("name", list(RULES))
def test_levels_and_discoveries_of_the_manual(pin: Any, name: Any) -> None:
    stream = RULES[name](MANUAL)
    assert stream.levels == pytest.approx(pin(f"G_{name} alpha_i"), rel=1e-9)
    own, library = pin(f"G_{name} R own")
    assert stream.rejected.astype(int).tolist() == own == library


def test_unit_test_vectors_of_the_r_package() -> None:
    assert lord_plus_plus([1e-7, 0.1, 0.00025, 0.07]).rejected.tolist() == [True, False, True, False]
    for rule in (saffron, addis):
        assert rule([1e-7, 3e-4, 0.1, 6e-4]).rejected.tolist() == [True, True, False, True]


def test_wealth_can_be_spread_otherwise() -> None:
    # w0 gamma_1, w0 gamma_2 + (alpha - w0) gamma_1 after a discovery, by hand
    assert lord_plus_plus([1e-9, 1.0], w0=0.02, gamma=[0.5, 0.25]).levels == pytest.approx([0.01, 0.005 + 0.015])


@pytest.mark.parametrize("rule", RULES.values())
def test_the_level_of_a_test_is_set_before_it_is_seen(rule: Any) -> None:
    assert rule([*MANUAL[:7], 0.9]).levels == pytest.approx(rule([*MANUAL[:7], 1e-9]).levels)


@pytest.mark.parametrize("rule", RULES.values())
def test_nulls_alone_are_rarely_discovered(rule: Any) -> None:
    rng = np.random.default_rng(1)
    some = sum(rule(rng.random(60)).rejected.any() for _ in range(400))
    # at most 5% of 400 streams, with three standard errors of 4.4
    assert some <= 33


@pytest.mark.parametrize("rule", RULES.values())
def test_an_empty_stream(rule: Any) -> None:
    assert len(rule([]).levels) == 0


@pytest.mark.parametrize("call", [
    lambda: lord_plus_plus([1.1]),
    lambda: lord_plus_plus([0.1], alpha=0.0),
    lambda: lord_plus_plus([0.1], w0=0.06),
    lambda: lord_plus_plus([0.1, 0.2], gamma=[1.0]),
    lambda: lord_plus_plus([0.1, 0.2], gamma=[0.4, 0.5]),
    lambda: lord_plus_plus([0.1, 0.2], gamma=[0.6, 0.5]),
    lambda: saffron([0.1], lam=1.0),
    lambda: addis([0.1], lam=0.5, tau=0.5),
])
def test_settings_out_of_range_are_refused(call: Any) -> None:
    with pytest.raises(OutOfRange):
        call()
