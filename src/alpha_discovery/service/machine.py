"""The machine that the server runs on, measured; and what somebody should look at."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import psutil

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.compute.devices import choose_device
from alpha_discovery.core.identity import ENGINE_VERSION
from alpha_discovery.discovery.records import RunState
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.storage.search_runs import RunQuery

GIB = 2**30
LITTLE_SPACE = 2.0  # GiB
PACKAGES = ("alpha-discovery", "numpy", "numba", "polars", "sqlalchemy", "fastapi", "pydantic")


class Machine:
    """What can be said of this machine and of the laboratory on it."""

    def __init__(self, place: Workplace, discoveries: Discoveries) -> None:
        self._place = place
        self._discoveries = discoveries
        psutil.cpu_percent(None)  # the first call measures nothing

    def resources(self) -> dict[str, Any]:
        """Use of processor, memory and disk now: per cent since the last look, GiB."""
        memory, own = psutil.virtual_memory(), psutil.Process()
        disk = shutil.disk_usage(self._place.settings.userdir)
        return {
            "cpu_percent": psutil.cpu_percent(None), "cores": psutil.cpu_count() or 1,
            "threads": self._place.settings.threads, "load_average": list(psutil.getloadavg()),
            "memory_total_gb": memory.total / GIB, "memory_used_gb": (memory.total - memory.available) / GIB,
            "server_memory_gb": own.memory_info().rss / GIB, "disk_total_gb": disk.total / GIB,
            "disk_free_gb": disk.free / GIB,
        }  # fmt: skip

    def device(self) -> dict[str, Any]:
        """What simulates trades, and why."""
        return asdict(choose_device())

    def versions(self) -> dict[str, str]:
        """Of Python, of the engine and of the packages that numbers depend on."""
        found = {"python": platform.python_version(), "engine": ENGINE_VERSION}
        for name in PACKAGES:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = "not installed"
        return found

    def alerts(self) -> list[dict[str, str]]:
        """What somebody should look at, the worst first: level, what is the matter, what to do."""
        return [*self._of_runs(), *self._of_disk(), *self._of_data()]

    def workers(self) -> Sequence[dict[str, Any]]:
        """Workers that hold runs: when each was heard of last, and what it uses."""
        running = self._discoveries.list(RunQuery(states=(RunState.RUNNING, RunState.STOPPING), limit=500))
        now = self._place.lab.clock.now()
        return [
            {
                "worker": run.entry.worker, "run_id": run.id, "heartbeat": run.entry.heartbeat,
                "silent_seconds": (now - run.entry.heartbeat).total_seconds() if run.entry.heartbeat else None,
                "cpu_percent": run.entry.cpu_percent, "memory_gb": run.entry.memory_gb,
                "gpu_memory_gb": run.entry.gpu_memory_gb,
            }
            for run in running.items if run.entry is not None and run.entry.worker is not None
        ]  # fmt: skip

    def _of_runs(self) -> list[dict[str, str]]:
        day_ago = self._place.lab.clock.now() - timedelta(days=1)
        failed = self._discoveries.list(RunQuery(states=(RunState.FAILED,), sort="end_time", limit=20)).items
        told = [
            _alert("error", f"run {run.id[:12]} failed: {run.record.error_message}", "look at its log, or resume it")
            for run in failed if run.record.end_time is not None and run.record.end_time > day_ago
        ]  # fmt: skip
        waiting = self._place.queue.waiting()
        if waiting and not self.workers():
            told.append(_alert("warning", f"{waiting} runs wait and no worker is at work", "start: alpha worker"))
        return told

    def _of_disk(self) -> list[dict[str, str]]:
        free = shutil.disk_usage(self._place.settings.userdir).free / GIB
        if free >= LITTLE_SPACE:
            return []
        return [_alert("error", f"{free:.1f} GiB of disk are left", f"make room near {self._place.settings.userdir}")]

    def _of_data(self) -> list[dict[str, str]]:
        return [_alert("warning", str(error), "import the file again") for error in self._place.catalog.damaged()]


def _alert(level: str, text: str, action: str) -> dict[str, str]:
    return {"level": level, "text": text, "action": action}
