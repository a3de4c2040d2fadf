"""Daily bars of shares, funds and indices in the shape of Yahoo's chart interface, which yfinance reads too.

The shape that tests hold it to is written by hand after what is known of the interface; no answer was recorded, so
what it answers today may differ. An answer of another shape is refused, and stores nothing.

Prices as it has them are adjusted for splits. By default they are adjusted for dividends as well: open, high, low and
close times adjusted close over close, so that a return is what a holder had. With ``yahoo-raw`` they are not. Either
changes the whole past at the next split or dividend, so what is stored is replaced as a whole, never added to.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alpha_discovery.core.clock import Clock, SystemClock
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.errors import NotFound, SourceFailed, UserError
from alpha_discovery.market_data.sources.port import Market, Progress, Span
from alpha_discovery.market_data.sources.web import Web
from alpha_discovery.market_data.store import replace_file

PRICES = {  # what the prices of each are
    "yahoo": "adjusted for splits and dividends", "yahoo-raw": "adjusted for splits, not for dividends",
}  # fmt: skip
ADDRESS = "https://query1.finance.yahoo.com"
MACHINE_CLOCK = SystemClock()
_PRICES = ("open", "high", "low", "close")


class Shares:
    """See `Source`.

    Parameters
    ----------
    web : Web
        Reads addresses.
    address : str
        Of the interface.
    adjusted : bool
        Whether dividends are in the prices.
    clock : Clock
        Tells whether the day of the last bar is over.
    """

    venue = "yahoo"
    revises = True  # see `market_data.download`

    def __init__(
        self, web: Web, *, address: str = ADDRESS, adjusted: bool = True, clock: Clock = MACHINE_CLOCK
    ) -> None:
        self._web, self._address, self._adjusted, self._clock = web, address.rstrip("/"), adjusted, clock

    @property
    def name(self) -> str:
        return "yahoo" if self._adjusted else "yahoo-raw"

    def symbols(self) -> Sequence[str]:
        """Refused: the interface has no list."""
        raise UserError(f"{self.name} has no list of its symbols; name one, like AAPL, SPY or ^GSPC")

    def listed(self, market: Market) -> Span:
        """From the first day of trading to the end of the last that is over; see `Source.listed`."""
        rows = self._rows(market, Span(0, self._now()))
        if not rows:
            raise NotFound(f"{self.name} has no days of {market.instrument.symbol}")
        return Span(rows[0][0], rows[-1][0] + DAY)

    def fetch(self, market: Market, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """One CSV file; see `Source.fetch`."""
        progress(0, 1)
        rows = self._rows(market, span)
        if not rows:
            raise NotFound(f"{self.name} has no days of {market.instrument.symbol} in {span}")
        lines = ["time,open,high,low,close,volume", *(",".join(map(repr, row)) for row in rows)]
        path = folder / self.name / f"{market.instrument.file_stem}-{market.timeframe}.csv"
        replace_file(path, "\n".join(lines).encode())
        progress(1, 1)
        return [path]

    def _rows(self, market: Market, span: Span) -> list[tuple[Any, ...]]:
        if market.timeframe.name != "1d":
            raise UserError(f"{self.name} has days only, not {market.timeframe}; weeks: alpha data resample")
        symbol = market.instrument.symbol
        asked = f"period1={max(0, span.start) // 1000}&period2={-(-span.end // 1000)}&interval=1d&events=div%2Csplits"
        text = self._web.text(f"{self._address}/v8/finance/chart/{quote(symbol)}?{asked}")
        try:
            chart = json.loads(text)["chart"]
            if chart.get("error"):
                raise NotFound(f"{self.name} does not have {symbol}: {chart['error'].get('description', 'no reason')}")
            rows = self._read(chart["result"][0])
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            raise SourceFailed(f"{self.name} sent something else than days of {symbol}; try again later") from None
        return [row for row in rows if span.start <= row[0] < span.end]

    def _read(self, told: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Rows ``(midnight UTC of the day in ms, open, high, low, close, volume)``; empty days are left out."""
        meta, quotes = told["meta"], told["indicators"]["quote"][0]
        closes = told["indicators"]["adjclose"][0]["adjclose"] if self._adjusted else quotes["close"]
        offset, open_day = int(meta["gmtoffset"]), self._open_day(meta)
        rows = []
        for k, stamp in enumerate(told.get("timestamp", ())):
            prices = [quotes[name][k] for name in _PRICES]
            if any(price is None for price in (*prices, closes[k])):
                continue
            day = (int(stamp) + offset) // 86_400 * DAY
            if day == open_day:
                continue
            factor = float(closes[k]) / float(prices[-1])
            values = [float(price) * factor for price in prices]
            low, high = min(values), max(values)  # rounding may leave a close a hair above its high
            if not all(math.isfinite(value) and value > 0.0 for value in values):
                continue
            rows.append((day, values[0], high, low, values[3], float(quotes["volume"][k] or 0.0)))
        return rows

    def _open_day(self, meta: Mapping[str, Any]) -> int | None:
        """The day that is not over yet."""
        regular = meta["currentTradingPeriod"]["regular"]
        if self._now() >= int(regular["end"]) * 1000:
            return None
        return (int(regular["start"]) + int(meta["gmtoffset"])) // 86_400 * DAY

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1000)
