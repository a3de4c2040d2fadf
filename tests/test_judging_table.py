"""README.md tells the rates that were measured, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.judging_table import BEGIN, END, PAGE, RESULTS, markdown

from alpha_discovery.discovery.validation_score import SCORES, shipped

RATES = sorted(RESULTS.glob("judging-rates-*.json"))


def test_the_table_is_that_of_the_results() -> None:
    told = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert told.strip() == markdown().strip()  # python -m benchmarks.judging_table


@pytest.mark.parametrize("path", RATES, ids=lambda path: path.stem)
def test_no_measured_rate_of_false_alphas_is_above_what_is_promised(path: Path) -> None:
    found = json.loads(path.read_text())
    assert found["without_edge"]["share"] <= 0.05
    assert all(cell["reported"]["share"] < 0.10 for name, cell in found["cells"].items() if "planted" not in name)


def test_nothing_reported_on_planted_markets_was_false() -> None:
    cells = [cell for path in RATES for cell in json.loads(path.read_text())["cells"].values() if "finds" in cell]
    assert cells
    assert sum(cell["false_finds"] for cell in cells) == 0


def test_the_scores_that_ship_are_those_that_were_measured() -> None:
    told = [curve for path in RESULTS.glob("judging-score-*.json") for curve in json.loads(path.read_text())["curves"]]
    for curve in shipped().curves:
        same = [one for one in told if (one["rule"], one["method"]) == (curve.rule, curve.method)]
        assert [one["intercept"] for one in same] == [curve.intercept], SCORES
