"""Which alpha came out of which."""

from __future__ import annotations

from alpha_discovery.storage.alphas import AlphasInSql
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.lineage import LineageInSql
from alpha_discovery.storage.runs import RunsInSql
from alpha_discovery.testing.example_records import TickingClock, alpha_record, run_record


def test_an_improved_alpha_knows_its_line_both_ways(database: Database) -> None:
    RunsInSql(database).add(run_record())
    clock, alphas = TickingClock(), AlphasInSql(database)
    for name, parent in (("first", None), ("second", "first"), ("third", "second"), ("other", None)):
        evidence = {"lineage": {"parent": parent}} if parent else {}
        alphas.add(alpha_record(name, evidence=evidence, discovered_at=clock.now()))
        alphas.add(alpha_record(name, evidence=evidence))  # a second time changes nothing
    kin = LineageInSql(database)
    assert [(one.alpha_id, one.steps) for one in kin.of("second")] == [("first", -1), ("third", 1)]
    assert [(one.alpha_id, one.steps) for one in kin.of("third")] == [("first", -2), ("second", -1)]
    assert kin.of("other") == []
