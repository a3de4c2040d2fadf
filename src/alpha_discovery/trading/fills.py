"""What an order is filled at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from alpha_discovery.core.costs import Costs
from alpha_discovery.trading.rows import BarRow


class Fill(NamedTuple):
    """One unit bought or sold: the price paid or received, and what the chart showed."""

    price: float
    quoted: float

    @property
    def slippage(self) -> float:
        """Lost per unit between the two."""
        return abs(self.price - self.quoted)


@dataclass(frozen=True)
class Fills:
    """How orders are filled in one market.

    Attributes
    ----------
    costs : Costs
        Commission and slippage as fractions.
    latency_ms, bar_ms : float
        Time from the open of a bar until an order is filled, and the length of a bar.
    """

    costs: Costs
    latency_ms: float
    bar_ms: float

    def market(self, quoted: float, direction: int, before: BarRow) -> Fill:
        """A market or stop order, ``direction`` +1 buying or -1 selling, in the bar after ``before``."""
        worse = self.costs.slippage + self._delay(before)
        return Fill(quoted * (1.0 + direction * worse), quoted)

    def limit(self, quoted: float) -> Fill:
        """A limit order: filled at its price."""
        return Fill(quoted, quoted)

    def _delay(self, before: BarRow) -> float:
        """The move that a diffusion as wide as the last bar makes in the time an order needs."""
        return math.sqrt(self.latency_ms / self.bar_ms) * (before.high - before.low) / before.close
