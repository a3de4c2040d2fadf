from __future__ import annotations

from typing import Any

import pytest

from alpha_discovery.bots.orders import Kind, Order
from alpha_discovery.bots.ports import Bar
from alpha_discovery.brokers.paper import PaperBroker
from alpha_discovery.core.costs import Costs
from alpha_discovery.testing.broker_suite import BrokerSuite, buy, level
from alpha_discovery.trading.fills import Fill, Fills
from alpha_discovery.trading.rows import BarRow

FREE = Fills(Costs(0.0, 0.0), 0.0, 3_600_000)


class PaperWorld:
    def __init__(self, fills: Fills = FREE, intrabar: str = "stop_first") -> None:
        self.broker = PaperBroker(fills, intrabar)  # type: ignore[arg-type]
        self._time = 0

    def bar(self, opening: float, high: float, low: float, close: float) -> None:
        self._time += 3_600_000
        bar = Bar((BarRow(self._time, opening, high, low, close, 1.0),))
        self.broker.opened(bar)
        self.broker.closed(bar)


class TestPaper(BrokerSuite):
    @pytest.fixture
    def world(self) -> PaperWorld:
        return PaperWorld()


def test_a_buy_pays_slippage_and_commission_out_of_its_value() -> None:
    # by hand: fill 100 * 1.0005 = 100.05; one unit costs 100.05 * 1.001 = 100.15005; 1000 / 100.15005 = 9.98501748...
    world = PaperWorld(Fills(Costs(0.001, 0.0005), 0.0, 3_600_000))
    world.broker.submit(buy())
    world.bar(100.0, 101.0, 99.0, 100.0)
    report = world.broker.find("b-0-0-enter")
    assert report is not None
    assert report.price == pytest.approx(100.05, rel=1e-12)
    assert report.filled == pytest.approx(1_000.0 / 100.15005, rel=1e-12)
    assert report.commission == pytest.approx(report.filled * 0.10005, rel=1e-12)


def test_an_entry_is_quoted_once_before_its_size_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    market = Fills.market

    def asking(self: Fills, *given: Any) -> Fill:
        asked.append(given)
        return market(self, *given)

    monkeypatch.setattr(Fills, "market", asking)
    world = PaperWorld(Fills(Costs(0.001, 0.0005, impact=1.0, max_share=0.5, capital=1.0), 0.0, 3_600_000))
    world.bar(100.0, 101.0, 99.0, 100.0)
    world.broker.submit(buy())
    world.bar(100.0, 101.0, 99.0, 100.0)
    quoted, filled = asked
    assert (len(quoted), len(filled)) == (3, 4)  # price, direction, bar before; then with the quantity


@pytest.mark.parametrize(("policy", "kind"), [("stop_first", "stop"), ("target_first", "target")])
def test_of_two_levels_in_one_bar_the_policy_chooses_and_says_that_it_guessed(policy: str, kind: str) -> None:
    world = PaperWorld(intrabar=policy)
    world.broker.submit(buy())
    world.bar(100.0, 101.0, 99.0, 100.0)
    world.broker.submit(level(Kind.STOP, 95.0, "stop"))
    world.broker.submit(level(Kind.TARGET, 105.0, "target"))
    world.bar(100.0, 106.0, 94.0, 100.0)
    report = world.broker.find(kind)
    assert report is not None
    assert (report.filled, report.ambiguous) == (10.0, True)


def test_a_short_s_stop_lies_above_and_its_target_below() -> None:
    world = PaperWorld()
    world.broker.submit(Order("short", 0, -1, Kind.MARKET, "entry", value=1_000.0))
    world.bar(100.0, 101.0, 99.0, 100.0)
    world.broker.submit(level(Kind.STOP, 105.0, "stop", direction=1))
    world.broker.submit(level(Kind.TARGET, 95.0, "target", direction=1))
    world.bar(100.0, 104.0, 94.0, 100.0)
    stop, target = world.broker.find("stop"), world.broker.find("target")
    assert stop is not None
    assert target is not None
    assert (stop.filled, target.filled) == (0.0, 10.0)
