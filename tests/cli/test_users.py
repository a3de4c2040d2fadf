"""``alpha users`` and the options of ``alpha serve``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = [sys.executable, "-c", "from alpha_discovery.cli.main import app; app()"]


def alpha(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The command, with something on its standard input."""
    return subprocess.run([*RUN, *words], input=given, capture_output=True, text=True, check=False)


def test_a_user_is_made_listed_and_removed(tmp_path: Path) -> None:
    place = ("--userdir", str(tmp_path))
    for name in ("ada", "bob"):
        words = ("users", "add", name, "--role", "admin", "--password-stdin")
        made = alpha(*words, *place, given="correct horse battery\n")
        assert (made.returncode, made.stdout) == (0, f"{name} is admin\n")
    assert alpha("users", "remove", "bob", *place).returncode == 0
    last = alpha("users", "remove", "ada", "--json", *place)
    assert (last.returncode, json.loads(last.stderr)["error"]) == (
        2, "this is the last active admin; make another one first",
    )  # fmt: skip
    listed = json.loads(alpha("users", "list", "--json", *place).stdout)["users"]
    assert [(one["name"], one["role"]) for one in listed] == [("ada", "admin")]


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--host", "0.0.0.0"), "--plain-http"), (("--origin", "*"), "name the origins")],
)
def test_serving_wider_than_meant_is_refused(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = alpha("serve", *words, "--userdir", str(tmp_path))
    assert (done.returncode, told in done.stderr) == (2, True)
    assert not (tmp_path / "alpha.db").exists()
