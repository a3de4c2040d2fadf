"""An open position: one leg or several, entered at one open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from alpha_discovery.trading.fills import Fill


@dataclass
class OpenLeg:
    """What is held of one leg: ``quantity`` > 0 units on ``side`` +1 (bought) or -1 (sold)."""

    leg: int
    side: int
    quantity: float
    entry: Fill
    funding: float = field(default=0.0, init=False)  # paid since entry; negative: received

    @property
    def commission(self) -> float:
        """Paid at entry."""
        return self.quantity * self.entry.commission

    @property
    def value(self) -> float:
        """Gross value at entry."""
        return self.quantity * self.entry.price

    def profit(self, price: float) -> float:
        """Profit at ``price``, before commission and funding."""
        return self.side * self.quantity * (price - self.entry.price)

    def pay_funding(self, opening: float, rate: float) -> None:
        """Pay (or receive) what is due on the value at an open."""
        self.funding += self.side * self.quantity * opening * rate


@dataclass(frozen=True)
class Position:
    """All legs of one position; ``equity`` is that before its commission, ``side`` that of the signal."""

    side: int
    entry_bar: int
    equity: float
    legs: tuple[OpenLeg, ...]

    def mark(self, closes: Sequence[float]) -> float:
        """Equity with every leg at its close."""
        paid = sum(leg.commission + leg.funding for leg in self.legs)
        return self.equity - paid + sum(leg.profit(closes[leg.leg]) for leg in self.legs)

    def net_value(self, prices: Sequence[float]) -> float:
        """Signed value of all legs."""
        return sum(leg.side * leg.quantity * prices[leg.leg] for leg in self.legs)

    def gain(self, closes: Sequence[float]) -> float:
        """Joint profit as a fraction of the gross value at entry."""
        return sum(leg.profit(closes[leg.leg]) for leg in self.legs) / sum(leg.value for leg in self.legs)
