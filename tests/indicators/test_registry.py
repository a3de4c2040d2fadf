"""The registry of indicators, and calling one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from alpha_discovery import indicators
from alpha_discovery.core.bars import Bars
from alpha_discovery.errors import OutOfRange, RuleError, UnknownName
from alpha_discovery.indicators import atr, sma
from alpha_discovery.indicators.registry import Indicator, all_indicators, find_indicator


def test_every_indicator_is_exported_and_every_export_is_an_indicator() -> None:
    assert indicators.__all__ == list(all_indicators())
    assert all(getattr(indicators, name) is found for name, found in all_indicators().items())


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="no indicator named 'bolinger_upper'; did you mean bollinger_upper"):
        find_indicator("bolinger_upper")


def test_bars_stand_for_the_fields_an_indicator_reads(bars: Bars) -> None:
    np.testing.assert_array_equal(atr(bars, 14), atr(bars.high, bars.low, bars.close, 14))


def test_lists_and_whole_numbers_are_read_as_series() -> None:
    assert sma([1, 2, 3], 2)[1:].tolist() == [1.5, 2.5]


@pytest.mark.parametrize("window", [0, -3, 2.5, math.nan, math.inf])
def test_a_window_that_is_not_a_number_of_bars_is_refused(window: float) -> None:
    with pytest.raises(OutOfRange, match=r"window=.* is outside the whole numbers from 1 up"):
        sma([1.0, 2.0, 3.0], window)


def test_inputs_of_different_lengths_are_refused() -> None:
    with pytest.raises(RuleError, match=r"atr needs inputs of one length; got \(3,\), \(3,\), \(2,\)"):
        atr([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0], 2)


def test_a_missing_argument_is_named() -> None:
    with pytest.raises(RuleError, match=r"sma takes \(x, window\); got 1 arguments"):
        sma([1.0, 2.0])


def test_an_indicator_of_an_expression_is_left_to_the_expression() -> None:
    class Close:
        def apply_indicator(self, indicator: Indicator, series: Any, params: Any) -> str:
            return f"{indicator.name} of {len(series)} series and {params}"

    assert sma(Close(), 20) == "sma of 1 series and (20,)"


def test_an_indicator_shows_how_it_is_called() -> None:
    assert repr(indicators.bollinger_upper) == "<indicator bollinger_upper(x, window, width)>"
