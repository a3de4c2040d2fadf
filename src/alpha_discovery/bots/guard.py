"""What stops a bot whatever its rule says: bars that cannot be, and losses beyond the limits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alpha_discovery.bots.config import Safeguards
from alpha_discovery.bots.ports import Bar
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.trading.rows import BarRow


def defect(bar: Bar, after: int | None) -> str | None:
    """What is wrong with a bar as such; None if nothing is."""
    if after is not None and bar.time <= after:
        return "its time does not follow the last one"
    if len({row.time for row in bar.rows}) > 1:
        return "its legs are of different times"
    return next((wrong for row in bar.rows if (wrong := _wrong(row)) is not None), None)


def _wrong(row: BarRow) -> str | None:
    prices = row.open, row.high, row.low, row.close
    if not all(math.isfinite(price) and price > 0.0 for price in prices):
        return "a price is not a positive number"
    if not (row.low <= min(row.open, row.close) and max(row.open, row.close) <= row.high):
        return "its prices lie outside its own range"
    if not (math.isfinite(row.volume) and row.volume >= 0.0):
        return "its volume is not a number"
    return None


@dataclass
class Guard:
    """Remembers what the limits refer to.

    Attributes
    ----------
    peak : float
        Highest mark.
    day, day_equity : int, float
        UTC day number of the last mark and the equity at its beginning.
    rests_until : int or None
        Day number from which entries are allowed again.
    tripped : bool
        Whether the drawdown limit was broken and nobody has resumed since.
    refused : str
        The last bar that cannot be, and why.
    """

    limits: Safeguards
    peak: float
    day: int = -1
    day_equity: float = 0.0
    rests_until: int | None = None
    tripped: bool = False
    refused: str = ""

    def begin_anew(self, equity: float) -> None:
        """Measure drawdown from here on."""
        self.peak, self.tripped = equity, False

    def scaled(self, factor: float) -> None:
        """Money was paid in or out: what the limits refer to is multiplied, so that none is broken by it."""
        self.peak, self.day_equity, self._last = self.peak * factor, self.day_equity * factor, self._last * factor

    def is_news(self, bar: Bar, wrong: str) -> bool:
        """Whether it was not said yet that this bar is wrong so: a source may send it at every look."""
        before, self.refused = self.refused, f"{bar.time}: {wrong}"
        return self.refused != before

    def holds_back(self, bar: Bar, last: Sequence[BarRow]) -> bool:
        """Whether a bar moves more than ``max_jump`` from the last close, so that another has to confirm it."""
        return self.limits.max_jump is not None and not _near(bar, last, self.limits.max_jump)

    def confirms(self, bar: Bar, held: Bar) -> bool:
        """Whether a bar lies within ``max_jump`` of one that was held back: then both are real."""
        return _near(bar, held.rows, self.limits.max_jump or float("inf"))

    def mark(self, time: int, equity: float) -> str | None:
        """Note a mark; the limit that it is the first to break, if any: ``max_drawdown`` or ``max_daily_loss``."""
        day = time // DAY
        if day != self.day:
            self.day, self.day_equity = day, equity if self.day < 0 else self._last
        self._last = equity
        self.peak = max(self.peak, equity)
        fall = self.limits.max_drawdown
        if fall is not None and not self.tripped and equity < self.peak * (1.0 - fall):
            self.tripped = True
            return "max_drawdown"
        loss = self.limits.max_daily_loss
        if loss is not None and self.may_enter(time) and equity < self.day_equity * (1.0 - loss):
            self.rests_until = day + 1
            return "max_daily_loss"
        return None

    _last: float = 0.0

    def may_enter(self, time: int) -> bool:
        """Whether the daily loss allows entries at a bar's close."""
        return self.rests_until is None or time // DAY >= self.rests_until

    def to_json(self) -> dict[str, Any]:
        """Plain values; the limits are in the bot's configuration."""
        return {name: value for name, value in vars(self).items() if name != "limits"}

    @classmethod
    def of(cls, limits: Safeguards, told: Mapping[str, Any]) -> Guard:
        """From `to_json`."""
        return cls(limits, **told)


def _near(bar: Bar, last: Sequence[BarRow], jump: float) -> bool:
    """Whether no price of a bar lies further than ``jump`` from the close before it."""
    moves = [
        abs(price / before.close - 1.0)
        for row, before in zip(bar.rows, last, strict=True)
        for price in (row.open, row.high, row.low, row.close)
    ]
    return max(moves) <= jump
