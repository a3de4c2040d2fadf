"""Distances between bars: another timeframe, bars off the grid, bars that are missing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alpha_discovery.core.bars import Int1D, iso
from alpha_discovery.core.instrument import Calendar
from alpha_discovery.core.timeframe import DAY, MINUTE, Timeframe
from alpha_discovery.market_data.defects import Bool1D
from alpha_discovery.market_data.findings import Finding
from alpha_discovery.market_data.raw import RawBars
from alpha_discovery.market_data.resample import bucket_ends, bucket_starts

LISTED = 1_000  # most gaps or standstills told one by one; the shorter ones are told as a sum
_KEPT = "stays a gap; no bar is made up"
_LONG_CLOSURE = 5 * DAY  # of an exchange: longer than any holiday with its weekends


def other_timeframe(time: Int1D, timeframe: Timeframe) -> Finding | None:
    """An error about the whole file if most bars are another distance apart than the timeframe says.

    Sparse data (most bars missing) have no typical distance and are not judged here.
    """
    distances = np.diff(np.unique(time))
    if len(distances) < 3 or timeframe.is_calendar_month:
        return None
    values, counts = np.unique(distances, return_counts=True)
    typical, share = int(values[np.argmax(counts)]), float(counts.max() / counts.sum())
    if typical == timeframe.ms or (typical > timeframe.ms and share <= 0.5):
        return None
    text = f"most bars are {length(typical)} apart, not {timeframe}"
    action = "blocks the import; name the timeframe that the file has"
    return Finding("wrong_interval", "error", int(time.min()), row=-1, count=len(time), text=text, action=action)


def off_grid(
    raw: RawBars, rows: Int1D, timeframe: Timeframe, calendar: Calendar, *, action: str
) -> tuple[Bool1D, list[Finding]]:
    """Bars that do not open where the timeframe has an opening.

    On a 24/7 calendar the grid is that of UTC; if most bars share another one, they are compared with that
    and the shift is a warning. On an exchange calendar only bars that overlap are wrong.
    """
    time = raw.time[rows]
    if not len(rows):
        return np.zeros(0, dtype=np.bool_), []
    findings = []
    if calendar == "exchange":
        wrong, reason = _overlaps(time, timeframe), f"opens inside the {timeframe} bar before it"
    else:
        phase = time - bucket_starts(time, timeframe)
        values, counts = np.unique(phase, return_counts=True)
        common = int(values[np.argmax(counts)]) if counts.max() > len(time) / 2 else 0
        wrong, reason = phase != common, f"is not where a {timeframe} bar opens"
        if common:
            findings.append(_shifted(raw, rows, common, timeframe))
    for row in map(int, rows[wrong]):
        text = f"{raw.where(row)} ({_exact(raw.time[row])}) {reason}"
        when = int(raw.time[row])
        findings.append(Finding("wrong_interval", "error", when, row=row, count=1, text=text, action=action))
    return wrong, findings


def gaps(time: Int1D, rows: Int1D, timeframe: Timeframe, calendar: Calendar) -> list[Finding]:
    """A warning for each hole; the longest thousand one by one, the others as one sum."""
    holes = _closures(time) if _sleeps(timeframe, calendar) else _holes(time, timeframe)
    found = [
        Finding("gap", "warning", int(begin), row=int(rows[position]), count=count, text=text, action=_KEPT)
        for position, begin, count, text in holes
    ]
    expected = bars_expected(time, timeframe, calendar)
    missing = sum(f.count for f in found)
    overall = []
    if calendar == "24/7" and missing > expected / 2:
        text = f"{missing / expected:.0%} of the bars are missing: {missing} of {expected}"
        overall.append(Finding("gap", "warning", int(time[0]), row=-1, count=0, text=text, action=_KEPT))
    return overall + longest(found, noun="gaps")


def longest(found: list[Finding], *, noun: str) -> list[Finding]:
    """The findings of one kind with the highest counts, and the sum of the others as one finding."""
    if len(found) <= LISTED:
        return found
    ranked = sorted(found, key=lambda f: -f.count)
    rest = ranked[LISTED:]
    first = min(rest, key=lambda f: f.time or 0)
    total = sum(f.count for f in rest)
    text = f"{len(rest)} more {noun}, none longer than {bars_text(rest[0].count)}"
    return [
        *ranked[:LISTED],
        Finding(first.kind, first.severity, first.time, row=first.row, count=total, text=text, action=first.action),
    ]


def bars_expected(time: Int1D, timeframe: Timeframe, calendar: Calendar) -> int:
    """Bars from the first to the last if none were missing; those there are where an exchange sleeps in between."""
    if _sleeps(timeframe, calendar) or not len(time):
        return len(time)
    return int(_steps(time[[0, -1]], timeframe)[0]) + 1


def bars_text(count: int) -> str:
    """``1 bar``, ``2 bars``."""
    return f"{count} bar" if count == 1 else f"{count} bars"


def length(ms: int) -> str:
    """A distance in time under its ccxt name where it has one: ``4h``, ``90m``, ``10s``."""
    if ms % MINUTE:
        return f"{ms / 1000:g}s"
    return str(Timeframe.parse(f"{ms // MINUTE}m"))


def _sleeps(timeframe: Timeframe, calendar: Calendar) -> bool:
    """Whether the market is closed between some bars; a week and a month have an open day, whatever the calendar."""
    return calendar == "exchange" and timeframe.ms <= DAY


def _steps(time: Int1D, timeframe: Timeframe) -> Int1D:
    if timeframe.is_calendar_month:
        months = time.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
        return np.diff(months) // (timeframe.ms // (30 * DAY))
    return np.round(np.diff(time) / timeframe.ms).astype(np.int64)


def _holes(time: Int1D, timeframe: Timeframe) -> Iterator[tuple[int, int, int, str]]:
    missing = _steps(time, timeframe) - 1
    begin = bucket_ends(time, timeframe)
    for position in map(int, np.flatnonzero(missing > 0)):
        count = int(missing[position])
        text = f"{bars_text(count)} missing from {iso(begin[position])} to {iso(time[position + 1])}"
        yield position + 1, int(begin[position]), count, text


def _closures(time: Int1D) -> Iterator[tuple[int, int, int, str]]:
    for position in map(int, np.flatnonzero(np.diff(time) > _LONG_CLOSURE)):
        last, following = (np.datetime64(int(t), "ms").astype("datetime64[D]") for t in time[position : position + 2])
        count = int(np.busday_count(last + 1, following))
        text = f"no bars between {last} and {following} ({count} weekdays)"
        yield position + 1, int(time[position]) + DAY, count, text


def _overlaps(time: Int1D, timeframe: Timeframe) -> Bool1D:
    order = np.argsort(time, kind="stable")
    near = np.zeros(len(time), dtype=np.bool_)
    distance = np.diff(time[order])
    # three quarters: a day with a change of clocks has 23 hours; equal times are duplicates, not overlaps
    near[order[1:]] = (distance > 0) & (distance < 0.75 * timeframe.ms)
    return near


def _shifted(raw: RawBars, rows: Int1D, phase: int, timeframe: Timeframe) -> Finding:
    text = f"bars open {length(phase)} after the {timeframe} openings of UTC"
    action = "kept as they are; if the source is not in UTC, say --timezone"
    first = int(rows[0])
    return Finding("wrong_interval", "warning", int(raw.time[first]), row=-1, count=len(rows), text=text, action=action)


def _exact(ms: int | np.int64) -> str:
    return str(np.datetime64(int(ms), "ms")) + "Z"
