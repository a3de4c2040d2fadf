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
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.errors import OutOfRange, StorageFailed
from alpha_discovery.validation.tails import SMALLEST

CURVE = Curve("whole period", "brute_force", 0.2, -1.0, 2.0, 0.5, 2.0, 2100, 3)


def test_a_curve_is_logistic_above_its_floor() -> None:
    # by hand: -1 + 2 * 2 + 0.5 * 1.6448536 = 3.8224268; 0.2 + 0.8 / (1 + exp(-3.8224268)) = 0.98288
    assert CURVE.at(0.01, 0.05) == pytest.approx(0.2 + 0.8 / (1.0 + math.exp(-3.8224268)), rel=1e-8)
    assert CURVE.at(1.0, 1.0) > CURVE.floor


def test_a_smaller_p_value_is_never_worth_less() -> None:
    grid = np.linspace(0.0, 1.0, 200)
    for values in ([CURVE.at(p, 0.3) for p in grid], [CURVE.at(0.3, p) for p in grid]):
        assert values == sorted(values, reverse=True)


def test_below_the_smallest_p_value_nothing_more_is_claimed() -> None:
    assert surprise(0.0) == surprise(SMALLEST) == pytest.approx(5.0)


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_only_probabilities_have_a_score(p: float) -> None:
    with pytest.raises(OutOfRange, match="p"):
        CURVE.at(p, 0.5)
    with pytest.raises(OutOfRange, match="p_vault"):
        CURVE.at(0.5, p)


def test_the_fit_gives_back_the_curve_that_drew_the_truth() -> None:
    rng = np.random.default_rng(5)
    p, p_vault = rng.uniform(size=(2, 40_000)) ** 2
    true = rng.uniform(size=len(p)) < np.array([CURVE.at(*both) for both in zip(p, p_vault, strict=True)])
    again = _curve(fitted(p, p_vault, true, np.ones(len(p))))
    for one in (0.001, 0.01, 0.1, 0.5, 0.9):
        for other in (0.01, 0.5, 0.99):
            assert again.at(one, other) == pytest.approx(CURVE.at(one, other), abs=0.03)


def test_a_vault_that_says_nothing_of_the_truth_does_not_count() -> None:
    rng = np.random.default_rng(6)
    p, p_vault = rng.uniform(size=(2, 20_000)) ** 2
    true = rng.uniform(size=len(p)) < np.array([replace(CURVE, vault=0.0).at(one, 0.5) for one in p])
    assert fitted(p, p_vault, true, np.ones(len(p)))[3] == pytest.approx(0.0, abs=0.05)


def test_weights_count_like_repetitions() -> None:
    rng = np.random.default_rng(7)
    p, p_vault = rng.uniform(size=(2, 400))
    true, twice = rng.uniform(size=400) < 0.9 - 0.6 * p, np.arange(400) < 100
    repeated = [np.concatenate((one, one[twice])) for one in (p, p_vault, true)]
    weighed, again = fitted(p, p_vault, true, 1.0 + twice), fitted(repeated[0], repeated[1], repeated[2], np.ones(500))
    for one in (0.01, 0.3, 0.9):
        of_weights, of_repetitions = (_curve(found).at(one, one) for found in (weighed, again))
        assert of_weights == pytest.approx(of_repetitions, abs=0.01)


def _curve(found: tuple[float, float, float, float]) -> Curve:
    floor, intercept, slope, vault = found
    return replace(CURVE, floor=floor, intercept=intercept, slope=slope, vault=vault)


def test_reliability_compares_the_mean_score_with_the_share_of_true_ones() -> None:
    rows = reliability([0.12, 0.18, 0.95], [False, True, True], [1.0, 3.0, 1.0])
    # first bin: (0.12 + 3 * 0.18) / 4 = 0.165; true 3 of 4
    assert rows[0] == {"low": 0.1, "high": 0.2, "n": 2, "score": pytest.approx(0.165), "true": 0.75}
    assert (rows[1]["n"], rows[1]["true"]) == (1, 1.0)


def test_the_curve_of_the_rule_and_of_the_nearest_length_is_taken() -> None:
    scores = Scores((CURVE, replace(CURVE, years=8.0), replace(CURVE, rule="vault alone")))
    found = scores.score(0.01, 0.1, rule="whole period", years=5.0)  # 8 / 5 is nearer than 5 / 2
    assert found is not None
    assert found.curve.years == 8.0
    assert scores.score(0.01, 0.1, rule="whole period against copies", years=2.0) is None


@pytest.mark.parametrize(("value", "deployable"), [(DEPLOYABLE - 0.001, False), (DEPLOYABLE + 0.001, True)])
def test_deployable_asks_for_a_score(value: float, deployable: bool) -> None:
    flat = replace(CURVE, floor=0.0, intercept=math.log(value / (1.0 - value)), slope=0.0, vault=0.0)
    found = Scores((flat,)).score(0.01, 0.1, rule="whole period", years=2.0)
    assert found is not None
    assert found.deployable is deployable
    assert found.to_json()["value"] == pytest.approx(value)


def test_a_list_that_was_fixed_has_a_curve_in_the_package() -> None:
    for rule in (Rule.WHOLE, Rule.VAULT):
        found = shipped().score(0.03, 0.03, rule=rule.value, years=2.0)
        assert found is not None
        assert 0.5 < found.value < 1.0
        assert sum(one["n"] for one in found.to_json()["curve"]["reliability"]) > 1_000


def test_own_curves_come_before_those_of_the_package(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    assert scores_of(path) is shipped()
    path.write_text(json.dumps({"curves": [asdict(CURVE)]}))
    own = scores_of(path)
    assert own.curves[0] == CURVE
    found, before = (one.score(0.5, 0.5, rule="vault alone", years=2.0) for one in (own, shipped()))
    assert found == before


def test_own_curves_of_the_form_before_the_floor_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "scores.json"
    before = {name: value for name, value in asdict(CURVE).items() if name not in ("floor", "vault", "reliability")}
    path.write_text(json.dumps({"curves": [before | {"drop": 0.5}]}))
    assert scores_of(path).curves == shipped().curves


@pytest.mark.parametrize("text", ["{", "[]", '{"curves": [{}]}', '{"curves": 3}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "scores.json"
    path.write_text(text)
    with pytest.raises(StorageFailed, match=r"scores\.json"):
        scores_of(path)
