"""A user's folder on a mount that cannot be written: what only reads works, what writes says what cannot be written."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Alpha = Callable[..., Result]


@pytest.fixture
def in_read_only(
    found_dir: Path, tmp_path: Path, alpha_in: Callable[[Path], Alpha], read_only: Callable[[Path], Path]
) -> Alpha:
    """``alpha`` in a folder of a run that found something, and that cannot be written."""
    return alpha_in(read_only(Path(shutil.copytree(found_dir, tmp_path / "read_only"))))


@pytest.mark.parametrize(
    "command",
    [
        "runs list", "runs show RUN", "runs archived", "alphas list", "alphas show ALPHA", "alphas replay ALPHA",
        "ledger", "bots list", "users list", "db check", "data list", "data show SYN/USDT", "strategies list",
    ],
)  # fmt: skip
def test_commands_that_look_say_what_they_always_say(
    in_read_only: Alpha, in_found: Alpha, discovered: Any, command: str
) -> None:
    words = command.replace("RUN", discovered["run"]["id"]).replace("ALPHA", discovered["alphas"][0]["id"]).split()
    shown, always = in_read_only(*words, columns=200), in_found(*words, columns=200)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert len(shown.stdout.splitlines()) == len(always.stdout.splitlines())


def test_a_report_is_written_elsewhere_without_a_word_about_the_cache(
    in_read_only: Alpha, discovered: Any, tmp_path: Path
) -> None:
    done = in_read_only("alphas", "report", discovered["alphas"][0]["id"], "--to", str(tmp_path))
    assert (done.exit_code, done.stderr) == (0, "")
    assert len(list(tmp_path.glob("alpha-*.html"))) == 1


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("discover --symbol SYN/USDT --strategy sma_cross --max-iterations 10", "alpha.db is read-only; give"),
        ("backtest sma_cross --symbol SYN/USDT --set fast=12 --set slow=50", "alpha.db is read-only; give"),
        ("data sample", "cannot write"),
        ("alphas report ALPHA", "cannot write"),
    ],
)
def test_commands_that_write_say_what_cannot_be_written(
    in_read_only: Alpha, discovered: Any, command: str, told: str
) -> None:
    done = in_read_only(*command.replace("ALPHA", discovered["alphas"][0]["id"]).split())
    assert done.exit_code == 1
    assert told in done.stderr
