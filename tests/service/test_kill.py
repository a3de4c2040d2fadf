"""Workers that are killed at any moment: the finished run equals the undisturbed one.

Each worker is a real process of the command ``alpha``, killed by SIGKILL.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.discovery.records import RunState
from alpha_discovery.market_data import Catalog
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.worker import Worker
from alpha_discovery.settings import Settings
from alpha_discovery.storage.models import LedgerRow
from alpha_discovery.storage.trials import load_trials
from alpha_discovery.testing import markets
from alpha_discovery.testing.example_records import NOON

CAMPAIGN: dict[str, Any] = {
    "symbols": ["SYN/USDT"], "seed": 7, "max_iterations": 40, "costs": {"commission": 0.0002, "slippage": 0.0001},
    "strategies": ["sma_cross", "macd_cross", "donchian_breakout"], "protocol": {"draws": 200, "finalists": 1},
}  # fmt: skip
COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"


def prepared(folder: Path) -> Settings:
    """A user's folder with one market."""
    Catalog(folder / "data").save(markets.planted_trend(24 * 365, seed=3, sharpe=9.0))
    return Settings(userdir=folder, workers=1)


@contextmanager
def worker(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works on the runs of a folder."""
    call = [sys.executable, "-c", COMMAND, "worker", "--lease", "1", "--workers", "1", "--userdir", str(folder), *words]
    with subprocess.Popen(call, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.readline()  # it is ready
        try:
            yield process
        finally:
            process.kill()


def outcome(place: Workplace, run_id: str) -> dict[str, Any]:
    """Everything that a run leaves behind, but for times and its own name."""
    record = place.lab.runs.get(run_id)
    alphas = [replace(one, discovery_run_id="", discovered_at=NOON) for one in place.lab.alphas.of_run(run_id)]
    with place.database.reading() as session:
        rows = session.scalars(select(LedgerRow).order_by(LedgerRow.strategy, LedgerRow.batch)).all()
        ledger = [(row.epoch, row.strategy, row.batch, row.n_tested, row.n_eligible) for row in rows]
    account = place.lab.ledger.account(record.epoch)
    trials = load_trials(place.settings.runs / run_id)
    return {
        "alphas": alphas, "ledger": ledger, "rounds": account.rounds, "spent": account.level_spent,
        "noise": (account.n_effective, account.noise_reach), "state": record.state, "funnel": record.funnel,
        "report": record.report, "tested": record.strategies_tested, "best": record.best_sharpe,
        "trials": int(pd.util.hash_pandas_object(trials).sum()),
    }  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the campaign leaves behind when nobody kills anything."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with open_lab(prepared(folder)) as place:
        run_id = Discoveries(place).start(CAMPAIGN)
        Worker(place).run_until_idle()
        return outcome(place, run_id)


def killed(folder: Path, moments: list[float]) -> tuple[dict[str, Any], int]:
    """What is left behind when workers are killed so many seconds after they began, and how often one was."""
    with open_lab(prepared(folder)) as place:
        run_id = Discoveries(place).start(CAMPAIGN)
        kills = 0
        for moment in moments:
            if place.lab.runs.get(run_id).state is RunState.COMPLETED:
                break
            with worker(folder) as process:
                time.sleep(moment)
                if place.lab.runs.get(run_id).state is not RunState.COMPLETED:
                    os.kill(process.pid, signal.SIGKILL)
                    kills += 1
        with worker(folder, "--until-idle") as process:
            deadline = time.monotonic() + 120.0
            while place.lab.runs.get(run_id).state is not RunState.COMPLETED and time.monotonic() < deadline:
                if process.poll() is not None:  # it was idle before the lease of the dead one had ended
                    break
                time.sleep(0.1)
        while place.lab.runs.get(run_id).state is not RunState.COMPLETED and time.monotonic() < deadline:
            with worker(folder, "--until-idle") as process:
                process.wait(120)
        return outcome(place, run_id), kills


def test_a_run_whose_workers_are_killed_ends_as_the_undisturbed_one(
    tmp_path: Path, undisturbed: dict[str, Any]
) -> None:
    left, kills = killed(tmp_path, [1.0])
    assert kills > 0
    assert undisturbed["alphas"]
    assert left == undisturbed


@pytest.mark.slow
def test_a_run_is_the_same_after_twenty_kills_at_random_moments(tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    drawn = random.Random(20)
    kills, number = 0, 0
    while kills < 20:
        number += 1
        left, more = killed(tmp_path / str(number), [drawn.uniform(0.05, 2.5) for _ in range(5)])
        assert left == undisturbed
        kills += more
