"""The order desk of a bot: what it has sent, what came back, and what therefore has to be sent next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from alpha_discovery.bots.book import Book
from alpha_discovery.bots.orders import ENDED, ENTRY, Kind, Order, OrderState, Report, Tracked
from alpha_discovery.bots.ports import Broker

ATTEMPTS = 5  # of leaving what an exit order left over
DUST = 1e-9  # of the quantity: less than this is held by rounding alone

Note = Callable[..., None]


class Entry(StrEnum):
    """What became of an entry."""

    WHOLE = "whole"
    UNHEDGED = "unhedged"  # some legs were filled and others refused
    FAILED = "failed"


class Desk:
    """Sends orders, follows them, and keeps the book by what the broker reports.

    Parameters
    ----------
    broker : Broker
    book : Book
    note : callable
        Takes a kind and facts of everything that happens.
    before_sending : callable
        Called with every order written down and before it is sent: saves the bot's state where the broker would
        remember an order that we forgot.
    prefix : str
        Begins every client id.
    """

    def __init__(
        self, broker: Broker, book: Book, note: Note, *, before_sending: Callable[[], None], prefix: str
    ) -> None:
        self.broker, self.book = broker, book
        self.orders: dict[str, Tracked] = {}
        self._note, self._before_sending, self._prefix = note, before_sending, prefix

    def client_id(self, time: int, leg: int, purpose: str) -> str:
        """The id of an order: what it is for, so that it cannot be sent twice under two names."""
        return f"{self._prefix}-{time // 1000:x}-{leg}-{purpose}"

    def send(self, orders: Sequence[Order]) -> None:
        """Write orders down, then send them; one that was sent before is only asked about."""
        fresh = [order for order in orders if order.client_id not in self.orders]
        for order in fresh:
            self.orders[order.client_id] = Tracked.intended(order)
        if fresh:
            self._before_sending()
        for order in fresh:
            self._note("order", order=order.to_json())
            self._take(self.broker.submit(order))

    def refresh(self) -> bool:
        """Ask about every order that has not ended; whether anything is new."""
        news = False
        for tracked in [one for one in self.orders.values() if not one.ended]:
            report = self.broker.find(tracked.order.client_id)
            if report is None:  # it never arrived: its time may be over, so it is not sent again by itself
                report = Report(tracked.order.client_id, OrderState.REJECTED, note="never arrived at the broker")
            news |= self._take(report)
        return news

    def cancel(self, chosen: Callable[[Order], bool]) -> None:
        """Take back the open orders that are chosen; what they filled before counts."""
        for tracked in list(self.orders.values()):
            if not tracked.ended and chosen(tracked.order):
                self._take(self.broker.cancel(tracked.order.client_id))

    def settle_entry(self, side: int, bar: int) -> Entry | None:
        """Take over a position once all its entry orders have ended; None while there is nothing to say."""
        entries = self._entries()
        if not entries or self.book.position is not None or any(not one.ended for one in entries):
            return None
        for one in entries:
            del self.orders[one.order.client_id]
        filled = [one for one in entries if one.report.filled > 0.0]
        if not filled:
            self._note("not_entered", side=side, why="; ".join(one.report.note for one in entries))
            return Entry.FAILED
        self.book.enter(side, bar, [(one.order.leg, one.order.direction, one.report) for one in filled])
        self._note("entered", side=side, bar=bar, legs=[one.report.to_json() for one in filled])
        return Entry.WHOLE if len(filled) == len(entries) else Entry.UNHEDGED

    def settle_exits(self, time: int, bar: int) -> list[dict[str, Any]]:
        """Close the legs whose exits are filled, and send the rest of an exit that ended too early; closed trades."""
        trades: list[dict[str, Any]] = []
        position = self.book.position
        for leg in position.legs if position is not None else ():
            if leg.leg in self.book.exits:
                continue
            exits = self._exits(leg.leg)
            filled = sum(one.report.filled for one in exits)
            if filled >= leg.quantity * (1.0 - DUST):
                self._cancel_levels(leg.leg)
                last = max((one for one in exits if one.report.filled > 0.0), key=lambda one: one.report.filled)
                report = _together([one.report for one in exits])
                self._note("left", leg=leg.leg, reason=last.order.reason, report=report.to_json())
                trades = self.book.close_leg(leg.leg, report, last.order.reason, bar)
                for one in exits:
                    self.orders.pop(one.order.client_id, None)
            elif any(one.order.kind is Kind.MARKET for one in exits) and all(one.ended for one in exits):
                self._send_rest(exits, leg.leg, -leg.side, leg.quantity - filled, time)
        for trade in trades:
            self._note("trade", **trade)
        return trades

    def leave(self, reason: str, time: int) -> None:
        """Close every leg with market orders, after taking its levels back."""
        self.cancel(lambda order: order.reason != ENTRY)
        position = self.book.position
        orders = []
        for leg in position.legs if position is not None else ():
            left = leg.quantity - sum(one.report.filled for one in self._exits(leg.leg))
            if leg.leg not in self.book.exits and left > leg.quantity * DUST:
                id_ = self.client_id(time, leg.leg, "leave")
                orders.append(Order(id_, leg.leg, -leg.side, Kind.MARKET, reason, quantity=left))
        self.send(orders)

    @property
    def leaving(self) -> bool:
        """Whether market orders are out that close the position."""
        return any(one.order.kind is Kind.MARKET and one.order.reason != ENTRY for one in self.orders.values())

    def rests(self, kind: Kind) -> bool:
        """Whether a level of that kind is waiting at the broker."""
        return any(one.order.kind is kind and not one.ended for one in self.orders.values())

    def protect(self, kind: Kind, level: float | None, reason: str, time: int) -> None:
        """Have one stop or target resting at ``level`` for the only leg; None takes it back."""
        position = self.book.position
        assert position is not None
        (leg,) = position.legs
        resting = [one.order for one in self._exits(leg.leg) if one.order.kind is kind and not one.ended]
        if any(order.price == level and order.reason == reason for order in resting):
            return
        self.cancel(lambda order: order.kind is kind)
        self._forget_unfilled()
        left = leg.quantity - sum(one.report.filled for one in self._exits(leg.leg))
        if level is not None and left > leg.quantity * DUST:
            id_ = self.client_id(time, leg.leg, kind.value)
            self.send([Order(id_, leg.leg, -leg.side, kind, reason, quantity=left, price=level)])

    def forget_unsent(self) -> None:
        """After a restart: drop orders that were written down and never arrived, so that they can be sent again."""
        for id_, one in list(self.orders.items()):
            if one.report.state is OrderState.INTENDED and self.broker.find(id_) is None:
                del self.orders[id_]
                self._note("unsent", client_id=id_)

    def strangers(self) -> list[str]:
        """Open orders at the broker with our prefix that we know nothing of."""
        mine = [id_ for id_ in self.broker.open_orders() if id_.startswith(f"{self._prefix}-")]
        return [id_ for id_ in mine if id_ not in self.orders]

    def refuse_strangers(self) -> None:
        """Take back what `strangers` finds: orders that seemed lost and arrived late."""
        for id_ in self.strangers():
            self.broker.cancel(id_)
            self._note("stranger", client_id=id_)

    def apart(self, legs: int) -> str | None:
        """In words, the first leg of which the broker holds something else than the book; None if there is none."""
        held = {leg.leg: leg.side * leg.quantity for leg in self.book.position.legs} if self.book.position else {}
        for leg in range(legs):
            told, ours = None if leg in self.book.exits else self.broker.position(leg), held.get(leg, 0.0)
            if told is not None and abs(told - ours) > 1e-6 * max(abs(told), abs(ours)):
                return f"the broker holds {told:g} of leg {leg} and the book {ours:g}; settle it, then resume"
        return None

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {id_: one.to_json() for id_, one in self.orders.items()}

    def restore(self, told: Mapping[str, Any]) -> None:
        """From `to_json`."""
        self.orders = {id_: Tracked.of(one) for id_, one in told.items()}

    def _cancel_levels(self, leg: int) -> None:
        self.cancel(lambda order: order.leg == leg and order.reason != ENTRY)

    def _entries(self) -> list[Tracked]:
        return [one for one in self.orders.values() if one.order.reason == ENTRY]

    def _exits(self, leg: int) -> list[Tracked]:
        return [one for one in self.orders.values() if one.order.leg == leg and one.order.reason != ENTRY]

    def _forget_unfilled(self) -> None:
        """Drop levels that were taken back or refused without a fill: a trailing stop leaves one a bar."""
        for id_, one in list(self.orders.items()):
            if one.ended and one.order.kind is not Kind.MARKET and one.report.filled == 0.0:
                del self.orders[id_]

    def _send_rest(self, exits: Sequence[Tracked], leg: int, direction: int, left: float, time: int) -> None:
        attempt = sum(one.order.kind is Kind.MARKET for one in exits)
        if attempt >= ATTEMPTS:
            self._note("stuck", leg=leg, quantity=left, notes=[one.report.note for one in exits])
            return
        id_ = self.client_id(time, leg, f"leave{attempt}")
        reason = next(one.order.reason for one in exits if one.order.kind is Kind.MARKET)
        self.send([Order(id_, leg, direction, Kind.MARKET, reason, quantity=left)])

    def _take(self, report: Report) -> bool:
        before = self.orders[report.client_id]
        after = before.after(report)
        if after.report == before.report:
            return False
        self.orders[report.client_id] = after
        if report.state in ENDED or report.filled != before.report.filled:
            self._note("report", report=report.to_json())
        return True


def _together(reports: Sequence[Report]) -> Report:
    """Several fills as one: units added, prices averaged; as it is if there is only one."""
    some = [report for report in reports if report.filled > 0.0]
    if len(some) == 1:
        return some[0]
    filled = sum(report.filled for report in some)
    return Report(
        some[-1].client_id, OrderState.FILLED, filled,
        price=sum(report.filled * report.price for report in some) / filled,
        quoted=sum(report.filled * report.quoted for report in some) / filled,
        commission=sum(report.commission for report in some),
        at_open=all(report.at_open for report in some), ambiguous=any(report.ambiguous for report in some),
    )  # fmt: skip
