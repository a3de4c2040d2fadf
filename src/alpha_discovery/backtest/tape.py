"""The bars of all legs as the arrays that the kernels read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.bars import Bars, Float1D, Int1D, iso
from alpha_discovery.core.results import BLOCKS
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import TooFewBars, UserError

Float2D = npt.NDArray[np.float64]
Float3D = npt.NDArray[np.float64]
NEAR, FAR = 8, 64
FLOW = -1  # volume is the last of the arrays that the kernels take


@dataclass(frozen=True, eq=False)
class Tape:
    """Arrays over T bars and L legs, and the range in which trades may happen.

    Attributes
    ----------
    open, high, low, close : float64 (L, T)
    spread : float64 (L, T)
        ``(high - low) / close`` of the bar before: what an order that takes one bar's time may lose.
    flow : float64 (L, T)
        Volume of the bar before: what an order is measured by.
    due : float64 (L, T)
        Funding paid per unit up to the open of each bar, that moment included.
    marked : float64 (L, T)
        ``close - due``: differences of it are what a unit held has earned.
    near, far : float64 (L, 4, T)
        Lowest low, highest high, lowest and highest mark of the `NEAR` (`FAR`) bars from each bar on: a stretch that
        cannot reach a level is passed over in one step.
    running : float64 (L, T+1)
        ``running[l, t]`` is the sum of the first t closes: sums over stretches in one subtraction.
    day : int64 (T,)
        Accounting period of each bar, 0 at ``begin``.
    day_first, day_last, day_block : int64 (n_days,)
        First and last bar of each period inside the range, and its block of a summary.
    drift : float64 (L,)
        Mean return per period of holding the leg over the range.
    detail : tuple of arrays
        High and low of the finer bars, first and one past the last finer bar of each bar; empty without finer bars.
    begin, end : int
        Trades happen in bars ``begin .. end-1``; earlier bars only warm up.
    fresh : bool (T,)
        Bars at which every expression restarts: the first, and those after a gap.
    """

    bars: tuple[Bars, ...]
    open: Float2D
    high: Float2D
    low: Float2D
    close: Float2D
    spread: Float2D
    flow: Float2D
    due: Float2D
    marked: Float2D
    near: Float3D
    far: Float3D
    running: Float2D
    day: Int1D
    day_first: Int1D
    day_last: Int1D
    day_block: Int1D
    drift: Float1D
    detail: tuple[npt.NDArray[Any], ...]
    begin: int
    end: int
    fresh: npt.NDArray[np.bool_]

    @property
    def n_days(self) -> int:
        """Accounting periods in the range."""
        return len(self.day_first)

    @property
    def bar_ms(self) -> int:
        """Length of a bar."""
        return self.bars[0].timeframe.ms


def tape(
    bars: tuple[Bars, ...],
    *,
    begin: int = 0,
    end: int | None = None,
    funding: tuple[Float1D | None, ...] = (),
    detail: Bars | None = None,
) -> Tape:
    """The tape of one or more legs with equal times.

    Parameters
    ----------
    funding : tuple of float64 (T,) or None, one a leg
        Rate that falls due at the open of each bar, as a fraction of the position's value (see `funding_by_bar`).
    detail : Bars
        Finer bars of the first leg, for ``intrabar="detail"``.

    Raises
    ------
    UserError
        If the legs' times differ, the range is empty or outside the bars, funding is not one finite rate a bar and leg,
        or the detail not finer.
    """
    first = bars[0]
    for other in bars[1:]:
        _same_times(first, other)
    end = len(first) if end is None else end
    if not 0 <= begin < end <= len(first):
        raise TooFewBars(have=max(0, min(end, len(first)) - begin), need=1, purpose="a backtest")
    stacked = {name: np.stack([getattr(leg, name) for leg in bars]) for name in ("open", "high", "low", "close")}
    spread = np.zeros_like(stacked["close"])
    spread[:, 1:] = ((stacked["high"] - stacked["low"]) / stacked["close"])[:, :-1]
    flow = np.zeros_like(spread)
    flow[:, 1:] = np.stack([leg.volume for leg in bars])[:, :-1]
    running = np.zeros((len(bars), len(first) + 1))
    np.cumsum(stacked["close"], axis=1, out=running[:, 1:])
    day = first.day - first.day[begin]
    inside = day[begin:end]
    starts = begin + np.flatnonzero(np.diff(inside, prepend=-1))
    fresh = first.gap_before.copy()
    fresh[0] = True
    last = np.append(starts[1:], end) - 1
    block = np.arange(len(last)) * BLOCKS // len(last)
    due = _due(stacked["open"], funding)
    marked = stacked["close"] - due
    near = _slid(np.stack([stacked["low"], stacked["high"], marked, marked], axis=1), 1, NEAR)
    drift = _drift(stacked["open"], stacked["close"], begin, last)
    return Tape(
        bars, **stacked, spread=spread, flow=flow, due=due, marked=marked, near=near, far=_slid(near, NEAR, FAR),
        running=running, day=day, day_first=starts, day_last=last, day_block=block, drift=drift,
        detail=_finer(first, detail), begin=begin, end=end, fresh=fresh,
    )  # fmt: skip


def one_leg(tape: Tape) -> tuple[npt.NDArray[np.float64], ...]:
    """The arrays of the first leg in the order in which the one-leg kernel takes them."""
    return (
        tape.open[0], tape.high[0], tape.low[0], tape.close[0], tape.spread[0], tape.running[0], tape.near[0],
        tape.far[0], tape.due[0], tape.marked[0], *tape.detail, tape.flow[0],
    )  # fmt: skip


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
    at = np.searchsorted(bars.time, time, side="right") - 1
    inside = (at >= 0) & (time < _closing(bars)[-1])
    np.add.at(out, at[inside], rate[inside])
    return out


def _due(open_: Float2D, funding: tuple[Float1D | None, ...]) -> Float2D:
    due = np.zeros_like(open_)
    if funding and len(funding) != len(open_):
        raise UserError(f"funding needs one series (or None) a leg; found {len(funding)} for {len(open_)} legs")
    for leg, rate in enumerate(funding):
        if rate is None:
            continue
        if rate.shape != open_[leg].shape or not np.isfinite(rate).all():
            raise UserError(f"funding needs one finite rate a bar; found shape {rate.shape} for {open_.shape[1]} bars")
        due[leg] = np.cumsum(rate * open_[leg])
    return due


def _finer(bars: Bars, detail: Bars | None) -> tuple[npt.NDArray[Any], ...]:
    if detail is None:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if detail.timeframe.ms >= bars.timeframe.ms:
        raise UserError(f"detail bars need to be finer than {bars.timeframe}; found {detail.timeframe}")
    first = np.searchsorted(detail.time, bars.time).astype(np.int64)
    last = np.searchsorted(detail.time, _closing(bars)).astype(np.int64)
    return detail.high, detail.low, first, last


def _closing(bars: Bars) -> Int1D:
    """int64 (T,): when each bar ends; months have lengths of their own, and no bar reaches into the next."""
    ends = bars.time + bars.timeframe.ms
    if bars.timeframe.is_calendar_month:
        months = bars.time.astype("datetime64[ms]").astype("datetime64[M]") + bars.timeframe.ms // (30 * DAY)
        ends = months.astype("datetime64[ms]").astype(np.int64)
    return np.minimum(ends, np.append(bars.time[1:], ends[-1:]))


def _slid(extremes: Float3D, width: int, to: int) -> Float3D:
    """Sliding minima (rows 0 and 2) and maxima (1 and 3) over ``to`` bars from those over ``width``, doubling."""
    out = extremes.copy()
    while width < to:
        ahead = out[:, :, width:].copy()
        for k, pick in enumerate((np.minimum, np.maximum, np.minimum, np.maximum)):
            pick(out[:, k, :-width], ahead[:, k], out=out[:, k, :-width])
        width *= 2
    return out


def _drift(open_: Float2D, close: Float2D, begin: int, day_last: Int1D) -> Float1D:
    marks = np.concatenate((open_[:, begin : begin + 1], close[:, day_last]), axis=1)
    return np.asarray((marks[:, 1:] / marks[:, :-1] - 1.0).mean(axis=1))


def _same_times(first: Bars, other: Bars) -> None:
    if first.timeframe != other.timeframe:
        raise UserError(f"legs need one timeframe; found {first.timeframe} and {other.timeframe}")
    if len(first) != len(other):
        raise UserError(f"legs need bars at the same times; found {len(first)} and {len(other)} bars; align them first")
    if (apart := np.flatnonzero(first.time != other.time)).size:
        row = int(apart[0])
        raise UserError(
            f"legs need bars at the same times; bar {row} is {iso(first.time[row])} and {iso(other.time[row])}"
        )
