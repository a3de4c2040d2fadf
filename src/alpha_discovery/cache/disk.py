"""Cached bytes in an SQLite file of their own, which several processes may share.

It is no part of the database: whoever deletes the file loses time and nothing else.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import time

from alpha_discovery.cache.store import StoreAway
from alpha_discovery.errors import OutOfRange

_TABLE = """
CREATE TABLE IF NOT EXISTS cached (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, until REAL NOT NULL, used REAL NOT NULL
) WITHOUT ROWID
"""
_CHUNK = 500  # keys of one statement
_WAIT = 2.0  # seconds for another process that writes


class DiskStore:
    """At most ``max_bytes`` of values in ``file``."""

    name = "disk"

    def __init__(self, file: Path, max_bytes: int, *, now: Callable[[], float] = time) -> None:
        if max_bytes < 1:
            raise OutOfRange(name="max_bytes", value=max_bytes, allowed="[1, inf)")
        self._file = file
        self._max_bytes = max_bytes
        self._now = now
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def get_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        """What is stored and has not run out."""
        found: dict[str, bytes] = {}
        now = self._now()
        with self._open() as connection:
            for start in range(0, len(keys), _CHUNK):
                part = keys[start : start + _CHUNK]
                holes = ", ".join("?" * len(part))
                query = f"SELECT key, value FROM cached WHERE key IN ({holes}) AND until > ?"  # noqa: S608 (holes)  # nosec B608
                found |= dict(connection.execute(query, (*part, now)))
            connection.executemany("UPDATE cached SET used = ? WHERE key = ?", [(now, key) for key in found])
        return found

    def set_many(self, items: Mapping[str, bytes], *, seconds: float) -> None:
        """Store for so many seconds."""
        now = self._now()
        rows = [(key, value, now + seconds, now) for key, value in items.items() if len(value) <= self._max_bytes]
        with self._open() as connection:
            connection.executemany("INSERT OR REPLACE INTO cached VALUES (?, ?, ?, ?)", rows)
            connection.execute("DELETE FROM cached WHERE until <= ?", (now,))
            self._evict(connection)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _evict(self, connection: sqlite3.Connection) -> None:
        (size,) = connection.execute("SELECT coalesce(sum(length(value)), 0) FROM cached").fetchone()
        if size <= self._max_bytes:
            return
        oldest = connection.execute("SELECT key, length(value) FROM cached ORDER BY used, key").fetchall()
        for key, length in oldest:
            connection.execute("DELETE FROM cached WHERE key = ?", (key,))
            size -= length
            if size <= self._max_bytes:
                return

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                if self._connection is None:
                    self._connection = self._connected()
                with self._connection:
                    yield self._connection
        except (OSError, sqlite3.Error) as error:
            raise StoreAway(f"the cache {self._file} cannot be used ({error})") from error

    def _connected(self) -> sqlite3.Connection:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._file, timeout=_WAIT, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # a cache may lose what it held
        connection.execute(_TABLE)
        return connection
