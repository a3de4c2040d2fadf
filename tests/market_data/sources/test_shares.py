"""Days of shares, over HTTP, in the shape that Yahoo's chart interface has: written by hand, not recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import DAY, Timeframe
from alpha_discovery.errors import BadMarketData, SourceFailed, UserError
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.sources.port import Market, Source, Span
from alpha_discovery.market_data.sources.shares import Shares
from alpha_discovery.market_data.sources.web import Patience, Web
from alpha_discovery.testing.fake_archive import Bucket, garbage, serve, status
from alpha_discovery.testing.markets import random_walk
from alpha_discovery.testing.source_examples import StillClock, ms
from alpha_discovery.testing.source_suite import SourceSuite

AAPL = Market(Instrument("AAPL", "yahoo", "exchange"), Timeframe.parse("1d"))
OPENS = 14 * 3600 + 1800  # half past nine in New York, in winter
NEW_YORK = -5 * 3600
KEY = "v8/finance/chart/AAPL"


def days(many: int = 40) -> Bars:
    walk = random_walk(many, seed=2, timeframe="1d")
    time = ms("2024-01-02") + DAY * np.arange(many, dtype=np.int64)
    columns = {name: getattr(walk, name) for name in ("open", "high", "low", "close", "volume")}
    return Bars(AAPL.instrument, AAPL.timeframe, time=time, **columns)


def chart(bars: Bars, factor: np.ndarray | None = None) -> bytes:
    """What the interface sends: stamps of the opening, prices, and closes that dividends were taken out of."""
    factor = np.ones(len(bars)) if factor is None else factor
    last = int(bars.time[-1]) // 1000
    quote: dict[str, Any] = {name: getattr(bars, name).tolist() for name in ("open", "high", "low", "close", "volume")}
    regular = {"timezone": "EST", "start": last + OPENS, "end": last + OPENS + 23_400, "gmtoffset": NEW_YORK}
    told = {
        "meta": {
            "currency": "USD", "symbol": "AAPL", "exchangeName": "NMS", "instrumentType": "EQUITY",
            "gmtoffset": NEW_YORK, "timezone": "EST", "dataGranularity": "1d",
            "currentTradingPeriod": {"regular": regular},
        },
        "timestamp": (bars.time // 1000 + OPENS).tolist(),
        "events": {"dividends": {}, "splits": {}},
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": (bars.close * factor).tolist()}]},
    }  # fmt: skip
    return json.dumps({"chart": {"result": [told], "error": None}}).encode()


@pytest.fixture
def bars() -> Bars:
    return days()


@pytest.fixture
def bucket(bars: Bars) -> Iterator[Bucket]:
    made = Bucket()
    made.put(KEY, chart(bars), checksum=False)
    with serve(made) as served:
        yield served


def shares(bucket: Bucket, now: str = "2024-06-01T00:00", **more: Any) -> Shares:
    web = Web(Patience(attempts=2, timeout=2.0), sleep=lambda seconds: None)
    return Shares(web, address=bucket.address, clock=StillClock(now), **more)


@pytest.fixture
def source(bucket: Bucket) -> Shares:
    return shares(bucket)


@pytest.fixture
def market() -> Market:
    return AAPL


EVER = Span(0, ms("2030-01-01"))


def nobody(done: int, total: int) -> None:
    """Progress that nobody looks at."""


class TestShares(SourceSuite):
    """The promises of every source but one: it has no list."""

    def test_symbols_are_sorted_and_hold_the_market(self, source: Source, market: Market) -> None:
        with pytest.raises(UserError, match="has no list"):
            source.symbols()


def test_dividends_are_in_the_prices_unless_raw_ones_are_asked_for(bucket: Bucket, bars: Bars, tmp_path: Path) -> None:
    """A dividend of 2 % on the twentieth day: what was before is worth that much less."""
    factor = np.where(np.arange(40) < 20, 0.98, 1.0)
    bucket.files[KEY] = chart(bars, factor)
    for source, wanted in ((shares(bucket), bars.open * factor), (shares(bucket, adjusted=False), bars.open)):
        catalog = Catalog(tmp_path / source.name)
        download(catalog, source, AAPL, EVER, progress=nobody)
        assert catalog.load("AAPL", "1d").open.tolist() == pytest.approx(wanted.tolist(), rel=1e-12)


def test_a_later_dividend_replaces_the_whole_past(bucket: Bucket, bars: Bars, tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    bucket.files[KEY] = chart(bars.slice(0, 30))
    download(catalog, shares(bucket), AAPL, EVER, progress=nobody)
    bucket.files[KEY] = chart(bars, np.where(np.arange(40) < 35, 0.99, 1.0))
    download(catalog, shares(bucket), AAPL, Span(int(bars.time[30]), EVER.end), progress=nobody)
    stored = catalog.load("AAPL", "1d")
    assert len(stored) == 40
    assert stored.close[0] == pytest.approx(0.99 * bars.close[0])


def test_a_day_that_is_not_over_is_left_out(bucket: Bucket, bars: Bars) -> None:
    during = datetime.fromtimestamp(int(bars.time[-1]) / 1000 + OPENS + 3600, UTC).strftime("%Y-%m-%dT%H:%M")
    assert shares(bucket, during).listed(AAPL).end == bars.time[-1]
    assert shares(bucket).listed(AAPL).end == bars.time[-1] + DAY


@pytest.mark.parametrize("fault", [status(429), status(503), garbage])
def test_a_fault_ends_in_a_message_and_an_unchanged_catalog(bucket: Bucket, tmp_path: Path, fault: Any) -> None:
    bucket.fail(KEY, fault, times=9)
    with pytest.raises((SourceFailed, BadMarketData)):
        download(Catalog(tmp_path), shares(bucket), AAPL, EVER, progress=nobody)
    assert Catalog(tmp_path).entries() == []


def test_hours_are_refused_with_what_there_is(source: Shares) -> None:
    with pytest.raises(UserError, match="has days only"):
        source.listed(Market(AAPL.instrument, Timeframe.parse("1h")))
