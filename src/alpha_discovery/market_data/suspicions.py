"""Signs that a file is not what it seems: multiplied prices, another clock, a last bar that was still open."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from alpha_discovery.core.bars import iso
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.market_data.findings import UNCHANGED, Finding
from alpha_discovery.market_data.resample import bucket_ends
from alpha_discovery.market_data.series import Series

CURRENCIES = frozenset(("USD", "EUR", "GBP", "CHF", "JPY", "AUD", "NZD", "CAD", "SEK", "NOK"))
_FEW_WEEKS = 4


def is_currency_pair(symbol: str) -> bool:
    """Whether both sides are state currencies: traded from Sunday evening to Friday evening (New York)."""
    base, _, quote = symbol.partition("/")
    return base in CURRENCIES and quote in CURRENCIES


def suspicions(bars: Series, timeframe: Timeframe, symbol: str, written: int | None) -> Iterator[Finding]:
    """Warnings about the file as a whole."""
    if not len(bars.time):
        return
    if is_currency_pair(symbol):
        yield from _scaled(bars, symbol)
        if timeframe.is_intraday:
            yield from _broker_clock(bars)
    closes = int(bucket_ends(bars.time[-1:], timeframe)[0])
    if written is not None and closes > written:
        text = f"the last bar closes at {iso(closes)}, after the file was written ({iso(written)})"
        action = "kept; if it was still open, import again with --end, if the clock is not UTC, with --timezone"
        yield Finding(
            "unfinished", "warning", int(bars.time[-1]), row=int(bars.rows[-1]), count=1, text=text, action=action
        )


def _scaled(bars: Series, symbol: str) -> Iterator[Finding]:
    middle = float(np.median(bars.close))
    if middle > 1_000:  # no rate between these is above 400
        text = f"prices of {symbol} are around {middle:.10g}: some terminals export points"
        action = "kept as they are; import again with --price-divisor 100000 (1000 against the yen)"
        first, count = int(bars.time[0]), len(bars.time)
        yield Finding("price_scale", "warning", first, row=-1, count=count, text=text, action=action)


def _broker_clock(bars: Series) -> Iterator[Finding]:
    """Currencies open on Sunday at 21:00 or 22:00 UTC; brokers set their clocks so that it is Monday 00:00."""
    opens = bars.time[1:][np.diff(bars.time) > DAY]
    midnight_monday = (opens // DAY + 3) % 7 * DAY + opens % DAY < DAY // 24
    if len(opens) >= _FEW_WEEKS and midnight_monday.mean() > 0.5:
        weeks = int(midnight_monday.sum())
        text = f"{weeks} of {len(opens)} weeks begin on Monday at 00:00: the clock of a broker, not UTC"
        action = f"{UNCHANGED}import again with --timezone (most brokers: Europe/Athens)"
        yield Finding("clock", "warning", int(opens[0]), row=-1, count=len(bars.time), text=text, action=action)
