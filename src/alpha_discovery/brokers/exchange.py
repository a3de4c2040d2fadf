"""Orders at a real exchange through ccxt, with keys that the caller brings and a switch that the caller turns.

Every order carries the bot's client id, so that sending it twice is one order and a restart finds it again. Sizes
and prices are rounded to what the market allows, towards less. Nothing here decides; what the exchange refuses is
a report, and what cannot be asked is `SourceFailed`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from alpha_discovery.bots.orders import ENTRY, Kind, Order, OrderState, Report, Tracked
from alpha_discovery.bots.ports import Bar
from alpha_discovery.core.answers import is_json
from alpha_discovery.errors import SourceFailed, UserError
from alpha_discovery.trading.rows import BarRow

_GONE = frozenset({"OrderNotFound"})
_REFUSED = frozenset(
    {"InvalidOrder", "InsufficientFunds", "BadRequest", "BadSymbol", "OperationRejected", "NotSupported"}
)
_DUPLICATE = frozenset({"DuplicateOrderId"})
_CONDITIONAL = {"trigger": True}  # how ccxt is asked for orders that wait for a price
_STATES = {
    "open": OrderState.OPEN, "new": OrderState.OPEN, "closed": OrderState.FILLED, "canceled": OrderState.CANCELED,
    "cancelled": OrderState.CANCELED, "expired": OrderState.CANCELED, "rejected": OrderState.REJECTED,
}  # fmt: skip


class Venue(Protocol):
    """What is used of a ccxt exchange with keys."""

    id: str

    def load_markets(self) -> Mapping[str, Any]:
        """Markets by symbol, with ``limits``, ``precision``, ``contractSize`` and ``swap``."""

    def fetch_ticker(self, symbol: str) -> Mapping[str, Any]:
        """``bid``, ``ask``, ``last``."""

    def create_order(
        self, symbol: str, kind: str, side: str, amount: float, price: float | None, params: Mapping[str, Any], /
    ) -> Mapping[str, Any]:
        """The order as the exchange took it."""

    def cancel_order(self, order_id: str, symbol: str, params: Mapping[str, Any], /) -> Mapping[str, Any]:
        """The order as it was taken back."""

    def fetch_open_orders(self, symbol: str, /, *more: Any) -> Sequence[Mapping[str, Any]]:
        """Orders that wait; since when, how many and parameters may follow."""

    def fetch_orders(self, symbol: str, since: int | None, limit: int, /, *more: Any) -> Sequence[Mapping[str, Any]]:
        """Orders, ended ones too, newest last; parameters may follow."""

    def fetch_positions(self, symbols: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Positions of derivatives."""

    def amount_to_precision(self, symbol: str, amount: float) -> str:
        """A size that the market allows, cut off towards zero."""

    def price_to_precision(self, symbol: str, price: float) -> str:
        """A price that the market allows."""


@dataclass(frozen=True)
class Leg:
    """A market that is traded, and what it allows."""

    symbol: str
    smallest: float
    smallest_value: float
    contract: float
    is_derivative: bool
    taker: float  # commission of market orders, where the exchange does not tell what was paid
    keeps_stops_apart: bool  # whether conditional orders are in lists of their own


class ExchangeBroker:
    """See `bots.ports.Broker`.

    Parameters
    ----------
    venue : Venue
        A ccxt exchange with keys (`connect_with_keys`).
    symbols : sequence of str
        One a leg.
    started : int
        When the bot was made, milliseconds UTC: older orders are not ours.
    patience : int
        How often a market order is asked about before it is left to the next bar.
    attempts : int
        Tries of a question that the network swallowed.
    sleep : callable
        Waits that many seconds.
    """

    remembers = True
    rests = True

    def __init__(
        self, venue: Venue, symbols: Sequence[str], *, started: int = 0, patience: int = 10, attempts: int = 4,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._venue, self._started = venue, started
        self._patience, self._attempts, self._sleep = patience, attempts, sleep
        markets = self._asked(venue.load_markets)
        self._legs = [_leg(markets, symbol, venue) for symbol in symbols]
        self._leg_of: dict[str, int] = {}
        self._stops: set[str] = set()  # client ids that were sent as stops; those of `Desk` end with the word

    def restore(self, orders: Sequence[Tracked], before: Sequence[BarRow]) -> None:
        """Nothing: the exchange remembers."""

    def opened(self, bar: Bar) -> None:
        """Nothing: the exchange knows."""

    def closed(self, bar: Bar) -> None:
        """Nothing: the exchange knows."""

    def submit(self, order: Order) -> Report:
        """Send an order under its client id; a market order is followed until it has ended, for a while."""
        leg = self._legs[order.leg]
        self._leg_of[order.client_id] = order.leg
        if order.kind is Kind.STOP:
            self._stops.add(order.client_id)
        try:
            amount = self._amount(order, leg)
        except _TooSmall as small:
            return Report(order.client_id, OrderState.REJECTED, note=str(small))
        reason = ""
        for _ in range(2):  # a second time only if the first did not arrive; the client id makes both one order
            try:
                told = self._asked(lambda: self._create(order, leg, amount), again=False, refusable=True)
                found: Report | None = self._report(order.client_id, told, leg)
            except _Refused as refused:
                found = self.find(order.client_id) if refused.is_duplicate else None
                found = found or Report(order.client_id, OrderState.REJECTED, note=str(refused))
            except SourceFailed as error:  # nobody knows whether it arrived: look for it
                reason = str(error)
                found = self._looked_for(order.client_id)
            if found is not None:
                return self._followed(order, found) if order.kind is Kind.MARKET else found
        return Report(order.client_id, OrderState.REJECTED, note=f"it did not arrive, twice: {reason}")

    def cancel(self, client_id: str) -> Report:
        """Take an order back by its client id; how it stands afterwards, fills in between included."""
        leg = self._leg_by(client_id)
        found = self._find(client_id)
        if found is None:
            return Report(client_id, OrderState.CANCELED, note="the exchange does not know it")
        report = self._report(client_id, found, leg)
        if report.state is not OrderState.OPEN:
            return report
        with suppress(_Refused):  # it ended in the meantime: the next line says how
            how = _CONDITIONAL if self._is_apart(client_id, leg) else {}
            self._asked(lambda: self._venue.cancel_order(str(found["id"]), leg.symbol, how), refusable=True)
        after = self._find(client_id)
        told = self._report(client_id, after or found, leg)
        return told if told.state is not OrderState.OPEN else Report(
            client_id, OrderState.CANCELED, told.filled, told.price, told.quoted, told.commission
        )  # fmt: skip

    def find(self, client_id: str) -> Report | None:
        """How an order stands; None if the exchange never got it."""
        found = self._find(client_id)
        return None if found is None else self._report(client_id, found, self._leg_by(client_id))

    def open_orders(self) -> Sequence[str]:
        """Client ids of all open orders on the bot's markets."""
        found: list[str] = []
        for number, leg in enumerate(self._legs):
            lists = (False, True) if leg.keeps_stops_apart else (False,)
            for told in (one for apart in lists for one in self._waiting(leg, apart=apart)):
                id_ = str(told.get("clientOrderId") or "")
                self._leg_of.setdefault(id_, number)
                found.append(id_)
        return [id_ for id_ in found if id_]

    def position(self, leg: int) -> float | None:
        """Units held of a derivative; None for spot, where a balance may hold what is not the bot's."""
        market = self._legs[leg]
        if not market.is_derivative:
            return None
        positions = self._asked(lambda: self._venue.fetch_positions([market.symbol]))
        return sum(_signed(one) * market.contract for one in positions if one.get("symbol") == market.symbol)

    def _amount(self, order: Order, leg: Leg) -> float:
        quantity = order.quantity
        ticker = self._asked(lambda: self._venue.fetch_ticker(leg.symbol))
        price = _price(ticker, order.direction)
        if quantity is None:
            assert order.value is not None
            quantity = order.value / price
        amount = float(self._venue.amount_to_precision(leg.symbol, quantity / leg.contract))
        if amount <= 0.0 or amount < leg.smallest:
            raise _TooSmall(f"{quantity:g} units are less than the {leg.smallest:g} that {leg.symbol} allows")
        value = amount * leg.contract * (order.price or price)
        if order.reason == ENTRY and value < leg.smallest_value:
            raise _TooSmall(f"a value of {value:g} is less than the {leg.smallest_value:g} that {leg.symbol} allows")
        return amount

    def _create(self, order: Order, leg: Leg, amount: float) -> Mapping[str, Any]:
        params: dict[str, Any] = {"clientOrderId": order.client_id}
        if order.reason != ENTRY and leg.is_derivative:
            params["reduceOnly"] = True
        side = "buy" if order.direction > 0 else "sell"
        kind, price = "market", None
        if order.kind is not Kind.MARKET:
            assert order.price is not None
            level = float(self._venue.price_to_precision(leg.symbol, order.price))
            if order.kind is Kind.STOP:
                params["stopLossPrice"] = level
            else:
                kind, price = "limit", level
        return self._venue.create_order(leg.symbol, kind, side, amount, price, params)

    def _looked_for(self, client_id: str) -> Report | None:
        for _ in range(self._patience):
            if (found := self.find(client_id)) is not None:
                return found
            self._sleep(0.5)
        return None

    def _followed(self, order: Order, report: Report) -> Report:
        """Ask about a market order until it has ended."""
        for _ in range(self._patience):
            if report.state is not OrderState.OPEN:
                return report
            self._sleep(0.5)
            report = self.find(order.client_id) or report
        return report

    def _find(self, client_id: str) -> Mapping[str, Any] | None:
        """The order among the open ones, or else among all since the bot was made, newest page first."""
        leg = self._leg_by(client_id)
        apart = self._is_apart(client_id, leg)
        for list_ in (self._waiting, self._every):
            for told in reversed(list(list_(leg, apart=apart))):
                if told.get("clientOrderId") == client_id:
                    return self._triggered(dict(told), leg)
        return None

    def _is_apart(self, client_id: str, leg: Leg) -> bool:
        is_stop = client_id in self._stops or client_id.endswith(f"-{Kind.STOP.value}")
        return leg.keeps_stops_apart and is_stop

    def _waiting(self, leg: Leg, *, apart: bool) -> Sequence[Mapping[str, Any]]:
        more = (None, None, _CONDITIONAL) if apart else ()
        found: Sequence[Mapping[str, Any]] = self._asked(lambda: self._venue.fetch_open_orders(leg.symbol, *more))
        return found

    def _every(self, leg: Leg, *, apart: bool) -> Sequence[Mapping[str, Any]]:
        """Orders since the bot was made; of an exchange that has no list of all of them, those that have ended."""
        venue: Any = self._venue
        has_all = getattr(venue, "has", {}).get("fetchOrders", True)
        ask: Any = venue.fetch_orders if has_all else venue.fetch_closed_orders
        more = (_CONDITIONAL,) if apart else ()
        found: Sequence[Mapping[str, Any]] = self._asked(lambda: ask(leg.symbol, self._started or None, 500, *more))
        return found

    def _triggered(self, told: dict[str, Any], leg: Leg) -> dict[str, Any]:
        """A conditional order that was triggered became another one, whose fills are its own."""
        child = str((told.get("info") or {}).get("actualOrderId") or "")
        if not child:
            return told
        venue: Any = self._venue
        became = self._asked(lambda: venue.fetch_order(child, leg.symbol))
        return {**became, "clientOrderId": told["clientOrderId"]}

    def _leg_by(self, client_id: str) -> Leg:
        number = self._leg_of.get(client_id)
        if number is None:  # after a restart: ids carry their leg (`Desk.client_id`)
            parts = client_id.split("-")
            number = int(parts[-2]) if len(parts) >= 4 and parts[-2].isdigit() else 0
        return self._legs[min(number, len(self._legs) - 1)]

    def _report(self, client_id: str, told: Mapping[str, Any], leg: Leg) -> Report:
        state = _STATES.get(str(told.get("status") or "open"), OrderState.OPEN)
        filled = float(told.get("filled") or 0.0) * leg.contract
        price = float(told.get("average") or told.get("price") or 0.0) if filled else 0.0
        if filled and not price:
            cost = float(told.get("cost") or 0.0)
            price = cost / filled if cost else 0.0
        if filled and not price:
            raise SourceFailed(f"{self._venue.id} says that {client_id} is filled and not at which price; try again")
        paid = self._paid(told, leg, filled, price)
        return Report(client_id, state, filled, price, price, paid, note=str(told.get("note") or ""))

    def _paid(self, told: Mapping[str, Any], leg: Leg, filled: float, price: float) -> float:
        """Fees as the order tells them, else as its trades do, else what the market takes."""
        if not filled or _has_fees(told):
            return _fees(told, price)
        venue: Any = self._venue
        if getattr(venue, "has", {}).get("fetchMyTrades"):
            id_ = str(told["id"])
            trades = self._asked(lambda: venue.fetch_my_trades(leg.symbol, None, None, {"orderId": id_}))
            own = [trade for trade in trades if str(trade.get("order")) == id_ and _has_fees(trade)]
            if own:
                return sum(_fees({**trade, "symbol": leg.symbol}, float(trade["price"])) for trade in own)
        return filled * price * leg.taker

    def _asked(self, question: Callable[[], Any], *, again: bool = True, refusable: bool = False) -> Any:
        """The answer; a network that swallows questions is asked again unless asking would act twice."""
        reason = ""
        for attempt in range(self._attempts if again else 1):
            try:
                found = question()
                if is_json(self._venue):
                    return found
                reason = "a page that is no answer"
            except Exception as error:
                kinds = {kind.__name__ for kind in type(error).__mro__}
                reason = f"{type(error).__name__}: {' '.join(str(error).split())[:160]}"
                if refusable and kinds & (_REFUSED | _GONE | _DUPLICATE):
                    raise _Refused(reason, is_duplicate=bool(kinds & _DUPLICATE)) from None
                if not kinds & {"NetworkError", "OperationFailed"}:
                    raise SourceFailed(f"{self._venue.id} answered {reason}") from None
            if attempt + 1 < self._attempts and again:
                self._sleep(2.0**attempt)
        raise SourceFailed(f"{self._venue.id} did not answer ({reason}); nobody knows what became of the question")


class _Refused(Exception):
    """The exchange understood and said no."""

    def __init__(self, reason: str, *, is_duplicate: bool) -> None:
        super().__init__(reason)
        self.is_duplicate = is_duplicate


class _TooSmall(Exception):
    """Less than the market allows."""


def _leg(markets: Mapping[str, Any], symbol: str, venue: Venue) -> Leg:
    if symbol not in markets:
        raise UserError(f"{venue.id} does not list {symbol}; name one of its markets")
    market = markets[symbol]
    limits = market.get("limits") or {}
    return Leg(
        symbol,
        float((limits.get("amount") or {}).get("min") or 0.0),
        float((limits.get("cost") or {}).get("min") or 0.0),
        float(market.get("contractSize") or 1.0),
        bool(market.get("swap") or market.get("future")),
        float(market.get("taker") or 0.0),
        _keeps_apart(venue, symbol, market),
    )


def _keeps_apart(venue: Any, symbol: str, market: Mapping[str, Any]) -> bool:
    """Whether ccxt asks for conditional orders by a parameter; of Binance's perpetuals it does not say so itself."""
    told = getattr(venue, "feature_value", None)
    if told is not None and told(symbol, "fetchOpenOrders", "trigger", False):
        return True
    return bool(market.get("swap")) and hasattr(venue, "fapiPrivateGetOpenAlgoOrders")


def _has_fees(told: Mapping[str, Any]) -> bool:
    return any(fee and fee.get("cost") is not None for fee in (told.get("fees") or [told.get("fee")]))


def _price(ticker: Mapping[str, Any], direction: int) -> float:
    price = ticker.get("ask" if direction > 0 else "bid") or ticker.get("last")
    if not price or not float(price) > 0.0:
        raise SourceFailed("the exchange shows no price; try again later")
    return float(price)


def _signed(position: Mapping[str, Any]) -> float:
    amount = abs(float(position.get("contracts") or 0.0))
    return -amount if position.get("side") == "short" else amount


def _fees(told: Mapping[str, Any], price: float) -> float:
    """All fees in the quote currency; one paid in the base currency is worth its price."""
    base = str(told.get("symbol") or "").split("/")[0]
    fees = [fee for fee in (told.get("fees") or [told.get("fee")]) if fee]
    return sum(float(fee.get("cost") or 0.0) * (price if fee.get("currency") == base else 1.0) for fee in fees)
