"""Stops and targets: inside the bar for one leg, on the joint profit at closes for several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from alpha_discovery.trading.limits import Limits
from alpha_discovery.trading.position import Position
from alpha_discovery.trading.rows import BarRow

Intrabar = Literal["stop_first", "target_first", "detail"]


class Touch(NamedTuple):
    """A level that was reached: why the position ends, at which price, and whether both were reached."""

    reason: str
    price: float
    ambiguous: bool = False


def liquidation_price(position: Position, maintenance: float) -> float:
    """Price at which what is left of the equity is ``maintenance`` of the value of the only leg; funding is left out.

    Not positive for a long that is smaller than what it is paid with: no price liquidates it.
    """
    (leg,) = position.legs
    left = position.equity - leg.commission
    return (leg.value - leg.side * left) / (leg.quantity * (1.0 - leg.side * maintenance))


class BarLevels:
    """Stop, target, trailing stop and liquidation of one leg on ``side`` (+1 or -1), entered at ``fill``."""

    def __init__(self, fill: float, side: int, limits: Limits, *, liquidation: float | None = None) -> None:
        self.side, self.limits, self.liquidation = side, limits, liquidation
        self.stop = None if limits.stop_loss is None else fill * (1.0 - side * limits.stop_loss)
        self.target = None if limits.take_profit is None else fill * (1.0 + side * limits.take_profit)
        self.best: float | None = None  # the best close since entry, once there is one

    def after_close(self, close: float) -> None:
        """Move the trailing stop up behind a close, for the next bar."""
        if self.best is None or self.side * close > self.side * self.best:
            self.best = close

    def at_open(self, opening: float) -> Touch | None:
        """The level that an open lies at or beyond; filled at the open."""
        stop = self.tighter_stop()
        if stop is not None and self._stopped(opening, stop.price):
            return Touch(stop.reason, opening)
        if self._reached(opening):
            return Touch("target", opening)
        return None

    def inside(self, bar: BarRow, intrabar: Intrabar, finer: Sequence[BarRow] = ()) -> Touch | None:
        """The level that the bar's range reaches; filled at the level. ``finer`` are the finer bars inside it."""
        touched = self._touched(bar)
        if len(touched) < 2:
            return touched[0] if touched else None
        stop, target = touched
        if intrabar == "detail":
            first = next(filter(None, map(self._touched, finer)), touched)
            if len(first) > 1:
                return stop._replace(ambiguous=True)
            return target if first[0].reason == "target" else stop
        return (target if intrabar == "target_first" else stop)._replace(ambiguous=True)

    def _touched(self, bar: BarRow) -> list[Touch]:
        """The levels that the bar's range reaches: the tighter stop, the target."""
        worst, furthest = (bar.low, bar.high) if self.side > 0 else (bar.high, bar.low)
        stop, touched = self.tighter_stop(), []
        if stop is not None and self._stopped(worst, stop.price):
            beyond = self._stopped(bar.open, stop.price)  # in the entry bar only: nobody sells above the market
            touched.append(stop._replace(price=bar.open) if beyond else stop)
        if self.target is not None and self._reached(furthest):
            touched.append(Touch("target", self.target))
        return touched

    def tighter_stop(self) -> Touch | None:
        """The first of the tightest; a stop before the others."""
        levels = {"stop": self.stop, "trailing": self._trailing_level(), "liquidation": self.liquidation}
        live = [Touch(reason, level) for reason, level in levels.items() if level is not None]
        return max(live, key=lambda touch: self.side * touch.price, default=None)

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
