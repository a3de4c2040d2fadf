"""What the name of a file says about the market in it."""

from __future__ import annotations

import re
from pathlib import Path

from alpha_discovery.core.instrument import Calendar, normalise_symbol
from alpha_discovery.errors import UserError
from alpha_discovery.market_data.suspicions import is_currency_pair

_NAME = re.compile(
    r"(?P<symbol>[A-Za-z0-9^.]+(-[A-Za-z]{2,5}|(_[A-Za-z0-9]+){0,2}))-(?P<timeframe>\d+(mo|[mhdwM]))(-[a-z0-9-]+)?"
)


def market_in_name(path: Path) -> tuple[str | None, str | None]:
    """Symbol (ccxt form) and timeframe of names as Binance's archive, freqtrade, jesse and the catalog write them.

    ``BTCUSDT-1h-2024-12.zip``, ``BTC_USDT-1h.feather``, ``BTC_USDT_USDT-1h-futures.feather``, ``BTC-USDT-1h.csv``;
    archive files below a folder ``um`` are perpetuals. None and None for other names.
    """
    found = _NAME.fullmatch(path.name.split(".")[0])
    if not found:
        return None, None
    try:
        symbol = normalise_symbol(found["symbol"])
    except UserError:
        return None, None
    is_perpetual = "um" in path.parts and symbol.count("/") == 1 and ":" not in symbol
    return (f"{symbol}:{symbol.split('/')[1]}" if is_perpetual else symbol), found["timeframe"]


def usual_calendar(symbol: str) -> Calendar:
    """24/7 for crypto; exchange hours for shares, indices and state currencies."""
    return "exchange" if "/" not in symbol or is_currency_pair(symbol) else "24/7"
