"""``--executor ray`` where Ray is not installed, or its cluster not there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from alpha_discovery.compute.ray_cluster import RayCluster
from alpha_discovery.errors import WorkersLost
from alpha_discovery.storage.database import Database

Alpha = Callable[..., Result]
DISCOVER = ("discover", "--symbol", "BTC/USD", "--strategy", "sma_cross", "--max-iterations", "10")
TOLD = "error: this needs ray; install it with: pip install 'alpha-discovery[ray]'\n"


@pytest.fixture
def no_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)


@pytest.mark.usefixtures("no_ray")
def test_a_discovery_is_refused_and_leaves_no_run(alpha: Alpha) -> None:
    refused = alpha(*DISCOVER, "--executor", "ray")
    assert (refused.exit_code, refused.stderr) == (1, TOLD)
    assert json.loads(alpha("runs", "list", "--json").stdout) == {"runs": []}
    assert json.loads(alpha("ledger", "--json").stdout) == {"epochs": []}


@pytest.mark.usefixtures("no_ray")
@pytest.mark.parametrize("command", [("worker", "--executor", "ray"), ("lab",), ("serve", "--port", "1")])
def test_what_would_take_runs_from_the_queue_is_refused(
    alpha: Alpha, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("ALPHA_EXECUTOR", "ray")
    refused = alpha(*command)
    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (1, TOLD.rstrip())


@pytest.mark.usefixtures("no_ray")
def test_commands_that_look_do_not_need_it(alpha: Alpha, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Database.open(tmp_path / "user_data" / "alpha.db").close()
    monkeypatch.setenv("ALPHA_EXECUTOR", "ray")
    assert alpha("runs", "list").exit_code == 0


def test_a_cluster_that_does_not_answer_leaves_no_run(alpha: Alpha, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: RayCluster) -> int:
        raise WorkersLost("no Ray cluster answers at nowhere:1")

    monkeypatch.setattr(RayCluster, "width", property(gone))
    refused = alpha(*DISCOVER, "--executor", "ray")
    assert "no Ray cluster answers" in refused.stderr
    assert json.loads(alpha("runs", "list", "--json").stdout) == {"runs": []}
