"""Bars of a market with the finer ones that tell what was touched first inside each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alpha_discovery.core.bars import Bars, iso
from alpha_discovery.core.funding import closing_times
from alpha_discovery.discovery.ports import MarketData
from alpha_discovery.errors import BadMarketData, NotFound

COVERED = 0.99  # of the bars need finer ones; in the others the stop counts, as without any
AGREEMENT = 0.9  # of the covered bars whose extremes their finer bars reach within a thousandth


def load_market(
    market_data: MarketData, key: str, timeframe: str, venue: str | None, detail: str | None = None
) -> Bars:
    """The bars of ``symbol[@venue]``, with those of the timeframe ``detail`` inside them if it is given.

    Raises
    ------
    NotFound, UserError
        As `MarketData.load`; also if the finer bars are not stored.
    """
    symbol, _, named = key.partition("@")
    bars = market_data.load(symbol, timeframe, named or venue)
    if detail is None:
        return bars
    try:
        finer = market_data.load(symbol, detail, bars.instrument.venue)
    except NotFound as missing:
        told = f"intrabar detail needs {detail} bars of {bars.instrument}, and none are stored: {missing}"
        raise NotFound(told) from None
    return replace(bars, detail=finer)


def check_detail(bars: Bars) -> None:
    """Refuse finer bars that leave more than one bar in a hundred without any, or tell of other prices.

    Raises
    ------
    BadMarketData
        With the time from which, or the share for which, they are missing.
    """
    finer = bars.detail
    if finer is None or not len(bars):
        return
    first = np.searchsorted(finer.time, bars.time)
    last = np.searchsorted(finer.time, closing_times(bars))
    inside = last > first
    covered = float(inside.mean())
    if covered < COVERED:
        bare = np.flatnonzero(~inside)
        raise BadMarketData(
            f"{len(bare):,} of {len(bars):,} {bars.timeframe} bars of {bars.instrument} have no {finer.timeframe} bars "
            f"inside, the first at {iso(bars.time[bare[0]])}; fetch them: alpha data download {bars.instrument.symbol} "
            f"--timeframe {finer.timeframe} --start {iso(bars.time[0])[:10]}, or begin later"
        )
    if not len(finer):
        return
    edges = np.ravel(np.column_stack((first[inside], last[inside])))
    edges[-1] = min(edges[-1], len(finer))
    highs = np.maximum.reduceat(np.append(finer.high, 0.0), edges)[::2]
    lows = np.minimum.reduceat(np.append(finer.low, np.inf), edges)[::2]
    near = (np.abs(highs / bars.high[inside] - 1.0) < 1e-3) & (np.abs(lows / bars.low[inside] - 1.0) < 1e-3)
    if near.mean() < AGREEMENT:
        at = bars.time[inside][np.argmin(near)]
        raise BadMarketData(
            f"the {finer.timeframe} bars of {bars.instrument} reach other prices than its {bars.timeframe} bars, "
            f"first at {iso(at)}; import both from one source"
        )
