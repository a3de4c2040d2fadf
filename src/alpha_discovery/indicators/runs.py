"""Stretches of a series without a missing value: each is a history of its own to an indicator."""

from __future__ import annotations

import math
from typing import Any

from alpha_discovery.kernels import kernel


@kernel
def next_run(x: Any, start: int) -> tuple[int, int]:
    """First and one past the last bar of the next run of finite values from ``start`` on; both ``len(x)`` if none."""
    first = start
    while first < len(x) and not math.isfinite(x[first]):
        first += 1
    stop = first
    while stop < len(x) and math.isfinite(x[stop]):
        stop += 1
    return first, stop
