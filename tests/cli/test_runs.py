"""``alpha runs``: queued again with changes, stopped wherever it was begun."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.discovery.records import RunState
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.retention import archive
from alpha_discovery.settings import Settings
from alpha_discovery.storage.queue_models import QueueRow

Alpha = Callable[..., Result]
COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@pytest.fixture
def userdir(found_dir: Path, tmp_path: Path, in_copy_of_found: Alpha) -> Path:
    """The copy that `in_copy_of_found` works in."""
    return tmp_path / "found"


def found_run(userdir: Path) -> str:
    """The run that is stored there."""
    told: dict[str, Any] = json.loads((userdir / "discovered.json").read_text())["run"]
    return str(told["id"])


def test_a_run_is_queued_again_with_changes(in_copy_of_found: Alpha, userdir: Path) -> None:
    old = found_run(userdir)
    words = ("--change", "max_iterations=77", "--change", "costs.commission=0.003", "--priority", "4", "--json")
    result = in_copy_of_found("runs", "again", old[:8], *words)
    assert result.exit_code == 0, result.stderr
    with open_lab(Settings(userdir=userdir)) as place:
        status = Discoveries(place).status(json.loads(result.stdout)["run_id"])
        before = place.lab.runs.get(old).campaign
    assert status.state is RunState.QUEUED
    assert status.entry is not None
    assert (status.entry.priority, status.entry.parent_id) == (4, old)
    costs = {**before["costs"], "commission": 0.003}
    assert status.record.campaign == {**before, "max_iterations": 77, "costs": costs}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("max_iterations", "--change needs NAME=VALUE, such as max_iterations=5000; found 'max_iterations'"),
        ("max_iteration=5", "did you mean max_iterations?"),
        ("max_iterations=[1", "cannot read the value '[1'"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(
    in_copy_of_found: Alpha, userdir: Path, change: str, told: str
) -> None:
    result = in_copy_of_found("runs", "again", found_run(userdir), "--change", change)
    assert result.exit_code == 2
    assert told in result.stderr


def test_numbers_of_changes_may_be_written_with_a_power_of_ten(in_copy_of_found: Alpha, userdir: Path) -> None:
    result = in_copy_of_found("runs", "again", found_run(userdir), "--change", "costs.commission=1e-3", "--json")
    assert result.exit_code == 0, result.stderr
    with open_lab(Settings(userdir=userdir)) as place:
        status = Discoveries(place).status(json.loads(result.stdout)["run_id"])
    assert status.record.campaign["costs"]["commission"] == 0.001


def test_a_part_is_not_changed_as_a_whole_and_in_a_piece(in_copy_of_found: Alpha, userdir: Path) -> None:
    words = ("--change", "costs=5", "--change", "costs.commission=0.1")
    result = in_copy_of_found("runs", "again", found_run(userdir), *words)
    assert result.exit_code == 2
    assert "costs was changed as a whole already" in result.stderr


def test_a_run_that_is_not_over_is_shown_with_how_far_it_is(in_copy_of_found: Alpha, userdir: Path) -> None:
    told = in_copy_of_found("runs", "again", found_run(userdir), "--change", "max_iterations=1000", "--json")
    run_id = json.loads(told.stdout)["run_id"]
    shown = " ".join(in_copy_of_found("runs", "show", run_id).stdout.split())
    assert "0 candidates so far" in shown
    assert "waiting, 0% of the search done; priority 0; waits for a worker" in shown
    with open_lab(Settings(userdir=userdir)) as place:
        claim = place.queue.claim("m-1", lease=60.0)
        assert claim is not None
        place.queue.beat(claim, lease=60.0, worked=90.0)
        with place.database.transaction() as session:
            row = session.get_one(QueueRow, run_id)
            row.stage, row.done, row.planned = "search", 250, 1000
    shown = " ".join(in_copy_of_found("runs", "show", run_id).stdout.split())
    assert "search, 25% of the search done; priority 0; held by m-1; about 4 min 30 s left at its pace" in shown
    far = json.loads(in_copy_of_found("runs", "show", run_id, "--json").stdout)["run"]
    assert (far["stage"], far["progress"]) == ("search", 0.25)
    assert far["remaining_hours"] == pytest.approx(0.075)  # a quarter took 90 s


def test_an_archived_run_is_not_shown_but_said_to_be_one(in_copy_of_found: Alpha, userdir: Path) -> None:
    run_id = found_run(userdir)
    assert "no run is archived" in in_copy_of_found("runs", "archived").stdout
    with open_lab(Settings(userdir=userdir)) as place:
        archive(place, run_id)
    shown = in_copy_of_found("runs", "show", run_id[:8])
    assert shown.exit_code == 1
    assert f"is archived; bring it back with: alpha runs restore {run_id[:8]}" in " ".join(shown.stderr.split())
    assert in_copy_of_found("runs", "restore", run_id[:8]).exit_code == 0
    assert in_copy_of_found("runs", "show", run_id[:8]).exit_code == 0
    assert "no run is archived" in in_copy_of_found("runs", "archived").stdout


def test_a_run_whose_terminal_was_killed_is_ended_by_a_stop(in_copy_of_found: Alpha, userdir: Path) -> None:
    words = ["discover", "--symbol", "SYN/USDT", "--strategy", "sma_cross", "--max-iterations", "9000000"]
    call = [sys.executable, "-c", COMMAND, *words, "--workers", "1", "--userdir", str(userdir)]
    with (
        open_lab(Settings(userdir=userdir)) as place,
        subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as terminal,
    ):
        until = time.monotonic() + 120.0
        while not (running := place.lab.runs.list(state="running")):
            assert terminal.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
        os.kill(terminal.pid, signal.SIGKILL)
    result = in_copy_of_found("runs", "stop", running[0].id, "--json")
    assert json.loads(result.stdout) == {"run_id": running[0].id, "status": "stopped"}
