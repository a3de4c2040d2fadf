"""How fast the family test is: a million candidates of two years of days, a thousand bootstrap draws.

The returns are drawn, 4,096 candidates at a time, and not timed; threads take turns with parts of the family that are
merged at the end, as a discovery does.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from benchmarks.machine import Found, answer, apart, peak_mib, resident_mib

from alpha_discovery.validation.bootstrap import stationary_weights
from alpha_discovery.validation.stepm import StepM

DAYS, DRAWS, MEAN_BLOCK, CHUNK, SEED = 730, 1_000, 10.0, 4_096, 3


def measured(n: int, cores: int) -> Found:
    """In a process of its own."""
    return apart("benchmarks.family", "family", n=n, workers=cores)


def table(found: Found) -> list[tuple[str, str]]:
    """The one row."""
    what = f"family test, {found['n']:,} candidates, {DAYS} days, {DRAWS:,} draws, {found['workers']} threads"
    text = f"{found['seconds']:.1f} s, {found['cpu_seconds']:.1f} s of processor time"
    return [(what, f"{text}, {found['above_mib']:,.0f} MiB above the start")]


def measure_family(n: int, workers: int) -> Found:
    """Wall and processor seconds of the test alone."""
    rng = np.random.default_rng(SEED)
    weights = stationary_weights(DAYS, DRAWS, mean_block=MEAN_BLOCK, rng=rng)
    returns = rng.standard_normal((DAYS, CHUNK), dtype=np.float32) * np.float32(0.01)
    parts = [StepM(weights, alpha=0.05, mean_block=MEAN_BLOCK) for _ in range(workers)]
    parts[0].add(np.arange(64), returns[:, :64])
    parts[0] = StepM(weights, alpha=0.05, mean_block=MEAN_BLOCK)
    before_mib, before, cpu = resident_mib(), time.perf_counter(), time.process_time()
    free, lock = list(parts), threading.Lock()

    def work(start: int) -> None:
        with lock:
            part = free.pop()
        part.add(np.arange(start, min(start + CHUNK, n)), returns[:, : min(CHUNK, n - start)])
        with lock:
            free.append(part)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(0, n, CHUNK)))
    whole = parts[0]
    for part in parts[1:]:
        whole.merge(part)
    result = whole.result()
    assert result.n_tested == n
    seconds, spent = time.perf_counter() - before, time.process_time() - cpu
    above = peak_mib() - before_mib
    return {"seconds": seconds, "cpu_seconds": spent, "n": n, "workers": workers, "above_mib": above}


if __name__ == "__main__":
    answer({"family": measure_family})
