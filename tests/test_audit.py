"""`make audit` tells apart what is safe, what is known to be vulnerable, and what nobody could be asked about."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tools import audit
from tools.audit import OURSELVES, told

SAFE: dict[str, Any] = {"name": "numpy", "version": "2.0", "vulns": []}
# GHSA-8q59-q68h-6hv4: PyYAML below 5.4 runs code from what it loads (CVE-2020-14343)
FLAWED: dict[str, Any] = {
    "name": "pyyaml", "version": "5.3", "vulns": [{"id": "CVE-2020-14343", "fix_versions": ["5.4"]}],
}  # fmt: skip
SILENT: dict[str, Any] = {"name": "rich", "skip_reason": "Dependency not found and could not be audited: rich (1.0)"}
OURS: dict[str, Any] = {"name": "alpha-discovery", "skip_reason": OURSELVES}


def test_everything_that_was_asked_about_is_safe() -> None:
    assert told([SAFE, OURS]) == (["1 of 1 packages audited"], 0)


def test_a_flaw_is_named_with_what_mends_it() -> None:
    lines, code = told([SAFE, FLAWED, SILENT])
    assert (lines[0], code) == ("pyyaml 5.3: CVE-2020-14343, mended in 5.4", 1)


def test_no_answer_is_no_clean_bill() -> None:
    lines, code = told([SILENT, OURS])
    assert code == 3
    assert "0 of 1 packages audited" in lines
    assert "no advisories could be had" in lines[1]


@pytest.mark.parametrize(
    ("program", "why"),
    [(None, "there is no "), ("#!/bin/sh\necho 'no route to host' >&2\nexit 1\n", "no route to host")],
)
def test_nothing_that_could_be_asked_is_told_in_a_line_and_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str | None, why: str
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    if program is not None:
        (tmp_path / "pip-audit").write_text(program)
        (tmp_path / "pip-audit").chmod(0o755)
    assert audit.main() == 3
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("nothing was audited: ")
    assert why in told.err
