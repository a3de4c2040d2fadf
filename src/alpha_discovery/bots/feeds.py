"""Stored bars for a bot, one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from alpha_discovery.bots.ports import Bar, Feed
from alpha_discovery.core.bars import Bars, Float1D
from alpha_discovery.core.funding import closing_times
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.trading.rows import rows_of

LOOK = 50  # bars between two looks at whether to go on


class ReplayFeed:
    """Stored bars as if they closed now, from ``begin`` on; those before warm the signals up.

    Parameters
    ----------
    bars : tuple of Bars
        One a leg, with equal times.
    begin : int
        Position of the first bar that is traded.
    funding : tuple of float64 (n,) or None
        The rate due at the open of each bar, one array a leg, None for a leg without; empty: that of the bars.
    """

    repeats = True

    def __init__(self, bars: tuple[Bars, ...], *, begin: int = 0, funding: tuple[Float1D | None, ...] = ()) -> None:
        n = len(bars[0])
        rates = [[0.0] * n if leg is None else leg.tolist() for leg in funding or [one.funding for one in bars]]
        self._finer = _Finer(bars[0])
        self._bars = [
            Bar(rows, gap, due) for (rows, gap), due in zip(rows_of(bars), zip(*rates, strict=True), strict=True)
        ]
        self._times = [bar.time for bar in self._bars]
        self._begin = begin

    def history(self, until: int | None) -> Sequence[Bar]:
        """Bars up to ``until``, or all before the first traded one."""
        return self._bars[: self._begin if until is None else bisect_right(self._times, until)]

    def next(self, after: int | None) -> Bar | None:
        """The bar after ``after``; None at the end."""
        at = self._begin if after is None else max(self._begin, bisect_right(self._times, after))
        return self._finer.inside(self._bars[at], at) if at < len(self._bars) else None


class NotBegun(AlphaDiscoveryError):
    """A bot whose warming up was broken off: nothing was stored, and no broker was asked anything."""


class UntilOver:
    """A feed whose history ends with `NotBegun` once ``is_over`` says so; what comes after it is not broken off."""

    def __init__(self, feed: Feed, is_over: Callable[[], bool]) -> None:
        self._feed, self._is_over = feed, is_over

    @property
    def repeats(self) -> bool:
        """As the feed."""
        return self._feed.repeats

    def history(self, until: int | None) -> Iterator[Bar]:
        """The bars of the feed."""
        for n, bar in enumerate(self._feed.history(until)):
            if n % LOOK == 0 and self._is_over():
                raise NotBegun("a bot was not begun: whoever runs it was told to end")
            yield bar

    def next(self, after: int | None) -> Bar | None:
        """As the feed."""
        return self._feed.next(after)


class _Finer:
    """Finer bars by the position of the bar that they lie in; made into rows when it is lived through."""

    def __init__(self, bars: Bars) -> None:
        self._detail = bars.detail
        if bars.detail is not None:
            self._first = np.searchsorted(bars.detail.time, bars.time)
            self._last = np.searchsorted(bars.detail.time, closing_times(bars))

    def inside(self, bar: Bar, at: int) -> Bar:
        """The bar with its finer ones."""
        if self._detail is None:
            return bar
        cut = self._detail.slice(int(self._first[at]), int(self._last[at]))
        return replace(bar, finer=tuple(row for (row,), _ in rows_of((cut,))))
