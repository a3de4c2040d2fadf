"""What a rule earns in truth on a simulated market: on another, very long draw of the same process.

What was luck on the market of the search is not there. On a market without an edge nothing need be measured: before
costs no rule earns anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import joined
from alpha_discovery.discovery.evidence import sharpe_of
from alpha_discovery.discovery.noise_markets import Shape, planted
from alpha_discovery.discovery.sleeves import calendar_of, screen_sleeves, sleeves
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

    @property
    def has_edge(self) -> bool:
        """Whether there is anything to find."""
        return self._bars is not None

    def sharpes(self, strategy: str, parameters: Sequence[Mapping[str, Any]]) -> list[float]:
        """Annual Sharpe ratios of the detrended daily returns after costs, in order; 0 without an edge."""
        if self._bars is None or not parameters:
            return [0.0] * len(parameters)
        found = find_strategy(strategy)
        over = sleeves((tuple(self._bars),), self._bars, calendar_of(self._bars))
        year = next(iter(self._bars.values())).periods_per_year
        out = np.empty(len(parameters))
        batch = joined([found.space.encode(one) for one in parameters])
        for chunk in screen_sleeves(found.rules, batch, over, self._costs, intrabar="stop_first", workers=1):
            out[chunk.rows] = [sharpe_of(column.astype(np.float64), year) for column in chunk.adjusted.T]
        return out.tolist()
