"""A database server that tests share, empty for each."""

from __future__ import annotations

import sqlalchemy as sa

from alpha_discovery.storage.engine import address
from alpha_discovery.storage.queue_models import TABLES


def empty(url: str) -> None:
    """Delete every row of a PostgreSQL database of the newest schema."""
    engine = sa.create_engine(address(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"TRUNCATE {', '.join(TABLES.tables)} RESTART IDENTITY CASCADE"))
    engine.dispose()
