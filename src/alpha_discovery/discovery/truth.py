"""What a rule earns in truth on a simulated market: on another, very long draw of the same process.

What was luck on the market of the search is not there. On a market without an edge nothing need be measured: before
costs no rule earns anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.evidence import measure, number
from alpha_discovery.discovery.noise_markets import Shape, planted
from alpha_discovery.discovery.sleeves import calendar_of, sleeves
from alpha_discovery.strategies.registry import find_strategy

YEARS = 40  # standard error of an annual Sharpe ratio: 0.16
SEED = 4_000_000_007  # no market that is searched has it


class Truth:
    """The long draw of a planted market.

    Parameters
    ----------
    sharpe : float
        Of the planted rule after costs; None or 0: a market without an edge, on which nothing is true.
    """

    def __init__(self, sharpe: float | None, *, shape: Shape, costs: Costs) -> None:
        self._costs = costs
        self._bars: Mapping[str, Bars] | None = None
        if sharpe:
            long = replace(shape, bars=int(YEARS * shape.per_year))
            self._bars = planted(SEED, shape=long, sharpe=sharpe, costs=costs)

    def sharpe(self, strategy: str, parameters: Mapping[str, Any]) -> float:
        """Annual Sharpe ratio of the detrended daily returns after costs; 0 without an edge."""
        if self._bars is None:
            return 0.0
        kind, calendar = find_strategy(strategy), calendar_of(self._bars)
        over = sleeves((tuple(self._bars),), self._bars, calendar)
        year = next(iter(self._bars.values())).periods_per_year
        part = measure(
            kind, kind.space.encode(parameters), over, self._costs, intrabar="stop_first", periods_per_year=year
        )
        return number(part.metrics["adjusted_sharpe"])
