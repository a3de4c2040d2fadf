"""Indicators against TA-Lib 0.8, which shares no code with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import talib

from alpha_discovery import indicators as ours
from alpha_discovery.core.bars import Bars

WINDOWS = (2, 5, 14, 50)
SIMPLE: Any = 0  # TA-Lib's code of the simple average
FADED = 700  # bars after which a 26-bar exponential average remembers less than 1e-20 of its start

Case = Callable[[Bars, int], tuple[Any, Any]]

CASES: dict[str, Case] = {
    "adx": lambda b, w: (ours.adx(b, w), talib.ADX(b.high, b.low, b.close, w)),
    "atr": lambda b, w: (ours.atr(b, w), talib.ATR(b.high, b.low, b.close, w)),
    "bollinger_lower": lambda b, w: (ours.bollinger_lower(b.close, w, 1.5), talib.BBANDS(b.close, w, 1.5, 1.5)[2]),
    "bollinger_upper": lambda b, w: (ours.bollinger_upper(b.close, w, 1.5), talib.BBANDS(b.close, w, 1.5, 1.5)[0]),
    "cci": lambda b, w: (ours.cci(b, w), talib.CCI(b.high, b.low, b.close, w)),
    "efficiency_ratio": lambda b, w: (ours.efficiency_ratio(b.close, w), talib.ER(b.close, w)),
    "ema": lambda b, w: (ours.ema(b.close, w), talib.EMA(b.close, w)),
    "highest": lambda b, w: (ours.highest(b.close, w), talib.MAX(b.close, w)),
    "keltner_lower": lambda b, w: (ours.keltner_lower(b, w, 1.5), talib.KC(b.high, b.low, b.close, w, w, 1.5)[2]),
    "keltner_upper": lambda b, w: (ours.keltner_upper(b, w, 1.5), talib.KC(b.high, b.low, b.close, w, w, 1.5)[0]),
    "lowest": lambda b, w: (ours.lowest(b.close, w), talib.MIN(b.close, w)),
    "minus_di": lambda b, w: (ours.minus_di(b, w), talib.MINUS_DI(b.high, b.low, b.close, w)),
    "momentum": lambda b, w: (ours.momentum(b.close, w), talib.MOM(b.close, w)),
    "plus_di": lambda b, w: (ours.plus_di(b, w), talib.PLUS_DI(b.high, b.low, b.close, w)),
    # TA-Lib ranks among the w values before the newest one and counts in per cent
    "rank": lambda b, w: (100.0 * ours.rank(b.close, w + 1), talib.PERCENTRANK(b.close, w)),
    "rma": lambda b, w: (ours.rma(b.close, w), talib.RMA(b.close, w)),
    "roc": lambda b, w: (ours.roc(b.close, w), talib.ROCP(b.close, w)),
    "rolling_std": lambda b, w: (ours.rolling_std(b.close, w), talib.STDDEV(b.close, w, 1.0)),
    "rolling_sum": lambda b, w: (ours.rolling_sum(b.close, w), talib.SUM(b.close, w)),
    "rsi": lambda b, w: (ours.rsi(b.close, w), talib.RSI(b.close, w)),
    "sma": lambda b, w: (ours.sma(b.close, w), talib.SMA(b.close, w)),
    "stochastic_d": lambda b, w: (ours.stochastic_d(b, w, 4), talib.STOCHF(b.high, b.low, b.close, w, 4, SIMPLE)[1]),
    "wma": lambda b, w: (ours.wma(b.close, w), talib.WMA(b.close, w)),
}


def assert_close(found: Any, expected: Any) -> None:
    """Equal to 1e-9 of the value, or of the largest one for values near zero."""
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.nanmax(np.abs(expected)))


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", CASES)
def test_equals_talib_from_the_first_value_on(name: str, window: int, bars: Bars) -> None:
    assert_close(*CASES[name](bars, window))


def test_true_range_equals_talib(bars: Bars) -> None:
    assert_close(ours.true_range(bars), talib.TRANGE(bars.high, bars.low, bars.close))


def test_obv_equals_talib(bars: Bars) -> None:
    assert_close(ours.obv(bars), talib.OBV(bars.close, bars.volume))


def test_stochastic_equals_talib_which_starts_later(bars: Bars) -> None:
    theirs = talib.STOCHF(bars.high, bars.low, bars.close, 14, 3, SIMPLE)[0]  # waits for %D
    assert_close(ours.stochastic(bars, 14)[15:], theirs[15:])


def test_macd_is_the_difference_of_talib_averages(bars: Bars) -> None:
    assert_close(ours.macd(bars.close, 12, 26), talib.EMA(bars.close, 12) - talib.EMA(bars.close, 26))


def test_macd_equals_talib_once_the_start_has_faded(bars: Bars) -> None:
    assert_close(ours.macd(bars.close, 12, 26)[FADED:], talib.MACD(bars.close, 12, 26, 9)[0][FADED:])


def test_macd_signal_equals_talib_once_the_start_has_faded(bars: Bars) -> None:
    assert_close(ours.macd_signal(bars.close, 12, 26, 9)[FADED:], talib.MACD(bars.close, 12, 26, 9)[1][FADED:])
