"""Volume that flows with the trend."""

from __future__ import annotations

from alpha_discovery.core.params import Int
from alpha_discovery.indicators import ema, obv
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="momentum",
    space={"flow": Int(5, 60), "trend": Int(20, 200)},
    templates={
        "conservative": {"flow": 40, "trend": 150, "take_profit": None, "trailing_stop": 0.05},
        "standard": {"flow": 20, "trend": 100, "take_profit": None, "trailing_stop": 0.08},
        "aggressive": {"flow": 10, "trend": 30, "take_profit": None, "trailing_stop": 0.15},
    },
    source="Granville (1963), Granville's New Key to Stock Market Profits",
)
def obv_trend(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when on-balance volume rises over its average in an uptrend, until it falls under it; short mirrored.

    On-balance volume adds the volume of rising bars and takes away that of falling ones. If it rises, the
    larger trades are on the buying side; asking the price to be above its own average keeps the rule from
    betting on volume alone.

    When it fails: where reported volume is not trading (wash trades, one venue of many), where the source has no
    volume at all, and in ranges.
    """
    volume, mean = obv(bars.close, bars.volume), ema(bars.close, p.trend)
    usual = ema(volume, p.flow)
    return Rules(
        enter_long=crosses_above(volume, usual) & (bars.close > mean), exit_long=volume < usual,
        enter_short=crosses_below(volume, usual) & (bars.close < mean), exit_short=volume > usual,
    )  # fmt: skip
