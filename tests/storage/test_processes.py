"""Several processes on one database, and one that is killed.

Each process is a fresh interpreter that says ``ready``, waits for a line, works, and prints what it has to say.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from alpha_discovery.storage.database import Database
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.testing.example_records import TickingClock, data_epoch, ledger_entry, run_record

START = """
import sys
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.testing.example_records import TickingClock, data_epoch, ledger_entry, run_record

where, me = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
"""

RECORD = """
with Database.open(where) as database:
    ledger = LedgerInSql(database, TickingClock())
    ledger.enter(data_epoch())
    for batch in range(50):
        ledger.record(ledger_entry(batch, run_id=me))
"""

ROUNDS = """
with Database.open(where) as database:
    ledger = LedgerInSql(database, TickingClock())
    ledger.enter(data_epoch())
    own = [ledger.open_round("epoch-1", [f"{me}-{n}"], level=0.05).number for n in range(5)]
    shared = ledger.open_round("epoch-1", ["shared"], level=0.05).number
    print(*own, shared)
"""

HALF = """
from sqlalchemy import text
database = Database.open(where)
with database.transaction() as session:
    session.execute(text("PRAGMA cache_size = 10"))  # pages: what does not fit is written before the commit
    RunsInSql(database).update(run_record(strategies_tested=20_000, report={"much": ["x" * 100] * 1_000}))
    ledger = LedgerInSql(database, TickingClock())
    ledger.enter(data_epoch())
    for batch in range(1, 500):
        ledger.record(ledger_entry(batch))
    print("half", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def processes(work: str, where: str, names: str) -> Iterator[list[subprocess.Popen[str]]]:
    """A process for each name, all of them started and ready to work."""
    arguments = [[sys.executable, "-c", START + work, where, name] for name in names]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started: list[subprocess.Popen[str]] = [subprocess.Popen(one, **pipes) for one in arguments]  # type: ignore[call-overload]
    try:
        for one in started:
            assert said(one) == "ready"
        yield started
    finally:
        for one in started:
            one.kill()
            one.communicate()


def go(process: subprocess.Popen[str]) -> None:
    """Let a process that waits go on."""
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def said(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout
    return process.stdout.readline().strip()


def finish(running: list[subprocess.Popen[str]]) -> list[str]:
    """Let all go on at once; what each has said when it has ended well."""
    for one in running:
        go(one)
    spoken = [one.communicate()[0].strip() for one in running]
    assert [one.returncode for one in running] == [0] * len(running)
    return spoken


def test_four_processes_that_make_the_database_and_record_at_once_lose_nothing(tmp_path: Path) -> None:
    where = str(tmp_path / "new" / "alpha.db")
    with processes(RECORD, where, "abcd") as running:
        finish(running)
    with Database.open(where) as database:
        account = LedgerInSql(database, TickingClock()).account("epoch-1")
    assert (account.n_tested, account.n_eligible, account.n_runs) == (2_000, 1_400, 4)


def test_processes_that_ask_at_once_get_different_rounds(where: str) -> None:
    with processes(ROUNDS, where, "abc") as running:
        numbers = [[int(word) for word in line.split()] for line in finish(running)]
    own = [number for line in numbers for number in line[:-1]]
    shared = {line[-1] for line in numbers}
    assert len(shared) == 1
    assert sorted([*own, *shared]) == list(range(1, 17))


def test_a_process_that_is_killed_in_a_transaction_leaves_nothing_of_it(file: Path) -> None:
    with Database.open(file) as database:
        RunsInSql(database).add(run_record())
        ledger = LedgerInSql(database, TickingClock())
        ledger.enter(data_epoch())
        ledger.record(ledger_entry(0))
    with processes(HALF, str(file), "a") as (running,):
        go(running)
        assert said(running) == "half"
        assert Path(f"{file}-wal").stat().st_size > 20_000, "a part of the batch is on the disk"
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    with Database.open(file, create=False) as database:
        account = LedgerInSql(database, TickingClock()).account("epoch-1")
        run = RunsInSql(database).get("run-1")
        with database.reading() as session:
            healthy = session.scalars(sa.text("PRAGMA integrity_check")).all()
    assert account.n_tested == 10
    assert run == run_record()
    assert healthy == ["ok"]


def test_a_process_that_is_killed_after_a_transaction_has_stored_it(file: Path) -> None:
    done = HALF.replace("    print", "print").replace("    sys.stdin", "sys.stdin")
    with Database.open(file) as database:
        RunsInSql(database).add(run_record())
    with processes(done, str(file), "a") as (running,):
        go(running)
        assert said(running) == "half"
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    with sqlite3.connect(file) as plain:
        assert plain.execute("SELECT sum(n_tested) FROM trial_ledger").fetchone() == (4_990,)
        assert plain.execute("SELECT strategies_tested FROM discovery_runs").fetchone() == (20_000,)
    plain.close()
