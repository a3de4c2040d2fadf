"""The check that every import passes: what is wrong with each row, and which rows make good bars."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.bars import FIELDS, Bars, iso
from alpha_discovery.core.instrument import Calendar, Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.defects import broken_rows, duplicates, wrong_order
from alpha_discovery.market_data.findings import BLOCKS, LEFT_OUT, UNCHANGED, Finding, Quality
from alpha_discovery.market_data.outliers import jumps
from alpha_discovery.market_data.raw import NO_TIME, RawBars
from alpha_discovery.market_data.series import Series
from alpha_discovery.market_data.spacing import bars_expected, gaps, off_grid, other_timeframe
from alpha_discovery.market_data.standstills import standstills, untraded, without_trades
from alpha_discovery.market_data.summer_time import local_clock
from alpha_discovery.market_data.suspicions import suspicions

_RANK = {"error": 0, "fixed": 1, "warning": 2}


def check(
    raw: RawBars, timeframe: str | Timeframe, calendar: Calendar = "24/7",
    *, symbol: str = "", exclude_bad: bool = False, exclude_untraded: bool = False,
) -> Quality:  # fmt: skip
    """Everything that is wrong or strange about rows of prices; nothing is changed or dropped in silence.

    Errors (an unreadable time, a price that is no price, a contradicting duplicate, a bar off the grid, a
    file of another timeframe) block an import; with ``exclude_bad`` the bars in question are left out instead,
    each with a finding that says so. Rows in another order are sorted and equal rows are merged, with a
    finding. Gaps, jumps, standstills and bars without trades are
    warnings: they may be real.

    Parameters
    ----------
    raw : RawBars
        From `read_table`, or `RawBars.of` for stored bars.
    timeframe : str or Timeframe
        What each bar should be.
    calendar : "24/7" or "exchange"
        Decides which bars are missing.
    symbol : str
        ccxt form; lets currency pairs be compared with what such rates can be.
    exclude_bad : bool
        Leave bars with errors out.
    exclude_untraded : bool
        Leave out bars that only fill an outage: volume zero, the close before repeated.
    """
    frame = Timeframe.parse(timeframe)
    action = LEFT_OUT if exclude_bad else BLOCKS
    broken, findings = broken_rows(raw, action)
    timed = np.flatnonzero(raw.time != NO_TIME).astype(np.int64)
    findings += wrong_order(raw, timed)
    good = np.flatnonzero(~broken).astype(np.int64)
    other = other_timeframe(raw.time[good], frame)
    if other is None:
        wrong, found = off_grid(raw, good, frame, calendar, action=action)
        good, findings = good[~wrong], findings + found
        findings += local_clock(raw.time[good], frame)
    else:
        findings.append(other)
    keep, found = duplicates(raw, good, action)
    findings += found
    bars = Series.of(raw, keep)
    idle = untraded(bars)
    findings += without_trades(bars, idle, frame, left_out=exclude_untraded)
    if exclude_untraded:
        keep = keep[~idle]
        bars = Series.of(raw, keep)
    if not len(keep):
        findings.append(_nothing_left(len(raw)))
    if other is None:
        findings += gaps(bars.time, keep, frame, calendar)
    findings += [*jumps(bars, calendar), *standstills(bars, frame), *raw.remarks]
    findings += suspicions(bars, frame, symbol, raw.written)
    return Quality(
        rows=len(raw), expected=bars_expected(bars.time, frame, calendar), findings=_in_order(findings),
        excluded=exclude_bad, origin=raw.origin, keep=keep,
    )  # fmt: skip


def good_bars(raw: RawBars, quality: Quality, instrument: Instrument, timeframe: str | Timeframe) -> Bars:
    """The bars that a check let through.

    Raises
    ------
    BadMarketData
        If the check found errors and they were not left out; it names the first and counts the others.
    """
    if quality.blocked:
        first = next(f for f in quality.errors if f.row == -1 or not quality.excluded)
        more = f" (and {len(quality.errors) - 1} more errors)" if len(quality.errors) > 1 else ""
        when = f" at {iso(first.time)}" if first.time is not None else ""
        clock = [f"; {f.text}: {f.action.removeprefix(UNCHANGED)}" for f in quality.findings if f.kind == "clock"]
        raise BadMarketData(f"{first.kind}{when}: {first.text}{more}; {first.action}{''.join(clock[:1])}")
    columns = {name: getattr(raw, name)[quality.keep] for name in ("time", *FIELDS)}
    return Bars(instrument, Timeframe.parse(timeframe), **columns)


def _nothing_left(rows: int) -> Finding:
    text = f"none of the {rows} rows is a bar"
    return Finding("not_finite", "error", None, row=-1, count=rows, text=text, action="blocks the import")


def _in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (_RANK[f.severity], f.row != -1, f.time or 0, f.row)))
