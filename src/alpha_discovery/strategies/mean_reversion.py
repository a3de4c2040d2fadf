"""Return of an oversold or overbought market to its middle, read from the relative strength index."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import rsi
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="mean_reversion",
    space={"rsi_period": Int(10, 30), "rsi_oversold": Float(20, 40), "rsi_overbought": Float(60, 80)},
    templates={
        "conservative": {"rsi_period": 21, "rsi_oversold": 25.0, "rsi_overbought": 75.0},
        "standard": {"rsi_period": 14, "rsi_oversold": 30.0, "rsi_overbought": 70.0},
        "aggressive": {"rsi_period": 10, "rsi_oversold": 40.0, "rsi_overbought": 60.0},
    },
    source="Wilder (1978), New Concepts in Technical Trading Systems",
)
def mean_reversion(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the RSI climbs out of the oversold zone, until it is back in the middle; short in the mirror case.

    After one-sided moves, whoever had to trade at any price has traded, and those who supplied the
    liquidity are paid by a partial return. Waiting for the index to leave the zone avoids buying while the
    move still runs; the middle between the two zones is where the return has happened.

    When it fails: when the move was news and not noise. In a strong trend the index leaves its zone many
    times without any return of the price.
    """
    strength, middle = rsi(bars.close, p.rsi_period), (p.rsi_oversold + p.rsi_overbought) / 2.0
    return Rules(
        enter_long=crosses_above(strength, p.rsi_oversold), exit_long=strength >= middle,
        enter_short=crosses_below(strength, p.rsi_overbought), exit_short=strength <= middle,
    )  # fmt: skip
