"""Looking after a database: which schema it has, whether it is whole, and a copy of it while others write."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from alpha_discovery.errors import NotFound, StorageFailed, UserError
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import address, file_of, is_read_only, look_in
from alpha_discovery.storage.queue_models import TABLES
from alpha_discovery.storage.schema import NEWEST, revision_of

PAGES = 1_000  # copied at a time: writers wait for so many at most


@dataclass(frozen=True)
class Health:
    """What was found; ``problems`` is empty for a database that is whole."""

    name: str
    kind: str
    revision: str | None
    newest: str
    rows: dict[str, int]
    problems: Sequence[str]


def check(database: Database) -> Health:
    """Read the whole database and say what is wrong with it; raises `StorageFailed` if it cannot be read."""
    with database.reading() as session:
        kind = session.get_bind().dialect.name
        problems: list[str] = []
        if kind == "sqlite":
            found = session.scalars(text("PRAGMA integrity_check")).all()
            problems += [str(line) for line in found if line != "ok"]
            broken = session.execute(text("PRAGMA foreign_key_check")).all()
            problems += [f"a row of {row[0]} refers to a row of {row[2]} that is not there" for row in broken]
        rows = {
            name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in TABLES.tables.items()
        }
        revision = revision_of(session.connection())
    return Health(database.name, kind, revision, NEWEST, rows, tuple(problems))


def backup(where: str | Path, to: Path) -> Path:
    """Copy a database to a file that is not there yet; others may go on writing meanwhile.

    A file is copied as an SQLite file that opens by itself; a server's database is written by ``pg_dump``, to be read
    back with ``pg_restore``.

    Raises
    ------
    UserError, NotFound
        If the target is there already; if the database is not, or pg_dump is not installed.
    StorageFailed
        If it cannot be read or written.
    """
    if to.exists():
        raise UserError(f"{to} exists already; name another file, or move it away")
    url = address(where)
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)
    try:
        if url.get_backend_name() == "sqlite":
            _copy_file(file_of(url), part)
        else:
            _dump(url.set(drivername="postgresql").render_as_string(hide_password=False), part)
        part.replace(to)
    except (OSError, sqlite3.Error) as error:
        raise StorageFailed(f"cannot copy the database to {to}; make room there ({error})") from error
    finally:
        part.unlink(missing_ok=True)
    return to


def _copy_file(file: Path, to: Path) -> None:
    if not file.exists():
        raise NotFound(f"there is no database {file}; check the name")
    source = look_in(file) if is_read_only(file) else sqlite3.connect(file)
    target = sqlite3.connect(to)
    try:
        source.backup(target, pages=PAGES)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without side files
        if (found := target.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise StorageFailed(f"the copy of {file} is damaged ({found}); check both disks")
    finally:
        source.close()
        target.close()


def _dump(url: str, to: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise NotFound("a copy of a PostgreSQL database needs pg_dump; install PostgreSQL's client programs")
    call = [program, "--format=custom", f"--file={to}", f"--dbname={url}"]
    done = subprocess.run(call, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise StorageFailed(f"pg_dump refused: {' '.join(done.stderr.split())}")
