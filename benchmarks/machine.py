"""What measured numbers depend on, and measurements that run in a process of their own."""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
Found = dict[str, Any]


def facts() -> Found:
    """Processor, cores, memory, versions and commit."""
    cpu = re.search(r"model name\s*:\s*(.+)", _text("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s*(\d+)", _text("/proc/meminfo"))
    git = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, text=True, capture_output=True, check=False)
    return {
        "cpu": cpu[1].strip() if cpu else platform.processor(), "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(memory[1]) / 2**20, 1) if memory else None, "system": platform.platform(),
        "python": platform.python_version(), **{name: version(name) for name in ("numpy", "numba")},
        "commit": git.stdout.strip() or None, "load_at_start": os.getloadavg()[0],
    }  # fmt: skip


def _text(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def label(machine: Found) -> str:
    """The machine's part of a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", f"{machine['cpu']} {machine['cores']} cores".lower()).strip("-")


def apart(module: str, name: str, **arguments: int) -> Found:
    """A measurement of a module in a new process: its last line, a JSON object, with wall time and load."""
    return run([sys.executable, "-m", module, name, *(f"{key}={value}" for key, value in arguments.items())])


def run(command: list[str]) -> Found:
    """A program's last line of output, a JSON object, with the wall time of its process and the load before it."""
    load, before = os.getloadavg()[0], time.perf_counter()
    shown = subprocess.check_output(command, cwd=ROOT, text=True)
    elapsed = time.perf_counter() - before
    found: Found = json.loads(shown.splitlines()[-1])
    return {**found, "process_seconds": elapsed, "load": load}


def answer(measures: dict[str, Any]) -> None:
    """Run the measurement that the command line names and print what `apart` reads."""
    arguments = dict(pair.split("=") for pair in sys.argv[2:])
    found = measures[sys.argv[1]](**{name: int(value) for name, value in arguments.items()})
    sys.stdout.write(json.dumps({**found, "peak_mib": peak_mib()}) + "\n")


def peak_mib() -> float:
    """Highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def resident_mib() -> float:
    """Resident memory now."""
    kib = re.search(r"VmRSS:\s*(\d+)", _text("/proc/self/status"))
    return int(kib[1]) / 1024.0 if kib else peak_mib()


def forget_peak() -> None:
    """Let `most_since_mib` begin anew, where the system can."""
    if (path := Path("/proc/self/clear_refs")).exists():
        path.write_text("5")


def most_since_mib() -> float:
    """Highest resident memory of this process since `forget_peak`."""
    kib = re.search(r"VmHWM:\s*(\d+)", _text("/proc/self/status"))
    return int(kib[1]) / 1024.0 if kib else peak_mib()


def median(runs: list[Found], key: str = "seconds") -> float:
    """Of one number over repeated runs."""
    return float(statistics.median(run[key] for run in runs))


def keep(name: str, machine: Found, rows: list[tuple[str, str]], measured: Found) -> Path:
    """Write a table and what it was made from to the folder of results."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}-{label(machine)}.json"
    text = json.dumps({"machine": machine, "table": dict(rows), "measured": measured}, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
    return path
