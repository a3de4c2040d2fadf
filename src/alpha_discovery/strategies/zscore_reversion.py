"""Short-term reversal of an unusually large return."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import roc, zscore
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="mean_reversion",
    space={"lookback": Int(1, 20), "window": Int(20, 200), "entry_z": Float(1.0, 3.5), "exit_z": Float(0.0, 1.0)},
    where=lambda p: (p.exit_z < p.entry_z) & (p.lookback < p.window),
    templates={
        "conservative": {"lookback": 10, "window": 150, "entry_z": 3.0, "exit_z": 0.0},
        "standard": {"lookback": 5, "window": 100, "entry_z": 2.0, "exit_z": 0.25},
        "aggressive": {"lookback": 3, "window": 50, "entry_z": 1.5, "exit_z": 0.5},
    },
    source="Lehmann (1990), Fads, Martingales, and Market Efficiency, Quarterly Journal of Economics 105(1)",
)
def zscore_reversion(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the return of the last bars is unusually low, until it is ordinary again; short in the mirror case.

    Returns over a few bars are measured in standard deviations of their own recent past. Past losers tend to
    recover over the next days and past winners to give back: the pay of those who stood on the other
    side of a hurried trade.

    When it fails: when the extreme return is the market learning something. The standard deviation is also
    estimated from calm bars just before a storm, so the first bars of a crash look like an opportunity.
    """
    score = zscore(roc(bars.close, p.lookback), p.window)
    return Rules(
        enter_long=crosses_below(score, -p.entry_z), exit_long=score >= -p.exit_z,
        enter_short=crosses_above(score, p.entry_z), exit_short=score <= p.exit_z,
    )  # fmt: skip
