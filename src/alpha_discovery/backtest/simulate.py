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
    EQUITY,
    FUNDING,
    LOSS,
    PROFIT,
    SLIPPAGE,
    TRADES,
    TURNOVER,
    WINS,
    close_day,
    close_row,
    count_held,
    go_to_day,
    mark_drawdown,
    open_row,
)
from alpha_discovery.backtest.bar_index import bar_index
from alpha_discovery.backtest.bitmaps import next_entry
from alpha_discovery.backtest.exits import REVERSAL, TARGET, find_exit
from alpha_discovery.backtest.impact import CAPITAL, filled, note_capped, pressed, room
from alpha_discovery.backtest.marks import mark_closes, mark_days
from alpha_discovery.backtest.tape import FLOW
from alpha_discovery.kernels import hot_kernel, inlined

# columns of the risk parameters of a candidate; DELAY is the square root of latency over bar length
SIZE, STOP_LOSS, TAKE_PROFIT, TRAIL, MAX_BARS, DIRECTION, LEVERAGE, DELAY = range(8)
N_RISK = 8
N_TRADE = 12  # columns of a recorded trade: TRADE of core.results without the leg


@hot_kernel
def simulate(prices, days, span, bits, risk, costs, row, daily, trades, equity):
    """Run one candidate.

    ``prices``: open, high, low, close, spread (T), running (T+1), ahead (7, T, 2), due,
    marked (T), quick (2, 64 * words), detail high, low, first, last, flow; ``days``: day (T),
    first, last, block, mark, held (n_days), drift;
    ``span``: begin, end, intrabar policy; ``bits``: four bitmaps; ``risk``: eight columns; ``costs``: commission,
    slippage, maker, maintenance, impact, largest share, capital. ``row`` gets the sums; ``daily`` (0 to 2 rows of
    n_days: detrended, raw),
    ``trades`` (n, N_TRADE) and ``equity`` (T) are filled as far as they have room.
    """
    begin, end, policy = span
    open_row(row)
    pull, n_days = 0.0, len(days[1])
    t, side = next_entry(bits, begin, end - 1)
    while side != 0:
        entry = bar_index(t + 1)
        pull = go_to_day(row, days[0][entry], pull, days, daily)
        position = _enter(prices, risk, costs, side, entry, row[EQUITY], row)
        if position[0] <= 0.0:  # the volume allows nothing
            mark_drawdown(row, row[EQUITY])
            if len(equity) > 0:
                equity[entry:] = row[EQUITY]
            t, side = next_entry(bits, entry, end - 1)
            continue
        levels = _levels(position, risk, costs, side)
        leaving = find_exit(prices, bits, side, entry, end, levels, policy)
        leaving = mark_closes(prices, position, side, entry, leaving, row, equity)
        exit_bar, reason, _, inside, _ = leaving
        exit_bar = bar_index(exit_bar)
        last_held = bar_index(exit_bar if inside else exit_bar - 1)
        count_held(row, days[0], entry, last_held)
        pull = mark_days(prices, days, position, side, (entry, exit_bar, last_held), pull, row, daily)
        _leave(prices, risk, costs, side, position, entry, leaving, row, trades)
        if reason != REVERSAL or row[EQUITY] <= 0.0:  # who has nothing left does not enter the other side
            mark_drawdown(row, row[EQUITY])
            if len(equity) > 0:
                equity[exit_bar:] = row[EQUITY]
        if row[EQUITY] <= 0.0:
            break
        if reason == REVERSAL:
            t, side = exit_bar - 1, -side
        else:
            t, side = next_entry(bits, exit_bar, end - 1)
    if row[DAY] < n_days:
        close_day(row, row[EQUITY], pull, days, daily)
    close_row(row)


@inlined
def _enter(prices, risk, costs, side, entry, equity, row):
    """Quantity, fill price, equity after the entry's commission, the fill from which marks count, quantity per equity.

    A trade's equity depends on that of the one before by a single multiplication: all else can be computed ahead.
    """
    commission, slippage = costs[0], costs[1]
    worse = slippage + risk[DELAY] * prices[4][entry]
    fill = prices[0][entry] * (1.0 + side * worse)
    share = risk[SIZE] * risk[LEVERAGE] / (fill * (1.0 + commission))
    quantity = share * equity
    if costs[CAPITAL] > 0.0:
        flow, budget = prices[FLOW][entry], risk[SIZE] * risk[LEVERAGE] * equity
        part = room(costs, flow, quantity, row)
        note_capped(row, part)
        quantity, fill = filled(costs, prices[0][entry], side, worse, prices[4][entry], flow, budget, part * quantity)
        share = quantity / equity
    return quantity, fill, equity - commission * quantity * fill, fill - prices[7][entry], share


@inlined
def _levels(position, risk, costs, side):
    """Stop, target, liquidation price (NaN without leverage), trailing distance, bars to hold."""
    quantity, fill, base, _, _ = position
    liquidation = np.nan
    if risk[LEVERAGE] > 1.0:
        liquidation = (quantity * fill - side * base) / (quantity * (1.0 - side * costs[3]))
    stop, target = fill * (1.0 - side * risk[STOP_LOSS]), fill * (1.0 + side * risk[TAKE_PROFIT])
    return stop, target, liquidation, risk[TRAIL], risk[MAX_BARS]


@inlined
def _leave(prices, risk, costs, side, position, entry, leaving, row, trades):
    """Settle the exit: equity, costs, counts, and the trade's record if there is room."""
    exit_bar, reason, price, inside, ambiguous = leaving
    exit_bar = bar_index(exit_bar)
    commission, slippage, maker = costs[0], costs[1], costs[2]
    quantity, fill, _, _, share = position
    worse, rate = slippage + risk[DELAY] * prices[4][exit_bar], commission
    if costs[CAPITAL] > 0.0:
        worse += pressed(costs, prices[4][exit_bar], prices[FLOW][exit_bar], quantity)
    if reason == TARGET:
        worse, rate = 0.0, maker
    out = price * (1.0 - side * worse)
    before = row[EQUITY]
    paid = commission * quantity * fill + rate * quantity * out
    slipped = quantity * (abs(fill - prices[0][entry]) + abs(out - price))
    due = side * (prices[7][exit_bar] - prices[7][entry])
    growth = share * (side * (out - fill) - (commission * fill + rate * out) - due)
    profit = before * growth
    won = profit > 0.0
    n = bar_index(int(row[TRADES]))
    row[EQUITY] = before * (1.0 + growth)
    row[TRADES] += 1
    row[WINS] += 1.0 if won else 0.0  # values, not branches: half of the guesses would be wrong
    row[PROFIT] += profit if won else 0.0
    row[LOSS] -= 0.0 if won else profit
    row[TURNOVER] += share * (fill + out)
    row[AMBIGUOUS] += 1.0 if ambiguous else 0.0
    row[COMMISSION] += paid
    row[SLIPPAGE] += slipped
    row[FUNDING] += quantity * due
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
