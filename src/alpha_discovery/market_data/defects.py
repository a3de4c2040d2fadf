"""Rows that cannot be bars, stand in the wrong order, or say one time twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import FIELDS, PRICE_FIELDS, Int1D, iso
from alpha_discovery.market_data.findings import Finding, Kind
from alpha_discovery.market_data.raw import NO_TIME, RawBars

Bool1D = npt.NDArray[np.bool_]
_SEPARATE_INVERSIONS = 100  # above, one finding counts them all


def broken_rows(raw: RawBars, action: str) -> tuple[Bool1D, list[Finding]]:
    """Rows without a time or with impossible numbers; one finding for each defect of each row."""
    masks: tuple[tuple[Kind, Bool1D], ...] = (
        ("bad_time", raw.time == NO_TIME),
        ("not_finite", _not_finite(raw)),
        ("not_positive", _not_positive(raw)),
        ("high_low", _crossed(raw)),
    )
    findings = [
        Finding(kind, "error", _time(raw, row), row=row, count=1, text=_describe(raw, row, kind), action=action)
        for kind, mask in masks
        for row in map(int, np.flatnonzero(mask))
    ]
    return np.logical_or.reduce([mask for _, mask in masks]), findings


def wrong_order(raw: RawBars, rows: Int1D) -> Iterator[Finding]:
    """One finding if times descend throughout, else one for each row that is earlier than the row before it."""
    time = raw.time[rows]
    back = np.flatnonzero(np.diff(time) < 0) + 1
    if not len(back):
        return
    first = int(rows[back[0]])
    if (np.diff(time) <= 0).all():
        text = f"times descend from {iso(time[0])} to {iso(time[-1])}"
        yield Finding("order", "fixed", int(time[0]), row=int(rows[0]), count=len(rows), text=text, action="sorted")
    elif len(back) > _SEPARATE_INVERSIONS:
        text = f"{len(back)} rows are earlier than the row before, first {raw.where(first)}"
        yield Finding("order", "fixed", int(raw.time[first]), row=first, count=len(back), text=text, action="sorted")
    else:
        for position in back:
            row = int(rows[position])
            text = f"{raw.where(row)} ({iso(raw.time[row])}) is earlier than the row before it"
            yield Finding("order", "fixed", int(raw.time[row]), row=row, count=1, text=text, action="sorted")


def duplicates(raw: RawBars, rows: Int1D, action: str) -> tuple[Int1D, list[Finding]]:
    """Rows in order of time with each time once, and what was found at times that had several.

    Equal rows are one bar told twice: the first is kept. Rows that differ contradict each other, and
    nobody knows which is right: none of them is kept.
    """
    rows = rows[np.argsort(raw.time[rows], kind="stable")]
    time = raw.time[rows]
    starts = np.flatnonzero(np.concatenate(([True], np.diff(time) != 0))) if len(rows) else np.empty(0, np.intp)
    ends = np.append(starts[1:], len(rows))
    keep = np.zeros(len(rows), dtype=np.bool_)
    keep[starts] = True
    findings = []
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        group = rows[start:end]
        differing = [name for name in FIELDS if len(set(getattr(raw, name)[group].tolist())) > 1]
        keep[start] = not differing
        findings.append(_duplicate(raw, group, differing, action))
    return rows[keep], findings


def _duplicate(raw: RawBars, group: Int1D, differing: list[str], action: str) -> Finding:
    places = " and ".join(raw.where(int(row)) for row in group[:3])
    first, count = int(group[0]), len(group)
    when = int(raw.time[first])
    if not differing:
        text = f"{count} equal rows of one time ({places})"
        return Finding("duplicate", "fixed", when, row=first, count=count, text=text, action="one row kept")
    values = " and ".join(f"{float(v):.10g}" for v in getattr(raw, differing[0])[group[:3]])
    text = f"{count} rows of one time ({places}) contradict each other: {differing[0]} is {values}"
    return Finding("duplicate", "error", when, row=first, count=count, text=text, action=action)


def _not_finite(raw: RawBars) -> Bool1D:
    finite: Bool1D = np.logical_and.reduce([np.isfinite(getattr(raw, name)) for name in FIELDS])
    return ~finite


def _not_positive(raw: RawBars) -> Bool1D:
    positive: Bool1D = np.logical_or.reduce([getattr(raw, name) <= 0 for name in PRICE_FIELDS])
    return positive | (raw.volume < 0)


def _crossed(raw: RawBars) -> Bool1D:
    with np.errstate(invalid="ignore"):  # a comparison with NaN is False: such rows are not_finite
        above = raw.high < np.maximum(raw.open, raw.close)
        below = raw.low > np.minimum(raw.open, raw.close)
    return above | below


def _time(raw: RawBars, row: int) -> int | None:
    return None if raw.time[row] == NO_TIME else int(raw.time[row])


def _describe(raw: RawBars, row: int, kind: Kind) -> str:
    where = raw.where(row)
    if kind == "bad_time":
        return f"{where} has no readable time: {raw.unread.get((row, 'time'), '')!r}"
    if kind == "not_finite":
        bad = next(name for name in FIELDS if not np.isfinite(getattr(raw, name)[row]))
        told = raw.unread.get((row, bad))
        return f"{where} has {bad}={getattr(raw, bad)[row]:g}" + (f" (the file says {told!r})" if told else "")
    values = ", ".join(f"{name}={getattr(raw, name)[row]:.10g}" for name in FIELDS)
    return f"{where} has {values}"
