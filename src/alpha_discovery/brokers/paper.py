"""A broker that fills orders from bars, by the rules of the backtest (docs/explanation/execution.md)."""

from __future__ import annotations

from collections.abc import Sequence

from alpha_discovery.bots.orders import ENTRY, Kind, Order, OrderState, Report, Tracked
from alpha_discovery.bots.ports import Bar
from alpha_discovery.trading.fills import Fill, Fills
from alpha_discovery.trading.levels import Intrabar
from alpha_discovery.trading.rows import BarRow


class PaperBroker:
    """Market orders fill at the next open, stops and targets where a bar touches them. See `bots.ports.Broker`.

    It holds nothing that the bot's own state does not, so that a bot and its paper account are saved together.

    Parameters
    ----------
    fills : Fills
        Costs and latency, as in the reference engine; `Costs.capital` says what one unit of the bot's money is worth.
    intrabar : "stop_first", "target_first" or "detail"
        Which of two levels counts if one bar touches both; ``detail`` asks the finer bars inside it.
    """

    remembers = False
    rests = True

    def __init__(self, fills: Fills, intrabar: Intrabar = "stop_first") -> None:
        self._fills, self._intrabar = fills, intrabar
        self._orders: dict[str, Tracked] = {}
        self._bar: Bar | None = None  # the bar that is open
        self._before: tuple[BarRow, ...] = ()

    def restore(self, orders: Sequence[Tracked], before: Sequence[BarRow]) -> None:
        """Take over open orders and the last closed bar; see `bots.ports.Broker.restore`."""
        self._orders = {one.order.client_id: one for one in orders}
        self._before = tuple(before)

    def opened(self, bar: Bar) -> None:
        """Fill what waits for this open, and levels that it lies at or beyond."""
        self._bar = bar
        self._orders = {id_: one for id_, one in self._orders.items() if not one.ended}
        self._fill_waiting(bar)
        for order in self._open():
            opening = bar.rows[order.leg].open
            if _reaches(order, opening, opening):
                self._fill_level(order, opening, at_open=True)

    def closed(self, bar: Bar) -> None:
        """Fill levels inside the bar: of two that it touches, the one that the policy names."""
        first = Kind.TARGET if self._intrabar == "target_first" else Kind.STOP
        for leg, row in enumerate(bar.rows):
            touched = [order for order in self._open() if order.leg == leg and _reaches(order, row.low, row.high)]
            touched.sort(key=lambda order: order.kind is not first)
            if len(touched) > 1 and self._intrabar == "detail":
                touched = _first_of(touched, bar.finer)
            if touched:
                level = touched[0].price
                assert level is not None
                # a stop that the entry came to stand beyond: nobody sells above the market
                beyond = touched[0].kind is Kind.STOP and _reaches(touched[0], row.open, row.open)
                self._fill_level(touched[0], row.open if beyond else level, at_open=False, ambiguous=len(touched) > 1)
        self._bar, self._before = None, bar.rows

    def submit(self, order: Order) -> Report:
        """Take an order; while a bar is open, a market order is filled at its open: an entry once it is asked about."""
        if order.client_id not in self._orders:
            self._orders[order.client_id] = Tracked(order, Report(order.client_id, OrderState.OPEN))
            if self._bar is not None and order.kind is Kind.MARKET and order.reason != ENTRY:
                self._fill_at_market(order, self._bar.rows[order.leg].open, at_open=True)
        return self._orders[order.client_id].report

    def cancel(self, client_id: str) -> Report:
        """Take an order back."""
        tracked = self._orders[client_id]
        if not tracked.ended:
            self._orders[client_id] = tracked.after(Report(client_id, OrderState.CANCELED))
        return self._orders[client_id].report

    def find(self, client_id: str) -> Report | None:
        """How an order stands; whoever asks has sent the entries of every leg."""
        if self._bar is not None:
            self._fill_waiting(self._bar)
        tracked = self._orders.get(client_id)
        return None if tracked is None else tracked.report

    def open_orders(self) -> Sequence[str]:
        """Orders that wait."""
        return [order.client_id for order in self._open()]

    def position(self, leg: int) -> float | None:
        """None: the bot's book is the account."""
        return None

    def _open(self) -> list[Order]:
        return [one.order for one in self._orders.values() if not one.ended]

    def _fill_waiting(self, bar: Bar) -> None:
        """Fill market orders at the open, entries together: the volume of one leg cuts them all."""
        waiting = [order for order in self._open() if order.kind is Kind.MARKET]
        wanted = {order.client_id: self._wanted(order, bar) for order in waiting if order.reason == ENTRY}
        share = min((allowed for _, allowed in wanted.values()), default=1.0)
        for order in waiting:
            opening = bar.rows[order.leg].open
            if order.reason == ENTRY:
                self._enter(order, opening, share, wanted[order.client_id][0])
            else:
                self._fill_at_market(order, opening, at_open=True)

    def _wanted(self, order: Order, bar: Bar) -> tuple[float, float]:
        """The units that an entry's money pays at the open, and the share of them that the volume before allows."""
        price = bar.rows[order.leg].open
        before = self._row_before(order, price)
        units = _affordable(order, self._fills.market(price, order.direction, before))
        return units, self._fills.allowed(before, units)

    def _enter(self, order: Order, price: float, share: float, wanted: float) -> None:
        """Fill that share of the units that an entry wants, at the price that its size makes."""
        if share == 0.0:
            report = Report(order.client_id, OrderState.CANCELED, note="nothing was traded in the bar before")
            self._orders[order.client_id] = self._orders[order.client_id].after(report)
            return
        quantity = share * wanted
        fill = self._fills.market(price, order.direction, self._row_before(order, price), quantity)
        self._fill(order, fill, min(quantity, _affordable(order, fill)), at_open=True, ambiguous=False)

    def _fill_level(self, order: Order, price: float, *, at_open: bool, ambiguous: bool = False) -> None:
        """A target is a limit order, a stop a market order."""
        if order.kind is Kind.TARGET:
            self._fill(order, self._fills.limit(price), _units(order), at_open=at_open, ambiguous=ambiguous)
        else:
            self._fill_at_market(order, price, at_open=at_open, ambiguous=ambiguous)

    def _fill_at_market(self, order: Order, price: float, *, at_open: bool, ambiguous: bool = False) -> None:
        fill = self._fills.market(price, order.direction, self._row_before(order, price), _units(order))
        self._fill(order, fill, _units(order), at_open=at_open, ambiguous=ambiguous)

    def _row_before(self, order: Order, price: float) -> BarRow:
        return self._before[order.leg] if self._before else BarRow(0, price, price, price, price, 0.0)

    def _fill(self, order: Order, fill: Fill, quantity: float, *, at_open: bool, ambiguous: bool) -> None:
        report = Report(
            order.client_id, OrderState.FILLED, quantity, fill.price, fill.quoted, quantity * fill.commission,
            at_open=at_open, ambiguous=ambiguous,
        )  # fmt: skip
        self._orders[order.client_id] = self._orders[order.client_id].after(report)


def _units(order: Order) -> float:
    """The units of an order that is no entry."""
    assert order.quantity is not None
    return order.quantity


def _affordable(order: Order, fill: Fill) -> float:
    """The units that an entry's money pays at a fill."""
    assert order.value is not None
    return order.value / (fill.price + fill.commission)


def _first_of(touched: list[Order], finer: Sequence[BarRow]) -> list[Order]:
    """Those that the first finer bar touches which touches any; all of them where none does."""
    for row in finer:
        if found := [order for order in touched if _reaches(order, row.low, row.high)]:
            return found
    return touched


def _reaches(order: Order, low: float, high: float) -> bool:
    """Whether prices between ``low`` and ``high`` touch a level."""
    if order.price is None:
        return False
    falls_to = (order.kind is Kind.STOP) == (order.direction < 0)  # a long's stop and a short's target lie below
    return low <= order.price if falls_to else high >= order.price
