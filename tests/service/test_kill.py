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
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import psutil
import pytest
from sqlalchemy import select

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.discovery.records import RunState
from alpha_discovery.market_data import Catalog
from alpha_discovery.service.access import Access
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.worker import Worker
from alpha_discovery.settings import Settings
from alpha_discovery.storage.models import LedgerRow
from alpha_discovery.storage.trials import load_trials
from alpha_discovery.testing import markets
from alpha_discovery.testing.example_records import NOON
from alpha_discovery.testing.servers import free_port

CAMPAIGN: dict[str, Any] = {
    "symbols": ["SYN/USDT"], "seed": 7, "max_iterations": 40, "costs": {"commission": 0.0002, "slippage": 0.0001},
    "strategies": ["sma_cross", "macd_cross", "donchian_breakout"], "protocol": {"draws": 200, "finalists": 1},
}  # fmt: skip
PATIENCE = 240.0  # seconds: machines that test are busy
COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"

# many processes begin here: without compiled modules on the disk each spends a quarter of a minute on compiling them
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

LONGER = {**CAMPAIGN, "max_iterations": 400}  # a hundred batches and more, so that many kills fall into one run
SMALL = f"import alpha_discovery.discovery.screening as one; one.BATCH = 10; {COMMAND}"  # a batch is soon done


def prepared(folder: Path) -> Settings:
    """A user's folder with one market."""
    Catalog(folder / "data").save(markets.planted_trend(24 * 365, seed=3, sharpe=9.0))
    return Settings(userdir=folder, workers=1)


@contextmanager
def worker(folder: Path, *words: str, command: str = COMMAND) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works on the runs of a folder."""
    call = [sys.executable, "-c", command, "worker", "--lease", "1", "--workers", "1", "--userdir", str(folder), *words]
    with subprocess.Popen(call, stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
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
    """What is left behind when workers are killed so many seconds after they took the run, and how often one was."""
    with open_lab(prepared(folder)) as place:
        run_id = Discoveries(place).start(CAMPAIGN)
        kills = 0
        for moment in moments:
            if place.lab.runs.get(run_id).state is RunState.COMPLETED:
                break
            with worker(folder) as process:
                claimed(place, run_id)
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
    left, kills = killed(tmp_path, [0.1])
    assert kills > 0
    assert undisturbed["alphas"]
    assert left == undisturbed


def claimed(place: Workplace, run_id: str) -> None:
    """Wait until a worker has the run and may be killed: not one that was killed four times without a batch done."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        entry, state = place.queue.entry(run_id), place.lab.runs.get(run_id).state
        assert entry is not None
        if state is RunState.COMPLETED or (state is RunState.RUNNING and entry.attempts < 4):
            return
        time.sleep(0.02)
    raise AssertionError("nobody took the run up")


def seconds_at_work(place: Workplace, run_id: str) -> float:
    """From the first batch's beginning to the end of a run."""
    times = {event.kind: event.at for event in place.events.since(run_id=run_id)}
    return (times["completed"] - times["started"]).total_seconds()


@pytest.mark.slow
def test_a_run_is_the_same_after_twenty_kills_at_random_moments(tmp_path: Path) -> None:
    drawn, kills, number = random.Random(20), 0, 0
    with open_lab(prepared(tmp_path / "whole")) as place:
        run_id = Discoveries(place).start(LONGER)
        with worker(tmp_path / "whole", "--until-idle", command=SMALL) as process:
            process.wait(PATIENCE)
        whole, took = outcome(place, run_id), seconds_at_work(place, run_id)
    while kills < 20:
        number += 1
        folder = tmp_path / str(number)
        with open_lab(prepared(folder)) as place:
            run_id = Discoveries(place).start(LONGER)
            while place.lab.runs.get(run_id).state is not RunState.COMPLETED:
                with worker(folder, command=SMALL) as process:
                    claimed(place, run_id)
                    time.sleep(drawn.uniform(0.0, took))
                    if place.lab.runs.get(run_id).state is not RunState.COMPLETED:
                        os.kill(process.pid, signal.SIGKILL)
                        kills += 1
            assert outcome(place, run_id) == whole


@contextmanager
def server(folder: Path, port: int) -> Iterator[psutil.Process]:
    """`alpha serve` with one worker, ready to answer."""
    words = ["serve", "--port", str(port), "--processes", "1", "--workers", "1", "--userdir", str(folder)]
    call = [sys.executable, "-c", COMMAND, *words]
    with subprocess.Popen(call, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        until = time.monotonic() + PATIENCE
        while True:
            with suppress(httpx.TransportError):
                if httpx.get(f"http://127.0.0.1:{port}/api/alpha-discovery/ready").status_code == 200:
                    break
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.1)
        seen = psutil.Process(process.pid)
        children = seen.children(recursive=True)
        try:
            yield seen
        finally:
            process.kill()
            _, left = psutil.wait_procs(children, timeout=PATIENCE)  # orphans put their runs down and end
            assert not left, "workers outlive their server"


def begun(place: Workplace, run_id: str) -> bool:
    """Wait until the run is at work; whether it is, and not over."""
    until = time.monotonic() + PATIENCE
    while place.lab.runs.get(run_id).state is RunState.QUEUED:
        assert time.monotonic() < until, "nobody took the run up"
        time.sleep(0.02)
    return place.lab.runs.get(run_id).state is RunState.RUNNING


@pytest.mark.slow
def test_a_run_that_was_acknowledged_outlives_kills_of_the_server(tmp_path: Path, undisturbed: dict[str, Any]) -> None:
    drawn, port, kills = random.Random(5), free_port(), 0
    url = f"http://127.0.0.1:{port}/api/alpha-discovery"
    ids: set[str] = set()
    with open_lab(prepared(tmp_path)) as place:
        access = Access(place.database, place.lab.clock, secret=b"of this test alone, and long enough for it")
        access.add_user("ada", "correct horse battery", "admin")
        owner = access.principal(access.login("ada", "correct horse battery").access)
        _, key = access.make_key(owner, "test", role="admin")
        headers = {"X-API-Key": key, "Idempotency-Key": "once"}
        for number in range(4):
            with server(tmp_path, port) as process:
                answer = httpx.post(f"{url}/runs", json={"campaign": CAMPAIGN}, headers=headers, timeout=60.0)
                (run_id,) = ids = ids | {answer.raise_for_status().json()["run_id"]}
                if number and begun(place, run_id):  # the first server dies with the acknowledgement
                    time.sleep(drawn.uniform(0.0, 1.0))
                    kills += place.lab.runs.get(run_id).state is RunState.RUNNING
                children = process.children(recursive=True) if number % 2 else []  # by turns: all die, or it alone
                for one in (process, *children):
                    one.send_signal(signal.SIGKILL)
        with server(tmp_path, port):
            until = time.monotonic() + PATIENCE
            while place.lab.runs.get(run_id).state is not RunState.COMPLETED and time.monotonic() < until:
                time.sleep(0.2)
        assert kills
        assert outcome(place, run_id) == undisturbed
