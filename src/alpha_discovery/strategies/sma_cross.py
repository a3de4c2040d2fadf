"""Crossing of two simple moving averages."""

from __future__ import annotations

from alpha_discovery.core.params import Int
from alpha_discovery.indicators import sma
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="trend_following",
    space={"fast": Int(5, 50), "slow": Int(20, 200)},
    where=lambda p: p.fast < p.slow,
    templates={
        "conservative": {"fast": 50, "slow": 200},
        "standard": {"fast": 20, "slow": 100},
        "aggressive": {"fast": 10, "slow": 30},
    },
    source="Brock, Lakonishok & LeBaron (1992), Simple Technical Trading Rules, Journal of Finance 47(5)",
)
def sma_cross(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long from the cross of a fast average above a slow one until the opposite cross, short in the mirror case.

    The difference of two averages is a smoothed slope: a cross says that the recent past has begun to
    outrun the longer past. It is the simplest rule with memory, and so the yardstick for the others.

    When it fails: in sideways markets, where the averages cross again and again and every cross pays the
    spread, and in sharp reversals, which the slow average sees late.
    """
    fast, slow = sma(bars.close, p.fast), sma(bars.close, p.slow)
    up, down = crosses_above(fast, slow), crosses_below(fast, slow)
    return Rules(enter_long=up, exit_long=down, enter_short=down, exit_short=up)
