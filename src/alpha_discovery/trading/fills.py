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

    def market(self, quoted: float, direction: int, before: BarRow, quantity: float = 0.0) -> Fill:
        """A market or stop order, ``direction`` +1 buying or -1 selling, in the bar after ``before``.

        ``quantity`` units, for a starting equity of 1, press on the price; without it the size is left out.
        """
        worse = self.costs.slippage + self._delay(before) + self._impact(before, quantity)
        return Fill(quoted * (1.0 + direction * worse), quoted, self.costs.commission)

    def limit(self, quoted: float) -> Fill:
        """A limit order: filled at its price, for the maker commission."""
        return Fill(quoted, quoted, self.costs.limit_commission)

    def allowed(self, before: BarRow, wanted: float) -> float:
        """Share of the wanted units that the volume of the bar before allows."""
        if self.costs.max_share is None:
            return 1.0
        return min(1.0, self.costs.max_share * before.volume / (wanted * self.costs.capital))

    def capital_filled(self, before: BarRow, wanted: float) -> float:
        """The capital at which all of ``wanted`` would be just allowed; infinite where nothing limits or was traded."""
        if self.costs.max_share is None or before.volume == 0.0:
            return math.inf
        return self.costs.max_share * before.volume / wanted

    def _impact(self, before: BarRow, quantity: float) -> float:
        """The square-root law; see `Costs` for its sources."""
        if quantity == 0.0 or self.costs.impact == 0.0:
            return 0.0
        volatility = (before.high - before.low) / before.close / (2.0 * math.sqrt(math.log(2.0)))
        units = quantity * self.costs.capital
        participation = min(1.0, units / before.volume) if before.volume > 0.0 else 1.0
        return min(0.5, self.costs.impact * volatility * math.sqrt(participation))

    def _delay(self, before: BarRow) -> float:
        """The move that a diffusion as wide as the last bar makes in the time an order needs."""
        return math.sqrt(self.latency_ms / self.bar_ms) * (before.high - before.low) / before.close
