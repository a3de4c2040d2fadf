"""Processor cores that this process may use."""

from __future__ import annotations

import os


def usable_cores() -> int:
    """Cores this process may run on; fewer than the machine has where an affinity is set."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
