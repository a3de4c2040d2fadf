"""What a core of a cluster does in a second, and what each candidate costs the process that leads the run.

    python -m benchmarks.scale > benchmarks/results/scale.json

The two together say how many cores one run can use: see docs/explanation/scale.md.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Pipe
from threading import Thread
from typing import Any, TypeVar

import numpy as np

from alpha_discovery.core.space import batch_size
from alpha_discovery.discovery.campaign import Campaign, Protocol
from alpha_discovery.discovery.checkpoint import Segment
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.parts import Ground, Part, cut, part_size, screened
from alpha_discovery.discovery.sleeves import calendar_of
from alpha_discovery.discovery.tally import empty_tally
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.storage.packed import packed
from alpha_discovery.testing import markets

T = TypeVar("T")
CAMPAIGN = Campaign(
    symbols=("SYN/USDT",), strategies=("sma_cross",), method="random", max_iterations=10_000_000, seed=5
)


def processor_time(work: Callable[[], T]) -> tuple[T, float]:
    """What it gives, and the seconds of processor time that it takes."""
    began = time.process_time()
    return work(), time.process_time() - began


def carried(value: Any) -> Any:
    """The same after a way through a pipe, as a process sends it."""
    ours, theirs = Pipe()
    sender = Thread(target=theirs.send, args=(value,))
    sender.start()
    came = ours.recv()
    sender.join()
    return came


def measure(days: int, parts: int) -> dict[str, float]:
    """Rates over a year of hourly bars, or as many days as asked for."""
    jobs = jobs_of(CAMPAIGN)
    bars = markets.random_walk(24 * days, seed=11)
    past = history({"SYN/USDT": bars}, Protocol(), embargo_bars=embargo(jobs))
    searched = past.search["SYN/USDT"]
    calendar, year = calendar_of(past.search), searched.periods_per_year
    ground = Ground("bench", past.search, CAMPAIGN, past.epoch)
    size = part_size(len(searched))
    optimizer = make_optimizer("random", jobs[0].space, budget=10_000_000, seed=1, cost=1e-4)
    optimizer.ask(1_000)
    batch, asking = processor_time(lambda: optimizer.ask(size * parts))
    handed = cut(Part(jobs[0], np.arange(batch_size(batch)), batch), bars=len(searched), width=1)
    screened(ground, handed[0])  # compiles
    found, screening = processor_time(lambda: [screened(ground, part) for part in handed])
    _, carrying = processor_time(lambda: [carried(one) for one in found])
    tally = empty_tally(CAMPAIGN, past.epoch, len(calendar), year)
    _, merging = processor_time(lambda: [tally.merged(one.columns, one.family, one.blocks) for one in found])
    segments = [Segment(part.batch, one.columns) for part, one in zip(handed, found, strict=True)]
    _, storing = processor_time(lambda: [packed(segment.saved()) for segment in segments])
    tried = batch_size(batch)
    leading = asking + carrying + merging + storing
    return {
        "bars": len(searched), "days": len(calendar), "part": size, "core_per_second": tried / screening,
        "part_seconds": screening / len(handed), "ask_us": 1e6 * asking / tried, "carry_us": 1e6 * carrying / tried,
        "merge_us": 1e6 * merging / tried, "store_us": 1e6 * storing / tried, "leader_per_second": tried / leading,
        "cores_of_one_run": screening / leading,
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--parts", type=int, default=6)
    told = parser.parse_args()
    load = os.getloadavg()[0]
    found = {name: round(value, 3) for name, value in measure(told.days, told.parts).items()}
    print(json.dumps({"cores": os.cpu_count(), "load_before": round(load, 2), **found}, indent=2))


if __name__ == "__main__":
    main()
