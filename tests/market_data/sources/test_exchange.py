from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import NotFound, SourceFailed, UserError
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.funding import read_funding
from alpha_discovery.market_data.sources.exchange import Exchange
from alpha_discovery.market_data.sources.port import Market, Span
from alpha_discovery.market_data.sources.web import Patience
from alpha_discovery.testing.source_examples import HOUR, StillClock, history, ms
from alpha_discovery.testing.source_suite import SourceSuite

KRAKEN = Market(Instrument("BTC/USDT", "kraken"), Timeframe.parse("1h"))
EVER = Span(0, ms("2030-01-01"))


class RateLimitExceeded(Exception):
    """Named as ccxt names it; its errors are known by name, so that nobody needs ccxt to catch them."""


class AuthenticationError(Exception):
    """One that no second try heals."""


class Kraken:
    """Answers as a ccxt exchange does: rows from ``since`` on, the open bar included, at most ``limit``."""

    id = "kraken"
    timeframes: Mapping[str, str] = {"1h": "60", "1d": "1440"}

    def __init__(self, bars: Bars) -> None:
        columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
        self.rows: list[list[Any]] = [[int(bars.time[i]), *(float(c[i]) for c in columns)] for i in range(len(bars))]
        self.errors: list[Exception] = []
        self.asked: list[int | None] = []
        self.answer: Any = None
        self.params: list[dict[str, Any]] = []
        self.has: Mapping[str, Any] = {}
        self.rates: list[dict[str, Any]] = []

    def fetch_funding_rate_history(self, symbol: str, since: int | None, limit: int) -> Sequence[Mapping[str, Any]]:
        return [one for one in self.rates if one["timestamp"] >= (since or 0)][:2]

    def load_markets(self) -> Mapping[str, Any]:
        return {"BTC/USDT": {}, "ETH/USDT": {}}

    def fetch_ohlcv(
        self, symbol: str, timeframe: str, since: int | None, limit: int, params: Mapping[str, Any], /
    ) -> Sequence[Sequence[float]]:
        self.asked.append(since)
        self.params.append(dict(params))
        if self.errors:
            raise self.errors.pop()
        if self.answer is not None:
            return self.answer  # type: ignore[no-any-return]
        return [row for row in self.rows if row[0] >= (since or 0)][:limit]


def silent(done: int, total: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def bars() -> Bars:
    return history("2023-12-01", 2_500)


@pytest.fixture
def kraken(bars: Bars) -> Kraken:
    return Kraken(bars)


@pytest.fixture
def source(kraken: Kraken, waits: list[float]) -> Exchange:
    # 2,500 hours after 2023-12-01T00:00 is 2024-03-14T04:00; at 03:15 the bar of 03:00, the last row, is still open
    clock = StillClock("2024-03-14T03:15:00")
    return Exchange(kraken, patience=Patience(attempts=3), clock=clock, sleep=waits.append)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "data")


def test_pages_become_one_history_without_the_open_bar(catalog: Catalog, source: Exchange, bars: Bars) -> None:
    download(catalog, source, KRAKEN, EVER, progress=silent)
    stored = catalog.load("BTC/USDT", "1h", "kraken")
    assert np.array_equal(stored.time, bars.time[:-1])
    assert np.array_equal(stored.close, bars.close[:-1])


def test_an_update_starts_after_the_last_stored_bar(catalog: Catalog, source: Exchange, kraken: Kraken) -> None:
    download(catalog, source, KRAKEN, Span(0, ms("2024-01-01")), progress=silent)
    kraken.asked.clear()
    download(catalog, source, KRAKEN, EVER, progress=silent)
    assert kraken.asked[0] == 0  # when the listing began
    assert min(since for since in kraken.asked[1:] if since is not None) == ms("2024-01-01")


def test_a_busy_exchange_is_asked_again(
    catalog: Catalog, source: Exchange, kraken: Kraken, waits: list[float]
) -> None:
    kraken.errors = [RateLimitExceeded("slow down"), RateLimitExceeded("slow down")]
    download(catalog, source, KRAKEN, EVER, progress=silent)
    assert waits == [1.0, 2.0]


def test_pages_that_arrived_are_not_asked_for_again(catalog: Catalog, source: Exchange, kraken: Kraken) -> None:
    incoming = catalog.root / ".incoming"
    span = Span(kraken.rows[0][0], ms("2024-03-01"))
    source.fetch(KRAKEN, Span(span.start, span.start + 1_000 * HOUR), incoming, silent)
    kraken.asked.clear()
    source.fetch(KRAKEN, span, incoming, silent)
    assert span.start not in kraken.asked


def test_a_refusal_that_no_second_try_heals_is_told_at_once(
    catalog: Catalog, source: Exchange, kraken: Kraken, waits: list[float]
) -> None:
    kraken.errors = [AuthenticationError("no")]
    with pytest.raises(SourceFailed, match="AuthenticationError"):
        download(catalog, source, KRAKEN, EVER, progress=silent)
    assert waits == []
    assert catalog.entries() == []


def test_rows_that_were_not_asked_for_are_left_out(catalog: Catalog, source: Exchange, kraken: Kraken) -> None:
    doubled = [*kraken.rows[:50], *kraken.rows[40:90]]
    kraken.answer = doubled
    end = kraken.rows[90][0]
    download(catalog, source, KRAKEN, Span(kraken.rows[10][0], end), progress=silent)
    stored = catalog.load("BTC/USDT", "1h", "kraken")
    assert [int(t) for t in stored.time] == [row[0] for row in kraken.rows[10:90]]


@pytest.mark.parametrize("answer", [{"error": "maintenance"}, [[1, 2]], ["<html>"]])
def test_garbage_is_no_market(catalog: Catalog, source: Exchange, kraken: Kraken, answer: Any) -> None:
    kraken.answer = answer
    with pytest.raises(SourceFailed, match="something else than candles"):
        download(catalog, source, KRAKEN, EVER, progress=silent)
    assert catalog.entries() == []


def test_an_unknown_symbol_names_the_nearest(source: Exchange) -> None:
    with pytest.raises(NotFound, match="did you mean BTC/USDT"):
        source.listed(Market(Instrument("BTC/USD", "kraken"), KRAKEN.timeframe))


def test_a_bar_length_that_it_does_not_have_lists_those_it_has(source: Exchange) -> None:
    with pytest.raises(UserError, match="it has 1h, 1d"):
        source.listed(Market(KRAKEN.instrument, Timeframe.parse("7m")))


class TestAnExchange(SourceSuite):
    @pytest.fixture
    def market(self) -> Market:
        return KRAKEN

    @pytest.fixture
    def source(self, waits: list[float]) -> Exchange:
        clock = StillClock("2024-03-14T03:15:00")
        return Exchange(Kraken(history("2023-12-01", 2_500)), clock=clock, sleep=waits.append)

    @pytest.fixture
    def bars(self) -> Bars:  # the last row of the exchange is the bar that is open
        return history("2023-12-01", 2_500).slice(0, 2_499)


def test_funding_comes_page_by_page_from_an_exchange_that_has_it(
    kraken: Kraken, source: Exchange, tmp_path: Path
) -> None:
    market, step, start = Instrument("BTC/USDT:USDT", "kraken"), 8 * HOUR, ms("2023-12-01")
    with pytest.raises(NotFound, match="no history of funding"):
        source.funding(market, EVER, tmp_path, lambda done, total: None)
    kraken.has = {"fetchFundingRateHistory": True}
    kraken.rates = [{"timestamp": start + k * step, "fundingRate": 0.0001 * k} for k in range(5)]
    found = read_funding(source.funding(market, Span(start, start + 4 * step), tmp_path, lambda done, total: None))
    assert found.time.tolist() == [start + k * step for k in range(4)]
    assert found.rate.tolist() == [0.0001 * k for k in range(4)]


def test_mark_prices_are_asked_for_as_such(kraken: Kraken, source: Exchange, catalog: Catalog) -> None:
    with pytest.raises(NotFound, match="no mark prices"):
        source.marks()
    kraken.has = {"fetchMarkOHLCV": True}
    download(catalog, source.marks(), KRAKEN, EVER, progress=lambda done, total: None)
    assert kraken.params[-1] == {"price": "mark"}


def test_funding_that_is_garbage_is_a_failed_source(kraken: Kraken, source: Exchange, tmp_path: Path) -> None:
    kraken.has = {"fetchFundingRateHistory": True}
    kraken.rates = [{"timestamp": 0, "fundingRate": None}]
    with pytest.raises(SourceFailed, match="something else than funding"):
        source.funding(Instrument("BTC/USDT:USDT", "kraken"), EVER, tmp_path, lambda done, total: None)
