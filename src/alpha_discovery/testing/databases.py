"""A database server that tests share, empty for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import address
from alpha_discovery.storage.queue_models import TABLES
from alpha_discovery.testing.servers import private_postgres

_NUMBERS = "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences WHERE last_value IS NOT NULL"


@contextmanager
def newest_postgres(folder: Path) -> Iterator[str]:
    """The URL of a private PostgreSQL server with its files in a folder, its database at the newest schema."""
    with private_postgres(folder) as server:
        Database.open(server.url).close()
        yield server.url


def empty(url: str) -> None:
    """Delete every row of a PostgreSQL database of the newest schema; its numbers begin at 1 again.

    Truncating makes new files for all tables and indexes: several times the work for the few rows of a test.
    """
    rows = (str(table.delete()) for table in reversed(TABLES.sorted_tables))
    engine = sa.create_engine(address(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("; ".join((*rows, _NUMBERS)))
    engine.dispose()
