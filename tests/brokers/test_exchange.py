"""Orders at an exchange: the same promises as paper, and none broken when the connection or the process is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.tape import tape
from alpha_discovery.bots.bot import Bot
from alpha_discovery.bots.config import Safeguards
from alpha_discovery.bots.feeds import ReplayFeed
from alpha_discovery.bots.orders import Kind, Order, OrderState
from alpha_discovery.bots.ports import Bar
from alpha_discovery.brokers.exchange import ExchangeBroker
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import EXIT_REASONS
from alpha_discovery.errors import SourceFailed, UserError
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.bot_examples import NO_LIMITS, BotMemory, config_for
from alpha_discovery.testing.broker_suite import BrokerSuite, buy, level
from alpha_discovery.testing.fake_exchange import (
    ExchangeError,
    ExchangeNotAvailable,
    FakeExchange,
    InsufficientFunds,
    InvalidNonce,
    InvalidOrder,
    Killed,
    NetworkError,
    RateLimitExceeded,
    RequestTimeout,
)
from alpha_discovery.testing.markets import garch
from alpha_discovery.trading.rows import BarRow, rows_of

SYMBOL = "BTC/USDT:USDT"
HOURS = 200
BARS = garch(HOURS + 1, seed=4)
FEE = Costs(0.0004, 0.0)
STRATEGY = find_strategy("sma_cross")
VALUES = STRATEGY.complete(
    {"fast": 5, "slow": 20, "stop_loss": 0.01, "take_profit": 0.02, "trailing_stop": 0.015, "position_size": 0.5}
)


def broker_at(exchange: FakeExchange) -> ExchangeBroker:
    return ExchangeBroker(exchange, [SYMBOL], sleep=lambda seconds: None)


class ExchangeWorld:
    def __init__(self) -> None:
        self.exchange = FakeExchange()
        self.broker = broker_at(self.exchange)

    def bar(self, opening: float, high: float, low: float, close: float) -> None:
        self.exchange.bar(BarRow(0, opening, high, low, close, 1.0))


class TestAnExchange(BrokerSuite):
    @pytest.fixture
    def world(self) -> ExchangeWorld:
        return ExchangeWorld()


class SoFar(ReplayFeed):
    """Bars up to the one that has just closed."""

    def __init__(self, bars: Bars) -> None:
        super().__init__((bars,))
        self.now = -1

    def next(self, after: int | None) -> Bar | None:
        bar = super().next(after)
        return None if bar is None or bar.time > self.now else bar


class Trading:
    """A bot that trades hour by hour at an exchange, and is begun anew whenever it dies or loses its connection."""

    def __init__(self, exchange: FakeExchange, safeguards: Safeguards = NO_LIMITS) -> None:
        self.exchange, self.memory, self.feed = exchange, BotMemory(), SoFar(BARS)
        self.config = config_for(STRATEGY.rules, VALUES, FEE, capital=10_000.0, safeguards=safeguards)
        self.starts = 0
        self.bot = self._begun()

    def run(self, before_each: Callable[[int], None] = lambda t: None) -> Trading:
        rows = [row for (row,), _ in rows_of((BARS,))]
        for t in range(HOURS):
            self.exchange.bar(rows[t])
            self.exchange.price = rows[t + 1].open
            self.feed.now = rows[t].time
            before_each(t)
            self._step()
            self.exchange.faults.clear()
        return self

    @property
    def trades(self) -> list[dict[str, Any]]:
        return [dict(event) for event in self.memory.events("b0t", limit=10**9) if event["kind"] == "trade"]

    def _step(self) -> None:
        for _ in range(20):
            try:
                while self.bot.step():
                    pass
            except (Killed, SourceFailed):
                self.bot = self._begun()
            else:
                return
        raise AssertionError("the bot does not get past this bar")

    def _begun(self) -> Bot:
        while True:
            self.starts += 1
            try:
                return Bot(self.config, broker_at(self.exchange), self.feed, self.memory)
            except (Killed, SourceFailed):
                continue


@cache
def backtested() -> list[Any]:
    found = evaluate(STRATEGY.rules, STRATEGY.allowed.encode(VALUES), tape((BARS,), end=HOURS), FEE)
    return [trade for trade in found.trades if EXIT_REASONS[trade["reason"]] != "end_of_data"]


def assert_like_the_backtest(trading: Trading) -> None:
    backtest = backtested()
    assert len(backtest) >= 8
    trades = [trade for trade in trading.trades if trade["exit_bar"] < HOURS]
    assert [(t["side"], t["entry_bar"], t["exit_bar"], t["reason"]) for t in trades] == [
        (t["side"], t["entry_bar"], t["exit_bar"], EXIT_REASONS[t["reason"]]) for t in backtest
    ]
    for name in ("entry_price", "exit_price"):
        assert [t[name] for t in trades] == pytest.approx([t[name] for t in backtest], rel=1e-9)
    # an order by value is sized before its fee is known: the quantity is larger by the commission at most
    assert [t["quantity"] / 10_000.0 for t in trades] == pytest.approx([t["quantity"] for t in backtest], rel=1e-3)


def assert_nothing_unknown(trading: Trading) -> None:
    """What the exchange holds is what the book holds, every order was sent once, and no fill is missing."""
    position = trading.bot.book.position
    held = sum(leg.side * leg.quantity for leg in position.legs) if position is not None else 0.0
    assert trading.exchange.held == pytest.approx(held, abs=1e-9)
    ids = [order["clientOrderId"] for order in trading.exchange.orders]
    assert len(ids) == len(set(ids))
    closed = sum(2.0 * trade["quantity"] for trade in trading.trades) + abs(held)
    filled = sum(order["filled"] for order in trading.exchange.orders)
    assert filled == pytest.approx(closed, rel=1e-9)
    waiting = [order for order in trading.exchange.orders if order["status"] == "open"]
    assert {order["clientOrderId"] for order in waiting} <= set(trading.bot.desk.orders)


def test_a_bot_at_an_exchange_has_the_trades_of_the_backtest() -> None:
    trading = Trading(FakeExchange(fee=FEE.commission)).run()
    assert_like_the_backtest(trading)
    assert_nothing_unknown(trading)


METHODS = ("create_order", "cancel_order", "fetch_open_orders", "fetch_orders", "fetch_positions", "fetch_ticker")
ACTS = ("create_order", "cancel_order")
BROKEN = [(method, "before", error) for method in METHODS for error in (NetworkError, Killed, ExchangeError)]
BROKEN += [(method, "after", error) for method in ACTS for error in (NetworkError, Killed)]
BROKEN += [
    (method, "before", error)
    for method in ("create_order", "fetch_orders", "cancel_order")
    for error in (RequestTimeout, RateLimitExceeded, ExchangeNotAvailable, InvalidNonce)
]


@pytest.mark.parametrize(("method", "when", "error"), BROKEN, ids=lambda part: getattr(part, "__name__", part))
def test_a_fault_in_every_hour_doubles_no_order_and_loses_no_fill(
    method: str, when: str, error: type[BaseException]
) -> None:
    trading = Trading(FakeExchange(fee=FEE.commission))
    trading.run(lambda t: trading.exchange.faults.append((method, when, error("fault"))))
    assert_nothing_unknown(trading)
    assert_like_the_backtest(trading)


def test_thirty_faults_and_more_are_tried_in_every_hour() -> None:
    assert len(set(BROKEN)) >= 30


class DyingMemory(BotMemory):
    """Dies with the process at every other save, before it or right after it."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self._after, self._count = after, 0

    def save(self, bot_id: str, state: Any, events: Any) -> None:
        self._count += 1
        dies = self._count % 3 == 0
        if dies and not self._after:
            raise Killed
        super().save(bot_id, state, events)
        if dies:
            raise Killed


@pytest.mark.parametrize("after", [False, True], ids=["before a save", "after a save"])
def test_death_around_a_save_doubles_no_order_and_loses_no_fill(after: bool) -> None:
    trading = Trading(FakeExchange(fee=FEE.commission))
    trading.memory = DyingMemory(after=after)
    trading.bot = trading._begun()
    trading.run()
    assert_nothing_unknown(trading)
    assert_like_the_backtest(trading)


def test_an_order_that_is_partly_filled_counts_with_what_was_filled() -> None:
    exchange = FakeExchange(fee=FEE.commission)
    exchange.fill_share = [0.4]
    trading = Trading(exchange).run()
    assert_nothing_unknown(trading)
    first = trading.trades[0]
    assert first["quantity"] * first["entry_price"] == pytest.approx(0.4 * 0.5 * 10_000.0, rel=1e-3)


def test_an_exit_that_is_partly_filled_is_sent_again_for_the_rest() -> None:
    exchange = FakeExchange(fee=FEE.commission)
    trading = Trading(exchange)
    trading.run(lambda t: exchange.fill_share.extend([0.3, 1.0] if not exchange.fill_share else []))
    assert_nothing_unknown(trading)


@pytest.mark.parametrize("error", [InvalidOrder, InsufficientFunds])
def test_a_refused_entry_is_no_position(error: type[Exception]) -> None:
    trading = Trading(FakeExchange(fee=FEE.commission))
    trading.run(lambda t: trading.exchange.faults.append(("create_order", "before", error("no"))) if t < 100 else None)
    assert_nothing_unknown(trading)
    assert all(trade["entry_bar"] > 100 for trade in trading.trades)


def test_refused_levels_are_watched_at_the_closes_instead() -> None:
    exchange = FakeExchange(fee=FEE.commission)
    refuse = exchange.create_order

    def no_levels(*words: Any) -> Any:
        if words[4] is not None or "stopLossPrice" in words[5]:
            raise InvalidOrder("no conditional orders here")
        return refuse(*words)

    exchange.create_order = no_levels  # type: ignore[method-assign]
    trading = Trading(exchange).run()
    assert_nothing_unknown(trading)
    assert {"stop", "trailing", "target"} & {trade["reason"] for trade in trading.trades}


def test_sizes_and_prices_are_rounded_to_lot_and_tick() -> None:
    exchange = FakeExchange(lot=0.01, tick=0.5, price=99.0)
    broker = broker_at(exchange)
    assert broker.submit(buy(value=1_000.0)).filled == pytest.approx(10.10)  # 1000 / 99 = 10.1010..., cut to the lot
    broker.submit(level(Kind.STOP, 95.3))
    assert exchange.orders[-1]["level"] == 95.5


def test_an_entry_below_the_smallest_value_is_refused_here() -> None:
    exchange = FakeExchange(smallest_value=10.0)
    report = broker_at(exchange).submit(buy(value=5.0))
    assert (report.state, exchange.orders) == (OrderState.REJECTED, [])


def test_an_exit_below_the_smallest_value_is_still_sent() -> None:
    exchange = FakeExchange(smallest_value=10.0)
    broker = broker_at(exchange)
    broker.submit(buy(value=20.0))
    exchange.price = 10.0
    assert broker.submit(Order("x-0-0-leave", 0, -1, Kind.MARKET, "signal", quantity=0.2)).state is OrderState.FILLED


def test_exits_of_a_derivative_can_only_reduce() -> None:
    exchange = FakeExchange()
    broker = broker_at(exchange)
    broker.submit(buy(value=1_000.0))
    broker.submit(Order("x-0-0-leave", 0, -1, Kind.MARKET, "signal", quantity=25.0))
    assert exchange.held == 0.0


@pytest.mark.parametrize("ticker", [{}, {"bid": None, "ask": None, "last": None}, {"ask": -1.0}])
def test_a_ticker_without_a_price_sends_nothing(ticker: dict[str, Any]) -> None:
    exchange = FakeExchange()
    exchange.ticker = ticker
    with pytest.raises(SourceFailed, match="no price"):
        broker_at(exchange).submit(buy())
    assert exchange.orders == []


def test_a_market_that_the_exchange_does_not_list_is_refused_at_the_start() -> None:
    with pytest.raises(UserError, match="does not list"):
        ExchangeBroker(FakeExchange("ETH/USDT:USDT"), [SYMBOL])


def test_a_position_that_someone_else_changed_halts_the_bot() -> None:
    trading = Trading(FakeExchange(fee=FEE.commission))

    def meddle(t: int) -> None:
        if t == 120:
            trading.exchange.held += 1.0

    trading.run(meddle)
    assert trading.bot.halted is not None
    assert "broker holds" in trading.bot.halted


def test_an_order_of_ours_that_nobody_knows_is_taken_back() -> None:
    trading = Trading(FakeExchange(fee=FEE.commission))

    def late(t: int) -> None:
        if t == 120:
            params = {"clientOrderId": "b0t-dead-0-stop", "stopLossPrice": 1.0}
            trading.exchange.create_order(SYMBOL, "market", "sell", 1.0, None, params)

    trading.run(late)
    found = next(o for o in trading.exchange.orders if o["clientOrderId"] == "b0t-dead-0-stop")
    assert found["status"] == "canceled"


def test_fees_in_the_base_currency_are_worth_their_price() -> None:
    exchange = FakeExchange()
    broker = broker_at(exchange)
    broker.submit(buy())
    exchange.orders[-1]["fees"] = [{"cost": 0.01, "currency": "BTC"}, {"cost": 0.5, "currency": "USDT"}]
    report = broker.find("b-0-0-enter")
    assert report is not None
    assert report.commission == pytest.approx(0.01 * 100.0 + 0.5)


def test_a_fill_without_a_price_is_no_fill_to_go_by() -> None:
    exchange = FakeExchange()
    broker = broker_at(exchange)
    broker.submit(buy())
    exchange.orders[-1]["average"] = None
    with pytest.raises(SourceFailed, match="at which price"):
        broker.find("b-0-0-enter")


def test_spot_balances_are_not_taken_for_the_bot_s() -> None:
    assert broker_at(FakeExchange(derivative=False)).position(0) is None


