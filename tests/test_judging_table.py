"""README.md tells the rates that were measured, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.judging_table import (
    BEGIN,
    BEGIN_MORE,
    END,
    END_MORE,
    EXPLAINED,
    PAGE,
    RESULTS,
    SHIPPED,
    curves,
    markdown,
    more,
)

from alpha_discovery.discovery.validation_score import SCORES, shipped

RATES = sorted(RESULTS.glob("judging-rates-*.json"))


@pytest.mark.parametrize("page", [PAGE, EXPLAINED], ids=lambda page: page.name)
def test_the_table_is_that_of_the_results(page: Path) -> None:
    told = page.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    assert told.strip() == markdown().strip()  # python -m benchmarks.judging_table


def test_what_is_told_of_scores_and_repeats_is_that_of_the_results() -> None:
    told = EXPLAINED.read_text(encoding="utf-8").partition(BEGIN_MORE)[2].partition(END_MORE)[0]
    assert told.strip() == more().strip()


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
    assert json.loads(SHIPPED.read_text()) == curves(), SCORES
    assert [curve.intercept for curve in shipped().curves] == [one["intercept"] for one in curves()["curves"]]
