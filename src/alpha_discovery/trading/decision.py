"""What a close decides for the next open."""

from __future__ import annotations

from typing import NamedTuple

from alpha_discovery.trading.limits import Limits
from alpha_discovery.trading.stream import Signals


class Order(NamedTuple):
    """For the next open: leave for this reason (None: stay), then enter this side (0: no entry)."""

    leave: str | None = None
    enter: int = 0


NOTHING = Order()


def entry_side(signals: Signals, direction: str) -> int:
    """Side to enter, +1 or -1, or 0: an entry counts only without the opposite entry and without its own exit."""
    enter_long = signals.enter_long and direction != "short"
    enter_short = signals.enter_short and direction != "long"
    if enter_long and not enter_short and not signals.exit_long:
        return 1
    if enter_short and not enter_long and not signals.exit_short:
        return -1
    return 0


def order_when_flat(signals: Signals, limits: Limits) -> Order:
    """Enter, or nothing."""
    return Order(enter=entry_side(signals, limits.direction))


def order_in_position(side: int, closes: int, signals: Signals, limits: Limits) -> Order:
    """Reverse, leave or stay, for a position of ``side`` that has seen ``closes`` closes, its entry bar's included."""
    entry = entry_side(signals, limits.direction)
    if entry == -side:
        return Order("reversal", entry)
    if signals.exit_long if side > 0 else signals.exit_short:
        return Order("signal")
    if closes == limits.max_holding_bars:
        return Order("max_holding")
    return NOTHING
