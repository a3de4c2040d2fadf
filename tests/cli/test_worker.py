"""``alpha worker``, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.market_data import Catalog
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.settings import Settings
from alpha_discovery.testing import markets

COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"
CAMPAIGN: dict[str, Any] = {"symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 20, "seed": 7}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def test_what_becomes_of_a_run_is_logged_as_json_lines_that_name_it(tmp_path: Path) -> None:
    Catalog(tmp_path / "data").save(markets.random_walk(24 * 365, seed=3))
    with open_lab(Settings(userdir=tmp_path, workers=1)) as place:
        good = Discoveries(place).start(CAMPAIGN)
        bad = Discoveries(place).enqueue(Campaign.from_json({**CAMPAIGN, "start": "2030-01-01"}))  # not checked
    call = [sys.executable, "-c", COMMAND, "worker", "--until-idle", "--workers", "1", "--userdir", str(tmp_path)]
    done = subprocess.run(call, check=True, capture_output=True, text=True, env=ENVIRONMENT, timeout=300)
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    told = {(one.get("run_id"), one["level"], one["event"].partition(":")[0]) for one in lines}
    assert {
        (good, "info", f"run {good} taken up"), (good, "info", f"run {good} done"),
        (bad, "info", f"run {bad} taken up"), (bad, "error", f"run {bad} failed"),
    } <= told  # fmt: skip
    assert all(one["at"].endswith("Z") for one in lines)
