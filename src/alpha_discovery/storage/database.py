"""A database that is open: its schema is the newest, and adapters share its transactions."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType

from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection

from alpha_discovery.errors import NotFound, StorageFailed
from alpha_discovery.storage.engine import address, connect, file_of, is_read_only, writing
from alpha_discovery.storage.failures import failures
from alpha_discovery.storage.schema import check_newest, to_newest

FREE_LEAST = 16 * 2**20  # bytes that a file does not use, from which on they are given back
FREE_SHARE = 0.75  # of the file
COPIED_MOST = 256 * 2**20  # bytes in use that are copied for it: a second or two in which nobody else writes
LOCK_SECONDS = 30.0
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")


class Database:
    """A database of runs, alphas, ledger and cache; make one with `Database.open`, and one in each process.

    Threads may share it: each works in its own connection and its own transaction.
    """

    def __init__(self, engine: Engine, name: str, check: Callable[[Session], None] = lambda _: None) -> None:
        self.name = name
        self._engine = engine
        self._writing = writing(engine)
        self._local = threading.local()
        self._check = check
        self._commits = _Commits()
        self._watching = threading.Lock()
        self._watch: PoolProxiedConnection | None = None

    @classmethod
    def open(cls, where: str | Path, *, create: bool = True, wait: float = LOCK_SECONDS) -> Database:
        """Open a database and bring its schema to the newest.

        A file that this user may not write is opened to be read: whatever would store something raises `StorageFailed`.

        Parameters
        ----------
        where : str or Path
            A file for SQLite, or a URL: ``sqlite:///alpha.db``, ``postgresql://user@host/name``.
        create : bool
            Whether a file that does not exist is made, with its folders.
        wait : float
            Seconds to wait for another process that holds a lock.

        Raises
        ------
        NotFound
            If there is no such file and ``create`` is false.
        StorageFailed
            If it cannot be opened or read, is newer than this program, or older and cannot be written; the message
            says what to do.
        MissingExtra, UserError
            If PostgreSQL's driver is not installed; if the URL cannot be read.
        """
        url = address(where)
        name = url.database or "" if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
        read_only = False
        if url.get_backend_name() == "sqlite":
            _check_file(url, create=create)
            read_only = is_read_only(file_of(url))
        engine = connect(url, wait=wait, read_only=read_only)
        try:
            with failures(name):
                check_newest(engine, name) if read_only else to_newest(writing(engine), name)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, name)

    def guarded(self, check: Callable[[Session], None]) -> Database:
        """The same database for somebody whose right to write may end: ``check`` begins every transaction, in it.

        What it raises undoes the transaction.
        """
        found = Database(self._engine, self.name, check)
        found._commits = self._commits
        return found

    def close(self) -> None:
        """Close every connection; an SQLite file is whole then, without its side files, and not mostly empty."""
        self.give_back()
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._engine.dispose()

    def give_back(self) -> bool:
        """Give the disk back what an SQLite file holds and does not use, if that is most of it; whether it did.

        What a search of a million candidates may go on from is stored until it has ended, and is a hundred times what
        is kept of it. Where others are writing, or there is no room for the copy that this takes, it is left for later.
        """
        if not self.is_file:
            return False
        with suppress(SQLAlchemyError, sqlite3.Error), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            pages, free, size = (
                int(cursor.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            used = (pages - free) * size
            if free * size >= FREE_LEAST and free >= FREE_SHARE * pages and used <= COPIED_MOST:
                wait = int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
                cursor.execute("PRAGMA busy_timeout=0")
                try:
                    cursor.execute("VACUUM")
                finally:
                    cursor.execute(f"PRAGMA busy_timeout={wait}")
                return True
        return False

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Database {self.name}>"

    @property
    def is_file(self) -> bool:
        """Whether it is a file of this machine, which answers in microseconds, and no server."""
        return self._engine.dialect.name == "sqlite"

    @property
    def commits(self) -> int:
        """Transactions that were committed through this object so far; those of other processes do not count."""
        return self._commits.count

    def version(self) -> object:
        """Something that is equal as long as nobody, in whatever process, has committed a change in between.

        Raises
        ------
        StorageFailed
            If the database fails.
        """
        with failures(self.name):
            if not self.is_file:
                with self._engine.connect() as connection:  # equal snapshots see the same transactions
                    return connection.scalar(text("SELECT pg_current_snapshot()::text"))
            return self._file_version()

    def _file_version(self) -> int:
        with self._watching:  # a connection's own changes do not count: nothing else may come over this one
            try:
                if self._watch is None:
                    self._watch = self._engine.raw_connection()
                found: int = self._watch.cursor().execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.Error as error:
                raise StorageFailed(f"the database {self.name} does not tell whether it changed ({error})") from error
            return found

    @property
    def in_transaction(self) -> bool:
        """Whether this thread is inside `transaction`."""
        return getattr(self._local, "session", None) is not None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing: whatever adapters store inside, in this thread, is committed together or not at all.

        Inside another transaction it is a part of that one.

        Raises
        ------
        StorageFailed
            If the database fails; nothing is stored then.
        """
        outer: Session | None = getattr(self._local, "session", None)
        with failures(self.name):
            if outer is not None:
                yield outer
                return
            with Session(self._writing, expire_on_commit=False) as session, session.begin():
                self._local.session = session
                try:
                    self._check(session)
                    yield session
                finally:
                    self._local.session = None
            self._commits.add()

    @contextmanager
    def alone(self, subject: str) -> Iterator[Session]:
        """A `transaction`; of those about one subject, each begins when the one before it has ended.

        For what no constraint of a table can say: looked up and then stored, it holds.
        """
        with self.transaction() as session:
            session.connection()  # begins, and who writes a file is alone from there on
            if not self.is_file:
                session.execute(_TURN, {"subject": subject})
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One view of the database that nobody's writing changes; inside a transaction, the view of that."""
        outer: Session | None = getattr(self._local, "session", None)
        with failures(self.name):
            if outer is not None:
                yield outer
                return
            with Session(self._engine, expire_on_commit=False) as session:
                yield session


class _Commits:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.count = 0

    def add(self) -> None:
        with self._lock:
            self.count += 1


def _check_file(url: URL, *, create: bool) -> None:
    file = file_of(url)
    if file.is_dir():
        raise StorageFailed(f"the database {file} is a folder; name a file in it, such as {file / 'alpha.db'}")
    if not create and not file.exists():
        raise NotFound(f"there is no database {file}; check the name, or let a discovery create it")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageFailed(
            f"cannot make the folder {file.parent} for the database; name a place that you may write to"
            f" ({error.strerror})"
        ) from error
