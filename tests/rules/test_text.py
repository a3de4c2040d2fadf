"""Rules as sentences."""

from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.core.scalar import Param
from alpha_discovery.indicators import atr, ema, rsi, sma
from alpha_discovery.rules import SymbolicBars, crosses_above, crosses_below, lag
from alpha_discovery.rules.nodes import NEVER
from alpha_discovery.rules.text import readable

bars, other = SymbolicBars(), SymbolicBars(1)
fast, slow = Param("fast"), Param("slow")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (bars.close, "close"),
        (other.close, "close of leg 2"),
        (ema(bars.close, fast), "EMA(close, fast)"),
        (atr(bars, 14), "ATR(high, low, close, 14)"),
        (bars.close - bars.open, "(close - open)"),
        (-bars.close, "-close"),
        (abs(bars.close - bars.open), "|(close - open)|"),
        (lag(bars.close), "close 1 bar ago"),
        (lag(sma(bars.close, 5), fast), "SMA(close, 5) fast bars ago"),
        (bars.close * (fast + 0.5), "(close * (fast + 0.5))"),
        (crosses_above(bars.close, sma(bars.close, fast)), "close crosses above SMA(close, fast)"),
        (~crosses_below(bars.close, bars.open), "close does not cross below open"),
        ((bars.close > bars.open) & (rsi(bars.close, 14) < 60), "close > open and RSI(close, 14) < 60"),
        (
            (bars.close > bars.open) & ((bars.close > bars.low) | (bars.hour >= 7)),
            "close > open and (close > low or hour >= 7)",
        ),
        (NEVER, "never"),
        (~NEVER, "always"),
        (fast - slow / 2, "(fast - (slow / 2))"),
        (-fast, "-fast"),
        (0.0001 * fast, "(0.0001 * fast)"),
    ],
)
def test_every_node_reads_as_a_person_would_say_it(node: Any, text: str) -> None:
    assert readable(node) == text


def test_values_stand_in_for_parameters() -> None:
    node = crosses_above(ema(bars.close, fast), ema(bars.close, slow))
    assert readable(node, {"fast": 12, "slow": 48.0}) == "EMA(close, 12) crosses above EMA(close, 48)"


def test_what_can_be_calculated_from_values_is() -> None:
    node = rsi(bars.close, fast + 2) > (fast + slow) / 2
    assert readable(node, {"fast": 30, "slow": 70}) == "RSI(close, 32) > 50"


def test_parameters_without_a_value_keep_their_name() -> None:
    assert readable(rsi(bars.close, fast) > fast + slow, {"fast": 30}) == "RSI(close, 30) > (30 + slow)"


def test_values_of_other_things_are_left_alone() -> None:
    assert readable(bars.close > bars.open, {"direction": "long", "stop_loss": None}) == "close > open"


def test_numbers_keep_six_digits() -> None:
    assert readable(bars.close > fast * bars.open, {"fast": 1 / 3}) == "close > (0.333333 * open)"
