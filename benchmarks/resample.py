"""Ten symbols, five years of minutes, made into hours: time and memory, beside what the machine is.

    python -m benchmarks.resample

Stores ten markets of 2.6 million bars in a catalog and loads each as hours, checksums included, in a new process for
each measurement so that the peak of memory is its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.market_data import Catalog

SYMBOLS, YEARS, RUNS = 10, 5, 2
TARGET = Path(__file__).parent / "results" / "resample.json"


def write(folder: Path) -> None:
    """Random walks; the bytes of one file are as hard to pack as prices are."""
    rng = np.random.default_rng(0)
    n = YEARS * 365 * 1_440
    times = 1_546_300_800_000 + 60_000 * np.arange(n)
    for number in range(SYMBOLS):
        close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.0005, n)))
        opening = np.concatenate(([close[0]], close[:-1]))
        high, low = np.maximum(opening, close) * 1.0002, np.minimum(opening, close) * 0.9998
        volume = np.round(rng.exponential(10.0, n), 3)
        market = Instrument(f"S{number}/USDT")
        Catalog(folder).save(Bars(market, Timeframe.parse("1m"), times, opening, high, low, close, volume))


def _peak() -> int:
    """Highest memory of this process so far, KiB; `getrusage` would tell the parent's where that is higher."""
    (line,) = [one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM")]
    return int(line.split()[1])


def once(folder: Path) -> dict[str, float]:
    """Seconds and the peak of memory above what the imports take, MiB."""
    before = _peak()
    began, cpu = time.perf_counter(), time.process_time()
    rows = sum(len(Catalog(folder).load(f"S{number}/USDT", "1h", "binance")) for number in range(SYMBOLS))
    peak = _peak()
    wall, used = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": wall, "cpu_seconds": used, "mib": (peak - before) / 1024, "rows": rows}


def main() -> None:
    """Measure and write."""
    with tempfile.TemporaryDirectory() as temporary:
        write(Path(temporary))
        command = [sys.executable, "-m", "benchmarks.resample", temporary]
        runs = [json.loads(subprocess.check_output(command)) for _ in range(RUNS)]
    best = min(runs, key=lambda run: run["seconds"])
    told = {"symbols": SYMBOLS, "years": YEARS, "minutes": SYMBOLS * YEARS * 365 * 1_440, "best": best, "runs": runs,
            "load": os.getloadavg()[0], "cores": os.cpu_count()}  # fmt: skip
    TARGET.write_text(json.dumps(told, indent=1) + "\n")
    print(json.dumps(best))


if __name__ == "__main__":
    if len(sys.argv) == 2:
        print(json.dumps(once(Path(sys.argv[1]))))
    else:
        main()
