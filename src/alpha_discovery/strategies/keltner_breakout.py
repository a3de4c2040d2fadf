"""Breakout from a channel of average true ranges around an average."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import atr, ema
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="breakout",
    space={"window": Int(10, 60), "width": Float(1.0, 4.0)},
    templates={
        "conservative": {"window": 40, "width": 3.0, "take_profit": None},
        "standard": {"window": 20, "width": 2.0, "take_profit": None},
        "aggressive": {"window": 10, "width": 1.5, "take_profit": None},
    },
    source="Keltner (1960), How to Make Money in Commodities; with the average true range of Raschke's form",
)
def keltner_breakout(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the close leaves the channel upwards, until it is back below the average; short in the mirror case.

    The channel is as wide as the market usually moves. A close outside it is a move larger than usual, which
    in a trending market is the start of more; the average is where such a move is over.

    When it fails: in ranges, where the edge of the channel is where moves end, and after a calm, when the
    channel is so narrow that any bar leaves it.
    """
    middle, away = ema(bars.close, p.window), p.width * atr(bars, p.window)
    return Rules(
        enter_long=crosses_above(bars.close, middle + away), exit_long=bars.close < middle,
        enter_short=crosses_below(bars.close, middle - away), exit_short=bars.close > middle,
    )  # fmt: skip
