"""Candles of any exchange that ccxt knows, page by page within the exchange's limits."""

from __future__ import annotations

import difflib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from alpha_discovery.core.answers import is_json
from alpha_discovery.core.bars import iso
from alpha_discovery.core.clock import Clock, SystemClock
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.errors import MissingExtra, NotFound, SourceFailed, UnknownName, UserError
from alpha_discovery.market_data.sources.port import Listed, Market, Progress, Span
from alpha_discovery.market_data.sources.web import Patience
from alpha_discovery.market_data.store import replace_file

PAGE = 1_000
PATIENT = Patience()
MACHINE_CLOCK = SystemClock()
_LATER = frozenset({"RateLimitExceeded", "DDoSProtection", "ExchangeNotAvailable", "RequestTimeout", "NetworkError"})


class Venue(Protocol):
    """What is used of a ccxt exchange."""

    id: str
    timeframes: Mapping[str, str]
    has: Mapping[str, Any]

    def load_markets(self) -> Mapping[str, Any]:
        """Markets by ccxt symbol."""

    def fetch_ohlcv(
        self, symbol: str, timeframe: str, since: int | None, limit: int, params: Mapping[str, Any], /
    ) -> Sequence[Sequence[float]]:
        """Rows of ``[milliseconds, open, high, low, close, volume]`` from ``since`` on, oldest first."""

    def fetch_funding_rate_history(self, symbol: str, since: int | None, limit: int) -> Sequence[Mapping[str, Any]]:
        """Rates with ``timestamp`` and ``fundingRate`` from ``since`` on, oldest first."""


class Exchange:
    """One exchange through ccxt; see `Source`.

    Parameters
    ----------
    venue : Venue
        The ccxt exchange, with its own rate limit switched on (`connect`).
    patience : Patience
        How often an unavailable exchange is asked again.
    clock : Clock
        Tells which bar has closed.
    sleep : callable
        Waits that many seconds.
    price : str
        ``trade``, or ``mark`` for the mark prices of perpetuals.
    """

    def __init__(
        self,
        venue: Venue,
        *,
        patience: Patience = PATIENT,
        clock: Clock = MACHINE_CLOCK,
        sleep: Callable[[float], None] = time.sleep,
        price: str = "trade",
    ) -> None:
        self._params = {} if price == "trade" else {"price": price}
        self._exchange = venue
        self._patience = patience
        self._clock = clock
        self._sleep = sleep

    @property
    def name(self) -> str:
        return self._exchange.id

    @property
    def venue(self) -> str:
        return self._exchange.id

    def symbols(self) -> Sequence[str]:
        """Every symbol that the exchange lists now; exchanges do not tell of delisted ones."""
        return sorted(self._asked(self._exchange.load_markets))

    def listings(self) -> Sequence[Listed]:
        """What the exchange says of its markets: since when, and whether they trade; see `ListingSource`."""
        found = self._asked(self._exchange.load_markets)
        told = []
        for symbol, market in sorted(found.items()):
            created = market.get("created")
            first = int(created) if isinstance(created, int | float) else None
            told.append(Listed(symbol, first, is_active=market.get("active") is not False))
        return told

    def listed(self, market: Market) -> Span:
        """From the first candle to the last closed one; see `Source.listed`."""
        self._check(market)
        first = self._rows(market, 0)
        if not first:
            raise NotFound(f"{self.name} has no candles of {market}")
        return Span(int(first[0][0]), self._closed(market))

    def fetch(self, market: Market, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """One JSON file a page; see `Source.fetch`. A page that is on disk is not asked for again."""
        self._check(market)
        end = min(span.end, self._closed(market))
        expected = max(1, -(-(end - span.start) // (market.timeframe.ms * PAGE)))
        paths: list[Path] = []
        since = span.start
        while since < end:
            progress(min(len(paths), expected - 1), expected)
            path = folder / self._page_name(market, since)
            rows = json.loads(path.read_text()) if path.exists() else self._page(market, since, end)
            if not rows:
                break
            if not path.exists():
                replace_file(path, json.dumps(rows).encode())
            paths.append(path)
            since = int(rows[-1][0]) + market.timeframe.ms
        progress(expected, expected)
        if not paths:
            raise NotFound(f"{self.name} has no candles of {market} in {span}")
        return paths

    def marks(self) -> Exchange:
        """The exchange's mark prices; see `PerpetualSource.marks`. `NotFound` if it has none."""
        if not self._exchange.has.get("fetchMarkOHLCV"):
            raise NotFound(f"{self.name} has no mark prices")
        return Exchange(self._exchange, patience=self._patience, clock=self._clock, sleep=self._sleep, price="mark")

    def funding(self, market: Instrument, span: Span, folder: Path, progress: Progress) -> list[Path]:
        """One CSV file a page; see `PerpetualSource.funding`."""
        if not self._exchange.has.get("fetchFundingRateHistory"):
            raise NotFound(f"{self.name} has no history of funding")
        paths: list[Path] = []
        since = span.start
        while since < span.end:
            progress(len(paths), len(paths) + 1)
            start = since
            told = self._asked(lambda: self._exchange.fetch_funding_rate_history(market.symbol, start, PAGE))  # noqa: B023
            rows = self._rates(told, market, since, span.end)
            if not rows:
                break
            path = folder / self.name / f"{market.file_stem}-funding" / f"{since}.csv"
            lines = ["time,rate", *(f"{at},{rate!r}" for at, rate in rows)]
            replace_file(path, "\n".join(lines).encode())
            paths.append(path)
            since = rows[-1][0] + 1
        progress(len(paths), len(paths))
        if not paths:
            raise NotFound(f"{self.name} has no funding of {market.symbol} in {span}")
        return paths

    def _rates(self, told: Any, market: Instrument, since: int, end: int) -> list[tuple[int, float]]:
        try:
            rows = {int(one["timestamp"]): float(one["fundingRate"]) for one in told}
        except (TypeError, KeyError, ValueError):
            raise SourceFailed(f"{self.name} sent something else than funding of {market.symbol}; try later") from None
        return sorted((at, rate) for at, rate in rows.items() if since <= at < end)

    def closed_after(self, market: Market, after: int) -> Sequence[Sequence[float]]:
        """Closed candles with an open time above ``after``, oldest first, at most one page; errors as `listed`."""
        return self._page(market, after + market.timeframe.ms, self._closed(market))

    def _page(self, market: Market, since: int, end: int) -> list[list[float]]:
        """Closed candles from ``since`` on, oldest first; some exchanges send what was not asked for."""
        rows = [list(row[:6]) for row in self._rows(market, since) if since <= row[0] < end]
        for row in rows if self._params else ():
            row[5] = row[5] or 0.0  # a mark price has no volume
        times = [row[0] for row in rows]
        if sorted(set(times)) != times:
            rows = [row for _, row in sorted({row[0]: row for row in rows}.items())]
        return rows

    def _rows(self, market: Market, since: int) -> Sequence[Sequence[float]]:
        symbol, frame = market.instrument.symbol, market.timeframe.name
        rows = self._asked(lambda: self._exchange.fetch_ohlcv(symbol, frame, since, PAGE, self._params))
        if not isinstance(rows, list | tuple) or not all(map(_is_candle, rows)):
            raise SourceFailed(f"{self.name} sent something else than candles for {market} at {iso(since)}")
        return rows

    def _asked(self, question: Callable[[], Any]) -> Any:
        wait, reason = self._patience.first_wait, ""
        for attempt in range(self._patience.attempts):
            try:
                found = question()
                if is_json(self._exchange):
                    return found
                reason = "a page that is no answer"
            except Exception as error:
                kinds = {kind.__name__ for kind in type(error).__mro__}
                reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
                if not kinds & _LATER:
                    raise SourceFailed(f"{self.name} refused ({reason})") from None
            if attempt + 1 < self._patience.attempts:
                self._sleep(min(wait, self._patience.longest_wait))
                wait *= 2
        raise SourceFailed(f"{self.name} did not answer in {self._patience.attempts} attempts ({reason}); try later")

    def _check(self, market: Market) -> None:
        symbol, frame = market.instrument.symbol, market.timeframe.name
        known = self.symbols()
        if symbol not in known:
            near = difflib.get_close_matches(symbol, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else "; see: alpha data symbols --source " + self.name
            raise NotFound(f"{self.name} does not list {symbol}{hint}")
        if frame not in self._exchange.timeframes:
            have = ", ".join(self._exchange.timeframes)
            raise UserError(f"{self.name} has no {frame} candles; it has {have}")

    def _closed(self, market: Market) -> int:
        """The open time of the bar that is still open: bars before it have closed."""
        now = int(self._clock.now().timestamp() * 1000)
        return now - now % market.timeframe.ms

    def _page_name(self, market: Market, since: int) -> str:
        kind = self._params.get("price", "")
        return f"{self.name}{kind}/{market.instrument.file_stem}-{market.timeframe}/{since}.json"


def _is_candle(row: Any) -> bool:
    """Whether a row has a time and four prices; what they are is the check's business."""
    return isinstance(row, list | tuple) and len(row) >= 6 and all(isinstance(one, int | float) for one in row[:5])


def connect(name: str) -> Exchange:
    """An exchange by its ccxt name, without keys: public candles only.

    Raises
    ------
    MissingExtra
        If ccxt is not installed.
    UnknownName
        If ccxt does not know the exchange.
    """
    try:
        import ccxt  # two to four seconds, and only here
    except ImportError:
        raise MissingExtra(package="ccxt", extra="exchange") from None
    if name not in ccxt.exchanges:
        raise UnknownName(kind="exchange", name=name, known=ccxt.exchanges)
    return Exchange(getattr(ccxt, name)({"enableRateLimit": True}))
