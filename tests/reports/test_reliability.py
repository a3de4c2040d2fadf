"""The reliability curve: drawn where a calibration is stored, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from alpha_discovery.discovery.validation_score import shipped
from alpha_discovery.discovery.weighing import Rule
from alpha_discovery.reports.reliability import reliability_chart
from alpha_discovery.testing.example_records import alpha_record

BINS = [
    {"low": 0.1, "high": 0.2, "score": 0.1, "n": 200, "true": 0.12},
    {"low": 0.8, "high": 0.9, "score": 0.8, "n": 100, "true": 0.75},
]


def test_the_curve_holds_the_stored_bins_and_marks_the_alpha() -> None:
    evidence = {"score": {"value": 0.81, "curve": {"reliability": BINS}}}
    chart = reliability_chart(alpha_record(evidence=evidence, validation_score=0.81))
    assert chart is not None
    _, curve = chart.figure["data"]
    for k, one in enumerate(BINS):
        low, high = proportion_confint(one["true"] * one["n"], one["n"], method="wilson")
        assert curve["error_y"]["array"][k] == pytest.approx(high - one["true"])
        assert curve["error_y"]["arrayminus"][k] == pytest.approx(one["true"] - low)
    assert chart.figure["layout"]["shapes"][0]["x0"] == 0.81
    assert "300 finalists" in chart.caption
    assert "scores 81%" in chart.caption


def test_a_score_of_the_package_brings_its_curve_along() -> None:
    score = shipped().score(0.025, 0.01, rule=Rule.COPIES.value, years=2.0)
    assert score is not None
    stored = json.loads(json.dumps({"score": score.to_json()}))
    chart = reliability_chart(alpha_record(evidence=stored, validation_score=score.value))
    assert chart is not None
    assert f"{sum(int(one['n']) for one in score.curve.reliability):,} finalists" in chart.caption


@pytest.mark.parametrize("evidence", [{}, {"score": None}, {"score": {}}, {"score": {"curve": {"reliability": []}}}])
def test_without_a_calibration_there_is_none(evidence: dict[str, Any]) -> None:
    assert reliability_chart(alpha_record(evidence=evidence)) is None
