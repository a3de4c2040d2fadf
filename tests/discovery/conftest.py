"""Labs over dictionaries, a stopped clock, and small campaigns that take a fraction of a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.run import Lab
from alpha_discovery.errors import NotFound
from alpha_discovery.testing import markets
from alpha_discovery.testing.in_memory import AlphasInMemory, LedgerInMemory, Memory, RunsInMemory

YEAR = 24 * 365
MakeLab = Callable[..., Lab]
MakeCampaign = Callable[..., Campaign]


class Markets:
    """The port `MarketData` over a mapping of market key to bars."""

    def __init__(self, bars: Mapping[str, Bars]) -> None:
        self._bars = dict(bars)

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        key = f"{symbol}@{venue}" if venue else symbol
        if key not in self._bars:
            raise NotFound(f"no bars of {key}")
        return self._bars[key]


class Ticking:
    """A clock that shows one second more each time it is read."""

    def __init__(self, day: int = 1) -> None:
        self._now = datetime(2024, 1, day, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now

    def monotonic(self) -> float:
        return self.now().timestamp()


def lab_over(bars: Bars | Mapping[str, Bars], past: Memory | None = None, **others: Any) -> Lab:
    """A fresh lab over bars (or a mapping of market key to bars), or one that goes on a day later with a past."""
    memory, clock = (Memory(), Ticking()) if past is None else (past.copy(), Ticking(day=2))
    held = {str(bars.instrument.symbol): bars} if isinstance(bars, Bars) else bars
    parts = {
        "market_data": Markets(held),
        "runs": RunsInMemory(memory),
        "alphas": AlphasInMemory(memory),
        "ledger": LedgerInMemory(memory, clock),
        "clock": clock,
    }
    return Lab(**{**parts, **others})


@pytest.fixture(scope="session")
def make_lab() -> MakeLab:
    """Makes a fresh lab over bars (or a mapping of market key to bars)."""
    return lab_over


@pytest.fixture(scope="session")
def remembered() -> Callable[[Lab], Memory]:
    """What a lab of these holds: another one can begin with a copy of it."""

    def held(lab: Lab) -> Memory:
        assert isinstance(lab.runs, RunsInMemory)
        return lab.runs._memory

    return held


@pytest.fixture(scope="session")
def lab_of_planted(planted: Bars) -> Lab:
    """A lab over the planted market, for runs that several tests look at."""
    return lab_over(planted)


@pytest.fixture(scope="session")
def lab_with_a_past(planted: Bars) -> Lab:
    """A lab over the planted market, in which later searches learn from earlier ones."""
    return lab_over(planted)


@pytest.fixture(scope="module")
def fresh_lab(planted: Bars) -> Lab:
    """A lab over the planted market for one module, in which nothing was searched before."""
    return lab_over(planted)


@pytest.fixture(scope="session")
def make_campaign() -> MakeCampaign:
    """A campaign of 60 candidates of sma_cross on SYN/USDT at low costs, changed as asked."""

    def make(**changes: Any) -> Campaign:
        usual: dict[str, Any] = {
            "symbols": ("SYN/USDT",), "strategies": ("sma_cross",), "max_iterations": 60,
            "costs": Costs(0.0002, 0.0001), "seed": 7,
        }  # fmt: skip
        return Campaign(**{**usual, **changes})

    return make


@pytest.fixture(scope="session")
def noise() -> Bars:
    """A year of hours without an edge."""
    return markets.random_walk(YEAR, seed=3)


@pytest.fixture(scope="session")
def planted() -> Bars:
    """A year of hours in which following the trend earns a Sharpe ratio of 9 before costs."""
    return markets.planted_trend(YEAR, seed=3, sharpe=9.0)
