"""Bars from frames of pandas and polars, as a notebook holds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from alpha_discovery.errors import BadMarketData
from alpha_discovery.market_data.frames import bars_of_frame, is_frame
from alpha_discovery.testing.markets import random_walk

BARS = random_walk(50, seed=1)
FRAME = BARS.to_frame()
NUMBERED = FRAME.reset_index(drop=True)


def test_times_are_the_index_or_a_column_and_both_libraries_are_read() -> None:
    dated = FRAME.reset_index().rename(columns={"time": "Date", "open": "Open"})
    for frame in (FRAME, dated, pl.from_pandas(dated), pl.from_pandas(dated).lazy()):
        found = bars_of_frame(frame, "BTC/USDT", "1h")
        np.testing.assert_array_equal(found.time, BARS.time)
        np.testing.assert_array_equal(found.open, BARS.open)


def test_the_symbol_tells_market_venue_and_calendar() -> None:
    assert str(bars_of_frame(FRAME, "btcusdt@Kraken", "1h").instrument) == "BTC/USDT@kraken"
    assert bars_of_frame(FRAME, "BTC/USDT", "1h", "OKX").instrument.venue == "okx"
    assert bars_of_frame(FRAME, "AAPL", "1h").instrument.calendar == "exchange"


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (NUMBERED, "needs times as the index or in a column named time, date"),
        (NUMBERED.assign(time=range(50)), "make times of numbers or text with pd.to_datetime"),
        (pd.DataFrame(), "found the columns none"),
        (FRAME.drop(columns="high"), "high not found"),
        (FRAME.assign(close=np.nan), "row 0 .* is not a bar"),
        (FRAME.assign(close="up"), "needs numbers in the column close; found text"),
        (FRAME.iloc[::-1], "time does not increase"),
    ],
)
def test_what_is_no_price_history_is_told(frame: Any, told: str) -> None:
    with pytest.raises(BadMarketData, match=told):
        bars_of_frame(frame, "BTC/USDT", "1h")


@pytest.mark.parametrize("timeframe", ["4h", "5m"])
def test_a_timeframe_that_the_frame_does_not_have_is_refused(timeframe: str) -> None:
    with pytest.raises(BadMarketData, match=f"most bars are 1h apart, not {timeframe}; name the timeframe"):
        bars_of_frame(FRAME, "BTC/USDT", timeframe)


def test_arrays_and_words_are_no_frames() -> None:
    assert is_frame(FRAME)
    assert not is_frame(np.zeros((5, 6)))
    assert not is_frame("BTC/USDT")
