"""``max_gpu_memory_gb`` from the driver's words to the run that waits or ends: nvidia-smi is played by a script."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.service.at_work import Make, kinds, long_one, wait_for, working

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.discovery.records import RunState
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.governor import Governor, Limits, Machine
from alpha_discovery.service.snapshot import snapshot
from alpha_discovery.service.worker import Pace, Worker
from alpha_discovery.telemetry.metrics import Telemetry

pytestmark = pytest.mark.usefixtures("small_batches")
QUICK = Pace(slots=2, lease=0.3, look=0.01, poll=0.01, turn=1_000.0)
LIMIT = Limits(max_gpu_memory_gb=5.0)
# what nvidia-smi is asked, and answers: a line a process, its number and MiB
DRIVER = """#!{python}
import sys
assert sys.argv[1:] == ["--query-compute-apps=pid,used_memory", "--format=csv,noheader,nounits"]
print(open({told!r}).read())
"""


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """A card of which the driver tells that this process uses so many MiB, and another one's 40,000."""
    folder = tmp_path / "driver"
    folder.mkdir()
    told = folder / "told"

    def used(megabytes: object) -> None:
        (folder / "next").write_text(f"{os.getpid()}, {megabytes}\n1, 40000\n")
        (folder / "next").replace(told)

    used(1024)
    driver = folder / "nvidia-smi"
    driver.write_text(DRIVER.format(python=sys.executable, told=str(told)))
    driver.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return used


def test_what_the_driver_tells_of_this_process_is_measured(card: Callable[[object], None]) -> None:
    card(1536)
    assert Machine().measure().gpu_memory_gb == 1.5


def test_what_is_used_is_shown_with_the_run_and_as_a_metric(
    place: Workplace, discoveries: Discoveries, campaign: Make, card: Callable[[object], None]
) -> None:
    card(2048)
    run_id = discoveries.start(long_one(campaign))
    with working(Worker(place, QUICK, Governor(LIMIT))):
        wait_for(lambda: discoveries.status(run_id).resource_usage["gpu_usage"] == 2.0)
        families = text_string_to_metric_families(Telemetry(lambda: snapshot(place)).text().decode())
        found = {one.name: [sample.value for sample in one.samples] for one in families}
        assert found["alpha_discovery_worker_gpu_memory_bytes"] == [2.0**31]
        discoveries.stop(run_id)


def test_over_the_limit_no_other_run_is_let_in_until_there_is_room(
    place: Workplace, discoveries: Discoveries, campaign: Make, card: Callable[[object], None]
) -> None:
    card(6 * 1024)
    first = discoveries.start(long_one(campaign))
    with working(Worker(place, replace(QUICK, patience=1_000.0), Governor(LIMIT))):  # the first one may stay
        wait_for(lambda: discoveries.status(first).resource_usage["gpu_usage"] == 6.0)
        second = discoveries.start(long_one(campaign, seed=8))
        time.sleep(1.0)
        assert discoveries.status(second).state is RunState.QUEUED
        card(1024)
        wait_for(lambda: "batch" in kinds(discoveries, second))
        for one in (first, second):
            discoveries.stop(one)


def test_of_two_runs_the_one_that_came_last_gives_way(
    place: Workplace, discoveries: Discoveries, campaign: Make, card: Callable[[object], None]
) -> None:
    first, second = (discoveries.start(long_one(campaign, seed=seed)) for seed in (7, 8))
    with working(Worker(place, replace(QUICK, patience=1_000.0), Governor(LIMIT))):
        wait_for(lambda: all("batch" in kinds(discoveries, one) for one in (first, second)))
        card(6 * 1024)
        wait_for(lambda: "yielded" in kinds(discoveries, second))
        assert discoveries.status(first).state is RunState.RUNNING
        assert "yielded" not in kinds(discoveries, first)
        for one in (first, second):
            discoveries.stop(one)


def test_a_run_that_alone_is_over_the_limit_ends_with_the_reason(
    place: Workplace, discoveries: Discoveries, campaign: Make, card: Callable[[object], None]
) -> None:
    card(6 * 1024)
    run_id = discoveries.start(long_one(campaign))
    with working(Worker(place, replace(QUICK, patience=0.1), Governor(LIMIT))):
        wait_for(lambda: discoveries.status(run_id).state is RunState.FAILED)
    told = discoveries.status(run_id).record.error_message
    assert told is not None
    assert told.startswith("6.00 GiB are used and max_gpu_memory_gb is 5; raise the limit")


def test_a_driver_that_does_not_tell_is_told_of_once(
    card: Callable[[object], None], caplog: pytest.LogCaptureFixture
) -> None:
    card("[N/A]")
    now = iter(range(10))
    governor = Governor(LIMIT, clock=lambda: float(next(now)))
    assert governor.look().gpu_memory_gb is None
    assert governor.look().memory_gb > 0.0  # the rest is measured all the same
    assert governor.over_memory() is None
    assert [record.message.partition(":")[2] for record in caplog.records] == [
        " the limit is not kept; it does not matter where searches run on processors"
    ]
