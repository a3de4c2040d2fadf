"""Where a one-leg position ends: the first of signal, holding limit, stop, target, end of data."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

import math

from alpha_discovery.backtest.bitmaps import next_exit
from alpha_discovery.kernels import inlined

SIGNAL, REVERSAL, STOP, TARGET, TRAILING, MAX_HOLDING, END_OF_DATA, RUIN = range(8)


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
def first_touch(high, low, side, start, stop_bar, stop, target):
    """First bar in ``[start, stop_bar]`` that reaches stop or target, else ``stop_bar + 1``; NaN levels are off."""
    if side > 0:
        for t in range(start, stop_bar + 1):
            if (low[t] <= stop) | (high[t] >= target):
                return t
    else:
        for t in range(start, stop_bar + 1):
            if (high[t] >= stop) | (low[t] <= target):
                return t
    return stop_bar + 1


@inlined
def first_trailing_touch(prices, side, entry, stop_bar, stop, target, trail):
    """Like `first_touch` with a trailing stop; also the stop level in force and whether it is the trailing one."""
    _, high, low, close, _, _ = prices
    t = first_touch(high, low, side, entry, entry, stop, target)
    if t == entry or entry == stop_bar:
        return t, stop, False
    best = close[entry]
    for t in range(entry + 1, stop_bar + 1):
        level, trailing = best * (1.0 - side * trail), True
        if side * (stop - level) >= 0.0:
            level, trailing = stop, False
        if first_touch(high, low, side, t, t, level, target) == t:
            return t, level, trailing
        if side * (close[t] - best) > 0.0:
            best = close[t]
    return stop_bar + 1, stop, False


@inlined
def resolve(prices, side, t, entry, stop, target, target_first):
    """What happens in a bar that reaches a level: is it the stop, at which price, inside the bar, ambiguous?"""
    open_, high, low, _, _, _ = prices
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
    if both:
        by_stop = not target_first
    return by_stop, (stop if by_stop else target), True, both


@inlined
def find_exit(prices, bits, masks, side, entry, end, risk, stop, target, target_first):
    """The exit of a position: bar, reason, price before slippage, inside the bar (not at its open), ambiguous."""
    open_, high, low, close, _, _ = prices
    trail, max_bars = risk
    decided, why = decision(bits, masks, side, entry, end, max_bars)
    trailing = False
    if math.isnan(trail):
        t = first_touch(high, low, side, entry, decided, stop, target)
    else:
        t, stop, trailing = first_trailing_touch(prices, side, entry, decided, stop, target, trail)
    if t <= decided:
        by_stop, price, inside, both = resolve(prices, side, t, entry, stop, target, target_first)
        return t, ((TRAILING if trailing else STOP) if by_stop else TARGET), price, inside, both
    if why == END_OF_DATA:
        return decided, why, close[decided], True, False
    return decided + 1, why, open_[decided + 1], False, False
