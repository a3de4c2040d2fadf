"""ccxt's own class as a source, against a server that speaks its exchange's shapes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import NotFound, SourceFailed
from alpha_discovery.market_data import Catalog
from alpha_discovery.market_data.download import download
from alpha_discovery.market_data.funding import stored_funding
from alpha_discovery.market_data.marks import mark_entries
from alpha_discovery.market_data.perpetuals import download_besides
from alpha_discovery.market_data.sources.closed import ClosedBars
from alpha_discovery.market_data.sources.exchange import Exchange
from alpha_discovery.market_data.sources.port import Market, Span
from alpha_discovery.market_data.sources.web import Patience
from alpha_discovery.testing.binance_server import Market as Server
from alpha_discovery.testing.binance_server import hangs_up, pointed_at, says, serve
from alpha_discovery.testing.source_examples import HOUR, history, ms
from alpha_discovery.testing.source_suite import SourceSuite

ccxt = pytest.importorskip("ccxt", reason="the extra exchange is not installed")
PERPETUAL = Market(Instrument("BTC/USDT:USDT", "binance"), Timeframe.parse("1h"))
EVER = Span(0, ms("2030-01-01"))


@pytest.fixture
def bars() -> Bars:
    return history("2023-12-01", 1_200)


@pytest.fixture
def server(bars: Bars) -> Iterator[Server]:
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows = [[int(bars.time[k]), *(float(one[k]) for one in columns)] for k in range(len(bars))]
    rates = [(int(at), 0.0001) for at in bars.time if at % (8 * HOUR) == 0]
    with serve(Server(candles=rows, funding=rates)) as made:
        yield made


@pytest.fixture
def source(server: Server) -> Exchange:
    exchange = pointed_at(ccxt.binance({"timeout": 2_000}), server.address)
    return Exchange(exchange, patience=Patience(attempts=3), sleep=lambda seconds: None)


@pytest.fixture
def market() -> Market:
    return PERPETUAL


class TestBinance(SourceSuite):
    """The promises of every source."""


def nobody(done: int, total: int) -> None:
    """Progress that nobody looks at."""


def test_funding_and_mark_prices_come_too(source: Exchange, bars: Bars, tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    download(catalog, source, PERPETUAL, EVER, progress=nobody)
    told = download_besides(catalog, source, PERPETUAL, EVER, progress=nobody)
    assert (told.funding, told.marks, told.notes) == (150, 1_200, ())
    rates = stored_funding(tmp_path, PERPETUAL.instrument)
    assert rates is not None
    assert np.array_equal(rates.rate, np.full(150, 0.0001))
    assert mark_entries(catalog, PERPETUAL.instrument)[0].bars == 1_200


@pytest.mark.parametrize(
    "fault", [says(429, '{"code": -1003, "msg": "Too many."}'), says(503, "busy"), says(502, "<html>"), hangs_up]
)
def test_a_fault_that_passes_is_waited_for(source: Exchange, server: Server, tmp_path: Path, fault: object) -> None:
    server.faults = [("/klines", "before", fault)] * 2  # type: ignore[list-item]
    done = download(Catalog(tmp_path), source, PERPETUAL, EVER, progress=nobody)
    assert done.imported is not None
    assert done.imported.added == 1_200


@pytest.mark.parametrize(
    "text", ["<html>please log in</html>", '{"a": 1}', "[1, 2]", '[["x", null, null, null, null, null]]', ""]
)
def test_garbage_ends_in_a_message_and_an_unchanged_catalog(
    source: Exchange, server: Server, bars: Bars, tmp_path: Path, text: str
) -> None:
    catalog = Catalog(tmp_path)
    catalog.save(before := Bars(PERPETUAL.instrument, PERPETUAL.timeframe, **{
        name: getattr(bars, name)[:100] for name in ("time", "open", "high", "low", "close", "volume")
    }))  # fmt: skip
    server.faults = [("/klines", "before", says(200, text))] * 9
    with pytest.raises((SourceFailed, NotFound), match="binance"):
        download(catalog, source, PERPETUAL, EVER, progress=nobody)
    assert catalog.load("BTC/USDT:USDT", "1h").fingerprint == before.fingerprint


def test_live_bars_are_those_that_closed(source: Exchange, bars: Bars) -> None:
    rows = ClosedBars(source, [PERPETUAL]).closed(int(bars.time[-4]))
    assert [row.time for (row,) in rows] == bars.time[-3:].tolist()
    assert [row.close for (row,) in rows] == bars.close[-3:].tolist()
