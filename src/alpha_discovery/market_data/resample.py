"""Coarser bars from finer ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import FIELDS, Bars, Int1D, iso
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.errors import UserError

_MONDAY = 4 * DAY  # 1970-01-05: weeks start on Mondays, as everywhere in crypto and at exchanges


def resample(bars: Bars, timeframe: str | Timeframe) -> Bars:
    """Bars of a coarser timeframe, aligned to UTC: days at midnight, weeks on Monday, months on the first.

    A coarse bar is made of the real fine bars inside its span: first open, highest high, lowest low, last
    close, summed volume. On a 24/7 calendar a span of which less than half is present is left out (it becomes a
    gap), and so are the first and the last span unless the history covers them whole. On an exchange
    calendar nobody knows how many bars a span should have: each is kept, but the first and the last only if
    they hold as many fine bars as the median span.

    Raises
    ------
    UserError
        If ``timeframe`` is not a multiple of the bars' own, or a fine bar reaches over the end of its span:
        the coarse bar would know prices from after its close.
    """
    coarse = Timeframe.parse(timeframe)
    if coarse == bars.timeframe:
        return bars
    if not divides(bars.timeframe, coarse):
        raise UserError(f"cannot make {coarse} bars from {bars.timeframe} bars; ask for a multiple of {bars.timeframe}")
    if not len(bars):
        return Bars(bars.instrument, coarse, **{name: getattr(bars, name) for name in ("time", *FIELDS)})
    label = bucket_starts(bars.time, coarse)
    first = np.concatenate(([0], np.flatnonzero(np.diff(label)) + 1)).astype(np.intp)
    last = np.concatenate((first[1:], [len(bars)])) - 1
    _check_inside(bars, label, coarse)
    columns = {
        "time": label[first],
        "open": bars.open[first],
        "high": np.maximum.reduceat(bars.high, first),
        "low": np.minimum.reduceat(bars.low, first),
        "close": bars.close[last],
        "volume": np.add.reduceat(bars.volume, first),
    }
    keep = _kept(bars, coarse, columns["time"], last - first + 1)
    return Bars(bars.instrument, coarse, **{name: values[keep] for name, values in columns.items()})


def divides(fine: Timeframe, coarse: Timeframe) -> bool:
    """Whether coarse bars can be put together from fine ones."""
    if fine.is_calendar_month:
        return coarse.is_calendar_month and coarse.ms % fine.ms == 0
    if coarse.is_calendar_month:
        return DAY % fine.ms == 0
    return coarse.ms > fine.ms and coarse.ms % fine.ms == 0


def bucket_starts(time: Int1D, timeframe: Timeframe) -> Int1D:
    """int64: start of the span of ``timeframe`` in which each time (milliseconds UTC) lies."""
    if timeframe.is_calendar_month:
        step = timeframe.ms // (30 * DAY)
        month = time.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64) // step * step
        return month.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)
    offset = _MONDAY if timeframe.ms % (7 * DAY) == 0 else 0
    return (time - offset) // timeframe.ms * timeframe.ms + offset


def bucket_ends(starts: Int1D, timeframe: Timeframe) -> Int1D:
    """int64: first millisecond after each span that begins at ``starts``."""
    if timeframe.is_calendar_month:
        step = timeframe.ms // (30 * DAY)
        month = starts.astype("datetime64[ms]").astype("datetime64[M]") + step
        return month.astype("datetime64[ms]").astype(np.int64)
    return starts + timeframe.ms


def _check_inside(bars: Bars, label: Int1D, coarse: Timeframe) -> None:
    over = bucket_ends(bars.time, bars.timeframe) > bucket_ends(label, coarse)
    if over.any():
        at = iso(bars.time[np.argmax(over)])
        raise UserError(f"cannot make {coarse} bars: the {bars.timeframe} bar of {at} reaches over the end of one")


def _kept(bars: Bars, coarse: Timeframe, starts: Int1D, count: npt.NDArray[np.int_]) -> npt.NDArray[np.bool_]:
    ends = bucket_ends(starts, coarse)
    keep = np.ones(len(starts), dtype=np.bool_)
    if bars.instrument.calendar == "exchange":
        keep[[0, -1]] = count[[0, -1]] >= np.median(count)
        return keep
    whole = bucket_ends(bars.time[-1:], bars.timeframe)[0]
    possible = (ends - starts) / bars.timeframe.ms
    keep &= (starts >= bars.time[0]) & (ends <= whole) & (count >= possible / 2)
    return keep
