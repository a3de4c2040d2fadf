"""Return to the volume-weighted average price."""

from __future__ import annotations

from alpha_discovery.core.params import Float, Int
from alpha_discovery.indicators import rolling_vwap
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, crosses_above, crosses_below, strategy


@strategy(
    family="mean_reversion",
    space={"window": Int(12, 168), "distance": Float(0.002, 0.06, log=True)},
    templates={
        "conservative": {"window": 96, "distance": 0.04},
        "standard": {"window": 48, "distance": 0.02},
        "aggressive": {"window": 24, "distance": 0.008},
    },
    source="Berkowitz, Logue & Noser (1988), The Total Cost of Transactions on the NYSE, Journal of Finance 43(1)",
)
def vwap_reversion(p: Parameters, bars: SymbolicBars) -> Rules:
    """Long when the close falls far below what the last buyers paid on average, until it is back there; short mirrored.

    Large orders are judged against the volume-weighted average price. Whoever must buy buys below it and
    waits above it, which pulls the price back. The distance is a fraction of that price.

    When it fails: when volume itself moves the price (a forced sale, a listing), the average follows the
    price and the return happens at a loss. Useless where the source reports no volume.
    """
    gap = bars.close / rolling_vwap(bars, p.window) - 1.0
    return Rules(
        enter_long=crosses_below(gap, -p.distance), exit_long=gap >= 0.0,
        enter_short=crosses_above(gap, p.distance), exit_short=gap <= 0.0,
    )  # fmt: skip
