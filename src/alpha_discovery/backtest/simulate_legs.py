"""One candidate on several legs that are entered and left together; levels act on the joint gain at closes."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from alpha_discovery.backtest.account import (
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
from alpha_discovery.backtest.bitmaps import next_entry
from alpha_discovery.backtest.exits import END_OF_DATA, REVERSAL, RUIN, STOP, TARGET, TRAILING, decision
from alpha_discovery.backtest.impact import CAPITAL, filled, note_capped, pressed, room
from alpha_discovery.backtest.simulate import (
    DELAY,
    LEVERAGE,
    MAX_BARS,
    SIZE,
    STOP_LOSS,
    TAKE_PROFIT,
    TRAIL,
)
from alpha_discovery.backtest.tape import FLOW
from alpha_discovery.kernels import hot_kernel, inlined

_SIDE, _QUANTITY, _FILL, _ANCHOR = range(4)  # columns of a leg's state


@hot_kernel
def simulate_legs(prices, days, span, bits, risk, weights, costs, row, daily, trades, equity, legs):
    """Run one candidate; arguments as `simulate` with prices open, close, spread (L, T), running (L, T+1), due,
    marked, flow (L, T),
    drift (L,), and ``weights`` (L,), ``legs`` (L, 4) room to work in. ``trades`` gets one record a leg,
    in the order of legs."""
    begin, end, _ = span
    open_row(row)
    pull, n_days = 0.0, len(days[1])
    t, side = next_entry(bits, begin, end - 1)
    while side != 0:
        entry = t + 1
        pull = go_to_day(row, days[0][entry], pull, days, daily)
        base, gross = _enter(prices, risk, weights, costs, side, entry, row, legs)
        if gross <= 0.0:  # every weight is 0, or the volume allows nothing
            mark_drawdown(row, row[EQUITY])
            equity[entry:] = row[EQUITY]
            t, side = next_entry(bits, entry, end - 1)
            continue
        decided, why = decision(bits, side, entry, end, risk[MAX_BARS])
        leaving = _mark_closes(prices, legs, base, gross, entry, decided, why, end, risk, row, equity)
        exit_bar, reason, inside = leaving
        last_held = exit_bar if inside else exit_bar - 1
        count_held(row, days[0], entry, last_held)
        pull = _mark_days(prices, days, legs, base, (entry, exit_bar, last_held), pull, row, daily)
        _leave(prices, risk, costs, legs, base, entry, leaving, row, trades)
        if reason != REVERSAL or row[EQUITY] <= 0.0:  # who has nothing left does not enter the other side
            mark_drawdown(row, row[EQUITY])
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
def _enter(prices, risk, weights, costs, side, entry, row, legs):
    """Fill every leg; returns equity after commissions and the gross value at the fills."""
    commission, slippage = costs[0], costs[1]
    base, gross, part = row[EQUITY], 0.0, 1.0
    if costs[CAPITAL] > 0.0:
        part = _part(prices, risk, weights, costs, side, entry, row)
    for leg in range(len(weights)):
        d = side if weights[leg] > 0.0 else -side
        price = prices[0][leg, entry]
        worse = slippage + risk[DELAY] * prices[2][leg, entry]
        fill = price * (1.0 + d * worse)
        budget = risk[SIZE] * risk[LEVERAGE] * abs(weights[leg]) * row[EQUITY]
        quantity = budget / (fill * (1.0 + commission))
        if costs[CAPITAL] > 0.0:
            spread, flow = prices[2][leg, entry], prices[FLOW][leg, entry]
            quantity, fill = filled(costs, price, d, worse, spread, flow, budget, part * quantity)
        legs[leg, _SIDE], legs[leg, _QUANTITY], legs[leg, _FILL] = d, quantity, fill
        legs[leg, _ANCHOR] = fill - prices[4][leg, entry]
        base -= commission * quantity * fill
        gross += quantity * fill
    return base, gross


@inlined
def _part(prices, risk, weights, costs, side, entry, row):
    """The share of what is wanted that every leg can have: the legs stay in proportion."""
    part = 1.0
    for leg in range(len(weights)):
        d = side if weights[leg] > 0.0 else -side
        worse = costs[1] + risk[DELAY] * prices[2][leg, entry]
        budget = risk[SIZE] * risk[LEVERAGE] * abs(weights[leg]) * row[EQUITY]
        wanted = budget / (prices[0][leg, entry] * (1.0 + d * worse) * (1.0 + costs[0]))
        if wanted > 0.0:
            part = min(part, room(costs, prices[FLOW][leg, entry], wanted, row))
    note_capped(row, part)
    return part


@inlined
def _profit(marked, legs, t):
    """Open profit of all legs at a close, funding included."""
    total = 0.0
    for leg in range(len(legs)):
        total += legs[leg, _SIDE] * legs[leg, _QUANTITY] * (marked[leg, t] - legs[leg, _ANCHOR])
    return total


@inlined
def _gain(close, legs, gross, t):
    """Joint profit as a fraction of the gross value, without funding: levels do not move with it."""
    total = 0.0
    for leg in range(len(legs)):
        total += legs[leg, _SIDE] * legs[leg, _QUANTITY] * (close[leg, t] - legs[leg, _FILL])
    return total / gross


@inlined
def _mark_closes(prices, legs, base, gross, entry, decided, why, end, risk, row, equity):
    """Walk over the closes until a level, ruin or the decision ends the position: exit bar, reason, inside."""
    best = -np.inf
    for t in range(entry, end):
        profit = _profit(prices[5], legs, t)
        if t == end - 1:
            return t, (RUIN if base + profit <= 0.0 else END_OF_DATA), True
        mark_drawdown(row, base + profit)
        if len(equity) > 0:
            equity[t] = base + profit
        if base + profit <= 0.0:
            return t, RUIN, True
        if t == decided:
            return t + 1, why, False
        gain = _gain(prices[1], legs, gross, t)
        if gain <= -risk[STOP_LOSS]:
            return t + 1, STOP, False
        if gain >= risk[TAKE_PROFIT]:
            return t + 1, TARGET, False
        if not math.isnan(risk[TRAIL]) and gain <= best - risk[TRAIL]:
            return t + 1, TRAILING, False
        best = max(best, gain)
    return end - 1, END_OF_DATA, True


@inlined
def _mark_days(prices, days, legs, base, span, pull, row, daily):
    """End the periods whose last close falls into the trade; returns the pull of the unfinished one."""
    _, first, last, _, drift = days
    entry, exit_bar, last_held = span
    a = entry
    d = int(row[DAY])
    while d < len(last) and last[d] < exit_bar:
        b = last[d]
        pull += _pull(prices[3], legs, drift, entry, a, b) / (b - first[d] + 1)
        close_day(row, base + _profit(prices[5], legs, b), pull, days, daily)
        pull = 0.0
        a = b + 1
        d += 1
    if a <= last_held:
        pull += _pull(prices[3], legs, drift, entry, a, last_held) / (last[d] - first[d] + 1)
    return pull


@inlined
def _pull(running, legs, drift, entry, a, b):
    """Sum over held bars ``a .. b`` and legs of signed value at the start of the bar times the leg's drift."""
    total = 0.0
    for leg in range(len(legs)):
        held = legs[leg, _FILL] if a == entry else 0.0
        held += running[leg, b] - running[leg, max(a, entry + 1) - 1]
        total += legs[leg, _SIDE] * legs[leg, _QUANTITY] * held * drift[leg]
    return total


@inlined
def _leave(prices, risk, costs, legs, base, entry, leaving, row, trades):
    """Settle all legs as one round trip; a record a leg carries the leg's own profit."""
    exit_bar, reason, inside = leaving
    commission, slippage = costs[0], costs[1]
    before, after, recorded = row[EQUITY], base, int(row[TRADES]) * len(legs)
    for leg in range(len(legs)):
        d, quantity, fill = legs[leg, _SIDE], legs[leg, _QUANTITY], legs[leg, _FILL]
        price = prices[1][leg, exit_bar] if inside else prices[0][leg, exit_bar]
        worse = slippage + risk[DELAY] * prices[2][leg, exit_bar]
        if costs[CAPITAL] > 0.0:
            worse += pressed(costs, prices[2][leg, exit_bar], prices[FLOW][leg, exit_bar], quantity)
        out = price * (1.0 - d * worse)
        paid = commission * quantity * (fill + out)
        slipped = quantity * (abs(fill - prices[0][leg, entry]) + abs(out - price))
        funded = d * quantity * (prices[4][leg, exit_bar] - prices[4][leg, entry])
        after += d * quantity * (out - fill) - commission * quantity * out - funded
        row[TURNOVER] += quantity * (fill + out) / before
        row[COMMISSION] += paid
        row[SLIPPAGE] += slipped
        row[FUNDING] += funded
        if recorded + leg < len(trades):
            record = trades[recorded + leg]
            record[0], record[1], record[2], record[3], record[4] = d, entry, exit_bar, fill, out
            own = d * quantity * (out - fill) - paid - funded
            record[5], record[6], record[7], record[8] = quantity, own, paid, slipped
            record[9], record[10], record[11] = reason, 0.0 if inside else 1.0, 0.0
    row[EQUITY] = after
    profit = after - before
    row[TRADES] += 1
    if profit > 0.0:
        row[WINS] += 1
        row[PROFIT] += profit
    else:
        row[LOSS] -= profit


@hot_kernel
def simulate_legs_all(prices, days, span, tables, rows_of, risk, weights, costs, out, daily, nothing, legs):
    """Run candidates one after another; ``daily`` is (n, 0 to 2, n_days) float32."""
    for i in range(len(out)):
        r = rows_of[i]
        bits = (tables[0][r[0]], tables[1][r[1]], tables[2][r[2]], tables[3][r[3]])
        simulate_legs(
            prices, days, span, bits, risk[i], weights[i], costs, out[i], daily[i], nothing[0], nothing[1], legs
        )
