"""Looking after a database: copies made while others write, and damage that is told."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from alpha_discovery.errors import NotFound, StorageFailed, UserError
from alpha_discovery.storage.care import backup, check
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.storage.schema import NEWEST
from alpha_discovery.testing.example_records import TickingClock, data_epoch, ledger_entry, run_record


def test_a_healthy_database_has_no_problems(database: Database) -> None:
    RunsInSql(database).add(run_record())
    health = check(database)
    assert (health.problems, health.revision, health.newest) == ((), NEWEST, NEWEST)
    assert health.rows["discovery_runs"] == 1


def test_a_copy_made_while_others_write_is_whole(file: Path, tmp_path: Path) -> None:
    with Database.open(file) as database:
        ledger, ended = LedgerInSql(database, TickingClock()), threading.Event()
        ledger.enter(data_epoch())

        def write() -> None:
            batch = 0
            while not ended.is_set():
                ledger.record(ledger_entry(batch))
                batch += 1

        thread = threading.Thread(target=write)
        thread.start()
        copies = [backup(file, tmp_path / "copies" / f"{number}.db") for number in range(5)]
        ended.set()
        thread.join()
    counts = []
    for copy in copies:
        with Database.open(copy, create=False) as opened:
            assert check(opened).problems == ()
            counts.append(LedgerInSql(opened, TickingClock()).account("epoch-1").n_tested)
    assert counts == sorted(counts)


def test_files_copied_in_the_middle_of_writing_open_clean(file: Path, tmp_path: Path) -> None:
    """What a power failure leaves: the file and its log as they are at some moment, cut anywhere in the log."""
    with Database.open(file) as database:
        ledger = LedgerInSql(database, TickingClock())
        ledger.enter(data_epoch())
        for batch in range(40):
            ledger.record(ledger_entry(batch))
        whole, log = file.read_bytes(), Path(f"{file}-wal").read_bytes()
    for number, share in enumerate((0.0, 0.2, 0.5, 0.77, 0.999, 1.0)):
        copy = tmp_path / str(number) / "alpha.db"
        copy.parent.mkdir()
        copy.write_bytes(whole)
        Path(f"{copy}-wal").write_bytes(log[: int(share * len(log))])
        with Database.open(copy) as opened:
            assert check(opened).problems == ()
            tested = LedgerInSql(opened, TickingClock()).account("epoch-1").n_tested
            assert tested % 10 == 0
            assert (share < 1.0) or tested == 400


def test_a_file_that_is_there_is_not_overwritten(file: Path, tmp_path: Path) -> None:
    Database.open(file).close()
    (tmp_path / "taken.db").write_text("mine")
    with pytest.raises(UserError, match="exists already"):
        backup(file, tmp_path / "taken.db")
    assert (tmp_path / "taken.db").read_text() == "mine"


def test_what_is_not_there_cannot_be_copied(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no database"):
        backup(tmp_path / "none.db", tmp_path / "copy.db")


def test_damage_is_told(file: Path) -> None:
    with Database.open(file) as database:
        for number in range(200):
            RunsInSql(database).add(run_record(f"run-{number}"))
    data = bytearray(file.read_bytes())
    for page in range(len(data) // 4096 // 2, len(data) // 4096):
        data[page * 4096 + 100 : page * 4096 + 3000] = b"\xff" * 2900
    file.write_bytes(bytes(data))
    try:
        with Database.open(file, create=False) as database:
            assert check(database).problems
    except StorageFailed as error:
        assert "damaged" in str(error)  # noqa: PT017  (either way of noticing is good)
