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
    FUNDING,
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
from alpha_discovery.backtest.impact import CAPITAL, filled, note_capped, pressed, room
from alpha_discovery.backtest.tape import FAR, FLOW, NEAR
from alpha_discovery.kernels import hot_kernel, inlined

# columns of the risk parameters of a candidate; DELAY is the square root of latency over bar length
SIZE, STOP_LOSS, TAKE_PROFIT, TRAIL, MAX_BARS, DIRECTION, LEVERAGE, DELAY = range(8)
N_RISK = 8
N_TRADE = 12  # columns of a recorded trade: TRADE of core.results without the leg
_ALL, _NONE = np.uint64(0xFFFFFFFFFFFFFFFF), np.uint64(0)


@inlined
def entry_masks(direction):
    """Bit masks that switch off the entries which the direction (0 both, 1 long, 2 short) forbids."""
    return (_NONE if direction == 2.0 else _ALL), (_NONE if direction == 1.0 else _ALL)


@hot_kernel
def simulate(prices, days, span, bits, risk, costs, row, daily, trades, equity):
    """Run one candidate.

    ``prices``: open, high, low, close, spread (T), running (T+1), near, far (4, T), due,
    marked (T), detail high, low, first, last, flow; ``days``: day (T),
    first, last, block (n_days), drift;
    ``span``: begin, end, intrabar policy; ``bits``: four bitmaps; ``risk``: eight columns; ``costs``: commission,
    slippage, maker, maintenance, impact, largest share, capital. ``row`` gets the sums; ``daily`` (0 to 2 rows of
    n_days: detrended, raw),
    ``trades`` (n, N_TRADE) and ``equity`` (T) are filled as far as they have room.
    """
    begin, end, policy = span
    open_row(row)
    masks = entry_masks(risk[DIRECTION])
    pull, n_days = 0.0, len(days[1])
    t, side = next_entry(bits, masks, begin, end - 1)
    while side != 0:
        entry = t + 1
        pull = go_to_day(row, days[0][entry], pull, days, daily)
        position = _enter(prices, risk, costs, side, entry, row[EQUITY], row)
        if position[0] <= 0.0:  # the volume allows nothing
            mark_drawdown(row, row[EQUITY])
            equity[entry:] = row[EQUITY]
            t, side = next_entry(bits, masks, entry, end - 1)
            continue
        levels = _levels(position, risk, costs, side)
        leaving = find_exit(prices, bits, masks, side, entry, end, levels, policy)
        leaving = _mark_closes(prices, position, side, entry, leaving, row, equity)
        exit_bar, reason, _, inside, _ = leaving
        last_held = exit_bar if inside else exit_bar - 1
        count_held(row, days[0], entry, last_held)
        pull = _mark_days(prices, days, position, side, (entry, exit_bar, last_held), pull, row, daily)
        _leave(prices, risk, costs, side, position, entry, leaving, row, trades)
        if reason != REVERSAL or row[EQUITY] <= 0.0:  # who has nothing left does not enter the other side
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
def _enter(prices, risk, costs, side, entry, equity, row):
    """Quantity, fill price, equity after the entry's commission, and the fill from which marks count."""
    commission, slippage = costs[0], costs[1]
    worse = slippage + risk[DELAY] * prices[4][entry]
    fill = prices[0][entry] * (1.0 + side * worse)
    quantity = risk[SIZE] * risk[LEVERAGE] * equity / (fill * (1.0 + commission))
    if costs[CAPITAL] > 0.0:
        flow, budget = prices[FLOW][entry], risk[SIZE] * risk[LEVERAGE] * equity
        part = room(costs, flow, quantity, row)
        note_capped(row, part)
        quantity, fill = filled(costs, prices[0][entry], side, worse, prices[4][entry], flow, budget, part * quantity)
    return quantity, fill, equity - commission * quantity * fill, fill - prices[8][entry]


@inlined
def _levels(position, risk, costs, side):
    """Stop, target, liquidation price (NaN without leverage), trailing distance, bars to hold."""
    quantity, fill, base, _ = position
    liquidation = np.nan
    if risk[LEVERAGE] > 1.0:
        liquidation = (quantity * fill - side * base) / (quantity * (1.0 - side * costs[3]))
    stop, target = fill * (1.0 - side * risk[STOP_LOSS]), fill * (1.0 + side * risk[TAKE_PROFIT])
    return stop, target, liquidation, risk[TRAIL], risk[MAX_BARS]


@inlined
def _mark_closes(prices, position, side, entry, leaving, row, equity):
    """Drawdown over the closes at which the position is open; a ruined one ends there."""
    quantity, _, base, anchor = position
    close, marked, stop, slope = prices[3], prices[9], leaving[0], side * quantity
    ruined = _walk_closes(prices, slope, anchor, base, entry, stop, row)
    if len(equity) > 0:
        for t in range(entry, stop):
            equity[t] = base + slope * (marked[t] - anchor)
    if ruined >= 0:
        return ruined, RUIN, close[ruined], True, False
    if leaving[1] == END_OF_DATA and base + slope * (marked[stop] - anchor) <= 0.0:
        return stop, RUIN, close[stop], True, False
    return leaving


@inlined
def _walk_closes(prices, slope, anchor, base, start, stop, row):
    """Note the drawdown of each close in ``[start, stop)``; returns the one that ruins, or -1.

    Stretches without a new peak and without a deeper drawdown are passed over by their extremes.
    """
    marked, near, far = prices[9], prices[6], prices[7]
    best, low = (3, 2) if slope > 0.0 else (2, 3)  # rows of the closes that make equity highest and lowest
    peak, worst = row[PEAK], row[DRAWDOWN]
    ruined, t = -1, start
    while t < stop and ruined < 0:
        floor = peak - worst * peak
        if t + FAR <= stop and _quiet(base, slope, anchor, far[best, t], far[low, t], peak, floor):
            t += FAR
        elif t + NEAR <= stop and _quiet(base, slope, anchor, near[best, t], near[low, t], peak, floor):
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
def _mark_days(prices, days, position, side, span, pull, row, daily):
    """End the periods whose last close falls into the trade; returns the pull of the unfinished one."""
    running, marked = prices[5], prices[9]
    _, first, last, _, drift = days
    quantity, fill, base, anchor = position
    entry, exit_bar, last_held = span
    a = entry
    d = int(row[DAY])
    while d < len(last) and last[d] < exit_bar:
        b = last[d]
        held = fill if a == entry else 0.0
        held += running[b] - running[max(a, entry + 1) - 1]
        pull += side * quantity * held / (b - first[d] + 1) * drift
        close_day(row, base + side * quantity * (marked[b] - anchor), pull, days, daily)
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
    commission, slippage, maker = costs[0], costs[1], costs[2]
    quantity, fill, base, _ = position
    out, rate = price, maker
    if reason != TARGET:
        worse = slippage + risk[DELAY] * prices[4][exit_bar]
        if costs[CAPITAL] > 0.0:
            worse += pressed(costs, prices[4][exit_bar], prices[FLOW][exit_bar], quantity)
        out, rate = price * (1.0 - side * worse), commission
    before = row[EQUITY]
    paid = commission * quantity * fill + rate * quantity * out
    slipped = quantity * (abs(fill - prices[0][entry]) + abs(out - price))
    funded = side * quantity * (prices[8][exit_bar] - prices[8][entry])
    row[EQUITY] = base + side * quantity * (out - fill) - rate * quantity * out - funded
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
    row[FUNDING] += funded
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
