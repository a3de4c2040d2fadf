"""An exchange in memory that speaks as ccxt does, keeps its promises, and breaks its connection when told to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from alpha_discovery.trading.rows import BarRow


class NetworkError(Exception):
    """Named as ccxt names it: nobody knows whether the question arrived."""


class InvalidOrder(Exception):
    """Named as ccxt names it: the order is refused."""


class InsufficientFunds(Exception):
    """Named as ccxt names it: there is no money for the order."""


class DuplicateOrderId(Exception):
    """Named as ccxt names it: the client id was used before."""


class ExchangeError(Exception):
    """Named as ccxt names it: something else went wrong over there."""


class RequestTimeout(NetworkError):
    """Named as ccxt names it: no answer in time."""


class RateLimitExceeded(NetworkError):
    """Named as ccxt names it: asked too often."""


class ExchangeNotAvailable(NetworkError):
    """Named as ccxt names it: maintenance."""


class InvalidNonce(ExchangeError):
    """Named as ccxt names it: the clocks differ too much."""


class Killed(BaseException):
    """The process is gone; nothing may catch this."""


class FakeExchange:
    """One market that moves bar by bar.

    Attributes
    ----------
    price : float
        What market orders are filled at.
    held : float
        Units of the one position.
    faults : list of (method, when, exception)
        Used up in order by calls of the method: ``before`` it acts, or ``after`` it has acted.
    fill_share : list of float
        Share of each coming market order that is filled before the exchange cancels the rest; empty: all of it.
    calls : list of str
        Every method that was called.
    """

    id = "fake"

    def __init__(
        self, symbol: str = "BTC/USDT:USDT", *, price: float = 100.0, fee: float = 0.0, lot: float = 0.0,
        tick: float = 0.0, smallest_value: float = 0.0, derivative: bool = True,
    ) -> None:  # fmt: skip
        self.symbol, self.price, self.fee, self.lot, self.tick = symbol, price, fee, lot, tick
        self.smallest_value, self.derivative = smallest_value, derivative
        self.held = 0.0
        self.orders: list[dict[str, Any]] = []
        self.faults: list[tuple[str, str, BaseException]] = []
        self.fill_share: list[float] = []
        self.calls: list[str] = []
        self.ticker: Mapping[str, Any] | None = None  # instead of the real one

    def bar(self, row: BarRow) -> None:
        """Live through a bar: the open is the price at which its market orders were filled already."""
        for stop_first in (True, False):
            for order in [one for one in self.orders if one["status"] == "open"]:
                level = order["level"]
                if order["is_stop"] is not stop_first or level is None:
                    continue
                falls_to = order["is_stop"] == (order["side"] == "sell")
                if row.low <= level if falls_to else row.high >= level:
                    beyond = min(level, row.open) if falls_to else max(level, row.open)
                    self._execute(order, beyond, 1.0)
        self.price = row.close

    def load_markets(self) -> Mapping[str, Any]:
        limits = {"amount": {"min": self.lot}, "cost": {"min": self.smallest_value}}
        return {self.symbol: {"limits": limits, "contractSize": 1.0, "swap": self.derivative}}

    def fetch_ticker(self, symbol: str) -> Mapping[str, Any]:
        self._met("fetch_ticker", "before")
        ticker: Mapping[str, Any] = {"bid": self.price, "ask": self.price, "last": self.price}
        return self.ticker if self.ticker is not None else ticker

    def create_order(
        self, symbol: str, kind: str, side: str, amount: float, price: float | None, params: Mapping[str, Any], /
    ) -> Mapping[str, Any]:
        self._met("create_order", "before")
        if any(order["clientOrderId"] == params["clientOrderId"] for order in self.orders):
            raise DuplicateOrderId(params["clientOrderId"])
        order = {
            "id": str(len(self.orders) + 1), "clientOrderId": params["clientOrderId"], "symbol": symbol, "side": side,
            "amount": amount, "filled": 0.0, "average": None, "status": "open", "fees": [],
            "level": params.get("stopLossPrice", price), "is_stop": "stopLossPrice" in params,
            "reduce": bool(params.get("reduceOnly")),
        }  # fmt: skip
        self.orders.append(order)
        if order["level"] is None:
            self._execute(order, self.price, self.fill_share.pop(0) if self.fill_share else 1.0)
        self._met("create_order", "after")
        return dict(order)

    def cancel_order(self, order_id: str, symbol: str, params: Mapping[str, Any], /) -> Mapping[str, Any]:
        self._met("cancel_order", "before")
        order = next(one for one in self.orders if one["id"] == order_id)
        if order["status"] == "open":
            order["status"] = "canceled"
        self._met("cancel_order", "after")
        return dict(order)

    def fetch_open_orders(self, symbol: str) -> Sequence[Mapping[str, Any]]:
        self._met("fetch_open_orders", "before")
        return [dict(order) for order in self.orders if order["status"] == "open"]

    def fetch_orders(self, symbol: str, since: int | None, limit: int) -> Sequence[Mapping[str, Any]]:
        self._met("fetch_orders", "before")
        return [dict(order) for order in self.orders][-limit:]

    def fetch_positions(self, symbols: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        self._met("fetch_positions", "before")
        side = "short" if self.held < 0 else "long"
        return [{"symbol": self.symbol, "contracts": abs(self.held), "side": side}]

    def amount_to_precision(self, symbol: str, amount: float) -> str:
        return repr(math.floor(amount / self.lot + 1e-9) * self.lot if self.lot else amount)

    def price_to_precision(self, symbol: str, price: float) -> str:
        return repr(round(price / self.tick) * self.tick if self.tick else price)

    def _execute(self, order: dict[str, Any], price: float, share: float) -> None:
        amount = order["amount"] * share
        sign = 1.0 if order["side"] == "buy" else -1.0
        if order["reduce"]:  # never through zero
            amount = min(amount, max(0.0, -sign * self.held))
        before = order["filled"]
        order["filled"] = before + amount
        order["average"] = ((order["average"] or 0.0) * before + price * amount) / order["filled"] if amount else None
        order["fees"].append({"cost": amount * price * self.fee, "currency": "USDT"})
        order["status"] = "closed" if share == 1.0 else "canceled"
        self.held += sign * amount

    def _met(self, method: str, when: str) -> None:
        if when == "before":
            self.calls.append(method)
        for number, (name, moment, error) in enumerate(self.faults):
            if (name in (method, "*")) and moment == when:
                del self.faults[number]
                raise error
