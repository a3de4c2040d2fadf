"""A deployed bot on bars of an exchange, with a clock that a test moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.notices import Notice
from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.errors import SourceFailed
from alpha_discovery.market_data.sources.port import Market
from alpha_discovery.service.bots import Deployment, deploy
from alpha_discovery.service.live_bots import ExchangeLive, arm
from alpha_discovery.storage.bots import Bot
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.example_records import alpha_record, run_record
from alpha_discovery.testing.fake_exchange import FakeExchange
from alpha_discovery.trading.rows import BarRow

HOUR = 3_600_000


class Clock:
    """A clock that stands."""

    def __init__(self, ms: int) -> None:
        self.ms = ms

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, UTC)

    def monotonic(self) -> float:
        return self.ms / 1000


class Feed:
    """An hour at 100 for each hour that the clock has passed; down when told to be."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.is_down = clock, False

    def closed(self, after: int) -> Sequence[tuple[BarRow, ...]]:
        if self.is_down:
            raise SourceFailed("fake did not answer; try later")
        times = range(after + HOUR, self.clock.ms - HOUR + 1, HOUR)
        return [(BarRow(time, 100.0, 100.5, 99.5, 100.0, 1.0),) for time in times]


class Told:
    """A notifier that keeps what it is told."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def tell(self, notice: Notice) -> None:
        self.notices.append(notice)


def crossing_alpha(place: Workplace, venue: str | None) -> AlphaRecord:
    """A stored alpha that follows two averages."""
    strategy, market = find_strategy("sma_cross"), {"sleeves": [["SYN/USDT"]], "venue": venue, "intrabar": "stop_first"}
    alpha = alpha_record(
        rules=strategy.rules.to_json(), parameters=strategy.complete({"fast": 5, "slow": 20}), timeframe="1h",
        costs=Costs().to_json(), market=market,
    )  # fmt: skip
    place.lab.runs.add(run_record())
    place.lab.alphas.add(alpha)
    return alpha


class World:
    """A deployed bot, a clock just after its last stored bar, and an exchange."""

    def __init__(self, place: Workplace, market: Any) -> None:
        bars = market.bars
        self.clock = Clock(int(bars.time[-1]) + HOUR)
        self.place = replace(place, lab=replace(place.lab, clock=self.clock))
        self.feed, self.told, self.exchange = Feed(self.clock), Told(), FakeExchange("SYN/USDT")
        self.connected: list[tuple[str, bool]] = []
        alpha = crossing_alpha(place, "binance")
        (self.bot,) = deploy(self.place, alpha.id, Deployment("first", 5_000.0, auto_start=True))

    def live(self, *, real_orders: bool = False) -> ExchangeLive:
        return ExchangeLive(self.place, real_orders, self._prices, self._venue)

    def _prices(self, venue: str, markets: list[Market]) -> Feed:
        assert (venue, [str(one) for one in markets]) == ("binance", ["SYN/USDT@binance 1h"])
        return self.feed

    def _venue(self, venue: str, sandbox: bool) -> FakeExchange:
        self.connected.append((venue, sandbox))
        return self.exchange


def armed(world: World, mode: str) -> Bot:
    """The bot with the first switch turned."""
    return arm(world.place, world.bot.id, venue="binance", mode=mode, confirm="first")
