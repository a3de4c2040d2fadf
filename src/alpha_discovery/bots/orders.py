"""Orders and what becomes of them, in the words that every broker is translated into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from alpha_discovery.errors import UserError

ENTRY = "entry"  # the reason of an order that opens a position


class OrderState(StrEnum):
    """Where an order stands."""

    INTENDED = "intended"  # written down, perhaps sent: nobody has confirmed it
    OPEN = "open"  # the broker has it; some of it may be filled
    FILLED = "filled"
    CANCELED = "canceled"  # taken back, or expired; what was filled before counts
    REJECTED = "rejected"  # the broker refused it; nothing was filled


ENDED = frozenset({OrderState.FILLED, OrderState.CANCELED, OrderState.REJECTED})
MOVES: dict[OrderState, frozenset[OrderState]] = {
    OrderState.INTENDED: frozenset(OrderState),
    OrderState.OPEN: frozenset({OrderState.OPEN, *ENDED}),
    **{state: frozenset({state}) for state in ENDED},
}


class Kind(StrEnum):
    """How an order is filled."""

    MARKET = "market"
    STOP = "stop"  # a market order as soon as the price touches `Order.price`
    TARGET = "target"  # a limit order at `Order.price`


@dataclass(frozen=True)
class Order:
    """One order.

    Attributes
    ----------
    client_id : str
        Made by the bot from what the order is for, so that sending it twice is one order.
    leg : int
        Which instrument.
    direction : int
        +1 buys, -1 sells.
    kind : Kind
    reason : str
        ``entry`` or one of `core.results.EXIT_REASONS`.
    quantity : float or None
        Units; None for an entry, whose size is ``value``.
    value : float or None
        What an entry may cost, commission included, in the quote currency: the broker makes units of it at its price.
    price : float or None
        The level of a stop or a target.
    """

    client_id: str
    leg: int
    direction: int
    kind: Kind
    reason: str
    quantity: float | None = None
    value: float | None = None
    price: float | None = None

    def __post_init__(self) -> None:
        if (self.quantity is None) == (self.value is None):
            raise UserError(f"order {self.client_id} needs a quantity or a value, one of the two")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(vars(self))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Order:
        """An order from `to_json`."""
        return cls(**{**told, "kind": Kind(told["kind"])})


@dataclass(frozen=True)
class Report:
    """What a broker says of one order, all fills so far together.

    Attributes
    ----------
    client_id : str
    state : OrderState
    filled : float
        Units, >= 0.
    price : float
        Average of the fills; 0.0 without one.
    quoted : float
        What the market showed when it was filled; the difference is slippage. The price itself where unknown.
    commission : float
        Paid so far, in the quote currency.
    at_open, ambiguous : bool
        As `core.results.TRADE` has them; known to a broker that replays bars.
    note : str
        Why it was rejected or canceled.
    """

    client_id: str
    state: OrderState
    filled: float = 0.0
    price: float = 0.0
    quoted: float = 0.0
    commission: float = 0.0
    at_open: bool = False
    ambiguous: bool = False
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dict(vars(self))

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Report:
        """A report from `to_json`."""
        return cls(**{**told, "state": OrderState(told["state"])})


@dataclass(frozen=True)
class Tracked:
    """An order with the newest report about it."""

    order: Order
    report: Report

    @classmethod
    def intended(cls, order: Order) -> Tracked:
        """An order that was written down and not yet sent."""
        return cls(order, Report(order.client_id, OrderState.INTENDED))

    def after(self, report: Report) -> Tracked:
        """The order after a newer report.

        Reports may come late or twice: one that knows less than the last is passed over, and what has ended
        does not begin again.
        """
        stale = report.state not in MOVES[self.report.state] or report.filled < self.report.filled
        return self if stale else replace(self, report=report)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.report.state in ENDED

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"order": self.order.to_json(), "report": self.report.to_json()}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Tracked:
        """From `to_json`."""
        return cls(Order.of(told["order"]), Report.of(told["report"]))
