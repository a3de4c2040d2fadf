"""Connections to SQLite and PostgreSQL, made to behave alike.

SQLite is opened with

* ``journal_mode=WAL``: one writer and any number of readers do not wait for each other, and a killed process leaves a
  file that opens clean;
* ``synchronous=FULL``: a commit is on the disk when it returns. NORMAL would lose the last commits when the power
  fails, among them the charge of a judging round whose verdict somebody may have read. Commits are per batch of
  thousands of candidates, so their sync (milliseconds) does not show;
* ``foreign_keys=ON``, which SQLite leaves off;
* ``BEGIN`` sent by us: ``IMMEDIATE`` for writing, so that a transaction that reads and then writes waits for its turn
  at the start and never fails half way.

A file that this user may read and not write is opened as it lies there, and no side file of WAL is made for it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from alpha_discovery.errors import MissingExtra, UserError
from alpha_discovery.storage.models import Row

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

WRITING = "BEGIN IMMEDIATE"
_BEGIN = "alpha_discovery_begin"
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_PAGES_KIB = 32 * 1024  # pages that a connection may keep; SQLite's 2 MiB are few for the cache's random keys
_UNLOCKED = "win32-none" if os.name == "nt" else "unix-none"  # the system's files without locks: sqlite.org/vfs.html
_THREADS = 40  # of a web server's pool: none of them waits for a connection


def address(where: str | Path) -> URL:
    """The URL of a path, or of a URL written by a person.

    Raises
    ------
    UserError
        For a text that is no URL, a database we do not know, or SQLite without a file.
    """
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(Path(where).expanduser()))
    try:
        url = make_url(where)
    except ArgumentError:
        raise UserError("cannot read the URL of the database; write it like postgresql://user@host/name") from None
    kind = url.drivername.partition("+")[0]
    if kind not in _DRIVERS:
        raise UserError(f"no support for {kind} databases; use a file (SQLite) or postgresql://user@host/name")
    if kind == "sqlite" and (str(file_of(url)) in (".", ":memory:") or url.query.get("mode") == "memory"):
        raise UserError("a database in memory is gone with its connection; name a file")
    return url if "+" in url.drivername else url.set(drivername=_DRIVERS[kind])


def file_of(url: URL) -> Path:
    """The file of an SQLite database, which the URL may name by a URI of SQLite's own (``file:...?uri=true``)."""
    name = url.database or ""
    if name.startswith("file:") and str(url.query.get("uri")).lower() in ("true", "1", "yes", "on"):
        name = unquote(urlsplit(name).path)
    return Path(name)


def is_read_only(file: Path) -> bool:
    """Whether there is such a file, and SQLite may not write it and beside it."""
    if not file.is_file():
        return False
    sides = [_beside(file, "-wal"), _beside(file, "-shm")]
    needed = [file, *sides] if all(side.exists() for side in sides) else [file, file.parent]
    own = os.access in os.supports_effective_ids
    return not all(os.access(path, os.W_OK, effective_ids=own) for path in needed)


def connect(url: URL, *, wait: float, read_only: bool = False) -> Engine:
    """An engine; its connections wait ``wait`` seconds for a lock.

    Parameters
    ----------
    read_only : bool
        For a file that cannot be written: every transaction that would write fails.

    Raises
    ------
    MissingExtra
        If PostgreSQL is asked for and psycopg is not installed.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite_as_it_lies(url, wait) if read_only else _sqlite(url, wait)
    milliseconds = int(wait * 1000)
    options = {"options": f"-c lock_timeout={milliseconds} {url.query.get('options', '')}".strip()}
    try:
        return create_engine(
            url, json_serializer=to_json, isolation_level="READ COMMITTED", connect_args=options,
            pool_pre_ping=True, max_overflow=_THREADS,
        )  # fmt: skip
    except ModuleNotFoundError:
        raise MissingExtra(package="psycopg", extra="postgres") from None


def writing(engine: Engine) -> Engine:
    """The same connections, for transactions that write."""
    return engine.execution_options(**{_BEGIN: WRITING})


def insert(session: Session, row: type[Row] | Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ``on_conflict_do_nothing`` and ``..._do_update``, which both databases spell alike."""
    if session.get_bind().dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(row)
    from sqlalchemy.dialects import postgresql  # here, for it takes as long to load as half of SQLAlchemy

    return postgresql.insert(row)


to_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _sqlite(url: URL, wait: float) -> Engine:
    engine = create_engine(url, json_serializer=to_json, connect_args={"timeout": wait}, max_overflow=_THREADS)
    event.listen(engine, "connect", lambda connection, _record: _prepare(connection, wait))
    event.listen(engine, "begin", _begin)
    return engine


def _sqlite_as_it_lies(url: URL, wait: float) -> Engine:
    made = partial(look_in, file_of(url), wait)
    engine = create_engine(url, json_serializer=to_json, creator=made, max_overflow=_THREADS)
    event.listen(engine, "begin", _begin)
    return engine


def look_in(file: Path, wait: float = 0.0) -> sqlite3.Connection:
    """A connection to a file that cannot be written, nor anything beside it.

    Without a WAL that holds something, SQLite is told that nobody changes the file: it would want to make one. Nobody
    works with a WAL whose index is not there: it was copied. SQLite then indexes it in memory, as for a connection that
    has the file to itself, whose locks it does not ask the system for: they need the right to write.
    """
    log = _beside(file, "-wal")
    is_whole = not (log.exists() and log.stat().st_size)
    is_copied = not is_whole and not _beside(file, "-shm").exists()
    more = "&immutable=1" if is_whole else f"&vfs={_UNLOCKED}" if is_copied else ""
    where = f"{file.absolute().as_uri()}?mode=ro{more}"
    connection = sqlite3.connect(where, uri=True, timeout=wait, check_same_thread=False, isolation_level=None)
    if is_copied:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")  # of the process too; before the file is read
    connection.execute(f"PRAGMA cache_size=-{_PAGES_KIB}")
    return connection


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _prepare(connection: sqlite3.Connection, wait: float) -> None:
    connection.isolation_level = None  # the driver would send its own BEGIN, too late for a SELECT
    _use_wal(connection, wait)
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA cache_size=-{_PAGES_KIB}")


def _use_wal(connection: sqlite3.Connection, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # two processes that switch a new file at once: SQLite does not wait here, so we do
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
