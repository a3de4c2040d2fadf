"""A search on a real Ray cluster of two cores, one of whose workers is killed in the middle: the same to the bit."""

from __future__ import annotations

import operator
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.compute.test_executors import CAMPAIGN, past, same, searched, small_parts

from alpha_discovery.compute.ray_cluster import RayCluster
from alpha_discovery.discovery.checkpoint import Course
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.screening import run_screening

__all__ = ["past", "small_parts"]
pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[RayCluster]:
    if find_spec("ray") is None:  # importing it here would be before it is told to demand a token
        pytest.skip("ray is not installed; pip install 'alpha-discovery[ray]'")
    executor = RayCluster(cpus=2)
    yield executor
    executor.close()


def workers_of(cluster: RayCluster) -> list[psutil.Process]:
    """Processes that compute parts now."""
    return [one for one in psutil.Process().children(recursive=True) if one.name().startswith("ray::_done")]


def test_a_worker_that_is_killed_changes_no_bit(past: History, cluster: RayCluster) -> None:
    whole = searched(past)
    killed: list[int] = []

    def attend() -> None:
        busy = workers_of(cluster)
        if busy and not killed:
            os.kill(busy[0].pid, signal.SIGKILL)
            killed.append(busy[0].pid)

    course = Course(attend, executor=cluster)
    assert cluster.width == 2
    assert same(whole, run_screening(CAMPAIGN, past, jobs_of(CAMPAIGN), course=course))
    assert killed
    assert same(whole, searched(past, cluster))


def test_an_error_of_a_part_is_raised_as_it_is(cluster: RayCluster) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        list(cluster.run(operator.call, int, ["1", "x"]))


def test_parts_that_ended_as_they_were_taken_back_end_no_process(cluster: RayCluster) -> None:
    """Ray ends the whole process where it is asked to cancel what has just ended."""
    for _ in range(150):
        with pytest.raises(ValueError, match="invalid literal"):
            list(cluster.run(operator.call, int, ["1", "x"]))


def test_a_part_asks_for_its_share_of_a_gpu(cluster: RayCluster) -> None:
    """A cluster without a GPU never begins such a part: it is waited for until somebody ends the waiting."""
    asking, asked = RayCluster(gpus_per_part=0.5), time.monotonic()
    assert asking.device == "cuda"

    def attend() -> None:
        if time.monotonic() - asked > 2.0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(asking.run(operator.call, int, ["1"], attend=attend))


def test_a_stranger_without_the_token_is_refused(cluster: RayCluster, tmp_path: Path) -> None:
    assert cluster.width == 2  # which begins it
    address = cluster._ray.get_runtime_context().gcs_address
    work = f"import ray; ray.init(address={address!r}, log_to_driver=False); print('in')"
    environment: dict[str, Any] = {**os.environ, "RAY_AUTH_TOKEN": "0" * 64}
    found = subprocess.run([sys.executable, "-c", work], env=environment, capture_output=True, text=True, timeout=90)
    assert found.returncode != 0
    assert "in\n" not in found.stdout
