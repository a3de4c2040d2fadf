"""What every broker must do; inherit it and give the fixture ``world``."""

from __future__ import annotations

from typing import Protocol

import pytest

from alpha_discovery.bots.orders import ENTRY, Kind, Order, OrderState, Report
from alpha_discovery.bots.ports import Broker


class World(Protocol):
    """A broker and the market that it trades in, which begins at a price of 100 and costs nothing."""

    broker: Broker

    def bar(self, opening: float, high: float, low: float, close: float) -> None:
        """Let one bar pass."""


def buy(id_: str = "b-0-0-enter", value: float = 1_000.0) -> Order:
    return Order(id_, 0, 1, Kind.MARKET, ENTRY, value=value)


def level(kind: Kind, price: float, id_: str = "b-0-0-level", direction: int = -1) -> Order:
    return Order(id_, 0, direction, kind, kind.value, quantity=10.0, price=price)


class BrokerSuite:
    """Every test begins without a position."""

    def filled(self, world: World, order: Order) -> Report:
        """Send an order and let the next bar open and close at 100."""
        world.broker.submit(order)
        world.bar(100.0, 101.0, 99.0, 100.0)
        report = world.broker.find(order.client_id)
        assert report is not None
        return report

    def test_a_market_order_is_filled_by_the_next_open(self, world: World) -> None:
        report = self.filled(world, buy())
        assert (report.state, report.filled, report.price) == (OrderState.FILLED, 10.0, 100.0)

    def test_the_same_order_twice_is_one_order(self, world: World) -> None:
        world.broker.submit(buy())
        assert self.filled(world, buy()).filled == 10.0

    def test_an_order_that_was_never_sent_is_not_found(self, world: World) -> None:
        assert world.broker.find("b-0-0-nothing") is None

    @pytest.mark.parametrize(
        ("kind", "price", "low", "high"), [(Kind.STOP, 95.0, 94.0, 101.0), (Kind.TARGET, 105.0, 99.0, 106.0)]
    )
    def test_a_level_waits_until_it_is_touched(
        self, world: World, kind: Kind, price: float, low: float, high: float
    ) -> None:
        self.filled(world, buy())
        world.broker.submit(level(kind, price))
        world.bar(100.0, 101.0, 99.0, 100.0)
        before = world.broker.find("b-0-0-level")
        world.bar(100.0, high, low, 100.0)
        after = world.broker.find("b-0-0-level")
        assert before is not None
        assert after is not None
        assert (before.state, after.state, after.price) == (OrderState.OPEN, OrderState.FILLED, price)

    def test_a_stop_that_the_market_jumps_over_is_filled_behind_it(self, world: World) -> None:
        self.filled(world, buy())
        world.broker.submit(level(Kind.STOP, 95.0))
        world.bar(90.0, 91.0, 89.0, 90.0)
        report = world.broker.find("b-0-0-level")
        assert report is not None
        assert report.price == 90.0

    def test_a_canceled_level_does_not_fill(self, world: World) -> None:
        self.filled(world, buy())
        world.broker.submit(level(Kind.STOP, 95.0))
        assert world.broker.cancel("b-0-0-level").state is OrderState.CANCELED
        world.bar(90.0, 91.0, 89.0, 90.0)
        found = world.broker.find("b-0-0-level")
        assert found is None or (found.state, found.filled) == (OrderState.CANCELED, 0.0)

    def test_cancelling_what_has_ended_changes_nothing(self, world: World) -> None:
        world.broker.submit(buy())
        world.bar(100.0, 101.0, 99.0, 100.0)
        assert world.broker.cancel("b-0-0-enter").state is OrderState.FILLED

    def test_open_orders_are_those_that_wait(self, world: World) -> None:
        self.filled(world, buy())
        world.broker.submit(level(Kind.STOP, 95.0))
        world.broker.submit(level(Kind.TARGET, 105.0, "b-0-0-target"))
        world.broker.cancel("b-0-0-target")
        assert list(world.broker.open_orders()) == ["b-0-0-level"]
