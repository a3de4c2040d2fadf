"""What a p-value is worth: the curve, its fit, and which curve an alpha gets."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from alpha_discovery.discovery.validation_score import (
    DEPLOYABLE,
    Curve,
    Scores,
    fitted,
    reliability,
    scores_of,
    shipped,
    surprise,
)
from alpha_discovery.discovery.weighing import SMALLEST, Rule
from alpha_discovery.errors import OutOfRange, StorageFailed

CURVE = Curve("whole period", "brute_force", -1.0, 2.0, 0.5, 2.0, 2100, 3)


def test_a_curve_is_logistic_in_the_p_value() -> None:
    # by hand: -1 + 2 * 2 - 0.5 * 0.01 = 2.995; 1 / (1 + exp(-2.995)) = 0.95235
    assert CURVE.at(0.01) == pytest.approx(1.0 / (1.0 + math.exp(-2.995)), rel=1e-12)


def test_a_smaller_p_value_is_never_worth_less() -> None:
    values = [CURVE.at(p) for p in np.linspace(0.0, 1.0, 200)]
    assert values == sorted(values, reverse=True)


def test_below_the_smallest_p_value_nothing_more_is_claimed() -> None:
    assert surprise(0.0) == surprise(SMALLEST) == pytest.approx(5.0)


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_only_probabilities_have_a_score(p: float) -> None:
    with pytest.raises(OutOfRange, match="p"):
        CURVE.at(p)


def test_the_fit_gives_back_the_curve_that_drew_the_truth() -> None:
    rng = np.random.default_rng(5)
    p = rng.uniform(size=40_000) ** 2
    true = rng.uniform(size=len(p)) < np.array([CURVE.at(one) for one in p])
    intercept, slope, drop = fitted(p, true, np.ones(len(p)))
    again = replace(CURVE, intercept=intercept, slope=slope, drop=drop)
    for one in (0.001, 0.01, 0.1, 0.5, 0.9):
        assert again.at(one) == pytest.approx(CURVE.at(one), abs=0.02)


def test_weights_count_like_repetitions() -> None:
    p, true = [0.01, 0.2, 0.3, 0.4, 0.8], [True, True, False, True, False]
    twice = fitted([*p, 0.8], [*true, False], [1.0] * 6)
    assert fitted(p, true, [1.0, 1.0, 1.0, 1.0, 2.0]) == pytest.approx(twice, rel=0.01, abs=0.01)


def test_reliability_compares_the_mean_score_with_the_share_of_true_ones() -> None:
    rows = reliability([0.12, 0.18, 0.95], [False, True, True], [1.0, 3.0, 1.0])
    # first bin: (0.12 + 3 * 0.18) / 4 = 0.165; true 3 of 4
    assert rows[0] == {"low": 0.1, "high": 0.2, "n": 2, "score": pytest.approx(0.165), "true": 0.75}
    assert (rows[1]["n"], rows[1]["true"]) == (1, 1.0)


def test_the_curve_of_the_rule_and_of_the_nearest_length_is_taken() -> None:
    scores = Scores((CURVE, replace(CURVE, years=8.0), replace(CURVE, rule="vault alone")))
    found = scores.score(0.01, rule="whole period", years=5.0)  # 8 / 5 is nearer than 5 / 2
    assert found is not None
    assert found.curve.years == 8.0
    assert scores.score(0.01, rule="whole period against copies", years=2.0) is None


@pytest.mark.parametrize(("value", "deployable"), [(DEPLOYABLE - 0.001, False), (DEPLOYABLE + 0.001, True)])
def test_deployable_asks_for_a_score(value: float, deployable: bool) -> None:
    flat = replace(CURVE, intercept=math.log(value / (1.0 - value)), slope=0.0, drop=0.0)
    found = Scores((flat,)).score(0.01, rule="whole period", years=2.0)
    assert found is not None
    assert found.deployable is deployable
    assert found.to_json()["value"] == pytest.approx(value)


def test_a_list_that_was_fixed_has_a_curve_in_the_package() -> None:
    for rule in (Rule.WHOLE, Rule.VAULT):
        found = shipped().score(0.03, rule=rule.value, years=2.0)
        assert found is not None
        assert 0.5 < found.value < 1.0


def test_own_curves_come_before_those_of_the_package(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    assert scores_of(path) is shipped()
    path.write_text(json.dumps({"curves": [asdict(CURVE)]}))
    own = scores_of(path)
    assert own.curves[0] == CURVE
    assert own.score(0.5, rule="vault alone", years=2.0) == shipped().score(0.5, rule="vault alone", years=2.0)


@pytest.mark.parametrize("text", ["{", "[]", '{"curves": [{}]}', '{"curves": 3}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scores.json"
    path.write_text(text)
    with pytest.raises(StorageFailed, match=r"scores\.json"):
        scores_of(path)
