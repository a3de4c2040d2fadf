"""ccxt's own class against a server that speaks its exchange's shapes: the broker's promises over a real connection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from alpha_discovery.bots.orders import Kind, OrderState
from alpha_discovery.brokers.exchange import ExchangeBroker
from alpha_discovery.errors import SourceFailed
from alpha_discovery.testing.binance_server import KEY, SECRET, SYMBOL, Market, hangs_up, pointed_at, says, serve
from alpha_discovery.testing.broker_suite import BrokerSuite, buy, level
from alpha_discovery.trading.rows import BarRow

ccxt = pytest.importorskip("ccxt", reason="the extra exchange is not installed")


def broker_at(market: Market, **options: Any) -> ExchangeBroker:
    settings = {"apiKey": KEY, "secret": SECRET, "timeout": 2_000, "options": {"adjustForTimeDifference": True}}
    exchange = pointed_at(ccxt.binance({**settings, **options}), market.address)
    return ExchangeBroker(exchange, [SYMBOL], sleep=lambda seconds: None)


@pytest.fixture
def market() -> Iterator[Market]:
    with serve(Market()) as made:
        yield made


class OverHttp:
    def __init__(self, market: Market) -> None:
        self.market, self.broker = market, broker_at(market)

    def bar(self, opening: float, high: float, low: float, close: float) -> None:
        self.market.bar(BarRow(0, opening, high, low, close, 1.0))


@pytest.fixture
def world(market: Market) -> OverHttp:
    return OverHttp(market)


class TestBinance(BrokerSuite):
    """The promises of every broker."""


def test_a_stop_is_found_among_the_conditional_orders_and_filled_by_the_order_it_became(world: OverHttp) -> None:
    world.broker.submit(buy())
    world.broker.submit(level(Kind.STOP, 95.0, "b-0-0-stop"))
    again = broker_at(world.market)  # after a restart the id alone says where to look
    found = again.find("b-0-0-stop")
    assert found is not None
    assert (found.state, list(again.open_orders())) == (OrderState.OPEN, ["b-0-0-stop"])
    world.bar(96.0, 97.0, 94.0, 96.0)
    after = again.find("b-0-0-stop")
    assert after is not None
    assert (after.state, after.filled, after.price) == (OrderState.FILLED, 10.0, 95.0)
    assert again.position(0) == 0.0


def test_fees_are_those_of_the_trades(market: Market) -> None:
    """The exchange's orders do not tell them: 0.0005 of 1,000."""
    market.fee = 0.0005
    assert broker_at(market).submit(buy()).commission == pytest.approx(0.5)


REFUSED = '{"code": -2019, "msg": "Margin is insufficient."}'
FAULTS = {
    "too many requests": says(429, '{"code": -1003, "msg": "Too many requests."}'),
    "banned for a while": says(418, '{"code": -1003, "msg": "Way too many requests."}'),
    "bad gateway": says(502, "<html>bad gateway</html>"),
    "maintenance": says(503, '{"code": -1001, "msg": "Internal error."}'),
    "connection lost": hangs_up,
    "garbage": says(200, "<html>please log in</html>"),
    "nothing": says(200, ""),
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_order_whose_answer_is_lost_is_sent_once(world: OverHttp, fault: str, when: str) -> None:
    """Whether the exchange had taken it (after) or not (before); where nobody knows, the bot sends it again."""
    world.market.faults = [("POST /fapi/v1/order", when, FAULTS[fault])]
    try:
        world.broker.submit(buy())
    except SourceFailed:
        world.broker.submit(buy())
    assert [one["clientOrderId"] for one in world.market.orders] == ["b-0-0-enter"]
    assert world.broker.position(0) == 10.0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_question_that_fails_once_is_asked_again_or_told_as_unanswered(world: OverHttp, fault: str) -> None:
    world.broker.submit(buy())
    world.market.faults = [("GET /fapi/v1/openOrders", "before", FAULTS[fault])]
    try:
        found = world.broker.find("b-0-0-enter")
    except SourceFailed:
        found = world.broker.find("b-0-0-enter")
    assert found is not None
    assert (found.state, found.filled) == (OrderState.FILLED, 10.0)


def test_an_order_that_is_refused_is_a_report(world: OverHttp) -> None:
    world.market.faults = [("POST /fapi/v1/order", "before", says(400, REFUSED))] * 2
    report = world.broker.submit(buy())
    assert report.state is OrderState.REJECTED
    assert "Margin is insufficient" in report.note


def test_a_clock_that_is_a_minute_wrong_is_set_right_before_the_first_order(market: Market) -> None:
    market.clock_ahead = 60_000
    assert broker_at(market).submit(buy()).state is OrderState.FILLED


def test_wrong_keys_are_told_and_no_order_is_taken_for_sent(market: Market) -> None:
    with pytest.raises(SourceFailed, match="AuthenticationError"):
        broker_at(market, secret="another").position(0)


def test_sizes_are_cut_to_the_lot_and_small_ones_refused_here(world: OverHttp) -> None:
    assert world.broker.submit(buy(value=33.3333)).filled == 0.333
    small = world.broker.submit(buy("b-0-1-enter", value=4.0))
    assert (small.state, len(world.market.orders)) == (OrderState.REJECTED, 1)
    assert "less than the 5" in small.note
