"""Trend of two exponential averages, entered when it gains strength."""

from __future__ import annotations

from alpha_discovery.core.params import Int
from alpha_discovery.indicators import ema
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="trend_following",
    space={"fast_ma": Int(5, 20), "slow_ma": Int(20, 50), "signal_period": Int(5, 15)},
    where=lambda p: p.fast_ma < p.slow_ma,
    templates={
        "conservative": {"fast_ma": 20, "slow_ma": 50, "signal_period": 15, "take_profit": None, "trailing_stop": 0.05},
        "standard": {"fast_ma": 12, "slow_ma": 26, "signal_period": 9, "take_profit": None, "trailing_stop": 0.08},
        "aggressive": {"fast_ma": 5, "slow_ma": 20, "signal_period": 5, "take_profit": None, "trailing_stop": 0.15},
    },
    source="Appel (1979), The Moving Average Convergence Divergence Trading Method; entries only with the trend",
)
def trend_following(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when an uptrend gains strength, until its averages cross back; short in the mirror case.

    The distance between a fast and a slow average measures the trend, an average of that distance its usual
    strength. The entry asks for both: the trend is up and grows stronger than it lately was. The position
    is held through weaker stretches, for as long as the fast average stays on its side of the slow one.

    When it fails: when trends end as soon as they are visible, as in ranges and after news, and when a
    trend gains strength only shortly before it ends.
    """
    trend = ema(bars.close, p.fast_ma) - ema(bars.close, p.slow_ma)
    usual = ema(trend, p.signal_period)
    return Rules(
        enter_long=crosses_above(trend, usual) & (trend > 0.0), exit_long=trend < 0.0,
        enter_short=crosses_below(trend, usual) & (trend < 0.0), exit_short=trend > 0.0,
    )  # fmt: skip
