"""``alpha discover``: what a run says, stores and leaves behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import Result

Alpha = Callable[..., Result]
SMALL = ("--max-iterations", "20", "--set", "stop_loss=0.05", "--set", "take_profit=0.1", "--set", "position_size=0.1")
FEW = ("discover", "--symbol", "BTC/USD", "--strategy", "sma_cross", *SMALL)
BLOCKS = (
    "What was tried", "What became of it", "Why the others are not reported", "What luck would have reached",
    "What passed", "In short",
)  # fmt: skip


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_planted_edge_is_found(discovered: Any) -> None:
    assert discovered["run"]["state"] == "completed"
    assert discovered["run"]["profitable_found"] == len(discovered["alphas"]) > 0


def test_a_run_leaves_every_candidate_as_parquet(discovered: Any) -> None:
    frame = pd.read_parquet(discovered["files"]["trials"])
    assert len(frame) == discovered["run"]["strategies_tested"] == 40
    assert {"strategy", "fast", "slow", "sharpe_ratio", "t"} <= set(frame.columns)


def test_a_run_leaves_a_report(discovered: Any, found_dir: Path) -> None:
    report = Path(discovered["files"]["report"])
    assert report == found_dir / "reports" / f"run-{discovered['run']['id'][:12]}.html"
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_ledger_counts_what_a_run_tried(discovered: Any) -> None:
    account = discovered["ledger"]
    # one judging round at 0.05 * 6 / pi^2 = 0.0304 leaves 0.0196 of a level of 0.05
    assert (account["n_tested"], account["rounds"]) == (40, 1)
    assert account["level_left"] == pytest.approx(0.0196, abs=5e-5)


def test_the_text_has_every_block_within_the_width(no_luck: Result) -> None:
    assert no_luck.exit_code == 0, no_luck.stderr
    assert [block for block in BLOCKS if block not in no_luck.stdout] == []
    assert max(len(line) for line in no_luck.stdout.splitlines() if "/" not in line) <= 100  # paths are not broken


def test_the_text_says_what_the_usual_gate_would_have_reported(no_luck: Result) -> None:
    told = " ".join(no_luck.stdout.split())
    assert "The usual gate (Sharpe at least 1.0, profit factor at least 1.5, drawdown at most 20%) would have" in told


def test_the_text_ends_with_advice_and_the_ledger(no_luck: Result) -> None:
    told = " ".join(no_luck.stdout.replace("│", "").split())
    assert "There is nothing here to trade." in told
    assert "Ledger of this data: 40 candidates tried in 1 run" in told


def test_the_same_market_under_two_names_is_one_account(alpha: Alpha) -> None:
    first = told(alpha(*FEW, "--json"))
    second = told(alpha("discover", "--symbol", "BTCUSD@coinbase", *FEW[3:], "--json"))
    assert first["run"]["campaign"]["symbols"] == ["BTC/USD@coinbase"]
    assert first["ledger"]["epoch"] == second["ledger"]["epoch"]
    assert second["ledger"]["n_tested"] == 2 * first["ledger"]["n_tested"]


def test_a_period_in_days_ends_with_the_data(alpha: Alpha) -> None:
    campaign = told(alpha(*FEW, "--period-days", "400", "--json"))["run"]["campaign"]
    assert campaign["start"] == "2018-09-12T10:00Z"  # the last bar ends 2019-10-17T10:00Z; 400 days before that


def test_the_detector_of_regimes_is_an_option(alpha: Alpha) -> None:
    assert told(alpha(*FEW, "--regimes", "markov", "--json"))["run"]["campaign"]["regimes"] == "markov"
    refused = alpha(*FEW, "--regimes", "markow")
    assert refused.exit_code == 2
    assert "no detector of regimes named 'markow'; did you mean markov?" in refused.stderr


def test_options_go_before_the_file(alpha: Alpha, tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text("symbols: [BTC/USD]\nstrategies: [sma_cross]\nseed: 3\ncosts: {commission: 0.002}\n")
    run = told(alpha("discover", "-c", str(file), *SMALL, "--slippage", "0.001", "--json"))["run"]
    assert (run["campaign"]["seed"], run["max_iterations"]) == (3, 20)
    costs = run["campaign"]["costs"]
    assert (costs["commission"], costs["slippage"]) == (0.002, 0.001)


def test_a_file_with_two_timeframes_makes_two_runs(alpha: Alpha, tmp_path: Path) -> None:
    file = tmp_path / "campaign.yaml"
    file.write_text(
        "alpha_discovery:\n  strategies: [sma_cross]\n  cache_enabled: true\n"
        "  backtest: {symbols: [BTC/USD], timeframes: [1h, 4h]}\n"
    )
    result = alpha("discover", "-c", str(file), *SMALL)
    assert result.exit_code == 0, result.stderr
    assert "cache_enabled has no effect here" in result.stderr
    assert (result.stdout.count("1h bars"), result.stdout.count("4h bars")) == (1, 1)


def test_the_same_seed_gives_the_same_funnel(alpha: Alpha) -> None:
    first, second = (told(alpha(*FEW, "--workers", str(n), "--json"))["run"] for n in (1, 2))
    assert first["funnel"] == second["funnel"]
    assert first["report"]["jobs"] == second["report"]["jobs"]
