"""The page about real prices says what was measured."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "real-prices.md"
RESULTS = ROOT / "benchmarks" / "results" / "real_prices.json"


@pytest.fixture(scope="module")
def found() -> Any:
    return json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    return importlib.import_module("benchmarks.real_prices")


def test_its_tables_are_those_of_the_results(found: Any, study: Any) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for table in study.tables(found).split("\n\n"):
        assert table in page


def test_its_sentences_hold(found: Any) -> None:
    runs = found["runs"]
    assert len(found["strategies"]) == 18
    assert [run["alphas"] for run in runs] == [[], [], [], []]
    assert sum(run["usual_gate"]["reported"] for run in runs) == 119
    assert all(run["noise"]["best_sharpe"] < run["noise"]["noise_95_sharpe"] for run in runs)
    ten = [run["usual_gate"]["best_ten"] for run in runs]
    fell = [(round(one["search_sharpe"], 2), round(one["vault_adjusted_sharpe"], 2)) for one in ten]
    assert [fell[0], fell[2], fell[3]] == [(1.35, 0.33), (1.58, 0.04), (1.53, 0.33)]
    half = [round(run["noise"]["power_50"], 1) for run in runs]
    assert (min(half), max(half)) == (2.1, 2.4)
    most = [round(run["noise"]["power_80"], 1) for run in runs]
    assert (min(most), max(most)) == (2.5, 2.9)


def test_bars_are_read_as_the_study_needs_them(study: Any) -> None:
    folder = ROOT.parent / "shared" / "data" / "binance_spot" / "1h"
    if not folder.exists():
        pytest.skip(f"no prices in {folder}")
    bars = study.read(folder, "SOL/USDT")
    assert str(bars.instrument) == "SOL/USDT@binance"
    assert 38_000 < len(bars) < 39_000  # 2020-08-11 to 2024-12-31 has 38,490 hours
