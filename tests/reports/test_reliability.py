"""The reliability curve: drawn where a calibration is stored, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.reports.reliability import reliability_chart
from alpha_discovery.testing.example_records import alpha_record

BINS = [
    {"score": 0.1, "n": 200, "true": 0.12, "low": 0.08, "high": 0.17},
    {"score": 0.8, "n": 100, "true": 0.75, "low": 0.66, "high": 0.83},
]


def test_the_curve_holds_the_stored_bins_and_marks_the_alpha() -> None:
    chart = reliability_chart(alpha_record(evidence={"score": {"reliability": BINS}}, validation_score=0.81))
    assert chart is not None
    _, curve = chart.figure["data"]
    assert curve["error_y"]["array"] == pytest.approx([0.05, 0.08])
    assert curve["error_y"]["arrayminus"] == pytest.approx([0.04, 0.09])
    assert chart.figure["layout"]["shapes"][0]["x0"] == 0.81
    assert "300 finalists" in chart.caption
    assert "scores 81%" in chart.caption


@pytest.mark.parametrize("evidence", [{}, {"score": {}}, {"score": {"reliability": []}}])
def test_without_a_calibration_there_is_none(evidence: dict[str, Any]) -> None:
    assert reliability_chart(alpha_record(evidence=evidence)) is None
