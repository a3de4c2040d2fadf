"""Where a one-leg position ends: the first of signal, holding limit, stop, target, end of data."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from alpha_discovery.backtest.bar_index import bar_index
from alpha_discovery.backtest.bitmaps import ending, next_exit, seen_from
from alpha_discovery.backtest.lowest_bit import lowest_bit
from alpha_discovery.backtest.reached import reached
from alpha_discovery.backtest.tape import FINER, QUICK
from alpha_discovery.kernels import inlined

SIGNAL, REVERSAL, STOP, TARGET, TRAILING, MAX_HOLDING, END_OF_DATA, RUIN, LIQUIDATION = range(9)
STOP_FIRST, TARGET_FIRST, DETAIL = range(3)
HAIR = 2.0**-22  # of a level: more than rounding to float32 can move a price and the level together
_ONE, _ZERO = np.uint64(1), np.uint64(0)


@inlined
def decision(bits, side, entry, end, max_bars):
    """Bar at whose close leaving is decided, and why; ``(end - 1, END_OF_DATA)`` if that never acts."""
    last, held_out = _last_close(entry, end, max_bars)
    stop = min(last + 1, end - 1)
    t, reverses = next_exit(bits, side, entry, stop)
    if t < stop:
        return t, (REVERSAL if reverses else SIGNAL)
    return last, (MAX_HOLDING if held_out else END_OF_DATA)


@inlined
def _last_close(entry, end, max_bars):
    """The last close that a position can be held to, and whether that is the one of the holding limit."""
    if not math.isnan(max_bars) and entry + int(max_bars) < end:
        return entry + int(max_bars) - 1, True  # the n-th close is bar entry + n - 1
    return end - 1, False


@inlined
def next_event(prices, bits, side, entry, last, below, above):
    """First bar in ``[entry, last]`` that reaches a level or whose close ends the position, else ``last + 1``.

    Also whether it reaches a level, and whether the signal of its close ends the position or reverses it. Whole words
    of bars are looked at, levels by prices rounded to float32 that reach a hair too far: a bar found by them is
    looked at again.
    """
    low, high, seen = prices[QUICK][0], prices[QUICK][1], seen_from(bits, side)
    nearly_below, nearly_above = np.float32(below + abs(below) * HAIR), np.float32(above - abs(above) * HAIR)
    w = bar_index(entry >> 6)
    keep = ~_ZERO << np.uint64(entry & 63)
    while w << 6 <= last:
        touching = reached(low, high, w << 6, nearly_below, nearly_above, keep)
        ended, reversing = ending(seen, w)
        word = touching | (ended & keep)
        if word != _ZERO:
            b = np.uint64(lowest_bit(word))
            t = bar_index((w << 6) + np.int64(b))
            if t > last:
                break
            touched = touches(prices, t, below, above)
            ends = (ended >> b) & _ONE != _ZERO
            if touched | ends:
                return t, touched, ends, (reversing >> b) & _ONE != _ZERO
            keep = ~_ZERO << b << _ONE
            continue
        keep = ~_ZERO
        w = bar_index(w + 1)
    return last + 1, False, False, False


@inlined
def around(side, stop, target):
    """Stop and target as the level below the price and the one above it."""
    return (stop, target) if side > 0 else (target, stop)


@inlined
def touches(prices, t, below, above):
    """Whether bar t reaches a level below or above it."""
    return (prices[2][t] <= below) | (prices[1][t] >= above)


@inlined
def first_trailing_touch(prices, side, entry, last, stop, target, trail):
    """First bar in ``[entry, last]`` that reaches the target or the trailing stop, else ``last``.

    Also whether one does, the stop level in force, and whether it is the trailing one.
    """
    close = prices[3]
    below, above = around(side, stop, target)
    if touches(prices, entry, below, above):
        return entry, True, stop, False
    best = close[entry]
    for t in range(entry + 1, last + 1):
        level, trailing = best * (1.0 - side * trail), True
        if side * (stop - level) >= 0.0:
            level, trailing = stop, False
        below, above = around(side, level, target)
        if touches(prices, t, below, above):
            return t, True, level, trailing
        if side * (close[t] - best) > 0.0:
            best = close[t]
    return last, False, stop, False


@inlined
def resolve(prices, side, t, entry, stop, target, policy):
    """What happens in a bar that reaches a level: is it the stop, at which price, inside the bar, ambiguous?"""
    open_, high, low = prices[0], prices[1], prices[2]
    if t > entry:
        if side * (open_[t] - stop) <= 0.0:
            return True, open_[t], False, False
        if side * (open_[t] - target) >= 0.0:
            return False, open_[t], False, False
    if side > 0:
        by_stop, by_target = low[t] <= stop, high[t] >= target
    else:
        by_stop, by_target = high[t] >= stop, low[t] <= target
    both = by_stop and by_target
    if both and policy == DETAIL:
        by_stop, both = _first_in_detail(prices, side, t, stop, target)
    elif both:
        by_stop = policy != TARGET_FIRST
    price = stop if by_stop else target
    if by_stop and side * (open_[t] - stop) < 0.0:  # only in the entry bar: nobody sells above the market
        price = open_[t]
    return by_stop, price, True, both


@inlined
def _first_in_detail(prices, side, t, stop, target):
    """Which of two touched levels the finer bars of bar t touch first: is it the stop, is it ambiguous still?"""
    high, low, first, last = prices[FINER]
    for k in range(first[t], last[t]):
        by_stop = low[k] <= stop if side > 0 else high[k] >= stop
        by_target = high[k] >= target if side > 0 else low[k] <= target
        if by_stop != by_target:
            return by_stop, False
        if by_stop:
            return True, True
    return True, True


@inlined
def find_exit(prices, bits, side, entry, end, levels, policy):
    """The exit of a position: bar, reason, price before slippage, inside the bar (not at its open), ambiguous.

    ``levels``: stop, target, liquidation price, trailing distance, bars to hold at most; NaN is off.
    """
    stop, target, liquidation, trail, max_bars = levels
    stopped = STOP
    if not math.isnan(liquidation) and not side * (stop - liquidation) >= 0.0:
        stop, stopped = liquidation, LIQUIDATION
    last, held_out = _last_close(entry, end, max_bars)
    moving = not math.isnan(trail)
    below, above = (math.nan, math.nan) if moving else around(side, stop, target)
    t, touched, ends, reverses = next_event(prices, bits, side, entry, last, below, above)
    t = bar_index(t)
    if moving:
        t, touched, stop, trailing = first_trailing_touch(prices, side, entry, min(t, last), stop, target, trail)
        t = bar_index(t)
        stopped = TRAILING if trailing else stopped
    if touched:
        by_stop, price, inside, both = resolve(prices, side, t, entry, stop, target, policy)
        return t, (stopped if by_stop else TARGET), price, inside, both
    if ends and t < end - 1:
        return t + 1, (REVERSAL if reverses else SIGNAL), prices[0][t + 1], False, False
    if held_out:
        return last + 1, MAX_HOLDING, prices[0][last + 1], False, False
    return end - 1, END_OF_DATA, prices[3][end - 1], True, False
