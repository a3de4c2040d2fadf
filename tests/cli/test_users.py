"""``alpha users`` and the options of ``alpha serve``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Alpha = Callable[..., Result]


def test_a_user_is_made_listed_and_removed(alpha: Alpha) -> None:
    for name in ("ada", "bob"):
        made = alpha("users", "add", name, "--role", "admin", "--password-stdin", given="correct horse battery\n")
        assert (made.exit_code, made.stdout) == (0, f"{name} is admin\n")
    assert alpha("users", "remove", "bob").exit_code == 0
    last = alpha("users", "remove", "ada", "--json")
    assert (last.exit_code, json.loads(last.stderr)["error"]) == (
        2, "this is the last active admin; make another one first",
    )  # fmt: skip
    listed = json.loads(alpha("users", "list", "--json").stdout)["users"]
    assert [(one["name"], one["role"]) for one in listed] == [("ada", "admin")]


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--host", "0.0.0.0"), "--plain-http"), (("--origin", "*"), "name the origins")],
)
def test_serving_wider_than_meant_is_refused(alpha: Alpha, tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = alpha("serve", *words, "--userdir", str(tmp_path))
    assert (done.exit_code, told in done.stderr) == (2, True)
    assert not (tmp_path / "alpha.db").exists()
