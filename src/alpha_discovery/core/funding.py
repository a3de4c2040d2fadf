"""Funding of perpetuals: rates at their times, and what of them falls due in each bar."""

from __future__ import annotations

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D, Int1D
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import UserError


def funding_by_bar(bars: Bars, time: Int1D, rate: Float1D) -> Float1D:
    """Funding rates (times in ms, any order) as one rate a bar: the sum of those due from its open up to the next.

    Raises
    ------
    UserError
        If times and rates differ in number, or a rate is not a number.
    """
    if len(time) != len(rate) or not np.isfinite(rate).all():
        raise UserError(f"funding needs one finite rate a time; found {len(time)} times and {len(rate)} rates")
    out = np.zeros(len(bars))
    if not len(bars):
        return out
    at = np.searchsorted(bars.time, time, side="right") - 1
    inside = (at >= 0) & (time < closing_times(bars)[-1])
    np.add.at(out, at[inside], rate[inside])
    return out


def closing_times(bars: Bars) -> Int1D:
    """int64 (T,): when each bar ends; months have lengths of their own, and no bar reaches into the next."""
    ends = bars.time + bars.timeframe.ms
    if bars.timeframe.is_calendar_month:
        months = bars.time.astype("datetime64[ms]").astype("datetime64[M]") + bars.timeframe.ms // (30 * DAY)
        ends = months.astype("datetime64[ms]").astype(np.int64)
    return np.minimum(ends, np.append(bars.time[1:], ends[-1:]))
