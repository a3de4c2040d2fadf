"""The schema of a database: which it has, and the steps to the newest.

All missing steps run in one transaction that no second process can enter: a crash, an error or two programs that start
together leave the old schema or the newest, never something between. There is no way back; that is what copies are for.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table, text

from alpha_discovery.errors import StorageFailed
from alpha_discovery.storage.bot_models import TABLES

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")  # in order; the last is what the models describe
NEWEST = REVISIONS[-1]
VERSION_TABLE = "alpha_discovery_version"  # a server may hold other programs' Alembic tables
FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 4_702_111_219  # any number that other programs are unlikely to take
_one_at_a_time = threading.Lock()  # Alembic keeps its context in globals


def to_newest(engine: Engine, name: str) -> None:
    """Bring the database called ``name`` to the newest schema.

    Parameters
    ----------
    engine : Engine
        One whose transactions are made for writing: they wait for their turn.

    Raises
    ------
    StorageFailed
        If the schema is newer than this program, or the tables belong to somebody else.
    """
    with _one_at_a_time, engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            _foreign_keys(connection, "OFF")  # to rebuild a table, SQLite drops it: its children would go with it
        try:
            with connection.begin():
                if not on_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
                if _step_needed(revision_of(connection), connection, name):
                    upgrade(connection)
        finally:
            if on_sqlite:
                _foreign_keys(connection, "ON")


def check_newest(engine: Engine, name: str) -> None:
    """Look whether the database called ``name``, which cannot be written, has the newest schema.

    Raises
    ------
    StorageFailed
        If its schema is older or newer than this program's, or its tables belong to somebody else.
    """
    with engine.connect() as connection:
        found = revision_of(connection)
        if _step_needed(found, connection, name):
            raise StorageFailed(
                f"the database {name} has schema {found or 'none'}, this program reads {NEWEST}, and it is read-only; "
                "run alpha db upgrade where it can be written, or on a copy"
            )


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the steps up to a revision, in the connection's transaction."""
    from alembic import command  # a third of a second that a database of the newest schema need not pay
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The revision that the database is at; None if none of our steps ever ran."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(column("version_num")).select_from(table(VERSION_TABLE)))


def _step_needed(revision: str | None, connection: Connection, name: str) -> bool:
    if revision is None:
        _check_empty(connection, name)
    elif revision not in REVISIONS:
        raise StorageFailed(
            f"the database {name} was written by a newer version of this program (schema {revision}, known up to"
            f" {NEWEST}); run pip install -U alpha-discovery, or name another database"
        )
    return revision != NEWEST


def _check_empty(connection: Connection, name: str) -> None:
    """A file is ours alone; on a server, other programs' tables are none of our business."""
    found = set(inspect(connection).get_table_names())
    if connection.dialect.name != "sqlite":
        found &= set(TABLES.tables)
    if found:
        raise StorageFailed(
            f"the database {name} holds tables of another program ({', '.join(sorted(found)[:5])}); name another one"
        )


def _foreign_keys(connection: Connection, state: str) -> None:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(f"PRAGMA foreign_keys={state}")  # in a transaction, SQLite would ignore it
