"""Where a one-leg position ends: the first of signal, holding limit, stop, target, end of data."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

import numpy as np

from alpha_discovery.backtest.bitmaps import next_exit
from alpha_discovery.backtest.lowest_bit import lowest_bit
from alpha_discovery.backtest.tape import WIDTHS
from alpha_discovery.kernels import inlined

SIGNAL, REVERSAL, STOP, TARGET, TRAILING, MAX_HOLDING, END_OF_DATA, RUIN, LIQUIDATION = range(9)
STOP_FIRST, TARGET_FIRST, DETAIL = range(3)
_ONE = np.uint64(1)
NEAR, FAR, LAST = WIDTHS[0], WIDTHS[-1], len(WIDTHS) - 1


@inlined
def decision(bits, masks, side, entry, end, max_bars):
    """Bar at whose close leaving is decided, and why; ``(end - 1, END_OF_DATA)`` if that never acts."""
    last = end - 1
    held_out = False
    if not math.isnan(max_bars) and entry + int(max_bars) <= last:
        last = entry + int(max_bars)  # the n-th close is bar entry + n - 1; search up to and with it
        held_out = True
    t, reverses = next_exit(bits, masks, side, entry, last)
    if t < last:
        return t, (REVERSAL if reverses else SIGNAL)
    if held_out:
        return last - 1, MAX_HOLDING
    return end - 1, END_OF_DATA


@inlined
def first_touch(prices, side, start, stop_bar, stop, target):
    """First bar in ``[start, stop_bar]`` that reaches stop or target, else ``stop_bar + 1``; NaN levels are off.

    Also the lowest and the highest mark of the bars before it (infinities without any).
    """
    ahead = prices[6]
    below, above = (stop, target) if side > 0 else (target, stop)
    least, most = math.inf, -math.inf
    t = start
    while t + FAR <= stop_bar and not ((ahead[LAST, t, 0] <= below) | (ahead[LAST, t, 1] >= above)):
        least, most = min(least, ahead[LAST, t, 2]), max(most, ahead[LAST, t, 3])
        t += FAR
    left = min(stop_bar + 1 - t, FAR)
    if left >= NEAR:
        level = int(left >= 2 * NEAR) + int(left >= 4 * NEAR) + int(left >= 8 * NEAR)
        u = t + left - (NEAR << level)  # two stretches that overlap
        lowest = min(ahead[level, t, 0], ahead[level, u, 0])
        highest = max(ahead[level, t, 1], ahead[level, u, 1])
        if not ((lowest <= below) | (highest >= above)):
            least, most = min(least, ahead[level, t, 2]), max(most, ahead[level, t, 3])
            return t + left, min(least, ahead[level, u, 2]), max(most, ahead[level, u, 3])
        for k in range(LAST):  # halves, quarters, eighths: the touch is in the first that is touched
            one = ahead[LAST - 1 - k, t]
            quiet = not ((one[0] <= below) | (one[1] >= above))
            least, most = min(least, one[2] if quiet else least), max(most, one[3] if quiet else most)
            t += (FAR >> (k + 1)) if quiet else 0
        left = NEAR
    return _touch_near(prices, t, left, below, above, least, most)


@inlined
def _touch_near(prices, t, left, below, above, least, most):
    """The same for the next ``left`` bars, at most NEAR; ``t + left`` without a touch.

    Comparisons are gathered into bits: which one is first can hardly be predicted, and a wrong guess costs more
    than all of them.
    """
    high, low, marked = prices[1], prices[2], prices[8]
    n = min(left, len(low) - t)
    hits = _ONE << np.uint64(n)
    if n == NEAR:
        for k in range(NEAR):
            hits |= np.uint64((low[t + k] <= below) | (high[t + k] >= above)) << np.uint64(k)
        passed = lowest_bit(hits)
        for k in range(NEAR):
            mark = marked[t + k]
            least, most = min(least, mark if k < passed else least), max(most, mark if k < passed else most)
    else:
        for k in range(n):
            hits |= np.uint64((low[t + k] <= below) | (high[t + k] >= above)) << np.uint64(k)
        passed = lowest_bit(hits)
        for k in range(t, t + passed):
            least, most = min(least, marked[k]), max(most, marked[k])
    return t + passed, least, most


@inlined
def touches(prices, side, t, stop, target):
    """Whether bar t reaches stop or target."""
    below, above = (stop, target) if side > 0 else (target, stop)
    return (prices[2][t] <= below) | (prices[1][t] >= above)


@inlined
def first_trailing_touch(prices, side, entry, stop_bar, stop, target, trail):
    """Like `first_touch` with a trailing stop; also the stop level in force and whether it is the trailing one."""
    close = prices[3]
    if touches(prices, side, entry, stop, target):
        return entry, stop, False
    best = close[entry]
    for t in range(entry + 1, stop_bar + 1):
        level, trailing = best * (1.0 - side * trail), True
        if side * (stop - level) >= 0.0:
            level, trailing = stop, False
        if touches(prices, side, t, level, target):
            return t, level, trailing
        if side * (close[t] - best) > 0.0:
            best = close[t]
    return stop_bar + 1, stop, False


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
    high, low, first, last = prices[9], prices[10], prices[11], prices[12]
    for k in range(first[t], last[t]):
        by_stop = low[k] <= stop if side > 0 else high[k] >= stop
        by_target = high[k] >= target if side > 0 else low[k] <= target
        if by_stop != by_target:
            return by_stop, False
        if by_stop:
            return True, True
    return True, True


@inlined
def find_exit(prices, bits, masks, side, entry, end, levels, policy):
    """The exit of a position: bar, reason, price before slippage, inside the bar (not at its open), ambiguous.

    ``levels``: stop, target, liquidation price, trailing distance, bars to hold at most; NaN is off. Also the lowest
    and the highest mark of the closes at which the position is open; NaN where they were not looked at.
    """
    stop, target, liquidation, trail, max_bars = levels
    decided, why = decision(bits, masks, side, entry, end, max_bars)
    trailing, stopped = False, STOP
    if not math.isnan(liquidation) and not side * (stop - liquidation) >= 0.0:
        stop, stopped = liquidation, LIQUIDATION
    if math.isnan(trail):
        t, least, most = first_touch(prices, side, entry, decided, stop, target)
    else:
        t, stop, trailing = first_trailing_touch(prices, side, entry, decided, stop, target, trail)
        least, most = math.nan, math.nan
    if t <= decided:
        by_stop, price, inside, both = resolve(prices, side, t, entry, stop, target, policy)
        reason = (TRAILING if trailing else stopped) if by_stop else TARGET
        return (t, reason, price, inside, both), (least, most)
    if why == END_OF_DATA:
        return (decided, why, prices[3][decided], True, False), (math.nan, math.nan)
    return (decided + 1, why, prices[0][decided + 1], False, False), (least, most)
