"""The workers of ``alpha serve``."""

from __future__ import annotations

import time

import pytest

from alpha_discovery.cli import serve
from alpha_discovery.cli.serve import Crew

WAITS = "import sys, time; time.sleep(60)"


def test_changed_limits_start_every_worker_again_with_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "COMMAND", WAITS)
    crew = Crew(["--max-cpu-percent", "80"], 2, {})
    try:
        before = {one.pid for one in crew.running}
        crew.change(["--max-cpu-percent", "20"])
        for _ in range(500):
            crew.look()
            if before.isdisjoint(one.pid for one in crew.running):
                break
            time.sleep(0.02)
        assert [one.args[-1] for one in crew.running if isinstance(one.args, list)] == ["20", "20"]
        assert before.isdisjoint(one.pid for one in crew.running)
    finally:
        crew.end()
