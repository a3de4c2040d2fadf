"""Opening, failing, closing: one line each that says what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from alpha_discovery.errors import MissingExtra, NotFound, StorageFailed, UserError
from alpha_discovery.storage import engine as engine_module
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import address
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.testing.example_records import TickingClock, data_epoch, ledger_entry, run_record


def test_folders_are_made(tmp_path: Path) -> None:
    Database.open(tmp_path / "a" / "b" / "alpha.db").close()
    assert (tmp_path / "a" / "b" / "alpha.db").is_file()


@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_a_path_and_a_url_name_the_same_file(file: Path, prefix: str) -> None:
    with Database.open(prefix + str(file)) as database:
        RunsInSql(database).add(run_record())
    with Database.open(file, create=False) as database:
        assert RunsInSql(database).get("run-1") == run_record()


def test_the_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    Database.open("~/alpha.db").close()
    assert (tmp_path / "alpha.db").is_file()


def test_connections_are_safe_by_default(file: Path) -> None:
    with Database.open(file, wait=7.0) as database, database.reading() as session:
        found = {
            name: session.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    # 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 7_000}


def test_closing_leaves_one_file(file: Path) -> None:
    with Database.open(file) as database:
        RunsInSql(database).add(run_record())
        assert len(list(file.parent.iterdir())) > 1
    assert list(file.parent.iterdir()) == [file]


def test_its_text_hides_the_password() -> None:
    url = address("postgresql://me:secret@host/name")
    assert "secret" not in repr(Database(sa.create_engine("sqlite://"), url.render_as_string(hide_password=True)))


def test_a_missing_file_is_not_made_against_the_callers_will(file: Path) -> None:
    with pytest.raises(NotFound, match=r"there is no database .*alpha.db; check the name"):
        Database.open(file, create=False)
    assert not file.exists()


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match=r"is a folder; name a file in it, such as .*alpha.db"):
        Database.open(tmp_path)


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageFailed, match=r"cannot make the folder .*file for the database; name a place"):
        Database.open(tmp_path / "file" / "alpha.db")


def test_another_kind_of_file_is_no_database(file: Path) -> None:
    file.write_text("time,open,high,low,close\n" * 100)
    with pytest.raises(StorageFailed, match="is not an SQLite database; name another file, or move this one away"):
        Database.open(file)


def test_a_damaged_file_says_how_to_save_the_rest(file: Path) -> None:
    with Database.open(file) as database:
        RunsInSql(database).add(run_record())
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)  # everything but the first page, which holds the header
    file.write_bytes(content)
    with pytest.raises(StorageFailed, match=r"is damaged; restore a copy, or .* sqlite3 FILE .recover"):
        Database.open(file)


def test_a_locked_database_is_waited_for_and_then_named(file: Path) -> None:
    Database.open(file).close()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StorageFailed, match="is locked by another program; wait for it or end it, then try again"):
        Database.open(file, wait=0.1)
    other.close()


def test_a_writer_that_is_locked_out_is_told(file: Path) -> None:
    with Database.open(file, wait=0.1) as database, Database.open(file) as other, other.transaction() as session:
        session.execute(sa.text("DELETE FROM data_epochs"))
        with pytest.raises(StorageFailed, match="is locked by another program"):
            RunsInSql(database).add(run_record())


def test_readers_do_not_wait_for_a_writer(file: Path) -> None:
    with Database.open(file, wait=0.0) as database, Database.open(file) as other:
        RunsInSql(database).add(run_record())
        with other.transaction():
            RunsInSql(other).update(run_record(strategies_tested=10))
            assert RunsInSql(database).get("run-1").strategies_tested == 0
        assert RunsInSql(database).get("run-1").strategies_tested == 10


def test_a_full_disk_is_named_and_nothing_is_stored(file: Path) -> None:
    with Database.open(file) as database:
        runs, ledger = RunsInSql(database), LedgerInSql(database, TickingClock())
        ledger.enter(data_epoch())
        runs.add(run_record())
        full = pytest.raises(StorageFailed, match="finds no more space on its disk; free some")
        with full, database.transaction() as session:
            session.execute(sa.text("PRAGMA max_page_count = 1"))  # SQLite's own limit fails as a full disk does
            ledger.record(ledger_entry())
            runs.update(run_record(report={"much": "x" * 1_000_000}))
        assert ledger.account("epoch-1").n_tested == 0
        assert runs.get("run-1") == run_record()


@pytest.fixture
def foreign_folder() -> Iterator[Path]:
    """A folder that an ordinary user may enter, and not write to."""
    folder = Path(tempfile.mkdtemp())  # tmp_path lies below a folder that only its owner may enter
    yield folder
    shutil.rmtree(folder)


@contextmanager
def as_an_ordinary_user() -> Iterator[None]:
    """Without the rights of root, who may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)  # nobody
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_of_somebody_else_is_read(foreign_folder: Path) -> None:
    file = foreign_folder / "alpha.db"
    Database.open(file).close()
    file.chmod(0o444)
    foreign_folder.chmod(0o555)
    with as_an_ordinary_user(), Database.open(file) as database:
        assert RunsInSql(database).list() == []


def test_a_read_only_folder_is_named(foreign_folder: Path) -> None:
    foreign_folder.chmod(0o555)
    with as_an_ordinary_user(), pytest.raises(StorageFailed, match=r"cannot be opened; check that its folder exists"):
        Database.open(foreign_folder / "alpha.db")
    with as_an_ordinary_user(), pytest.raises(StorageFailed, match=r"cannot make the folder .*inner"):
        Database.open(foreign_folder / "inner" / "alpha.db")


def test_a_file_that_is_named_by_a_uri_of_sqlite_is_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Database.open(f"sqlite:///file:{tmp_path}/a%20lab/alpha.db?uri=true"):
        assert (tmp_path / "a lab" / "alpha.db").is_file()
    assert [one.name for one in tmp_path.iterdir()] == ["a lab"]
    with pytest.raises(NotFound, match="there is no database"):
        Database.open(f"sqlite:///file:{tmp_path}/other.db?uri=true", create=False)


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true", "sqlite:///file:x?mode=memory&uri=true"]
)
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="a database in memory is gone with its connection; name a file"):
        Database.open(url)


def test_an_unknown_kind_of_database_is_refused() -> None:
    with pytest.raises(UserError, match="no support for mysql databases; use a file"):
        Database.open("mysql://host/name")


def test_a_url_that_cannot_be_read_is_refused_without_its_password() -> None:
    with pytest.raises(UserError, match="cannot read the URL of the database") as refused:
        Database.open("post gres://me:secret@[host/name")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_is_spoken_to_through_psycopg(scheme: str) -> None:
    assert address(f"{scheme}://me@host/name").drivername == "postgresql+psycopg"
    assert address("postgresql+psycopg2://me@host/name").drivername == "postgresql+psycopg2"


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver(*_: object, **__: object) -> sa.Engine:
        raise ModuleNotFoundError("No module named 'psycopg'")

    monkeypatch.setattr(engine_module, "create_engine", no_driver)
    with pytest.raises(MissingExtra, match=r"this needs psycopg; install it with: pip install 'alpha-discovery\[postg"):
        Database.open("postgresql://me@host/name")


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'alpha-discovery[postgres]'")
    with pytest.raises(StorageFailed, match=r"127.0.0.1:1/name cannot be reached; check the address") as refused:
        Database.open("postgresql://me:secret@127.0.0.1:1/name")
    assert "secret" not in str(refused.value)


def test_the_server_of_the_suites_is_a_real_one(postgres: str) -> None:
    with Database.open(postgres) as database, database.reading() as session:
        assert session.get_bind().dialect.name == "postgresql"


def test_opening_the_newest_schema_loads_no_alembic(file: Path) -> None:
    Database.open(file).close()
    code = (
        "import sys; from alpha_discovery.storage.database import Database; Database.open(sys.argv[1]).close();"
        "heavy = {'alembic', 'pandas', 'numba', 'numpy', 'pyarrow', 'scipy'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_threads_share_a_database(file: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with Database.open(file) as database, ThreadPoolExecutor(8) as pool:
        ledger = LedgerInSql(database, TickingClock())
        ledger.enter(data_epoch())
        list(pool.map(lambda batch: ledger.record(ledger_entry(batch)), range(40)))
        assert ledger.account("epoch-1").n_tested == 400


def test_a_transaction_belongs_to_its_thread(file: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with Database.open(file) as database, ThreadPoolExecutor(1) as pool, database.transaction():
        assert (database.in_transaction, pool.submit(lambda: database.in_transaction).result()) == (True, False)


def test_its_version_changes_with_what_anybody_commits_and_with_nothing_else(where: str) -> None:
    with Database.open(where) as ours, Database.open(where) as another:
        seen = [ours.version(), ours.version()]
        RunsInSql(another).list()
        seen.append(ours.version())
        assert len(set(seen)) == 1
        for number, database in enumerate((another, ours)):
            with database.transaction():
                RunsInSql(database).add(run_record(id=f"run-{number}"))
                assert ours.version() == seen[-1]
            seen.append(ours.version())
        assert len(set(seen)) == 3


def test_transactions_about_one_subject_take_turns(database: Database) -> None:
    order = []

    def second() -> None:
        with database.alone("a name"):
            order.append("second")

    thread = threading.Thread(target=second)
    with database.alone("a name"):
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


class TestFreeSpace:
    def full(self, path: Path, rows: int, size: int) -> Database:
        database = Database.open(path)
        with database.transaction() as session:
            session.execute(sa.text("CREATE TABLE much (n INTEGER PRIMARY KEY, data BLOB)"))
            for n in range(rows):
                session.execute(sa.text("INSERT INTO much VALUES (:n, zeroblob(:size))"), {"n": n, "size": size})
        return database

    def emptied(self, path: Path, *, kept: int = 1) -> Database:
        database = self.full(path, rows=20, size=2**20)
        with database.transaction() as session:
            session.execute(sa.text("DELETE FROM much WHERE n >= :kept"), {"kept": kept})
        return database

    def test_a_file_that_is_mostly_empty_is_made_smaller_when_it_is_closed(self, tmp_path: Path) -> None:
        self.emptied(tmp_path / "a.db").close()
        assert (tmp_path / "a.db").stat().st_size < 3 * 2**20
        with Database.open(tmp_path / "a.db") as again, again.reading() as session:
            assert session.scalar(sa.text("SELECT count(*) FROM much")) == 1

    @pytest.mark.parametrize("kept", [20, 10])
    def test_one_that_is_not_stays_as_it_is(self, tmp_path: Path, kept: int) -> None:
        with self.emptied(tmp_path / "a.db", kept=kept) as database:
            assert not database.give_back()

    def test_nobody_who_writes_is_waited_for(self, tmp_path: Path) -> None:
        path = tmp_path / "a.db"
        with self.emptied(path) as database, Database.open(path) as other, other.transaction() as session:
            session.execute(sa.text("INSERT INTO much VALUES (99, NULL)"))
            before = time.monotonic()
            assert not database.give_back()
            assert time.monotonic() - before < 5.0
        assert path.stat().st_size < 3 * 2**20  # the last to close it
