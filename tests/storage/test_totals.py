"""What metrics and notices are made of, counted in the database."""

from __future__ import annotations

from alpha_discovery.storage.database import Database
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.storage.totals import totals
from alpha_discovery.testing.example_records import TickingClock, data_epoch, ledger_entry, run_record


def test_sums_are_whole_numbers_in_every_database(database: Database) -> None:
    clock = TickingClock()
    ledger = LedgerInSql(database, clock)
    RunsInSql(database).add(run_record())
    ledger.enter(data_epoch())
    ledger.record(ledger_entry())
    found = totals(database, clock)
    sums = (found.tested, found.eligible, found.profitable, found.cache_hits, found.lately_tested)
    assert [type(one) for one in sums] == [int] * 5
    assert found.lately_tested == found.tested > 0
