"""Adjusted p-values and haircuts against printed tables, scipy and statsmodels."""

from __future__ import annotations

import math
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.multiple import (
    benjamini_hochberg,
    benjamini_yekutieli,
    bonferroni,
    haircut_sharpe,
    harvey_liu_bhy,
    hochberg,
    holm,
    profit_hurdle,
    sidak,
    storey,
    two_sided_p,
)
from alpha_discovery.validation.sharpe import lo_eta

HARVEY_LIU = [0.005, 0.009, 0.0128, 0.0135, 0.045, 0.06]
# Harvey, Liu & Zhu (2016), table 4, p in per cent as printed
HLZ = np.array([4.66, 0.85, 2.71, 0.05, 3.00, 0.84, 0, 0, 0.60, 1.28]) / 100
# Benjamini & Hochberg (1995), section 3.2
BH_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
    0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]
p_values = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30)


def test_six_p_values_of_harvey_and_liu(pin: Any) -> None:
    f1 = pin("F1_HarveyLiu")
    assert bonferroni(HARVEY_LIU) == pytest.approx(f1["bonf"], rel=1e-9)
    assert holm(HARVEY_LIU) == pytest.approx(f1["holm"], rel=1e-9)
    assert harvey_liu_bhy(HARVEY_LIU) == pytest.approx(f1["BHY_HL_convention"], rel=1e-9)
    assert benjamini_yekutieli(HARVEY_LIU) == pytest.approx(f1["BY_standard"], rel=1e-9)
    assert benjamini_hochberg(HARVEY_LIU) == pytest.approx(f1["BH"], rel=1e-9)


def test_discoveries_of_harvey_liu_and_zhu(pin: Any) -> None:
    adjusted = (HLZ, bonferroni(HLZ), holm(HLZ), benjamini_yekutieli(HLZ))
    assert [int((p <= 0.05).sum()) for p in adjusted] == pin("F2_HLZ")


def test_the_printed_convention_lets_everything_pass_where_the_largest_p_is_small() -> None:
    # the largest of the ten is .0466; not inflated, it caps all the others
    assert (harvey_liu_bhy(HLZ) <= 0.0466 + 1e-12).all()


def test_fifteen_p_values_of_benjamini_and_hochberg(pin: Any) -> None:
    found = [int((f(BH_1995) <= 0.05).sum()) for f in (bonferroni, hochberg, benjamini_hochberg)]
    assert found == pin("F3_BenjaminiHochberg1995")
    assert benjamini_hochberg(BH_1995) == pytest.approx(pin("F3_BH"), rel=1e-9)
    assert benjamini_yekutieli(BH_1995) == pytest.approx(pin("F3_BY"), rel=1e-9)


def test_storey(pin: Any) -> None:
    share, q = storey(BH_1995)
    assert share == pytest.approx(pin("F4_Storey")[0], rel=1e-9)
    assert q == pytest.approx(pin("F4_Storey")[1], rel=1e-9)


def of_statsmodels(p: Any, method: str) -> Any:
    """It looks for garbage after Holm's method: among all that other tests hold, for a second each time."""
    with patch("gc.collect"):
        return multipletests(p, method=method)[1]


@settings(max_examples=25, deadline=None)
@given(p_values)
def test_adjustments_are_those_of_statsmodels_and_scipy(p: Any) -> None:
    ours = {"bonferroni": bonferroni, "holm": holm, "simes-hochberg": hochberg,
            "fdr_bh": benjamini_hochberg, "fdr_by": benjamini_yekutieli}
    for name, function in ours.items():
        assert function(p) == pytest.approx(of_statsmodels(p, name), abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(scipy.stats.false_discovery_control(p), abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(p_values, st.randoms(use_true_random=False))
def test_order_of_the_trials_does_not_matter(p: Any, random: Any) -> None:
    order = list(range(len(p)))
    random.shuffle(order)
    shuffled = np.array(p)[order]
    for function in (holm, hochberg, benjamini_hochberg, benjamini_yekutieli, harvey_liu_bhy):
        assert function(shuffled) == pytest.approx(function(p)[order], abs=1e-12)


def test_no_trials_no_p_values() -> None:
    assert len(holm([])) == len(harvey_liu_bhy([])) == 0
    assert math.isnan(storey([])[0])


def test_equation_four_of_harvey_and_liu(pin: Any) -> None:
    f5, normal = pin("F5_HL"), pin("F5b_HL")
    t = 0.75 / math.sqrt(12) * math.sqrt(240)
    assert t == pytest.approx(f5["t"], rel=1e-12)
    assert two_sided_p(t) == pytest.approx(normal["pS"], rel=1e-9)
    assert two_sided_p(t, dof=239) == pytest.approx(f5["pS"], rel=1e-9)
    for pinned, dof in ((normal, math.inf), (f5, 239)):
        adjusted = sidak(two_sided_p(t, dof=dof), 200)
        assert adjusted == pytest.approx(pinned["pM"], rel=1e-9)
        monthly = haircut_sharpe(0.75, adjusted, n_obs=240, dof=dof)
        assert monthly * math.sqrt(12) == pytest.approx(pinned["HSR"], rel=1e-9)
    assert sidak(0.05, 10) == pytest.approx(f5["pM_N10_p05"], rel=1e-9)


def test_haircut_of_the_published_program(pin: Any) -> None:
    # SR 1 a year, 120 months, autocorrelation .1, 100 tests, Bonferroni, Student with 119 degrees
    p, adjusted, haircut, _ = pin("F6_Haircut")
    monthly = lo_eta(12, 0.1) / math.sqrt(12) / math.sqrt(12)
    found = two_sided_p(monthly * math.sqrt(120), dof=119)
    assert found == pytest.approx(p, rel=1e-9)
    assert min(1.0, 100 * found) == pytest.approx(adjusted["bonf"], rel=1e-9)
    cut = haircut_sharpe(monthly, 100 * found, n_obs=120, dof=119) * math.sqrt(12)
    assert cut == pytest.approx(haircut["bonf"], rel=1e-9)


def test_a_loser_keeps_its_sign_and_certainty_of_luck_leaves_nothing() -> None:
    assert haircut_sharpe(-0.1, 0.5, n_obs=100) < 0
    assert haircut_sharpe(0.1, 1.0, n_obs=100) == pytest.approx(0.0, abs=1e-15)


def test_profit_hurdle(pin: Any) -> None:
    # 10% volatility a year, 240 months; per cent a month
    hurdles = [profit_hurdle(n, volatility=0.1 / math.sqrt(12), n_obs=240) * 100 for n in (1, 300)]
    assert hurdles == pytest.approx([pin("F7_")["single"], pin("F7_")["bonf"]], rel=1e-9)


@pytest.mark.parametrize("call", [
    lambda: holm([0.1, math.nan]),
    lambda: bonferroni([1.2]),
    lambda: storey([0.1], lam=1.0),
    lambda: sidak(-0.1, 3),
    lambda: haircut_sharpe(0.1, 0.0, n_obs=10),
    lambda: profit_hurdle(0, volatility=0.1, n_obs=10),
])
def test_what_makes_no_sense_is_refused(call: Any) -> None:
    with pytest.raises(OutOfRange):
        call()


def test_a_certain_p_value_stays_certain() -> None:
    assert sidak(1.0, 5) == 1.0
