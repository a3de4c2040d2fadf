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


@contextmanager
def newest_postgres(folder: Path) -> Iterator[str]:
    """The URL of a private PostgreSQL server with its files in a folder, its database at the newest schema."""
    with private_postgres(folder) as server:
        Database.open(server.url).close()
        yield server.url


def empty(url: str) -> None:
    """Delete every row of a PostgreSQL database of the newest schema."""
    engine = sa.create_engine(address(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"TRUNCATE {', '.join(TABLES.tables)} RESTART IDENTITY CASCADE"))
    engine.dispose()
