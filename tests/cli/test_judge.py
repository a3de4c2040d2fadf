"""``alpha judge``: runs judged together, as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from alpha_discovery.cli.main import app
from alpha_discovery.market_data import Catalog
from alpha_discovery.testing import markets

Alpha = Callable[..., Result]


def run(userdir: Path, *words: str) -> Result:
    return CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1", "ALPHA_USERDIR": str(userdir)}).invoke(app, list(words))


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Alpha, list[str]]:
    """A folder with a planted market and a run of each of two strategies."""
    userdir = tmp_path_factory.mktemp("two_runs")
    Catalog(userdir / "data").save(markets.planted_trend(24 * 365, seed=3, sharpe=9.0))
    ids = []
    for strategy in ("sma_cross", "trend_following"):
        result = run(
            userdir, "discover", "--symbol", "SYN/USDT", "--strategy", strategy, "--max-iterations", "40",
            "--costs", "commission=0.0002,slippage=0.0001", "--json",
        )  # fmt: skip
        assert result.exit_code == 0, result.stderr
        ids.append(json.loads(result.stdout)["run"]["id"])
    return partial(run, userdir), ids


def judged(two_runs: tuple[Alpha, list[str]]) -> Any:
    alpha, ids = two_runs
    result = alpha("judge", *ids, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_runs_are_one_family_in_one_round(two_runs: tuple[Alpha, list[str]]) -> None:
    told = judged(two_runs)
    assert told["runs"] == two_runs[1]
    assert told["tested"] == 80
    assert told["round"]["number"] == 3  # each run had one of its own before
    assert told["rule"] == "whole period"


def test_what_passed_is_stored(two_runs: tuple[Alpha, list[str]]) -> None:
    told = judged(two_runs)
    assert told["alphas"]
    for alpha in told["alphas"]:
        assert two_runs[0]("alphas", "show", alpha["id"]).exit_code == 0


def test_the_text_names_round_finalists_and_alphas(two_runs: tuple[Alpha, list[str]]) -> None:
    alpha, ids = two_runs
    shown = alpha("judge", *(one[:8] for one in ids)).stdout
    assert "80 configurations of 2 runs" in shown
    assert "round 3 on this data" in shown
    assert "left for this data" in shown


@pytest.mark.parametrize(("words", "code"), [((), 2), (("nobody", "no-one"), 1)])
def test_wrong_runs_are_one_line(two_runs: tuple[Alpha, list[str]], words: tuple[str, ...], code: int) -> None:
    result = two_runs[0]("judge", *words)
    assert result.exit_code == code
    assert "Traceback" not in result.stderr


def test_one_run_is_not_together(two_runs: tuple[Alpha, list[str]]) -> None:
    alpha, ids = two_runs
    result = alpha("judge", ids[0])
    assert result.exit_code == 2
    assert "at least two runs" in result.stderr
