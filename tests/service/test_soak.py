"""The lab at work for a long time: memory flat, nothing left open, nothing left running.

``make soak`` takes an hour; another number of minutes: ``make soak MINUTES=5``. Where ``ALPHA_SOAK_CURVE`` names a
file, what was seen is written there as CSV.
"""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import psutil
import pytest

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.discovery.records import RunState
from alpha_discovery.market_data import Catalog
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.settings import Settings
from alpha_discovery.storage.care import check
from alpha_discovery.storage.search_runs import RunQuery
from alpha_discovery.testing import markets

COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"
CONFIG = """
alpha_discovery:
  discovery: {strategies: [sma_cross, donchian_breakout], max_iterations: 200}
  backtest: {symbols: [SYN/USDT], timeframes: [1h, 4h]}
  validation: {monte_carlo_runs: 200}
  storage: {archive_after_days: 0.002, retain_top_strategies: 5}
  lab: {schedule: "* * * * *", most_waiting: 4, refresh_data: false}
"""
WARM = 0.4  # of the time: compiling, filling caches


@dataclass(frozen=True)
class Seen:
    """What a process holds at a moment."""

    seconds: float
    memory_mb: float
    connections: int
    files: int
    threads: int
    children: int


def look(process: psutil.Process, seconds: float) -> Seen:
    memory, connections = process.memory_info().rss / 2**20, len(process.net_connections())
    children = len(process.children(recursive=True))
    return Seen(seconds, memory, connections, process.num_fds(), process.num_threads(), children)


def publish(seen: list[Seen]) -> None:
    """Write what was seen where somebody asked for it."""
    if wanted := os.environ.get("ALPHA_SOAK_CURVE"):
        pd.DataFrame([asdict(one) for one in seen]).round(1).to_csv(wanted, index=False)


@pytest.mark.slow
def test_the_lab_neither_grows_nor_leaks(tmp_path: Path) -> None:
    minutes = float(os.environ.get("ALPHA_SOAK_MINUTES", "60"))
    Catalog(tmp_path / "data").save(markets.planted_trend(24 * 365, seed=3, sharpe=3.0))
    (tmp_path / "alpha.yaml").write_text(CONFIG, encoding="utf-8")
    words = ["lab", "--now", "-c", str(tmp_path / "alpha.yaml"), "--userdir", str(tmp_path), "--workers", "1"]
    with subprocess.Popen([sys.executable, "-c", COMMAND, *words]) as lab:
        watched, began = psutil.Process(lab.pid), time.monotonic()
        seen: list[Seen] = []
        while time.monotonic() < began + 60.0 * minutes:
            time.sleep(min(5.0, minutes))
            assert lab.poll() is None, "the lab ended by itself"
            seen.append(look(watched, time.monotonic() - began))
            publish(seen)
        lab.send_signal(signal.SIGTERM)
        assert lab.wait(90.0) == 0
    later = seen[int(WARM * len(seen)) :]
    third = max(1, len(later) // 3)
    early, late = (statistics.median(one.memory_mb for one in part) for part in (later[:third], later[-third:]))
    assert late < 1.05 * early, f"from {early:.0f} to {late:.0f} MiB"
    assert max(one.files for one in later[-third:]) <= max(one.files for one in later[:third]) + 5
    assert max(one.threads for one in later[-third:]) <= max(one.threads for one in later[:third]) + 2
    assert {one.children for one in later} == {0}
    assert {one.connections for one in later} == {0}
    with open_lab(Settings(userdir=tmp_path), create=False) as place:
        assert check(place.database).problems == ()
        done = Discoveries(place).list(RunQuery(limit=0)).total
        failed = Discoveries(place).list(RunQuery(states=(RunState.FAILED,), limit=0)).total
    assert (done > 0, failed) == (True, 0)
