"""Marks of a one-leg position while it is open: drawdown and ruin at closes, returns of periods."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

from alpha_discovery.backtest.account import (
    BLOCK_SUM,
    BLOCK_SUMSQ,
    DAY,
    DRAWDOWN,
    MARK,
    PEAK,
    S3,
    S4,
    close_day,
)
from alpha_discovery.backtest.bar_index import bar_index
from alpha_discovery.backtest.exits import END_OF_DATA, RUIN
from alpha_discovery.backtest.tape import WIDTHS
from alpha_discovery.kernels import inlined

_NEAR, _FAR = 3, len(WIDTHS) - 1  # levels of the stretches that are passed over at once
NEAR, FAR = WIDTHS[_NEAR], WIDTHS[_FAR]


@inlined
def mark_closes(prices, position, side, entry, leaving, row, equity):
    """Drawdown over the closes at which the position is open; a ruined one ends there."""
    quantity, _, base, anchor, _ = position
    close, marked, stop, slope = prices[3], prices[8], leaving[0], side * quantity
    ruined = _note_closes(prices, slope, anchor, base, entry, stop, row)
    if len(equity) > 0:
        for t in range(entry, stop):
            equity[t] = base + slope * (marked[t] - anchor)
    if ruined >= 0:
        return ruined, RUIN, close[ruined], True, False
    if leaving[1] == END_OF_DATA and base + slope * (marked[stop] - anchor) <= 0.0:
        return stop, RUIN, close[stop], True, False
    return leaving


@inlined
def _note_closes(prices, slope, anchor, base, start, stop, row):
    """Note the drawdown of the closes in ``[start, stop)``; returns the one that ruins, or -1.

    Their extremes are enough where none is a new peak, and where even the fall from the highest to the lowest is no
    deeper than one before.
    """
    least, most = _extremes(prices[6], start, stop)
    best, low = (most, least) if slope > 0.0 else (least, most)
    top, bottom, peak, worst = base + slope * (best - anchor), base + slope * (low - anchor), row[PEAK], row[DRAWDOWN]
    if (bottom > 0.0) & ((top <= peak) | (top - bottom <= worst * top)):  # NaN, not known, is not
        row[PEAK], row[DRAWDOWN] = max(peak, top), max(worst, (peak - bottom) / peak)
        return -1
    return _walk_closes(prices, slope, anchor, base, start, stop, row)


@inlined
def _extremes(ahead, start, stop):
    """Lowest and highest mark of the bars in ``[start, stop)``: of two stretches that overlap, and of those before."""
    least, most, t = math.inf, -math.inf, start
    while t + 2 * FAR < stop:
        least, most = min(least, ahead[_FAR, t, 0]), max(most, ahead[_FAR, t, 1])
        t += FAR
    left = stop - t
    if left <= 0:
        return least, most
    level = int(left >= 2) + int(left >= 4) + int(left >= 8) + int(left >= 16) + int(left >= 32) + int(left >= 64)
    u = bar_index(stop - (1 << level))
    least = min(least, ahead[level, t, 0], ahead[level, u, 0])
    return least, max(most, ahead[level, t, 1], ahead[level, u, 1])


@inlined
def _walk_closes(prices, slope, anchor, base, start, stop, row):
    """Close by close; stretches without a new peak and without a deeper drawdown are passed over by their extremes."""
    marked, ahead = prices[8], prices[6]
    best, low = (1, 0) if slope > 0.0 else (0, 1)  # columns of the closes that make equity highest and lowest
    peak, worst = row[PEAK], row[DRAWDOWN]
    ruined, t = -1, start
    while t < stop and ruined < 0:
        floor = peak - worst * peak
        if t + FAR <= stop and _quiet(base, slope, anchor, ahead[_FAR, t, best], ahead[_FAR, t, low], peak, floor):
            t += FAR
        elif t + NEAR <= stop and _quiet(base, slope, anchor, ahead[_NEAR, t, best], ahead[_NEAR, t, low], peak, floor):
            t += NEAR
        else:
            for k in range(t, min(t + NEAR, stop)):
                mark = base + slope * (marked[k] - anchor)
                peak = max(peak, mark)
                if peak - mark > worst * peak:
                    worst = (peak - mark) / peak
                    if mark <= 0.0:
                        ruined = k
                        break
            t += NEAR
    row[PEAK], row[DRAWDOWN] = peak, worst
    return ruined


@inlined
def _quiet(base, slope, anchor, best, low, peak, floor):
    """Whether a stretch of closes neither makes a new peak nor falls below the floor (a hair above it counts)."""
    return (base + slope * (best - anchor) <= peak) & (base + slope * (low - anchor) > floor)


@inlined
def mark_days(prices, days, position, side, span, pull, row, daily):
    """End the periods whose last close falls into the trade; returns the pull of the unfinished one.

    Nobody asks for pulls without daily returns: 0 then.
    """
    quantity, fill, base, anchor, _ = position
    entry, exit_bar, last_held = span
    d, stop, slope = bar_index(int(row[DAY])), bar_index(days[0][exit_bar]), side * quantity
    if len(daily) == 0:
        if d < stop:
            _close_days(row, days, d, stop, base, slope, anchor, daily)
        return 0.0
    running, marked = prices[5], prices[8]
    _, first, last, _, _, _, drift = days
    a = entry
    if d < stop:  # the period that it is entered in, then those that it is held through
        b = bar_index(last[d])
        pull += slope * (fill + running[b] - running[entry]) / (b - first[d] + 1) * drift
        close_day(row, base + slope * (marked[b] - anchor), pull, days, daily)
        pull = 0.0
        a = b + 1
        d += 1
        if d < stop:
            _close_days(row, days, d, stop, base, slope, anchor, daily)
            a, d = last[stop - 1] + 1, stop
    if a <= last_held:
        held = fill if a == entry else 0.0
        held += running[last_held] - running[bar_index(max(a, entry + 1) - 1)]
        pull += slope * held / (last[d] - first[d] + 1) * drift
    return pull


@inlined
def _close_days(row, days, d, stop, base, slope, anchor, daily):
    """`close_day` of the periods ``d .. stop - 1``; with ``daily``, of periods that are held from first to last bar."""
    _, _, _, block, marks, held, drift = days
    mark, s3, s4 = row[MARK], row[S3], row[S4]
    b = bar_index(block[d])
    total, squares = row[BLOCK_SUM + b], row[BLOCK_SUMSQ + b]
    for k in range(d, stop):
        if block[k] != b:
            row[BLOCK_SUM + b], row[BLOCK_SUMSQ + b] = total, squares
            b = bar_index(block[k])
            total, squares = row[BLOCK_SUM + b], row[BLOCK_SUMSQ + b]
        now = base + slope * (marks[k] - anchor)
        r = now / mark - 1.0
        for kind in range(len(daily)):
            daily[kind, k] = r - (slope * held[k] * drift / mark if kind == 0 else 0.0)
        square = r * r
        s3 += square * r
        s4 += square * square
        total += r
        squares += square
        mark = now
    row[BLOCK_SUM + b], row[BLOCK_SUMSQ + b] = total, squares
    row[MARK], row[S3], row[S4], row[DAY] = mark, s3, s4, stop
