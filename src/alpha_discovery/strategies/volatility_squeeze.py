"""Breakout from Bollinger bands that were narrow before."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import bollinger_lower, bollinger_upper, rank, rolling_std, sma
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, lag, strategy


@strategy(
    family="volatility",
    space={"window": Int(10, 40), "width": Float(1.0, 3.0), "history": Int(50, 250), "calm": Float(0.05, 0.5)},
    templates={
        "conservative": {"window": 20, "width": 2.5, "history": 200, "calm": 0.1, "take_profit": None},
        "standard": {"window": 20, "width": 2.0, "history": 125, "calm": 0.2, "take_profit": None},
        "aggressive": {"window": 10, "width": 1.5, "history": 60, "calm": 0.4, "take_profit": None},
    },
    source="Bollinger (2001), Bollinger on Bollinger Bands: the Squeeze",
)
def volatility_squeeze(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the close leaves upwards a band that was narrow for its own history; short in the mirror case.

    Volatility returns to its mean: a calm that is rare for this market is followed by movement, and the side on
    which the price leaves the band says which way. The width of the band at the bar before is ranked among
    its past values, and only a low rank counts as a squeeze.

    When it fails: the first break out of a squeeze is often a feint that turns at once; and where calm is
    the normal state (a pegged or thinly traded market) it announces nothing.
    """
    middle = sma(bars.close, p.window)
    upper, lower = bollinger_upper(bars.close, p.window, p.width), bollinger_lower(bars.close, p.window, p.width)
    squeezed = lag(rank(rolling_std(bars.close, p.window) / middle, p.history)) < p.calm
    return Rules(
        enter_long=crosses_above(bars.close, upper) & squeezed, exit_long=bars.close < middle,
        enter_short=crosses_below(bars.close, lower) & squeezed, exit_short=bars.close > middle,
    )  # fmt: skip
