"""Bars for a bot: stored ones replayed, or new ones as a source closes them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from alpha_discovery.bots.ports import Bar
from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.clock import Clock
from alpha_discovery.trading.rows import rows_of


class ReplayFeed:
    """Stored bars as if they closed now, from ``begin`` on; those before warm the signals up.

    Parameters
    ----------
    bars : tuple of Bars
        One a leg, with equal times.
    begin : int
        Position of the first bar that is traded.
    funding : tuple of float64 (n,) or None
        The rate due at the open of each bar, one array a leg, None for a leg without; empty: no leg has any.
    """

    def __init__(
        self, bars: tuple[Bars, ...], *, begin: int = 0, funding: tuple[Float1D | None, ...] = ()
    ) -> None:
        rates = [None if leg is None else leg.tolist() for leg in funding]
        self._bars = [
            Bar(rows, gap, tuple(0.0 if leg is None else leg[t] for leg in rates))
            for t, (rows, gap) in enumerate(rows_of(bars))
        ]
        self._times = [bar.time for bar in self._bars]
        self._begin = begin

    def history(self, until: int | None) -> Sequence[Bar]:
        """Bars up to ``until``, or all before the first traded one."""
        return self._bars[: self._begin if until is None else bisect_right(self._times, until)]

    def next(self, after: int | None) -> Bar | None:
        """The bar after ``after``; None at the end."""
        at = self._begin if after is None else max(self._begin, bisect_right(self._times, after))
        return self._bars[at] if at < len(self._bars) else None


class LiveFeed:
    """Bars of a source that is asked when the next one should have closed.

    Parameters
    ----------
    history : tuple of Bars
        Stored bars, one a leg with equal times: the same that the backtest began with.
    fetch : callable
        Gives the closed bars of every leg from an open time on, with equal times; raises `SourceFailed`.
    clock : Clock
        Tells when a bar has closed, and whether it has just done so.
    """

    def __init__(
        self, history: tuple[Bars, ...], fetch: Callable[[int], tuple[Bars, ...]], clock: Clock
    ) -> None:
        self._stored = ReplayFeed(history, begin=len(history[0]))
        self._length = history[0].timeframe.ms
        self._first = int(history[0].time[-1]) if len(history[0]) else 0
        self._fetch, self._clock = fetch, clock
        self._waiting: list[Bar] = []

    def history(self, until: int | None) -> Sequence[Bar]:
        """Stored bars; and after a restart what has been fetched since, up to ``until``."""
        if until is not None and until > self._first:
            self._ask(self._first)
        later = [] if until is None else [bar for bar in self._waiting if bar.time <= until]
        return [*self._stored.history(None), *later]

    def next(self, after: int | None) -> Bar | None:
        """The bar after ``after`` once it has closed."""
        last = self._first if after is None else after
        self._waiting = [bar for bar in self._waiting if bar.time > last]
        if not self._waiting and self._now() >= last + 2 * self._length:
            self._ask(last)
            self._waiting = [bar for bar in self._waiting if bar.time > last]
        return self._waiting[0] if self._waiting else None

    def _ask(self, last: int) -> None:
        bars = self._fetch(last)  # from the last one on, so that a gap after it is seen
        now = self._now()
        self._waiting = [
            Bar(rows, gap, fresh=now < rows[0].time + 2 * self._length)
            for rows, gap in rows_of(bars)
            if rows[0].time > last and rows[0].time + self._length <= now
        ]

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
