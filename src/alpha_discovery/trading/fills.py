"""What an order is filled at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from alpha_discovery.core.costs import Costs
from alpha_discovery.trading.rows import BarRow


class Fill(NamedTuple):
    """One unit bought or sold: the price paid or received, what the chart showed, and the rate of commission."""

    price: float
    quoted: float
    rate: float

    @property
    def commission(self) -> float:
        """Paid per unit."""
        return self.rate * self.price

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
        Commissions and slippage as fractions.
    latency_ms, bar_ms : float
        Time from the open of a bar until an order is filled, and the length of a bar.
    """

    costs: Costs
    latency_ms: float
    bar_ms: float

    def market(self, quoted: float, direction: int, before: BarRow) -> Fill:
        """A market or stop order, ``direction`` +1 buying or -1 selling, in the bar after ``before``."""
        worse = self.costs.slippage + self._delay(before)
        return Fill(quoted * (1.0 + direction * worse), quoted, self.costs.commission)

    def limit(self, quoted: float) -> Fill:
        """A limit order: filled at its price, for the maker commission."""
        return Fill(quoted, quoted, self.costs.limit_commission)

    def _delay(self, before: BarRow) -> float:
        """The move that a diffusion as wide as the last bar makes in the time an order needs."""
        return math.sqrt(self.latency_ms / self.bar_ms) * (before.high - before.low) / before.close
