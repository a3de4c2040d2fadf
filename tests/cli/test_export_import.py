"""Alphas out, strategies in, several together: from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from alpha_discovery.market_data import Catalog

Alpha = Callable[..., Result]


@pytest.fixture
def alpha_id(found_dir: Path) -> str:
    found: dict[str, Any] = json.loads((found_dir / "discovered.json").read_text())
    return str(found["alphas"][0]["id"])


def told(result: Result) -> Any:
    assert result.exit_code in (0, 1), result.stderr
    return json.loads(result.stdout)


def test_an_exported_file_trades_the_market_that_its_alpha_was_found_on(
    in_found: Alpha, found_dir: Path, alpha_id: str, tmp_path: Path
) -> None:
    made = told(in_found("alphas", "export", alpha_id, "--to", str(tmp_path), "--json"))
    bars = Catalog(found_dir / "data").load("SYN/USDT", "1h")
    bars.to_frame().reset_index().to_csv(tmp_path / "prices.csv", index=False)
    command = [sys.executable, made["file"], str(tmp_path / "prices.csv")]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    stored = told(in_found("alphas", "show", alpha_id, "--json"))
    assert len(lines) - 1 == stored["metrics"]["full"]["n_trades"]


@pytest.mark.parametrize("form", ["freqtrade", "pine", "json"])
def test_every_format_is_written_under_its_own_name(
    in_found: Alpha, alpha_id: str, tmp_path: Path, form: str
) -> None:
    made = told(in_found("alphas", "export", alpha_id, "--format", form, "--to", str(tmp_path), "--json"))
    assert alpha_id in Path(made["file"]).read_text()


def test_an_unknown_format_names_the_known_ones(in_found: Alpha, alpha_id: str) -> None:
    result = in_found("alphas", "export", alpha_id, "--format", "excel")
    assert result.exit_code == 2
    assert "freqtrade" in result.stderr


def test_a_function_is_judged_counted_and_searched_for_look_ahead(in_copy_of_found: Alpha, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "def follow(frame):\n"
        "    fast, slow = frame['close'].rolling(16).mean(), frame['close'].rolling(48).mean()\n"
        "    return {'enter_long': fast > slow, 'exit_long': fast < slow}\n"
        "def peek(frame):\n"
        "    return {'enter_long': frame['close'].shift(-1) > frame['close']}\n"
    )
    words = ("--symbol", "SYN/USDT", "--trials", "40", "--commission", "0.0002", "--slippage", "0.0001", "--json")
    found = told(in_copy_of_found("import", f"{file}:follow", *words))
    assert (found["holds"], found["trials"], found["detected"]["looks_ahead"]) == (True, 40, False)
    peeked = in_copy_of_found("import", f"{file}:peek", "--name", "peek", *words)
    assert (peeked.exit_code, told(peeked)["detected"]["looks_ahead"]) == (1, True)


def test_a_function_with_rows_of_parameters_is_a_family_that_is_judged_together(
    in_copy_of_found: Alpha, tmp_path: Path
) -> None:
    file, grid = tmp_path / "mine.py", tmp_path / "grid.csv"
    file.write_text(
        "def follow(frame, fast, slow):\n"
        "    up = frame['close'].rolling(fast).mean() > frame['close'].rolling(slow).mean()\n"
        "    return {'enter_long': up, 'exit_long': ~up}\n"
    )
    grid.write_text("fast,slow\n16,48\n12,60\n")
    words = ("--symbol", "SYN/USDT", "--trials", "40", "--commission", "0.0002", "--slippage", "0.0001")
    found = told(in_copy_of_found("import", f"{file}:follow", "--parameters", str(grid), *words, "--json"))
    assert (found["holds"], found["trials"]) == (True, 40)
    assert [one["name"] for one in found["variants"]] == ["fast=16, slow=48", "fast=12, slow=60"]
    assert all(one["p_single"] < one["p"] for one in found["variants"])
    shown = in_copy_of_found("import", f"{file}:follow", "--parameters", str(grid), *words)
    assert "2 variants, worth" in shown.stdout
    assert "these hold: " in shown.stdout
    few = in_copy_of_found("import", f"{file}:follow", "--parameters", str(grid), *words[:2], "--trials", "1")
    assert (few.exit_code, "the 2 that are given were tried too" in few.stderr) == (2, True)


@pytest.mark.parametrize(
    ("sources", "more", "why"),
    [
        (("a.csv",), ("--parameters", "grid.csv"), "needs one FILE.py:FUNCTION"),
        (("mine.py:follow",), ("--parameters", "none.csv"), "there is no file"),
        (("mine.py:follow",), ("--parameters", "empty.csv"), "cannot be read as CSV of parameters"),
        (("mine.py:follow",), ("--parameters", "twice.csv"), "needs rows of parameters that differ"),
        (("mine.py:follow", "mine.py:follow"), (), "two variants named 'follow'"),
        (("mine.py:lead",), (), "has no function lead"),
        (("broken.py:follow",), (), "cannot be run"),
        (("prices.bin",), (), "cannot be read as CSV"),
    ],
)
def test_variants_that_cannot_be_read_are_named(
    in_found: Alpha, tmp_path: Path, sources: tuple[str, ...], more: tuple[str, ...], why: str
) -> None:
    (tmp_path / "mine.py").write_text("def follow(frame, fast=1): ...\n")
    (tmp_path / "broken.py").write_text("import nothing_that_exists\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "twice.csv").write_text("fast\n5\n5\n")
    (tmp_path / "prices.bin").write_bytes(bytes(range(256)))
    words = [str(tmp_path / one) for one in sources]
    extra = [str(tmp_path / one) if one.endswith(".csv") else one for one in more]
    result = in_found("import", *words, "--symbol", "SYN/USDT", "--trials", "9", *extra)
    assert result.exit_code == (1 if why == "there is no file" else 2)
    assert why in result.stderr


def test_the_number_of_trials_is_asked_for(in_found: Alpha, tmp_path: Path) -> None:
    result = in_found("import", str(tmp_path / "none.csv"), "--symbol", "SYN/USDT")
    assert "How many variants were tried" in result.stdout


def test_a_portfolio_of_one_alpha_is_deployed_and_shown_as_one(in_copy_of_found: Alpha, alpha_id: str) -> None:
    found = told(in_copy_of_found("portfolio", "choose", "--max-weight", "1", "--json"))
    assert alpha_id in {one["alpha_id"] for one in found["holdings"]} | set(found["left_out"])
    made = told(in_copy_of_found("portfolio", "deploy", "mine", "--capital", "8000", "--max-weight", "1", "--json"))
    assert len(made["bots"]) == len(made["holdings"]) >= 1
    shown = told(in_copy_of_found("portfolio", "show", "mine", "--json"))
    assert shown["capital"] == pytest.approx(8_000.0 - made["unused"])
    assert shown["equity"] == shown["capital"]


def test_a_portfolio_that_is_not_there_says_how_to_make_one(in_found: Alpha) -> None:
    result = in_found("portfolio", "show", "nothing")
    assert result.exit_code != 0
    assert "alpha portfolio deploy" in result.stderr


def test_a_bot_tells_what_its_days_say_of_its_alpha(in_found: Alpha, alpha_id: str) -> None:
    in_found("bots", "deploy", alpha_id, "--name", "looked-at", "--start", "2020-10-01")
    in_found("bots", "run", "looked-at")
    found = told(in_found("bots", "forward", "looked-at", "--json"))
    assert found["days"] > 80
    assert found["low"] < found["high"]
    assert found["verdict"] in ("open", "proven")  # a planted trend that goes on


def test_arming_needs_the_name_and_start_and_stop_are_stored(in_found: Alpha, alpha_id: str) -> None:
    in_found("bots", "deploy", alpha_id, "--name", "armed")
    refused = in_found("bots", "arm", "armed", "--mode", "real", "--confirm", "amred")
    assert refused.exit_code == 2
    armed = told(in_found("bots", "arm", "armed", "--mode", "sandbox", "--confirm", "armed", "--json"))
    assert armed["mode"] == "sandbox"
    assert told(in_found("bots", "start", "armed", "--json"))["state"] == "running"
    assert told(in_found("bots", "stop", "armed", "--json"))["state"] == "stopped"


def test_a_bot_that_trades_at_an_exchange_is_halted_and_resumed_but_not_closed_by_hand(
    in_found: Alpha, alpha_id: str
) -> None:
    in_found("bots", "deploy", alpha_id, "--name", "abroad")
    in_found("bots", "arm", "abroad", "--mode", "sandbox", "--confirm", "abroad")
    refused = in_found("bots", "halt", "abroad", "--close")
    assert (refused.exit_code, "closed by the process that runs it" in refused.stderr) == (2, True)
    assert told(in_found("bots", "halt", "abroad", "--why", "maintenance", "--json"))["halted"] == "maintenance"
    assert told(in_found("bots", "resume", "abroad", "--json"))["halted"] is None
