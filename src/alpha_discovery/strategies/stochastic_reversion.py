"""Turn of the stochastic oscillator at the edge of its range."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import stochastic, stochastic_d
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="mean_reversion",
    space={"window": Int(5, 30), "smooth": Int(2, 10), "edge": Float(10, 40)},
    templates={
        "conservative": {"window": 21, "smooth": 5, "edge": 15.0},
        "standard": {"window": 14, "smooth": 3, "edge": 20.0},
        "aggressive": {"window": 8, "smooth": 3, "edge": 30.0},
    },
    source="Lane (1984), Lane's Stochastics, Technical Analysis of Stocks & Commodities 2(3)",
)
def stochastic_reversion(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when %K turns up over %D near the low of the range, until it is near the high; short in the mirror case.

    %K is where the close stands in the range of the last bars, %D its average. Closes gather near the low of
    the range as long as the fall goes on; when they stop doing so, the fall has lost its force before the
    price has turned.

    When it fails: in trends, where %K stays at an edge for long and turns there many times for nothing.
    """
    k, d = stochastic(bars, p.window), stochastic_d(bars, p.window, p.smooth)
    low, high = p.edge, 100.0 - p.edge
    return Rules(
        enter_long=crosses_above(k, d) & (d < low), exit_long=k > high,
        enter_short=crosses_below(k, d) & (d > high), exit_short=k < low,
    )  # fmt: skip
