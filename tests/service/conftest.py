"""A workplace over one planted market, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery import screening as screening_module
from alpha_discovery.service import held_run as held_run_module
from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.settings import Settings
from alpha_discovery.storage.database import Database
from alpha_discovery.testing import markets
from alpha_discovery.testing.databases import empty, newest_postgres

CAMPAIGN: dict[str, Any] = {
    "symbols": ["SYN/USDT"], "strategies": ["sma_cross"], "max_iterations": 60,
    "costs": {"commission": 0.0002, "slippage": 0.0001}, "seed": 7,
    "protocol": {"draws": 200, "finalists": 1},
}  # fmt: skip


class OneMarket:
    """Market data that hold one market under any name that begins like it."""

    def __init__(self, bars: Bars) -> None:
        self.bars = bars

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """The bars."""
        return self.bars


@pytest.fixture(scope="session")
def planted_market() -> OneMarket:
    """A year of hours in which following the trend earns a Sharpe ratio of 9 before costs."""
    return OneMarket(markets.planted_trend(24 * 365, seed=3, sharpe=9.0))


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file of the newest schema."""
    file = tmp_path_factory.mktemp("service") / "alpha.db"
    Database.open(file).close()
    return file


@pytest.fixture
def place(tmp_path: Path, empty_file: Path, planted_market: OneMarket) -> Iterator[Workplace]:
    """An open workplace."""
    shutil.copy(empty_file, tmp_path / "alpha.db")
    with open_lab(Settings(userdir=tmp_path, workers=1), market_data=planted_market) as opened:
        yield opened


@pytest.fixture
def discoveries(place: Workplace) -> Discoveries:
    """Its runs, with short ids."""
    numbers = iter("abcdefghij")
    return Discoveries(place, new_id=lambda: f"{next(numbers)}-run")


@pytest.fixture
def campaign() -> Callable[..., dict[str, Any]]:
    """A campaign of 60 candidates, changed as asked."""
    return lambda **changes: {**CAMPAIGN, **changes}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many batches of few candidates, and no report: a page of five megabytes says nothing about workers."""
    monkeypatch.setattr(screening_module, "BATCH", 10)
    monkeypatch.setattr(held_run_module, "write_run_report", lambda *_: None)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a private PostgreSQL server, its database at the newest schema."""
    with newest_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path) -> Iterator[Settings]:
    """Settings of an empty database that nobody else uses."""
    if request.param == "sqlite":
        shutil.copy(empty_file, tmp_path / "alpha.db")
        yield Settings(userdir=tmp_path, workers=1)
        return
    url: str = request.getfixturevalue("server")
    yield Settings(userdir=tmp_path, workers=1, database_url=url)
    empty(url)
