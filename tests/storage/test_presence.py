"""Runs whose processes were killed are found by the lock that went with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from alpha_discovery.storage.presence import absent, present

HOLD = """
import sys, time
from pathlib import Path

import pytest
from alpha_discovery.storage.presence import present
with present(Path(sys.argv[1]), "killed"):
    print("here", flush=True)
    time.sleep(60)
"""


def test_a_run_that_somebody_works_on_is_not_absent(tmp_path: Path) -> None:
    with present(tmp_path, "run"), absent(tmp_path) as found:
        assert found == []


def test_a_run_whose_process_was_killed_is_absent_and_told_once(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        with absent(tmp_path) as found:
            assert found == []
    finally:
        process.kill()
        process.communicate()
    with absent(tmp_path) as found:
        assert found == ["killed"]
    with absent(tmp_path) as found:
        assert found == []


def test_what_cannot_be_told_of_is_told_the_next_time(tmp_path: Path) -> None:
    (tmp_path / "run.at-work").touch()
    with pytest.raises(OSError, match="away"), absent(tmp_path):
        raise OSError("the database is away")
    with absent(tmp_path) as found:
        assert found == ["run"]


def test_a_run_that_ends_leaves_no_file(tmp_path: Path) -> None:
    with present(tmp_path / "new", "run"):
        assert list((tmp_path / "new").iterdir())
    assert list((tmp_path / "new").iterdir()) == []
