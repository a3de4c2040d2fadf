"""A bot's own account: what it holds, what it is worth, and the trades it has closed.

Kept from the broker's reports alone. The arithmetic is that of `trading.account`, so that a bot whose fills are
those of a backtest has that backtest's trades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from alpha_discovery.bots.orders import Report
from alpha_discovery.trading.fills import Fill
from alpha_discovery.trading.position import OpenLeg, Position


@dataclass
class Book:
    """Equity in the quote currency, and the open position with the reports that have come of its entry and exit.

    Attributes
    ----------
    equity : float
        The last mark.
    position : Position or None
        Entered legs; ``entry_bar`` counts the bars that the bot has traded.
    exits : dict
        Fills of legs that are closed while others of the same position are still open.
    """

    equity: float
    position: Position | None = None
    exits: dict[int, tuple[Fill, float, Mapping[str, Any]]] = field(default_factory=dict)

    def enter(self, side: int, bar: int, entered: Sequence[tuple[int, int, Report]]) -> None:
        """Take over filled entries: leg, direction and report of each."""
        legs = tuple(OpenLeg(leg, way, report.filled, _fill(report)) for leg, way, report in entered)
        self.position = Position(side, bar, self.equity, legs)

    def add_funding(self, opens: Sequence[float], rates: Sequence[float]) -> float:
        """Pay what falls due at an open; returns what was paid."""
        paid = 0.0
        for leg in self.position.legs if self.position is not None else ():
            before = leg.funding
            leg.pay_funding(opens[leg.leg], rates[leg.leg])
            paid += leg.funding - before
        return paid

    def close_leg(self, leg: int, report: Report, reason: str, bar: int) -> list[dict[str, Any]]:
        """Note the exit of one leg; the trades of the position once all its legs are out."""
        assert self.position is not None
        way = {"reason": reason, "at_open": report.at_open, "ambiguous": report.ambiguous}
        self.exits[leg] = _fill(report), report.filled, way
        if len(self.exits) < len(self.position.legs):
            return []
        trades = [self._closed(one, *self.exits[one.leg], bar=bar) for one in self.position.legs]
        self.equity = self.position.equity + sum(trade["pnl"] for trade in trades)
        self.position, self.exits = None, {}
        return trades

    def mark(self, closes: Sequence[float]) -> float:
        """Set and return the equity with every leg at its close."""
        if self.position is not None:
            self.equity = self.position.mark(closes)
        return self.equity

    def _closed(self, leg: OpenLeg, fill: Fill, _: float, way: Mapping[str, Any], *, bar: int) -> dict[str, Any]:
        assert self.position is not None
        commission = leg.commission + leg.quantity * fill.commission
        slippage = leg.quantity * leg.entry.slippage + leg.quantity * fill.slippage
        return {
            "leg": leg.leg, "side": leg.side, "entry_bar": self.position.entry_bar, "exit_bar": bar,
            "entry_price": leg.entry.price, "exit_price": fill.price, "quantity": leg.quantity,
            "pnl": leg.profit(fill.price) - commission - leg.funding, "commission": commission,
            "slippage": slippage, "funding": leg.funding, **way,
        }  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        position = None
        if self.position is not None:
            legs = [_leg_json(leg) for leg in self.position.legs]
            position = {
                "side": self.position.side, "entry_bar": self.position.entry_bar, "equity": self.position.equity,
                "legs": legs,
            }  # fmt: skip
        exits = {str(leg): [*fill, quantity, dict(way)] for leg, (fill, quantity, way) in self.exits.items()}
        return {"equity": self.equity, "position": position, "exits": exits}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Book:
        """From `to_json`."""
        position = None
        if (found := told["position"]) is not None:
            legs = tuple(_leg_of(leg) for leg in found["legs"])
            position = Position(found["side"], found["entry_bar"], found["equity"], legs)
        exits = {int(leg): (Fill(*one[:3]), one[3], one[4]) for leg, one in told["exits"].items()}
        return cls(told["equity"], position, exits)


def _fill(report: Report) -> Fill:
    """Average price, what the market showed, and the rate of commission that was paid."""
    return Fill(report.price, report.quoted, report.commission / (report.filled * report.price))


def _leg_json(leg: OpenLeg) -> dict[str, Any]:
    return {**{k: v for k, v in asdict(leg).items() if k != "entry"}, "entry": list(leg.entry)}


def _leg_of(told: Mapping[str, Any]) -> OpenLeg:
    leg = OpenLeg(told["leg"], told["side"], told["quantity"], Fill(*told["entry"]))
    leg.funding = told["funding"]
    return leg
