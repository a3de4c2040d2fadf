"""Bars as they close, from an exchange: see `bots.ports.Prices`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alpha_discovery.errors import SourceFailed
from alpha_discovery.market_data.sources.exchange import Exchange
from alpha_discovery.market_data.sources.port import Market
from alpha_discovery.trading.rows import BarRow


class ClosedBars:
    """Closed candles of one or several markets of an exchange, those times at which each has one.

    Parameters
    ----------
    exchange : Exchange
    markets : sequence of Market
        One a leg, of one timeframe.
    """

    def __init__(self, exchange: Exchange, markets: Sequence[Market]) -> None:
        self._exchange, self._markets = exchange, markets

    def closed(self, after: int) -> Sequence[tuple[BarRow, ...]]:
        """Bars above an open time; a candle that is no candle is `SourceFailed`."""
        legs = [self._leg(market, after) for market in self._markets]
        times = sorted(set.intersection(*(set(leg) for leg in legs)))
        return [tuple(leg[time] for leg in legs) for time in times]

    def _leg(self, market: Market, after: int) -> dict[int, BarRow]:
        found: dict[int, BarRow] = {}
        for row in self._exchange.closed_after(market, after):
            try:
                time, *values = int(row[0]), *(float(value) for value in row[1:6])
            except (TypeError, ValueError):
                raise SourceFailed(f"{self._exchange.name} sent {list(row)[:6]} as a candle of {market}") from None
            if not all(math.isfinite(value) for value in values):
                raise SourceFailed(f"{self._exchange.name} sent a candle of {market} without a price")
            found[time] = BarRow(time, *values)
        return found
