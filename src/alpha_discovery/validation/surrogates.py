"""Markets without an edge: real bars whose order of ups and downs was destroyed.

Bars are log moves around the last close: the gap to the open, and high, low and close. A surrogate
changes the moves and rebuilds prices from the first bar. Rows are times, columns (if any) are
instruments; all instruments share the same signs or order, which keeps their dependence. A missing
bar is a row of NaN and stays where it is.

Sources: Liu (1988), Annals of Statistics 16 and Mammen (1993), Annals of Statistics 21 (signs);
Masters (2018), Testing and Tuning Market Trading Systems, ch. 7 (permutation).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from alpha_discovery.errors import BadMarketData, TooFewBars, UserError
from alpha_discovery.validation.arrays import F64, I64, Bool, Seed
from alpha_discovery.validation.bootstrap import stationary_bootstrap_indices


class Ohlc(NamedTuple):
    """Prices, float64 (T,) or (T, instruments)."""

    open: F64
    high: F64
    low: F64
    close: F64


class _Moves(NamedTuple):
    """Log distances: open from the last close, the rest from the open; 0 in rows without a bar."""

    gap: F64
    high: F64
    low: F64
    close: F64


def sign_flip(bars: Ohlc, *, rng: Seed) -> Ohlc:
    """Bars reflected, each with chance one half, around the close before.

    Keeps the size of every gap, range and move, hence volatility clustering; destroys drift and
    every dependence of direction on the past. The default null market.

    Raises `BadMarketData` for prices that are not positive or not ordered, `TooFewBars` below two.
    """
    moves = _moves(bars)
    shape = (len(bars.close),) + (1,) * (bars.close.ndim - 1)
    up = np.asarray(np.random.default_rng(rng).integers(0, 2, shape) == 0)
    flipped = _Moves(
        gap=np.where(up, moves.gap, -moves.gap),
        high=np.where(up, moves.high, -moves.low),
        low=np.where(up, moves.low, -moves.high),
        close=np.where(up, moves.close, -moves.close),
    )
    return _rebuilt(bars, flipped)


def permutation(bars: Ohlc, *, rng: Seed, cells: I64 | None = None) -> Ohlc:
    """Bars in random order: gaps and intrabar shapes are shuffled separately.

    The last close stays what it was. Destroys volatility clustering too, which makes it too lenient
    a null for rules that time volatility.

    Parameters
    ----------
    bars : Ohlc
        Times at which some instrument has no bar keep their place.
    rng : Generator or int
    cells : int64 (T,), optional
        Shuffle only within equal values (hour of the week), for seasonal rules.
    """
    moves = _moves(bars)
    generator = np.random.default_rng(rng)
    groups = _shuffled_groups(bars, cells)
    gap_order, shape_order = _orders(len(bars.close), groups, generator)
    return _rebuilt(bars, _Moves(
        moves.gap[gap_order], moves.high[shape_order], moves.low[shape_order], moves.close[shape_order]
    ))


def block_bootstrap(bars: Ohlc, *, rng: Seed, mean_block: float) -> Ohlc:
    """Bars drawn in blocks of geometric length: keeps short-range structure, edges included.

    Not a null for rules that live within a block; a null for trends longer than it.
    """
    moves = _moves(bars)
    whole = _whole_rows(bars)
    places = np.flatnonzero(whole)[1:]
    if len(places) < 2:
        raise TooFewBars(have=len(places) + 1, need=3, purpose="a block bootstrap of bars")
    drawn = stationary_bootstrap_indices(len(places), 1, 1.0 / max(1.0, mean_block), rng)[0]
    order = np.arange(len(bars.close))
    order[places] = places[drawn]
    return _rebuilt(bars, _Moves(*(part[order] for part in moves)))


def _moves(bars: Ohlc) -> _Moves:
    _check(bars)
    log_open, log_high, log_low, log_close = (np.log(part) for part in bars)
    last = _shifted(_filled(log_close))
    zero = np.zeros_like(log_close)
    present = np.isfinite(log_close)
    gap = np.where(present & np.isfinite(last), log_open - last, zero)
    rest = [np.where(present, part - log_open, zero) for part in (log_high, log_low, log_close)]
    return _Moves(gap, *rest)


def _rebuilt(bars: Ohlc, moves: _Moves) -> Ohlc:
    """Prices from moves; the first bar of each instrument stays as it is, missing bars stay missing."""
    present = np.isfinite(bars.close)
    first = present & (np.cumsum(present, axis=0) == 1)
    steps = np.where(present & ~first, moves.gap + moves.close, 0.0)
    start = np.where(first, np.log(bars.close), 0.0)
    close = np.cumsum(steps + start, axis=0)
    opened = _shifted(close, fill=0.0) + moves.gap
    parts = [np.exp(opened), np.exp(opened + moves.high), np.exp(opened + moves.low), np.exp(close)]
    known = [np.where(first, old, np.where(present, new, np.nan)) for old, new in zip(bars, parts, strict=True)]
    # exp and the two sums that lead to the close may round apart by the last bit
    body_high, body_low = np.maximum(known[0], known[3]), np.minimum(known[0], known[3])
    return Ohlc(known[0], np.maximum(known[1], body_high), np.minimum(known[2], body_low), known[3])


def _filled(x: F64) -> F64:
    """Last known value at each time; NaN before the first."""
    rows = np.arange(len(x)).reshape((-1,) + (1,) * (x.ndim - 1))
    last = np.maximum.accumulate(np.where(np.isfinite(x), rows, 0), axis=0)
    return np.take_along_axis(x, last, axis=0)


def _shifted(x: F64, fill: float = np.nan) -> F64:
    out = np.full_like(x, fill)
    out[1:] = x[:-1]
    return out


def _whole_rows(bars: Ohlc) -> Bool:
    return np.asarray(np.isfinite(bars.close.reshape(len(bars.close), -1)).all(axis=1))


def _shuffled_groups(bars: Ohlc, cells: I64 | None) -> list[I64]:
    """Times that may trade places: those with all bars, after the first, by cell."""
    places = np.flatnonzero(_whole_rows(bars))[1:]
    if cells is None:
        return [places]
    if len(cells) != len(bars.close):
        raise UserError(f"cells need one value a bar: {len(bars.close)}; they have {len(cells)}")
    return [places[cells[places] == cell] for cell in np.unique(cells[places])]


def _orders(n: int, groups: list[I64], generator: np.random.Generator) -> tuple[I64, I64]:
    gaps, shapes = np.arange(n), np.arange(n)
    for places in groups:
        gaps[places] = generator.permutation(places)
        shapes[places] = generator.permutation(places)
    return gaps, shapes


def _check(bars: Ohlc) -> None:
    if len({part.shape for part in bars}) != 1:
        raise BadMarketData(f"open, high, low and close need one shape; got {[p.shape for p in bars]}")
    if len(bars.close) < 2:
        raise TooFewBars(have=len(bars.close), need=2, purpose="a surrogate market")
    missing = np.isnan(bars.close)
    if any((np.isnan(part) != missing).any() for part in bars):
        raise BadMarketData("a missing bar must be missing in open, high, low and close alike")
    body_high, body_low = np.maximum(bars.open, bars.close), np.minimum(bars.open, bars.close)
    bad = (bars.high < body_high) | (bars.low > body_low) | ~((bars.low > 0.0) & (bars.high < np.inf))
    if (bad & ~missing).any():
        row = int(np.argwhere(bad & ~missing)[0][0])
        raise BadMarketData(f"bars need 0 < low <= open, close <= high; row {row} does not have it")
