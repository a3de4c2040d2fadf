"""The money of one backtest: equity, the open position, the closed trades."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.trading.fills import Fill, Fills
from alpha_discovery.trading.position import OpenLeg, Position
from alpha_discovery.trading.rows import BarRow


class Exit(NamedTuple):
    """Where and why a position ends."""

    bar: int
    reason: str
    at_open: bool
    ambiguous: bool = False


class Account:
    """Starts with an equity of 1 and no position.

    Attributes
    ----------
    size : float
        Value at entry of a weight of 1, entry commission included, over equity.
    equity : float
        The last mark: the caller sets it at each close; leaving a position sets it to what is left.
    position : Position or None
        What is open.
    trades : list of tuple
        One a leg and round trip, in the order of `core.results.TRADE`.
    turnover : float
        Traded value over equity at entry, all fills summed.
    funding : float
        Paid by the positions that have been closed, less what they received.
    n_capped : int
        Entries that the volume cut short.
    capacity : float
        The largest capital at which none would have been; infinite without a limit.
    """

    def __init__(self, *, weights: Sequence[float], size: float, fills: Fills) -> None:
        self.weights, self.size, self.fills = weights, size, fills
        self.equity, self.turnover, self.funding = 1.0, 0.0, 0.0
        self.n_capped, self.capacity = 0, math.inf
        self.position: Position | None = None
        self.trades: list[tuple[Any, ...]] = []

    def enter(self, side: int, bar: int, rows: Sequence[BarRow], before: Sequence[BarRow]) -> None:
        """Buy and sell each leg's share at the open; a leg of weight 0 is not traded."""
        wanted = [
            self._wanted(leg, side if weight > 0.0 else -side, rows[leg].open, before[leg])
            for leg, weight in enumerate(self.weights)
            if weight != 0.0
        ]
        share = self._allowed(wanted, before)
        if wanted and share > 0.0:
            legs = [self._entered(one, share, before[one.leg]) for one in wanted]
            self.position = Position(side, bar, self.equity, tuple(legs))
            self.turnover += sum(leg.value for leg in legs) / self.equity

    def pay_funding(self, rows: Sequence[BarRow], rates: Sequence[float]) -> None:
        """Pay what falls due at the open of ``rows``, one rate a leg; nothing without a position."""
        for leg in self.position.legs if self.position is not None else ():
            leg.pay_funding(rows[leg.leg].open, rates[leg.leg])

    def leave_at_market(self, way: Exit, prices: Sequence[float], before: Sequence[BarRow]) -> None:
        """Close every leg with market orders at ``prices``."""
        assert self.position is not None
        legs = self.position.legs
        orders = [(prices[leg.leg], -leg.side, before[leg.leg], leg.quantity) for leg in legs]
        self.leave(way, [self.fills.market(*order) for order in orders])

    def leave(self, way: Exit, fills: Sequence[Fill]) -> None:
        """Close every leg at its fill and write the trades down."""
        assert self.position is not None
        profits = [self._closed(leg, fill, way) for leg, fill in zip(self.position.legs, fills, strict=True)]
        self.equity = self.position.equity + sum(profits)
        self.position = None

    def _wanted(self, leg: int, side: int, opening: float, before: BarRow) -> OpenLeg:
        """What the leg's share of the equity would buy if size did not matter."""
        fill = self.fills.market(opening, side, before)
        return OpenLeg(leg, side, self._affordable(leg, fill), fill)

    def _affordable(self, leg: int, fill: Fill) -> float:
        return self.size * abs(self.weights[leg]) * self.equity / (fill.price + fill.commission)

    def _allowed(self, wanted: Sequence[OpenLeg], before: Sequence[BarRow]) -> float:
        """The share of it that the volumes allow for every leg, so that the legs keep their proportions."""
        share = 1.0
        for leg in wanted:
            share = min(share, self.fills.allowed(before[leg.leg], leg.quantity))
            self.capacity = min(self.capacity, self.fills.capital_filled(before[leg.leg], leg.quantity))
        self.n_capped += share < 1.0
        return share

    def _entered(self, wanted: OpenLeg, share: float, before: BarRow) -> OpenLeg:
        """That share, at the price which its size makes; a price that got worse buys no more than the money pays."""
        quantity = share * wanted.quantity
        fill = self.fills.market(wanted.entry.quoted, wanted.side, before, quantity)
        return OpenLeg(wanted.leg, wanted.side, min(quantity, self._affordable(wanted.leg, fill)), fill)

    def _closed(self, leg: OpenLeg, fill: Fill, way: Exit) -> float:
        """Profit of one leg after costs and funding."""
        assert self.position is not None
        commission = leg.commission + leg.quantity * fill.commission
        slippage = leg.quantity * leg.entry.slippage + leg.quantity * fill.slippage
        profit = leg.profit(fill.price) - commission - leg.funding
        self.funding += leg.funding
        self.turnover += leg.quantity * fill.price / self.position.equity
        self.trades.append(
            (
                leg.leg, leg.side, self.position.entry_bar, way.bar, leg.entry.price, fill.price, leg.quantity,
                profit, commission, slippage, EXIT_REASONS.index(way.reason), way.at_open, way.ambiguous,
            )
        )  # fmt: skip
        return profit
