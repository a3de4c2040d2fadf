"""Databases to test with: a file each, and a private PostgreSQL server that is emptied after each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alpha_discovery.storage.alphas import AlphasInSql
from alpha_discovery.storage.cache import CacheInSql
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.testing.databases import empty, newest_postgres
from alpha_discovery.testing.example_records import TickingClock
from alpha_discovery.testing.storage_suite import Stores


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file of the newest schema; a copy is faster than the steps."""
    file = tmp_path_factory.mktemp("template") / "alpha.db"
    Database.open(file).close()
    return file


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a private PostgreSQL server, its database at the newest schema."""
    with newest_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, template: Path, tmp_path: Path) -> Iterator[str]:
    """Where there is an empty database that nobody else uses."""
    if request.param == "sqlite":
        yield str(shutil.copy(template, tmp_path / "alpha.db"))
        return
    url: str = request.getfixturevalue("postgres")
    yield url
    empty(url)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    """An open database of the newest schema."""
    with Database.open(where) as opened:
        yield opened


@pytest.fixture
def stores(database: Database) -> Stores:
    """The adapters over SQL."""
    return stores_in_sql(database)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where an SQLite file can be made, for what only concerns files."""
    return tmp_path / "alpha.db"


def stores_in_sql(database: Database) -> Stores:
    """Every adapter over one database."""
    clock = TickingClock()
    cache: Callable[[int], CacheInSql] = lambda size: CacheInSql(database, clock, max_rows=size)  # noqa: E731
    return Stores(
        RunsInSql(database), AlphasInSql(database), LedgerInSql(database, clock), cache, database.transaction
    )  # fmt: skip
