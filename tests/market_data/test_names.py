from __future__ import annotations

from pathlib import Path

import pytest

from alpha_discovery.market_data.names import market_in_name, usual_calendar


@pytest.mark.parametrize(
    ("path", "symbol", "timeframe"),
    [
        ("BTCUSDT-1h-2024-12.zip", "BTC/USDT", "1h"),
        ("BTCUSDT-1m-2024-12-31.zip", "BTC/USDT", "1m"),
        ("BTCUSDT-1mo-2024-12.zip", "BTC/USDT", "1mo"),
        ("data/spot/monthly/klines/ETHUSDT/1d/ETHUSDT-1d-2024-12.zip", "ETH/USDT", "1d"),
        ("data/futures/um/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-12.zip", "BTC/USDT:USDT", "1h"),
        ("BTC_USDT-1h.feather", "BTC/USDT", "1h"),
        ("futures/BTC_USDT_USDT-1h-futures.feather", "BTC/USDT:USDT", "1h"),
        ("AAPL-1d.parquet", "AAPL", "1d"),
        ("btc_usdt-4h.csv.gz", "BTC/USDT", "4h"),
        ("BTC-USDT-1h.csv", "BTC/USDT", "1h"),
        ("jesse/btc-usdt-15m-2024.csv", "BTC/USDT", "15m"),
    ],
)
def test_names_of_archives_and_of_freqtrade_tell_the_market(path: str, symbol: str, timeframe: str) -> None:
    assert market_in_name(Path(path)) == (symbol, timeframe)


@pytest.mark.parametrize(
    "path", ["prices.csv", "BTCUSDT.parquet", "BTCUSDT-fundingRate-2024-11.zip", "my-file-2024.csv", "-1h.csv"]
)
def test_other_names_tell_nothing(path: str) -> None:
    assert market_in_name(Path(path)) == (None, None)


@pytest.mark.parametrize(
    ("symbol", "calendar"),
    [
        ("BTC/USDT", "24/7"),
        ("BTC/USDT:USDT", "24/7"),
        ("BTC/EUR", "24/7"),
        ("USDC/USDT", "24/7"),
        ("AAPL", "exchange"),
        ("^GSPC", "exchange"),
        ("EUR/USD", "exchange"),
    ],
)
def test_crypto_never_closes(symbol: str, calendar: str) -> None:
    assert usual_calendar(symbol) == calendar
