"""Return from outside the Bollinger bands to their middle."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import rolling_std, sma
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="mean_reversion",
    space={"window": Int(10, 60), "width": Float(1.0, 3.0)},
    templates={
        "conservative": {"window": 40, "width": 2.5},
        "standard": {"window": 20, "width": 2.0},
        "aggressive": {"window": 10, "width": 1.5},
    },
    source="Bollinger (2001), Bollinger on Bollinger Bands",
)
def bollinger_reversion(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the close falls through the lower band, until it is back at the average; short in the mirror case.

    The bands are as many standard deviations away as `width` says, so the price is outside them rarely. Where
    prices swing around a slowly moving value, such a distance is noise and is taken back.

    When it fails: in trends the price walks along a band, and the average comes to the price rather than
    the price to the average. The bands also widen while the loss grows.
    """
    middle, away = sma(bars.close, p.window), p.width * rolling_std(bars.close, p.window)
    return Rules(
        enter_long=crosses_below(bars.close, middle - away), exit_long=bars.close >= middle,
        enter_short=crosses_above(bars.close, middle + away), exit_short=bars.close <= middle,
    )  # fmt: skip
