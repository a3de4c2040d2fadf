"""One candidate on one leg: jump to the next entry, find its exit, account for the trade, repeat.

`simulate` is the per-candidate function; the rules are those of docs/explanation/execution.md.
"""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import numpy as np

from alpha_discovery.backtest.account import (
    AMBIGUOUS,
    COMMISSION,
    DAY,
    DRAWDOWN,
    EQUITY,
    LOSS,
    PEAK,
    PROFIT,
    SLIPPAGE,
    TRADES,
    TURNOVER,
    WINS,
    close_day,
    count_held,
    go_to_day,
    mark_drawdown,
    open_row,
)
from alpha_discovery.backtest.bitmaps import next_entry
from alpha_discovery.backtest.exits import END_OF_DATA, REVERSAL, RUIN, TARGET, find_exit
from alpha_discovery.backtest.tape import FAR, NEAR
from alpha_discovery.kernels import hot_kernel, inlined

# columns of the risk parameters of a candidate; DELAY is the square root of latency over bar length
SIZE, STOP_LOSS, TAKE_PROFIT, TRAIL, MAX_BARS, DIRECTION, DELAY = range(7)
N_RISK = 7
N_TRADE = 12  # columns of a recorded trade: TRADE of core.results without the leg
_ALL, _NONE = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0)


@inlined
def entry_masks(direction):
    """Bit masks that switch off the entries which the direction (0 both, 1 long, 2 short) forbids."""
    return (_NONE if direction == 2.0 else _ALL), (_NONE if direction == 1.0 else _ALL)


@hot_kernel
def simulate(prices, days, span, bits, risk, costs, row, daily, trades, equity):
    """Run one candidate.

    ``prices``: open, high, low, close, spread (T), running (T+1), near, far (4, T); ``days``: day (T),
    first, last, block (n_days), drift;
    ``span``: begin, end, target_first; ``bits``: four bitmaps; ``risk``: seven columns; ``costs``: commission,
    slippage. ``row`` gets the sums; ``daily`` (0 to 2 rows of n_days: detrended, raw), ``trades`` (n, N_TRADE)
    and ``equity`` (T) are filled as far as they have room.
    """
    begin, end, target_first = span
    open_row(row)
    masks = entry_masks(risk[DIRECTION])
    pull, n_days = 0.0, len(days[1])
    t, side = next_entry(bits, masks, begin, end - 1)
    while side != 0:
        entry = t + 1
        pull = go_to_day(row, days[0][entry], pull, days, daily)
        position = _enter(prices, risk, costs, side, entry, row[EQUITY])
        stop, target = position[1] * (1.0 - side * risk[STOP_LOSS]), position[1] * (1.0 + side * risk[TAKE_PROFIT])
        limits = (risk[TRAIL], risk[MAX_BARS])
        leaving = find_exit(prices, bits, masks, side, entry, end, limits, stop, target, target_first)
        leaving = _mark_closes(prices, position, side, entry, leaving, row, equity)
        exit_bar, reason, _, inside, _ = leaving
        last_held = exit_bar if inside else exit_bar - 1
        count_held(row, days[0], entry, last_held)
        pull = _mark_days(prices, days, position, side, (entry, exit_bar, last_held), pull, row, daily)
        _leave(prices, risk, costs, side, position, entry, leaving, row, trades)
        if reason != REVERSAL:
            mark_drawdown(row, row[EQUITY])
            equity[exit_bar:] = row[EQUITY]  # equity without room is an empty array
        if row[EQUITY] <= 0.0:
            break
        if reason == REVERSAL:
            t, side = exit_bar - 1, -side
        else:
            t, side = next_entry(bits, masks, exit_bar, end - 1)
    if row[DAY] < n_days:
        close_day(row, row[EQUITY], pull, days, daily)


@inlined
def _enter(prices, risk, costs, side, entry, equity):
    """Quantity, fill price and equity after the entry's commission."""
    commission, slippage = costs
    fill = prices[0][entry] * (1.0 + side * (slippage + risk[DELAY] * prices[4][entry]))
    quantity = risk[SIZE] * equity / (fill * (1.0 + commission))
    return quantity, fill, equity - commission * quantity * fill


@inlined
def _mark_closes(prices, position, side, entry, leaving, row, equity):
    """Drawdown over the closes at which the position is open; a ruined one ends there."""
    quantity, fill, base = position
    close, stop, slope = prices[3], leaving[0], side * quantity
    ruined = _walk_closes(prices, slope, fill, base, entry, stop, row)
    if len(equity) > 0:
        for t in range(entry, stop):
            equity[t] = base + slope * (close[t] - fill)
    if ruined >= 0:
        return ruined, RUIN, close[ruined], True, False
    if leaving[1] == END_OF_DATA and base + slope * (close[stop] - fill) <= 0.0:
        return stop, RUIN, close[stop], True, False
    return leaving


@inlined
def _walk_closes(prices, slope, fill, base, start, stop, row):
    """Note the drawdown of each close in ``[start, stop)``; returns the one that ruins, or -1.

    Stretches without a new peak and without a deeper drawdown are passed over by their extremes.
    """
    close, near, far = prices[3], prices[6], prices[7]
    best, low = (3, 2) if slope > 0.0 else (2, 3)  # rows of the closes that make equity highest and lowest
    peak, worst = row[PEAK], row[DRAWDOWN]
    ruined, t = -1, start
    while t < stop and ruined < 0:
        floor = peak - worst * peak
        if t + FAR <= stop and _quiet(base, slope, fill, far[best, t], far[low, t], peak, floor):
            t += FAR
        elif t + NEAR <= stop and _quiet(base, slope, fill, near[best, t], near[low, t], peak, floor):
            t += NEAR
        else:
            for k in range(t, min(t + NEAR, stop)):
                mark = base + slope * (close[k] - fill)
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
def _quiet(base, slope, fill, best, low, peak, floor):
    """Whether a stretch of closes neither makes a new peak nor falls below the floor (a hair above it counts)."""
    return (base + slope * (best - fill) <= peak) & (base + slope * (low - fill) > floor)


@inlined
def _mark_days(prices, days, position, side, span, pull, row, daily):
    """End the periods whose last close falls into the trade; returns the pull of the unfinished one."""
    close, running = prices[3], prices[5]
    _, first, last, _, drift = days
    quantity, fill, base = position
    entry, exit_bar, last_held = span
    a = entry
    d = int(row[DAY])
    while d < len(last) and last[d] < exit_bar:
        b = last[d]
        held = fill if a == entry else 0.0
        held += running[b] - running[max(a, entry + 1) - 1]
        pull += side * quantity * held / (b - first[d] + 1) * drift
        close_day(row, base + side * quantity * (close[b] - fill), pull, days, daily)
        pull = 0.0
        a = b + 1
        d += 1
    if a <= last_held:
        held = fill if a == entry else 0.0
        held += running[last_held] - running[max(a, entry + 1) - 1]
        pull += side * quantity * held / (last[d] - first[d] + 1) * drift
    return pull


@inlined
def _leave(prices, risk, costs, side, position, entry, leaving, row, trades):
    """Settle the exit: equity, costs, counts, and the trade's record if there is room."""
    exit_bar, reason, price, inside, ambiguous = leaving
    commission, slippage = costs
    quantity, fill, base = position
    out = price
    if reason != TARGET:
        out = price * (1.0 - side * (slippage + risk[DELAY] * prices[4][exit_bar]))
    before = row[EQUITY]
    paid = commission * quantity * (fill + out)
    slipped = quantity * (abs(fill - prices[0][entry]) + abs(out - price))
    row[EQUITY] = base + side * quantity * (out - fill) - commission * quantity * out
    profit = row[EQUITY] - before
    n = int(row[TRADES])
    row[TRADES] += 1
    if profit > 0.0:
        row[WINS] += 1
        row[PROFIT] += profit
    else:
        row[LOSS] -= profit
    row[TURNOVER] += quantity * (fill + out) / before
    row[AMBIGUOUS] += 1 if ambiguous else 0
    row[COMMISSION] += paid
    row[SLIPPAGE] += slipped
    if n < len(trades):
        record = trades[n]
        record[0], record[1], record[2], record[3], record[4] = side, entry, exit_bar, fill, out
        record[5], record[6], record[7], record[8] = quantity, profit, paid, slipped
        record[9], record[10], record[11] = reason, 0.0 if inside else 1.0, 1.0 if ambiguous else 0.0


@hot_kernel
def simulate_all(prices, days, span, tables, rows_of, risk, costs, out, daily, nothing):
    """Run candidates one after another; ``daily`` is (n, 0 to 2, n_days) float32."""
    for i in range(len(out)):
        r = rows_of[i]
        bits = (tables[0][r[0]], tables[1][r[1]], tables[2][r[2]], tables[3][r[3]])
        simulate(prices, days, span, bits, risk[i], costs, out[i], daily[i], nothing[0], nothing[1])
