"""Stops and targets: inside the bar for one leg, on the joint profit at closes for several."""

from __future__ import annotations

from typing import Literal, NamedTuple

from alpha_discovery.trading.limits import Limits
from alpha_discovery.trading.rows import BarRow

Intrabar = Literal["stop_first", "target_first"]


class Touch(NamedTuple):
    """A level that was reached: why the position ends, at which price, and whether both were reached."""

    reason: str
    price: float
    ambiguous: bool = False


class BarLevels:
    """Stop, target and trailing stop of one leg on ``side`` (+1 or -1), entered at ``fill``."""

    def __init__(self, fill: float, side: int, limits: Limits) -> None:
        self.side, self.limits = side, limits
        self.stop = None if limits.stop_loss is None else fill * (1.0 - side * limits.stop_loss)
        self.target = None if limits.take_profit is None else fill * (1.0 + side * limits.take_profit)
        self.best: float | None = None  # the best close since entry, once there is one

    def after_close(self, close: float) -> None:
        """Move the trailing stop up behind a close, for the next bar."""
        if self.best is None or self.side * close > self.side * self.best:
            self.best = close

    def at_open(self, opening: float) -> Touch | None:
        """The level that an open lies at or beyond; filled at the open."""
        stop = self._tighter_stop()
        if stop is not None and self._stopped(opening, stop.price):
            return Touch(stop.reason, opening)
        if self._reached(opening):
            return Touch("target", opening)
        return None

    def inside(self, bar: BarRow, intrabar: Intrabar) -> Touch | None:
        """The level that the bar's range reaches; filled at the level."""
        worst, furthest = (bar.low, bar.high) if self.side > 0 else (bar.high, bar.low)
        stop = self._tighter_stop()
        stopped = stop is not None and self._stopped(worst, stop.price)
        reached = self._reached(furthest)
        both = stopped and reached
        if stop is not None and stopped and not (both and intrabar == "target_first"):
            return Touch(stop.reason, stop.price, both)
        if self.target is not None and reached:
            return Touch("target", self.target, both)
        return None

    def _tighter_stop(self) -> Touch | None:
        trailing = self._trailing_level()
        if trailing is None:
            return None if self.stop is None else Touch("stop", self.stop)
        if self.stop is None or self.side * trailing > self.side * self.stop:
            return Touch("trailing", trailing)
        return Touch("stop", self.stop)

    def _trailing_level(self) -> float | None:
        if self.best is None or self.limits.trailing_stop is None:
            return None
        return self.best * (1.0 - self.side * self.limits.trailing_stop)

    def _stopped(self, price: float, stop: float) -> bool:
        return price <= stop if self.side > 0 else price >= stop

    def _reached(self, price: float) -> bool:
        if self.target is None:
            return False
        return price >= self.target if self.side > 0 else price <= self.target


class JointLevels:
    """Stop, target and trailing stop of several legs, on their gain as a fraction of the value at entry."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.best: float | None = None  # the highest gain at an earlier close since entry

    def at_close(self, gain: float) -> str | None:
        """Why the position ends at the next open, if it does."""
        limits, best = self.limits, self.best
        self.best = gain if best is None else max(best, gain)
        if limits.stop_loss is not None and gain <= -limits.stop_loss:
            return "stop"
        if limits.take_profit is not None and gain >= limits.take_profit:
            return "target"
        if limits.trailing_stop is not None and best is not None and gain <= best - limits.trailing_stop:
            return "trailing"
        return None
