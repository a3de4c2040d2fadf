"""Crossing of the MACD line and its signal line."""

from __future__ import annotations

from alpha_discovery.core.params import Int
from alpha_discovery.indicators import macd, macd_signal
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="trend_following",
    space={"fast": Int(5, 20), "slow": Int(20, 60), "signal": Int(5, 20)},
    where=lambda p: p.fast < p.slow,
    templates={
        "conservative": {"fast": 19, "slow": 39, "signal": 9},
        "standard": {"fast": 12, "slow": 26, "signal": 9},
        "aggressive": {"fast": 6, "slow": 20, "signal": 5},
    },
    source="Appel (1979), The Moving Average Convergence Divergence Trading Method",
)
def macd_cross(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long while the MACD line is above its signal line, short while it is below.

    The line is the distance of a fast from a slow exponential average, the signal line an average of it. The
    line turns before the averages themselves cross, so the rule is early: it trades the change of a trend
    rather than the trend. Unlike `trend_following` it does not ask which way the trend points.

    When it fails: in quiet sideways markets, where line and signal line are both near zero and cross with
    every breath of the price.
    """
    line, signal = macd(bars.close, p.fast, p.slow), macd_signal(bars.close, p.fast, p.slow, p.signal)
    up, down = crosses_above(line, signal), crosses_below(line, signal)
    return Rules(enter_long=up, exit_long=down, enter_short=down, exit_short=up)
