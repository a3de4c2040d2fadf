"""The bars of all legs as the arrays that the kernels read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.bitmaps import words
from alpha_discovery.backtest.extremes import fill_extremes
from alpha_discovery.backtest.kept_memory import empty
from alpha_discovery.core.bars import Bars, Float1D, Int1D, iso
from alpha_discovery.core.funding import closing_times
from alpha_discovery.core.results import BLOCKS
from alpha_discovery.errors import TooFewBars, UserError

Float2D = npt.NDArray[np.float64]
Float3D = npt.NDArray[np.float64]
Float4D = npt.NDArray[np.float64]
WIDTHS = (1, 2, 4, 8, 16, 32, 64)  # bars of the stretches whose extremes are kept
QUICK, FINER = 9, 10  # among the arrays that the kernels take: low and high as float32, those of finer bars
FLOW = -1  # volume is the last of them


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
    ahead : float64 (L, len(WIDTHS), T, 2)
        Lowest and highest mark of the 1, 2, 4, .. 64 bars from each bar on: any stretch is two of these that overlap,
        or a few more.
    quick : float32 (L, 2, 64 * words)
        Low and high, rounded: half of the memory to look through for the first bar that reaches a level.
    running : float64 (L, T+1)
        ``running[l, t]`` is the sum of the first t closes: sums over stretches in one subtraction.
    day : int64 (T,)
        Accounting period of each bar, 0 at ``begin``.
    day_first, day_last, day_block : int64 (n_days,)
        First and last bar of each period inside the range, and its block of a summary.
    day_mark : float64 (L, n_days)
        Mark at the last bar of each period.
    day_held : float64 (L, n_days)
        Mean of the closes before the bars of a period: what a unit held through it was worth, on average.
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
    ahead: Float4D
    quick: npt.NDArray[np.float32]
    running: Float2D
    day: Int1D
    day_first: Int1D
    day_last: Int1D
    day_block: Int1D
    day_mark: Float2D
    day_held: Float2D
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
    def nbytes(self) -> int:
        """Bytes of the arrays, without the bars that they are made of."""
        return sum(one.nbytes for one in vars(self).values() if isinstance(one, np.ndarray))

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
        Rate that falls due at the open of each bar, as a fraction of the position's value; by default that of the bars.
    detail : Bars
        Finer bars of the first leg, for ``intrabar="detail"``; by default those that it carries.

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
    day = first.day - first.day[begin]
    inside = day[begin:end]
    starts = begin + np.flatnonzero(np.diff(inside, prepend=-1))
    fresh = first.gap_before.copy()
    fresh[0] = True
    last = np.append(starts[1:], end) - 1
    block = np.arange(len(last)) * BLOCKS // len(last)
    prices = _prices(bars, funding or tuple(leg.funding for leg in bars), begin, starts, last)
    return Tape(
        bars, **prices, day=day, day_first=starts, day_last=last, day_block=block,
        detail=_finer(first, first.detail if detail is None else detail), begin=begin, end=end, fresh=fresh,
    )  # fmt: skip


def repriced(one: Tape, bars: tuple[Bars, ...]) -> Tape:
    """A tape over other prices at the same times: what hangs on the times alone is not computed again.

    Funding is that of the bars; finer bars stay as they are.

    Raises
    ------
    UserError
        If the times differ.
    """
    for before, after in zip(one.bars, bars, strict=True):
        _same_times(before, after)
    funding = tuple(leg.funding for leg in bars)
    return replace(one, bars=bars, **_prices(bars, funding, one.begin, one.day_first, one.day_last))


def _prices(
    bars: tuple[Bars, ...], funding: tuple[Float1D | None, ...], begin: int, starts: Int1D, last: Int1D
) -> dict[str, Any]:
    """What hangs on the prices, by the names of `Tape`; periods run from bars ``starts`` to ``last``."""
    stacked = {name: np.stack([getattr(leg, name) for leg in bars]) for name in ("open", "high", "low", "close")}
    open_, close = stacked["open"], stacked["close"]
    spread = np.zeros_like(close)
    spread[:, 1:] = ((stacked["high"] - stacked["low"]) / close)[:, :-1]
    flow = np.zeros_like(spread)
    flow[:, 1:] = np.stack([leg.volume for leg in bars])[:, :-1]
    running = np.zeros((len(bars), close.shape[1] + 1))
    np.cumsum(close, axis=1, out=running[:, 1:])
    due = _due(open_, funding)
    marked = close - due
    held = (running[:, last] - running[:, np.maximum(starts - 1, 0)]) / (last - starts + 1)
    return stacked | {
        "spread": spread, "flow": flow, "running": running, "due": due, "marked": marked, "ahead": _ahead(marked),
        "quick": _quick(stacked["low"], stacked["high"]), "day_mark": marked[:, last], "day_held": held,
        "drift": _drift(open_, close, begin, last),
    }  # fmt: skip


def one_leg(tape: Tape) -> tuple[Any, ...]:
    """The arrays of the first leg in the order in which the one-leg kernel takes them."""
    return (
        tape.open[0], tape.high[0], tape.low[0], tape.close[0], tape.spread[0], tape.running[0], tape.ahead[0],
        tape.due[0], tape.marked[0], tape.quick[0], tape.detail, tape.flow[0],
    )  # fmt: skip


def days_of_one_leg(tape: Tape) -> tuple[Any, ...]:
    """Accounting periods as the one-leg kernel takes them: day of each bar, first, last, block, mark, held, drift."""
    return (
        tape.day, tape.day_first, tape.day_last, tape.day_block, tape.day_mark[0], tape.day_held[0],
        float(tape.drift[0]),
    )  # fmt: skip


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
        nothing = np.zeros(0)
        nothing.flags.writeable = False  # as those of finer bars are: kernels are compiled once for both
        return nothing, nothing, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    if detail.timeframe.ms >= bars.timeframe.ms:
        raise UserError(f"detail bars need to be finer than {bars.timeframe}; found {detail.timeframe}")
    first = np.searchsorted(detail.time, bars.time).astype(np.int64)
    last = np.searchsorted(detail.time, closing_times(bars)).astype(np.int64)
    return detail.high, detail.low, first, last


def _ahead(marked: Float2D) -> Float4D:
    """Sliding minima and maxima over each of the `WIDTHS`."""
    legs, n_bars = marked.shape
    out: Float4D = empty((legs, len(WIDTHS), n_bars, 2))
    fill_extremes(marked, out)
    return out


def _quick(low: Float2D, high: Float2D) -> npt.NDArray[np.float32]:
    """Low and high of each leg as float32, filled up with NaN to whole words, at the start of a line of the cache."""
    legs, n_bars = low.shape
    size = legs * 2 * words(n_bars) * 64
    room = np.empty(size + 16, dtype=np.float32)
    first = -room.ctypes.data // 4 % 16
    out = room[first : first + size].reshape(legs, 2, -1)
    out.fill(np.nan)
    with np.errstate(over="ignore"):
        out[:, 0, :n_bars], out[:, 1, :n_bars] = low, high
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
