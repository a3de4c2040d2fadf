"""Bars in which nothing happened: a market that is dead, or a source that fills an outage with the last price."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alpha_discovery.core.bars import iso
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.market_data.defects import Bool1D
from alpha_discovery.market_data.findings import LEFT_OUT, Finding
from alpha_discovery.market_data.series import Series
from alpha_discovery.market_data.spacing import bars_text, longest


def untraded(bars: Series) -> Bool1D:
    """bool (n,): bars of volume zero that only repeat the close before them, between bars that have volume.

    Where the bars around have no volume either, the source does not know volumes and nothing is said.
    """
    idle = _repeats(bars) & (bars.volume == 0)
    marked = np.zeros(len(bars), dtype=np.bool_)
    for start, end in _stretches(idle):
        marked[start:end] = bars.volume[start - 1] > 0 and (end == len(bars) or bars.volume[end] > 0)
    return marked


def without_trades(bars: Series, idle: Bool1D, timeframe: Timeframe, *, left_out: bool) -> list[Finding]:
    """A warning for each stretch of `untraded` bars; the long ones that stay in are `standstills`."""
    action = LEFT_OUT if left_out else "kept as they are; nobody could trade there: see --exclude-untraded"
    found = [
        Finding(
            "no_trades", "warning", int(bars.time[start]), row=int(bars.rows[start]), count=end - start,
            text=f"{bars_text(end - start)} of volume 0 at the close before ({bars.close[start]:.10g})",
            action=action,
        )
        for start, end in _stretches(idle) if left_out or end - start < _shortest(timeframe)
    ]  # fmt: skip
    return longest(found, noun="stretches without trades")


def standstills(bars: Series, timeframe: Timeframe) -> list[Finding]:
    """Runs of bars that hold nothing but the close before them: 24 or more, or 5 or more of a day or longer."""
    runs = _stretches(_repeats(bars))
    found = [_standstill(bars, start, end) for start, end in runs if end - start >= _shortest(timeframe)]
    return longest(found, noun="standstills")


def _shortest(timeframe: Timeframe) -> int:
    return 24 if timeframe.is_intraday else 5


def _repeats(bars: Series) -> Bool1D:
    """Bars of a single price that is the close before them."""
    same = np.zeros(len(bars), dtype=np.bool_)
    flat = bars.high == bars.low
    same[1:] = flat[1:] & (bars.close[1:] == bars.close[:-1])
    return same


def _stretches(mask: Bool1D) -> Iterator[tuple[int, int]]:
    """Start and end of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _standstill(bars: Series, start: int, end: int) -> Finding:
    traded = bars.volume[start:end].sum()
    volume = "without volume" if traded == 0 else f"with a volume of {traded:.10g}"
    until = iso(bars.time[end - 1])
    text = f"the price stands at {bars.close[start]:.10g} for {end - start} bars until {until}, {volume}"
    action = "kept as it is; if trading had ended, import again with --end"
    when, row = int(bars.time[start]), int(bars.rows[start])
    return Finding("stuck_price", "warning", when, row=row, count=end - start, text=text, action=action)
