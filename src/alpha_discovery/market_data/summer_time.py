"""Times of a clock that is put forward in spring and back in autumn, where times of UTC are expected."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from alpha_discovery.core.bars import Int1D, iso
from alpha_discovery.core.timeframe import HOUR, Timeframe
from alpha_discovery.market_data.findings import UNCHANGED, Finding

# of zones that change alike at the same time of their clocks, one
ZONES = ("Europe/Berlin", "Europe/London", "Europe/Athens", "America/New_York", "Australia/Sydney")
TOLD = 3  # hours that are named


def local_clock(time: Int1D, timeframe: Timeframe) -> Iterator[Finding]:
    """A warning if just the hours are missing that the clocks of a zone skip, or doubled that they repeat.

    Parameters
    ----------
    time : int64 (n,)
        Open times as they were read, in any order, milliseconds UTC; several may be equal.
    timeframe : Timeframe
        Bars longer than an hour show neither.
    """
    present, counts = np.unique(time, return_counts=True)
    if timeframe.ms > HOUR or len(present) < 2 or not _may_be_local(present, counts, timeframe):
        return
    for zone in ZONES:
        skipped, repeated = _changes(zone, int(present[0]), int(present[-1]))
        missing = [hour for hour in skipped if _is_hole(present, hour, timeframe)]
        doubled = [hour for hour in repeated if _is_doubled(present, counts, hour)]
        if (missing or doubled) and len(missing) == len(skipped) and len(doubled) in (0, len(repeated)):
            yield _found(zone, missing, doubled, count=len(time))
            return


def _may_be_local(present: Int1D, counts: Int1D, timeframe: Timeframe) -> bool:
    """Whether any hole is an hour long, or any time is there twice: most files need no second look."""
    return bool((counts > 1).any() or (np.diff(present) == HOUR + timeframe.ms).any())


def _changes(zone: str, first: int, last: int) -> tuple[list[int], list[int]]:
    """Hours that the clocks of a zone skip and repeat between two of their own times, as if they were UTC, ms."""
    utc = np.arange(first // HOUR * HOUR, last, HOUR).astype("datetime64[ms]")
    wall = pd.DatetimeIndex(utc).tz_localize("UTC").tz_convert(zone).tz_localize(None).as_unit("ms").asi8
    step = np.diff(wall)
    skipped, repeated = wall[:-1][step == 2 * HOUR] + HOUR, wall[1:][step == 0]
    return [int(hour) for hour in skipped if hour < last], [int(hour) for hour in repeated if first <= hour < last]


def _is_hole(present: Int1D, hour: int, timeframe: Timeframe) -> bool:
    around = np.searchsorted(present, [hour, hour + HOUR])
    left, right = hour - timeframe.ms, hour + HOUR
    return bool(around[0] == around[1] and 0 < around[0] < len(present)
                and present[around[0] - 1] == left and present[around[0]] == right)  # fmt: skip


def _is_doubled(present: Int1D, counts: Int1D, hour: int) -> bool:
    first, last = np.searchsorted(present, [hour, hour + HOUR])
    return bool(last > first and (counts[first:last] == 2).all())


def _found(zone: str, missing: list[int], doubled: list[int], *, count: int) -> Finding:
    told = [
        f"the hours that clocks of {zone} {what} are {how} ({', '.join(map(iso, hours[:TOLD]))})"
        for what, how, hours in (("skip", "missing", missing), ("repeat", "doubled", doubled))
        if hours
    ]
    action = f"{UNCHANGED}import again with the zone of its clock, such as --timezone {zone}"
    text = f"{', '.join(told)}: local time, not UTC"
    return Finding("clock", "warning", min(missing + doubled), row=-1, count=count, text=text, action=action)
