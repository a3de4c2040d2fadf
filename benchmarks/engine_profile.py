"""Where the time of a screen goes: functions by their own time, one core."""

from __future__ import annotations

import cProfile
import pstats
import time

from benchmarks.engine_measures import WARM, end_to_end
from benchmarks.engine_work import STRATEGIES, candidates, tape_of
from benchmarks.machine import Found

from alpha_discovery.core.space import Batch

SHOWN = 12


def measured(n: int) -> Found:
    """Own seconds of the functions that cost most, for ``n`` candidates of each strategy."""
    over = tape_of()
    found: Found = {"n": n}
    for name in STRATEGIES:
        end_to_end({name: candidates(name, WARM)}, over, 1)
        batch: dict[str, Batch] = {name: candidates(name, n)}
        with cProfile.Profile(time.thread_time) as profile:
            end_to_end(batch, over, 1)
        found[name] = _heaviest(profile)
    return found


def _heaviest(profile: cProfile.Profile) -> list[tuple[str, float]]:
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    own = [(f"{key[0].rpartition('/')[2]}:{key[2]}", float(value[2])) for key, value in stats.items()]
    return sorted(own, key=lambda one: -one[1])[:SHOWN]


def table(found: Found) -> list[tuple[str, str]]:
    """Microseconds a candidate."""
    n = found["n"]
    return [
        (f"profile, {name}, {where}", f"{seconds / n * 1e6:.2f} us a candidate")
        for name in STRATEGIES
        for where, seconds in found[name]
        if seconds / n >= 1e-7
    ]
