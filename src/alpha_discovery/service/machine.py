"""The machine that the server runs on, measured; and what somebody should look at."""

from __future__ import annotations

import platform
import shutil
import subprocess
import threading
import time
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
EVERY = 1.0  # seconds that a measurement of the processor spans at least
PACKAGES = ("alpha-discovery", "numpy", "numba", "polars", "sqlalchemy", "fastapi", "pydantic")


class Machine:
    """What can be said of this machine and of the laboratory on it."""

    def __init__(self, place: Workplace, discoveries: Discoveries) -> None:
        self._place = place
        self._discoveries = discoveries
        self._lock = threading.Lock()
        self._spent = _processor()
        self._looked = 0.0
        self._seen: tuple[float, list[dict[str, Any]]] = (0.0, [])
        self._driver = shutil.which("nvidia-smi")

    def resources(self) -> dict[str, Any]:
        """Use of processor, memory, disk and GPUs now: per cent since the last look, GiB."""
        cpu, gpus = self._measured()
        memory, own = psutil.virtual_memory(), psutil.Process()
        disk = shutil.disk_usage(self._place.settings.userdir)
        return {
            "cpu_percent": cpu, "cores": psutil.cpu_count() or 1,
            "threads": self._place.settings.threads, "load_average": list(psutil.getloadavg()),
            "memory_total_gb": memory.total / GIB, "memory_used_gb": (memory.total - memory.available) / GIB,
            "server_memory_gb": own.memory_info().rss / GIB, "disk_total_gb": disk.total / GIB,
            "disk_free_gb": disk.free / GIB, "gpus": gpus,
        }  # fmt: skip

    def _measured(self) -> tuple[float, list[dict[str, Any]]]:
        """Processor and GPUs; several who ask within `EVERY` seconds are told of the same span."""
        with self._lock:
            now = time.monotonic()
            if now - self._looked >= EVERY:
                before, self._spent = self._spent, _processor()
                span = self._spent[1] - before[1]
                busy = 100.0 * (self._spent[0] - before[0]) / span if span > 0.0 else 0.0
                self._looked, self._seen = now, (min(100.0, max(0.0, busy)), gpus_of(self._driver))
            return self._seen

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


def _processor() -> tuple[float, float]:
    """Seconds that all cores were busy, and that passed on them, since the machine started."""
    spent = psutil.cpu_times()  # cpu_percent() measures for each thread apart, and requests come in many
    total = sum(spent) - getattr(spent, "guest", 0.0) - getattr(spent, "guest_nice", 0.0)
    return total - spent.idle - getattr(spent, "iowait", 0.0), total


def gpus_of(driver: str | None) -> list[dict[str, Any]]:
    """Name, share of time at work and memory (GiB) of each GPU, as ``nvidia-smi`` tells; empty without it."""
    if driver is None:
        return []
    call = [driver, "--query-gpu=name,utilization.gpu,memory.used,memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(call, check=True, capture_output=True, text=True, timeout=5.0).stdout  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[cell.strip() for cell in line.split(",")] for line in told.splitlines() if line.count(",") == 3]
    return [
        {
            "name": name, "busy_percent": _number(busy), "memory_used_gb": _number(used, 1024.0),
            "memory_total_gb": _number(total, 1024.0),
        } for name, busy, used, total in rows
    ]  # fmt: skip


def _number(text: str, unit: float = 1.0) -> float | None:
    """A number of the driver's; None where it says [N/A]."""
    try:
        return float(text) / unit
    except ValueError:
        return None


def _alert(level: str, text: str, action: str) -> dict[str, str]:
    return {"level": level, "text": text, "action": action}
