"""A database that its user may read and not write: what is stored is shown, and nothing is made beside it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from alpha_discovery.errors import StorageFailed
from alpha_discovery.storage.care import backup, check
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.storage.schema import NEWEST
from alpha_discovery.testing.example_records import run_record

ReadOnly = Callable[[Path], Path]
LATE = sa.text("SELECT count(*) FROM late")


@pytest.fixture
def stored(template: Path, tmp_path: Path) -> Path:
    """A folder with a database that holds a run."""
    folder = tmp_path / "lab"
    folder.mkdir()
    with Database.open(shutil.copy(template, folder / "alpha.db")) as database:
        RunsInSql(database).add(run_record())
    return folder


def test_what_is_stored_is_read(stored: Path, read_only: ReadOnly) -> None:
    with Database.open(read_only(stored) / "alpha.db", create=False) as database:
        assert RunsInSql(database).get("run-1") == run_record()


def test_nothing_is_made_beside_it(stored: Path, read_only: ReadOnly) -> None:
    with Database.open(read_only(stored) / "alpha.db") as database:
        RunsInSql(database).list()
        assert [one.name for one in stored.iterdir()] == ["alpha.db"]


def test_who_writes_is_told_what_cannot_be_written(stored: Path, read_only: ReadOnly) -> None:
    told = r"alpha.db is read-only; give your user the right to write"
    with Database.open(read_only(stored) / "alpha.db") as database, pytest.raises(StorageFailed, match=told):
        RunsInSql(database).update(run_record(strategies_tested=10))


@pytest.fixture
def killed(stored: Path) -> Path:
    """The folder after a program was killed that had just committed a table."""
    program = (
        "import os, sqlite3, sys; file = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "file.execute('CREATE TABLE late (n)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program, str(stored / "alpha.db")], check=True)
    assert (stored / "alpha.db-wal").stat().st_size
    return stored


def test_what_a_killed_program_had_committed_is_read(killed: Path, read_only: ReadOnly) -> None:
    with Database.open(read_only(killed) / "alpha.db") as database, database.reading() as session:
        assert session.scalar(LATE) == 0


def test_so_it_is_from_a_copy_that_lacks_the_index(killed: Path, read_only: ReadOnly, tmp_path: Path) -> None:
    (killed / "alpha.db-shm").unlink()
    before = contents(killed)
    with Database.open(read_only(killed) / "alpha.db", create=False) as database:
        with database.reading() as one, database.reading() as two:  # connections of their own
            assert [one.scalar(LATE), two.scalar(LATE)] == [0, 0]
        assert RunsInSql(database).get("run-1") == run_record()
        assert database.version() == database.version()
        assert not check(database).problems
        with pytest.raises(StorageFailed, match=r"alpha.db is read-only"):
            RunsInSql(database).update(run_record(strategies_tested=10))
    backup(killed / "alpha.db", tmp_path / "copy.db")
    with Database.open(tmp_path / "copy.db") as copy, copy.reading() as session:
        assert session.scalar(LATE) == 0
    assert contents(killed) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_a_file_that_was_never_written_ahead_of_is_read(stored: Path, read_only: ReadOnly) -> None:
    with sqlite3.connect(stored / "alpha.db") as file:
        file.execute("PRAGMA journal_mode=DELETE")
    file.close()
    with Database.open(read_only(stored) / "alpha.db") as database:
        assert RunsInSql(database).get("run-1") == run_record()


def test_an_older_schema_says_where_it_can_be_brought_to_the_newest(stored: Path, read_only: ReadOnly) -> None:
    with sqlite3.connect(stored / "alpha.db") as file:
        file.execute("UPDATE alpha_discovery_version SET version_num = '0005'")
    file.close()
    wanted = rf"has schema 0005, this program reads {NEWEST}, and it is read-only; run alpha db upgrade where it can be"
    with pytest.raises(StorageFailed, match=wanted):
        Database.open(read_only(stored) / "alpha.db")


def test_it_is_checked_and_copied(stored: Path, read_only: ReadOnly, tmp_path: Path) -> None:
    with Database.open(read_only(stored) / "alpha.db") as database:
        assert not check(database).problems
    with Database.open(backup(stored / "alpha.db", tmp_path / "copy.db")) as copy:
        assert RunsInSql(copy).get("run-1") == run_record()


def test_a_folder_that_may_not_be_written_does_not_stop_who_writes_the_files(stored: Path) -> None:
    other = sqlite3.connect(stored / "alpha.db")  # keeps the side files
    other.execute("SELECT 1 FROM alpha_discovery_version").fetchall()
    mode = stored.stat().st_mode
    stored.chmod(0o555)
    try:
        with Database.open(stored / "alpha.db") as database:
            RunsInSql(database).update(run_record(strategies_tested=10))
            assert RunsInSql(database).get("run-1").strategies_tested == 10
    finally:
        stored.chmod(mode)
        other.close()
