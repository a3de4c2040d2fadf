"""What breaks in the middle of a run: the database's server, the disk. The run goes on, and ends as undisturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.discovery.records import AlphaRecord, RunState
from alpha_discovery.errors import StorageFailed
from alpha_discovery.service import held_run as held_run_module
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.worker import Pace, Worker
from alpha_discovery.settings import Settings
from alpha_discovery.storage.care import check
from alpha_discovery.testing.example_records import NOON
from alpha_discovery.testing.servers import private_postgres

Make = Callable[..., dict[str, Any]]
QUICK = Pace(slots=1, lease=2.0, look=0.02, poll=0.05)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many batches, no report, and no long wait after a failure."""
    monkeypatch.setattr(screening_module, "BATCH", 10)
    monkeypatch.setattr(held_run_module, "write_run_report", lambda *_: None)
    monkeypatch.setattr(held_run_module, "LONGEST_WAIT", 1)


@contextmanager
def working(worker: Worker) -> Iterator[None]:
    """A worker at work in a thread."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.end()
        thread.join(60.0)
        assert not thread.is_alive()


def wait_for(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so; a database that is away counts as not yet."""
    until = time.monotonic() + seconds
    while True:
        try:
            if happened():
                return
        except StorageFailed:
            pass
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def batches(place: Workplace, run_id: str) -> int:
    """How many batches are done."""
    return sum(event.kind == "batch" for event in place.events.since(run_id=run_id))


def left_by(place: Workplace, run_id: str) -> tuple[list[AlphaRecord], Any, int]:
    """What a run leaves behind, but for its name and times."""
    record = place.lab.runs.get(run_id)
    alphas = [replace(one, discovery_run_id="", discovered_at=NOON) for one in place.lab.alphas.of_run(run_id)]
    return alphas, record.funnel, place.lab.ledger.account(record.epoch).n_tested


@pytest.fixture
def undisturbed(place: Workplace, campaign: Make) -> Any:
    """What the campaign of these tests leaves behind when nothing breaks."""
    run_id = Discoveries(place).start(campaign(max_iterations=150))
    Worker(place, QUICK).run_until_idle()
    return left_by(place, run_id)


def test_a_run_outlives_a_restart_of_postgresql(
    tmp_path: Path, planted_market: Any, campaign: Make, undisturbed: Any
) -> None:
    with private_postgres(tmp_path / "server") as server:
        settings = Settings(userdir=tmp_path / "user", database_url=server.url, workers=1)
        with open_lab(settings, market_data=planted_market) as place:
            run_id = Discoveries(place).start(campaign(max_iterations=150))
            with working(Worker(place, QUICK)):
                wait_for(lambda: batches(place, run_id) >= 3)
                before = batches(place, run_id)
                server.stop(signal.SIGINT)
                time.sleep(0.5)
                server.start()
                wait_for(lambda: batches(place, run_id) > before)
                wait_for(lambda: place.lab.runs.get(run_id).state is RunState.COMPLETED)
            assert left_by(place, run_id) == undisturbed


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk that is soon full."""
    folder.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(call, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_run_goes_on_when_a_full_disk_has_room_again(
    tmp_path: Path, planted_market: Any, campaign: Make, undisturbed: Any
) -> None:
    with (
        small_disk(tmp_path / "disk", 24) as disk,
        open_lab(Settings(userdir=disk, workers=1), market_data=planted_market) as place,
    ):
        run_id = Discoveries(place).start(campaign(max_iterations=150))
        with working(Worker(place, QUICK)):
            wait_for(lambda: batches(place, run_id) >= 2)
            fill(disk / "ballast")
            time.sleep(1.0)
            assert place.lab.runs.get(run_id).state is not RunState.COMPLETED
            (disk / "ballast").unlink()
            wait_for(lambda: place.lab.runs.get(run_id).state is RunState.COMPLETED)
        assert left_by(place, run_id) == undisturbed
        assert check(place.database).problems == ()


def fill(file: Path) -> None:
    """Write until nothing more goes in."""
    with file.open("wb", buffering=0) as ballast:
        for size in (2**16, 2**10):
            try:
                while ballast.write(b"\0" * size):
                    pass
            except OSError:
                continue
