"""Live bars for a bot: stored ones to warm up with, then those that a source brings as they close."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from alpha_discovery.bots.ports import Bar, Prices
from alpha_discovery.core.clock import Clock
from alpha_discovery.trading.rows import BarRow


class LiveFeed:
    """See `bots.ports.Feed`.

    Parameters
    ----------
    prices : Prices
        Brings closed bars.
    past : sequence of Bar
        Stored bars, oldest first: what warms the signals up.
    start : int
        Open time of the first bar that may be traded, milliseconds UTC.
    timeframe_ms : int
        Length of a bar.
    clock : Clock
        Tells whether a bar has just closed: one that closed more than a bar ago moves no order any more.
    """

    repeats = False

    def __init__(self, prices: Prices, past: Sequence[Bar], *, start: int, timeframe_ms: int, clock: Clock) -> None:
        self._prices, self._bar_ms, self._start, self._clock = prices, timeframe_ms, start, clock
        self._bars = list(past)
        self._times = [bar.time for bar in self._bars]

    def history(self, until: int | None) -> Sequence[Bar]:
        """Bars up to ``until``, or all before the first that may be traded; asks for those since the stored ones."""
        self._ask()
        end = self._start - 1 if until is None else until
        return self._bars[: bisect_right(self._times, end)]

    def next(self, after: int | None) -> Bar | None:
        """The bar after ``after``; asks the source if none is at hand."""
        found = self._after(after)
        if found is None:
            self._ask()
            found = self._after(after)
        return found

    def _after(self, after: int | None) -> Bar | None:
        at = bisect_right(self._times, max(self._start - 1, self._start - 1 if after is None else after))
        return self._bars[at] if at < len(self._bars) else None

    def _ask(self) -> None:
        last = self._times[-1] if self._times else self._start - self._bar_ms
        now = int(self._clock.now().timestamp() * 1000)
        if now < last + 2 * self._bar_ms:  # the bar after the last one is still open
            return
        for rows in self._prices.closed(last):
            self._append(rows, now)

    def _append(self, rows: tuple[BarRow, ...], now: int) -> None:
        time = rows[0].time
        if self._times and time <= self._times[-1]:
            return
        gap = bool(self._times) and time - self._times[-1] > self._bar_ms
        closed = time + self._bar_ms
        self._bars.append(Bar(rows, gap, fresh=now - closed < self._bar_ms))
        self._times.append(time)
