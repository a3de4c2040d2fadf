"""Direction of Wilder's directional movement, once the trend is strong."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import adx, minus_di, plus_di
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, strategy


@strategy(
    family="trend_following",
    space={"window": Int(7, 40), "strength": Float(15, 40)},
    templates={
        "conservative": {"window": 28, "strength": 30.0, "take_profit": None, "trailing_stop": 0.05},
        "standard": {"window": 14, "strength": 25.0, "take_profit": None, "trailing_stop": 0.08},
        "aggressive": {"window": 10, "strength": 20.0, "take_profit": None, "trailing_stop": 0.15},
    },
    source="Wilder (1978), New Concepts in Technical Trading Systems",
)
def adx_trend(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the trend becomes strong while it points up, until it points down; short in the mirror case.

    The directional indicators say how much of the movement goes up and how much down; the average
    directional index says how one-sided it is, whichever way. The entry waits until the index rises above
    a threshold, so that the rule stands aside while the market has no direction.

    When it fails: the index averages twice and is late. A short, steep trend is over when it is called
    strong, and the entry then buys its last bars.
    """
    strong = crosses_above(adx(bars, p.window), p.strength)
    up, down = plus_di(bars, p.window), minus_di(bars, p.window)
    return Rules(
        enter_long=strong & (up > down), exit_long=up < down,
        enter_short=strong & (up < down), exit_short=up > down,
    )  # fmt: skip
