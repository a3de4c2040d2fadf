"""Coarser bars from finer ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import FIELDS, Bars, Float1D, Int1D, iso
from alpha_discovery.core.instrument import Instrument
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
    spans = Spans.of(bars.time, bars.instrument, bars.timeframe, coarse)
    columns: dict[str, Any] = {name: spans.reduced(name, getattr(bars, name)) for name in FIELDS}
    return Bars(bars.instrument, coarse, time=spans.starts, **columns)


@dataclass(frozen=True, eq=False)
class Spans:
    """Which fine bars make each coarse one.

    Attributes
    ----------
    starts : int64 (k,)
        Open time of each coarse bar, milliseconds UTC.
    first, last : intp (n,)
        Positions of the first and the last fine bar of each span.
    keep : bool (n,)
        Whether enough of a span is there to make a bar; True k times.
    """

    starts: Int1D
    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]
    keep: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, time: Int1D, instrument: Instrument, fine: Timeframe, coarse: Timeframe) -> Spans:
        """Spans of ``coarse`` over fine bars at these times (at least one); raises as `resample`."""
        label = bucket_starts(time, coarse)
        first = np.concatenate(([0], np.flatnonzero(np.diff(label)) + 1)).astype(np.intp)
        last = np.concatenate((first[1:], [len(time)])).astype(np.intp) - 1
        starts = label[first]
        _check_inside(time, last, starts, fine, coarse)
        keep = _kept(time, instrument, fine, coarse, starts, last - first + 1)
        return cls(starts[keep], first, last, keep)

    def reduced(self, name: str, values: Float1D) -> Float1D:
        """One column (``open`` ... ``volume``) of the coarse bars."""
        if name == "open":
            found = values[self.first]
        elif name == "close":
            found = values[self.last]
        else:
            how = {"high": np.maximum, "low": np.minimum, "volume": np.add}[name]
            found = how.reduceat(values, self.first)
        return np.asarray(found[self.keep])


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


def _check_inside(
    time: Int1D, last: npt.NDArray[np.intp], starts: Int1D, fine: Timeframe, coarse: Timeframe
) -> None:
    """Of each span, the last fine bar must end by its end; those before it end earlier."""
    over = bucket_ends(time[last], fine) > bucket_ends(starts, coarse)
    if over.any():
        at = iso(time[last[np.argmax(over)]])
        raise UserError(f"cannot make {coarse} bars: the {fine} bar of {at} reaches over the end of one")


def _kept(
    time: Int1D, instrument: Instrument, fine: Timeframe, coarse: Timeframe, starts: Int1D, count: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    ends = bucket_ends(starts, coarse)
    keep = np.ones(len(starts), dtype=np.bool_)
    if instrument.calendar == "exchange":
        keep[[0, -1]] = count[[0, -1]] >= np.median(count)
        return keep
    whole = bucket_ends(time[-1:], fine)[0]
    possible = (ends - starts) / fine.ms
    keep &= (starts >= time[0]) & (ends <= whole) & (count >= possible / 2)
    return keep
