"""Commands that show what is stored: runs, alphas, the ledger, strategies."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from alpha_discovery.market_data import Catalog
from alpha_discovery.storage.lineage import Kin, LineageInSql
from alpha_discovery.strategies.registry import built_in_strategies
from alpha_discovery.testing import markets
from alpha_discovery.testing.example_records import NOON

Alpha = Callable[..., Result]


def words(result: Result) -> str:
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


def test_a_stored_run_looks_as_it_did_when_it_ended(in_found: Alpha, discovered: Any) -> None:
    shown = words(in_found("runs", "show", discovered["run"]["id"][:6]))
    for block in ("What was tried", "What luck would have reached", "In short", "report", "trials"):
        assert block in shown
    assert discovered["alphas"][0]["id"][:12] in shown


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize(
    "command",
    ["runs list", "runs show RUN", "alphas list", "alphas show ALPHA", "ledger", "strategies list", "data list",
     "strategies show sma_cross", "users list", "portfolio choose", "db check"],
)  # fmt: skip
def test_tables_fit_the_terminal_and_cut_nothing(in_found: Alpha, discovered: Any, command: str, width: int) -> None:
    named = command.replace("RUN", discovered["run"]["id"]).replace("ALPHA", discovered["alphas"][0]["id"])
    lines = in_found(*named.split(), columns=width).stdout.splitlines()
    paths = ("  report", "  trials")  # stay whole
    assert max(len(line) for line in lines if not line.startswith(paths)) <= width
    assert [line for line in lines if "…" in line] == []


def test_a_run_fits_a_narrow_terminal(in_found: Alpha, discovered: Any) -> None:
    lines = in_found("runs", "show", discovered["run"]["id"], columns=80).stdout.splitlines()
    assert [line for line in lines if len(line) > 80 and str(discovered["run"]["id"])[:12] not in line] == []


def test_a_state_that_no_run_is_in_is_not_an_empty_laboratory(in_found: Alpha) -> None:
    assert "no run is failed" in words(in_found("runs", "list", "--state", "failed"))
    assert "no run" not in words(in_found("runs", "list", "--limit", "0"))


def test_runs_are_listed_with_what_they_tried(in_found: Alpha, discovered: Any) -> None:
    shown = words(in_found("runs", "list", "--state", "completed"))
    assert discovered["run"]["id"][:8] in shown
    assert "SYN/USDT@synthetic 1h" in shown


def test_alphas_are_listed_best_first(in_found: Alpha) -> None:
    found = json.loads(in_found("alphas", "list", "--json").stdout)["alphas"]
    sharpes = [alpha["sharpe_ratio"] for alpha in found]
    assert sharpes == sorted(sharpes, reverse=True)
    assert found[0]["id"][:8] in words(in_found("alphas", "list"))


def test_alphas_can_be_asked_for_by_strength_and_strategy(in_found: Alpha) -> None:
    assert json.loads(in_found("alphas", "list", "--min-sharpe", "99", "--json").stdout) == {"alphas": []}
    assert "no alphas are stored" in words(in_found("alphas", "list", "--strategy", "macd_cross"))


def test_an_alpha_is_shown_with_rules_numbers_and_tests(in_found: Alpha, discovered: Any) -> None:
    alpha = discovered["alphas"][0]
    shown = words(in_found("alphas", "show", alpha["id"]))
    fast, slow = alpha["parameters"]["fast"], alpha["parameters"]["slow"]
    assert f"enter long when SMA(close, {fast}) crosses above SMA(close, {slow})" in shown
    for test in ("Against everything tried", "On unseen days", "Both together", "Kill tests", "twice the costs"):
        assert test in shown


def test_every_number_of_an_alpha_comes_out_again(in_found: Alpha, discovered: Any) -> None:
    shown = words(in_found("alphas", "replay", discovered["alphas"][0]["id"]))
    assert "numbers came out again, to the last bit" in shown


def test_replay_all_shows_every_number(in_found: Alpha, discovered: Any) -> None:
    alpha = discovered["alphas"][0]
    shown = in_found("alphas", "replay", alpha["id"], "--all").stdout
    assert repr(alpha["metrics"]["vault"]["sharpe_ratio"]) in shown
    numbers = json.loads(in_found("alphas", "replay", alpha["id"], "--json").stdout)["numbers"]
    assert shown.count("the same") == len(numbers)


def test_a_replay_on_other_bars_says_that_they_changed(in_found: Alpha, discovered: Any, found_dir: Path) -> None:
    catalog = Catalog(found_dir / "data")
    held = catalog.load("SYN/USDT", "1h")
    catalog.save(markets.random_walk(24 * 365, seed=4))
    try:
        result = in_found("alphas", "replay", discovered["alphas"][0]["id"])
    finally:
        catalog.save(held)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "are not those that the alpha was judged on" in result.stderr


def test_the_report_of_an_alpha_is_written(in_found: Alpha, discovered: Any, found_dir: Path) -> None:
    told = json.loads(in_found("alphas", "report", discovered["alphas"][0]["id"], "--json").stdout)
    assert Path(told["report"]).parent == found_dir / "reports"
    assert Path(told["report"]).stat().st_size > 100_000


def test_the_ledger_names_the_market_of_every_epoch(in_found: Alpha) -> None:
    assert "SYN/USDT@synthetic 1h" in words(in_found("ledger"))


def test_accounts_of_the_same_market_are_told_apart_by_their_vaults(in_copy_of_found: Alpha) -> None:
    market = ("--symbol", "SYN/USDT", "--strategy", "sma_cross", "--max-iterations", "5", "--end", "2020-10-01")
    assert in_copy_of_found("discover", *market).exit_code == 0
    told = in_copy_of_found("ledger", columns=80).stdout
    assert len(re.findall(r"SYN/USDT@synthetic 1h, vault", told)) == 2
    assert len(set(re.findall(r"from (\d{4}-\d\d-\d\d)", told))) == 2


def test_the_ledger_as_json_says_what_is_left_and_what_luck_reaches(in_found: Alpha) -> None:
    (one,) = json.loads(in_found("ledger", "--json").stdout)["epochs"]
    assert one["level_left"] == pytest.approx(one["level"] * (1 - 6 / math.pi**2))  # one round was opened
    assert one["next_level"] == pytest.approx(one["level"] * 6 / math.pi**2 / 4)
    assert 0.0 < one["noise_sharpe"] < 20.0
    assert one["smallest_sharpe"] > 0.0
    assert one["n_effective"] <= one["n_tested"]


def test_every_strategy_is_listed(alpha: Alpha) -> None:
    shown = words(alpha("strategies", "list"))
    assert [name for name in built_in_strategies() if name not in shown] == []


def test_strategies_can_be_asked_for_by_family(alpha: Alpha) -> None:
    found = json.loads(alpha("strategies", "list", "--family", "pairs", "--json").stdout)["strategies"]
    assert [one["name"] for one in found] == ["pairs_reversion"]
    assert "there are" in words(alpha("strategies", "list", "--family", "magic"))


@pytest.mark.parametrize("name", sorted(built_in_strategies()))
def test_a_strategy_is_shown_with_its_rule_and_its_source(name: str, alpha: Alpha) -> None:
    shown, strategy = words(alpha("strategies", "show", name)), built_in_strategies()[name]
    assert strategy.source in shown
    assert "enter" in shown
    for parameter in strategy.own.kinds:
        assert parameter in shown


def test_a_strategy_of_the_users_folder_is_found(alpha: Alpha, tmp_path: Path) -> None:
    folder = tmp_path / "user_data" / "strategies"
    folder.mkdir(parents=True)
    source = Path(built_in_strategies()["sma_cross"].file).read_text(encoding="utf-8")
    (folder / "mine.py").write_text(source.replace("def sma_cross", "def my_cross"), encoding="utf-8")
    assert "my_cross" in words(alpha("strategies", "list"))
    assert "my_cross on BTC/USD@coinbase 1h" in words(alpha("backtest", "my_cross", "-s", "BTC/USD"))


def test_a_closed_vault_that_two_accounts_name_is_shown_once(
    in_found: Alpha, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = {"start": "2022-04-02", "end": "2022-12-31", "p": 0.001, "level": 0.01, "closed": True, "stands": True}
    (row,) = json.loads(in_found("ledger", "--json").stdout)["epochs"]
    monkeypatch.setattr("alpha_discovery.api.ledger_rows", lambda _: [{**row, "vaults": [vault]}] * 2)
    assert in_found("ledger").stdout.count("2022-04-02 to 2022-12-31") == 1


def test_an_improved_alpha_says_what_it_came_from_and_the_old_one_what_came_of_it(
    in_found: Alpha, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alpha, *_) = json.loads(in_found("alphas", "list", "--json").stdout)["alphas"]
    kin = [Kin("a" * 32, -1, "improve", NOON), Kin("b" * 32, 1, "improve", NOON)]
    monkeypatch.setattr(LineageInSql, "of", lambda *_: kin)
    shown = words(in_found("alphas", "show", alpha["id"]))
    assert "improved from alpha aaaaaaaaaaaa" in shown
    assert "was improved: see alpha bbbbbbbbbbbb" in shown
