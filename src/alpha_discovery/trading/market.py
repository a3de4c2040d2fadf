"""The market as a backtest sees it: one moment a bar, with the funding due and the finer bars inside."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.errors import UserError
from alpha_discovery.trading.rows import BarRow, rows_of


class Moment(NamedTuple):
    """Bar ``t`` of every leg.

    ``before`` is the bar before it (nothing at the first), ``gap`` whether bars are missing between the two;
    ``rates`` is the funding that falls due at the open, one rate a leg; ``finer`` are the finer bars of the
    first leg inside the bar, as far as there are any.
    """

    t: int
    rows: tuple[BarRow, ...]
    before: tuple[BarRow, ...]
    gap: bool
    rates: tuple[float, ...]
    finer: Sequence[BarRow]


class Market:
    """Bars of one or more legs with what belongs to them.

    Parameters
    ----------
    bars : tuple of Bars
        One a leg, with equal times.
    funding : tuple of float64 (n,) or None
        The rate due at the open of each bar, one array a leg, None for a leg without; empty: no leg has any.
    detail : Bars or None
        Finer bars of the first leg.

    Raises
    ------
    UserError
        If the funding is not one finite rate a bar and leg, or the detail not finer.
    """

    def __init__(self, bars: tuple[Bars, ...], *, funding: tuple[Float1D | None, ...], detail: Bars | None) -> None:
        _check_funding(bars, funding)
        if detail is not None and detail.timeframe.ms >= bars[0].timeframe.ms:
            raise UserError(f"detail needs bars finer than {bars[0].timeframe}; got {detail.timeframe}")
        self.bars = bars
        self._rates = [[0.0] * len(bars[0]) if rates is None else rates.tolist() for rates in funding]
        self._ends = _ends(bars[0])
        self._finer = [] if detail is None else [row for (row,), _ in rows_of([detail])]
        self._finer_times = [row.time for row in self._finer]

    def moments(self, stop: int) -> Iterator[Moment]:
        """Bars ``0 .. stop-1`` in order."""
        before: tuple[BarRow, ...] = ()
        for t, (rows, gap) in enumerate(rows_of(self.bars, stop)):
            rates = tuple(leg[t] for leg in self._rates) if self._rates else (0.0,) * len(rows)
            yield Moment(t, rows, before, gap, rates, self._inside(rows[0].time, self._ends[t]))
            before = rows

    def _inside(self, start: int, stop: int) -> Sequence[BarRow]:
        return self._finer[bisect_left(self._finer_times, start) : bisect_left(self._finer_times, stop)]


def _ends(bars: Bars) -> list[int]:
    """Time at which each bar ends: after its length (months have their own), and never after the next one opens."""
    ends = bars.time + bars.timeframe.ms
    if bars.timeframe.is_calendar_month:
        months = int(bars.timeframe.name[:-1])
        ends = (bars.time.astype("M8[ms]").astype("M8[M]") + months).astype("M8[ms]").astype(np.int64)
    ends[:-1] = np.minimum(ends[:-1], bars.time[1:])
    ends_in_order: list[int] = ends.tolist()
    return ends_in_order


def _check_funding(bars: Sequence[Bars], funding: Sequence[Float1D | None]) -> None:
    if funding and len(funding) != len(bars):
        raise UserError(f"funding needs one series (or None) a leg; got {len(funding)} for {len(bars)} legs")
    for rates, leg in zip(funding, bars, strict=False):
        if rates is not None and (rates.shape != (len(leg),) or not np.isfinite(rates).all()):
            raise UserError(f"funding of {leg.instrument} needs one finite rate for each of {len(leg)} bars")
