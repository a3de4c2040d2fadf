"""Strength that the relative strength index confirms, followed rather than faded."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import rsi
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="momentum",
    space={"window": Int(7, 50), "strength": Float(52, 75)},
    templates={
        "conservative": {"window": 28, "strength": 60.0, "take_profit": None, "trailing_stop": 0.05},
        "standard": {"window": 14, "strength": 60.0, "take_profit": None, "trailing_stop": 0.08},
        "aggressive": {"window": 9, "strength": 55.0, "take_profit": None, "trailing_stop": 0.15},
    },
    source="Brown (1999), Technical Analysis for the Trading Professional: range rules of the RSI",
)
def rsi_momentum(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the RSI rises above a level of strength, until it is below 50; short in the mirror case.

    In an uptrend the index swings between about 40 and 80 and in a downtrend between 20 and 60, so a rise
    past 60 is what a new uptrend looks like. The same number that `mean_reversion` sells is bought here:
    which of the two is right depends on the market and is for the data to say.

    When it fails: in ranges, where the strength level is about where swings end.
    """
    index = rsi(bars.close, p.window)
    return Rules(
        enter_long=crosses_above(index, p.strength), exit_long=index < 50.0,
        enter_short=crosses_below(index, 100.0 - p.strength), exit_short=index > 50.0,
    )  # fmt: skip
