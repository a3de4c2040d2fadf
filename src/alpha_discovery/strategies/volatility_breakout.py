"""One bar that moves further than bars usually do."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import atr, sma
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, lag, strategy


@strategy(
    family="volatility",
    space={"window": Int(5, 50), "multiple": Float(0.5, 3.0)},
    templates={
        "conservative": {"window": 30, "multiple": 2.0, "max_holding_bars": 30},
        "standard": {"window": 14, "multiple": 1.5, "max_holding_bars": 20},
        "aggressive": {"window": 7, "multiple": 0.8, "max_holding_bars": 10},
    },
    source="Williams (1999), Long-Term Secrets to Short-Term Trading",
)
def volatility_breakout(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long after a bar that rose by more than some average true ranges, until the mean is lost; short mirrored.

    Volatility comes in clusters and a large bar is often the first of several: somebody has more to buy
    than one bar can supply. The range is that of the bars before, so the bar does not raise its own hurdle.

    When it fails: after a single large order or a stop hunt, when the large bar is the whole move and the next
    ones take it back.
    """
    move, usual = bars.close - bars.open, lag(atr(bars, p.window))
    mean = sma(bars.close, p.window)
    return Rules(
        enter_long=move > p.multiple * usual, exit_long=bars.close < mean,
        enter_short=move < -p.multiple * usual, exit_short=bars.close > mean,
    )  # fmt: skip
