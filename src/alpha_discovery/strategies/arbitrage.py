"""Price gap of one instrument between two venues."""

from __future__ import annotations

from alpha_discovery.core.params import Float
from alpha_discovery.core.scalar import Const
from alpha_discovery.rules import Parameters, Rules, SymbolicBars, strategy


@strategy(
    family="arbitrage",
    space={"min_profit_threshold": Float(0.001, 0.01), "max_execution_time": Float(100, 1000)},
    templates={
        "conservative": {"min_profit_threshold": 0.008, "max_execution_time": 1000.0},
        "standard": {"min_profit_threshold": 0.005, "max_execution_time": 500.0},
        "aggressive": {"min_profit_threshold": 0.002, "max_execution_time": 100.0},
    },
    n_legs=2,
    source="Makarov & Schoar (2020), Trading and Arbitrage in Cryptocurrency Markets, J. Financial Economics 135(2)",
)
def arbitrage(p: Parameters, first: SymbolicBars, second: SymbolicBars) -> Rules:
    """Buy the cheaper venue and sell the dearer one when they part, until they meet again.

    One instrument has one value, so a gap between its prices on two venues closes when somebody trades it
    away. Both legs are held at once and the position gains what the gap loses, whichever way the price
    goes. The threshold is the gap before costs: two entries and two exits must be paid from it. Each leg is
    filled only after the execution time, at a price worse by what the market moves meanwhile.

    When it fails: when the gap is the price of something real (withdrawal limits, a venue in distress, a
    premium on its currency) and widens; when bars of the two venues close at slightly different moments,
    which shows gaps that nobody could trade; when fees exceed the gap.
    """
    first_dear = first.close / second.close - 1.0
    second_dear = second.close / first.close - 1.0
    return Rules(
        enter_long=second_dear > p.min_profit_threshold, exit_long=second_dear <= 0.0,
        enter_short=first_dear > p.min_profit_threshold, exit_short=first_dear <= 0.0,
        weights=(Const(1.0), Const(-1.0)), latency_ms=p.max_execution_time,
    )  # fmt: skip
