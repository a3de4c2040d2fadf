"""Bars from a frame of pandas or polars, as a notebook holds them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument, normalise_symbol
from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.names import usual_calendar
from alpha_discovery.market_data.spacing import other_timeframe

TIMES = ("time", "date", "datetime", "timestamp", "open_time")  # columns that hold the times where the index does not


def is_frame(value: object) -> bool:
    """Whether this is a table of pandas or polars."""
    return isinstance(value, pd.DataFrame) or hasattr(value, "to_pandas") or hasattr(value, "collect")


def bars_of_frame(frame: Any, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
    """Bars from columns open, high, low, close[, volume] in any case and times.

    Parameters
    ----------
    frame : DataFrame of pandas or polars
        Its times, of when each bar opens, are the index or a column of `TIMES`; those that name no zone are UTC.
    symbol : str
        ``BTC/USDT``, also ``BTC/USDT@kraken``.
    timeframe : str
        ``1m`` ... ``1h`` ... ``1d``.
    venue : str, optional
        By default what the symbol names, else binance for crypto.

    Raises
    ------
    BadMarketData
        If a column is missing, there are no times, a row is no bar, or most bars are not ``timeframe`` apart.
    UserError
        If symbol or timeframe cannot be read.
    """
    base, _, named = symbol.partition("@")
    market = normalise_symbol(base)
    calendar = usual_calendar(market)
    where = (venue or named).lower() or ("binance" if calendar == "24/7" else "")
    bars = Bars.from_frame(_timed(frame), Instrument(market, where, calendar), timeframe)
    if (wrong := other_timeframe(bars.time, bars.timeframe)) is not None:
        raise BadMarketData(f"{wrong.text}; name the timeframe that the frame has")
    return bars


def _timed(frame: Any) -> pd.DataFrame:
    if hasattr(frame, "collect"):  # a lazy one
        frame = frame.collect()
    table: pd.DataFrame = frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()
    if isinstance(table.index, pd.DatetimeIndex):
        return table
    for name in table.columns:
        if str(name).lower() in TIMES and pd.api.types.is_datetime64_any_dtype(table[name]):
            return table.set_index(name)
    raise BadMarketData(
        f"needs times as the index or in a column named {', '.join(TIMES)}; found the columns "
        f"{', '.join(map(str, table.columns)) or 'none'}; make times of numbers or text with pd.to_datetime"
    )
