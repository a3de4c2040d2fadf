"""Migrations: every older schema becomes the newest, data and all."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from alpha_discovery.errors import StorageFailed
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import address, connect, writing
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.storage.models import AlphaRow, CacheRow, LedgerRow, RoundRow, Row, RunRow
from alpha_discovery.storage.schema import FOLDER, NEWEST, REVISIONS, VERSION_TABLE, upgrade
from alpha_discovery.testing.example_records import TickingClock, data_epoch

# what a database of each revision may hold: one row for each table that the revision knows
NOW = "2026-01-02 12:00:00.123456"
RUN = {
    "id": "run-1", "campaign": "{}", "campaign_hash": "c", "data_hash": "d", "epoch": "e", "status": "completed",
    "start_time": NOW, "strategy_types": '["carry"]', "optimization_method": "random", "max_iterations": 10,
    "parallel_workers": 1, "strategies_tested": 10, "profitable_found": 1, "funnel": "[]", "report": "{}",
}  # fmt: skip
ALPHA = {
    "id": "alpha-1", "discovery_run_id": "run-1", "strategy_type": "carry", "strategy_name": "s", "parameters": "{}",
    "rules": "{}", "costs": "{}", "market": "{}", "metrics": "{}", "evidence": "{}", "engine_version": "1",
    "sharpe_ratio": 1.5, "total_return": 0.1, "max_drawdown": 0.1, "win_rate": 0.5, "profit_factor": 2.0,
    "tested_symbols": "[]", "timeframe": "1h", "discovered_at": NOW, "state": "candidate",
    "deployment_status": "pending", "deployment_count": 0,
}  # fmt: skip
CACHED = {
    "id": "k", "strategy_type": "carry", "parameters_hash": "k", "parameters": "{}", "backtest_results": '{"n": 1}',
    "performance_metrics": "{}", "created_at": NOW, "last_used": 0, "hit_count": 3,
}  # fmt: skip
ENTRY = {
    "epoch": "e", "run_id": "run-1", "strategy": "s", "method": "random", "batch": 1, "n_tested": 10, "n_eligible": 7,
    "recorded_at": NOW,
}  # fmt: skip
ROUND = {"epoch": "e", "number": 1, "level": 0.03, "run_ids": '["run-1"]', "runs_hash": "h", "opened_at": NOW}
LATER = "2026-01-02 12:05:00.000000"
QUEUED = {
    "run_id": "run-1", "priority": 0, "queued_at": NOW, "served_at": NOW, "token": 3, "lease_until": LATER,
    "attempts": 1, "stage": "search", "done": 10, "planned": 20, "worked_seconds": 1.5,
}  # fmt: skip
BOT = {
    "id": "bot-1", "alpha_id": "alpha-1", "name": "first", "state": "stopped", "allocated_capital": "10000.01",
    "config": "{}", "created_at": NOW, "updated_at": NOW,
}  # fmt: skip
CONTENT: dict[str, dict[str, dict[str, Any]]] = {
    "0001": {"discovery_runs": RUN, "discovered_alphas": ALPHA, "optimization_cache": CACHED},
    "0002": {
        "discovery_runs": RUN, "discovered_alphas": ALPHA, "optimization_cache": CACHED, "trial_ledger": ENTRY,
        "judging_rounds": ROUND, "data_epochs": {"epoch": "e", "n_effective": 5.0, "noise_reach": 2.0},
    },
}
CONTENT["0003"] = CONTENT["0002"] | {
    "run_queue": QUEUED,
    "run_checkpoints": {"run_id": "run-1", "saved_at": NOW, "batches": 1, "state": b"state"},
    "run_segments": {"run_id": "run-1", "number": 0, "data": b"data"},
    "run_journal": {"run_id": "run-1", "entry": '{"copy": 1}'},
    "run_events": {"run_id": "run-1", "at": NOW, "kind": "batch", "data": "{}"},
    "lab_ticks": {"schedule": "nightly", "due": NOW, "campaign_hash": "c", "run_id": "run-1"},
    "bots": BOT,
    "alpha_lineage": {"child_id": "alpha-2", "parent_id": "alpha-1", "how": "improved", "at": NOW},
}  # fmt: skip
EPOCH = {
    "epoch": "e", "n_effective": 5.0, "noise_reach": 2.0, "markets": '["BTC/USDT@binance"]', "timeframe": "1h",
    "start": 0, "search_end": 3, "vault_start": 3, "end": 4,
}  # fmt: skip
CONTENT["0004"] = CONTENT["0003"] | {"judging_rounds": ROUND | {"place": 1}, "data_epochs": EPOCH}
CONTENT["0005"] = CONTENT["0004"] | {
    "users": {
        "id": "u", "name": "ada", "password": "$argon2id$", "role": "admin", "active": 1, "epoch": 1, "created_at": NOW,
    },
    "user_sessions": {"id": "s", "user_id": "u", "began_at": NOW, "expires_at": LATER, "client": "127.0.0.1"},
    "refresh_tokens": {"hash": "h", "session_id": "s", "made_at": NOW},
    "api_keys": {"id": "k", "user_id": "u", "name": "cron", "hash": "h", "role": "viewer", "created_at": NOW},
    "audit_log": {"id": 1, "at": NOW, "who": "ada", "action": "start", "target": "run-1", "detail": "{}", "client": ""},
    "kept_answers": {"user_id": "u", "key": "k", "request": "r", "answer": "{}", "at": NOW},
}  # fmt: skip


CONTENT["0006"] = CONTENT["0005"] | {
    "bot_states": {"bot_id": "bot-1", "saves": 1, "events": 1, "state": "{}"},
    "bot_events": {"bot_id": "bot-1", "seq": 1, "data": "{}"},
}
CONTENT["0007"] = CONTENT["0006"]


def make(file: Path, revision: str) -> None:
    """A database of an older schema."""
    engine = writing(connect(address(file), wait=1.0))
    with engine.begin() as connection:
        upgrade(connection, revision)
    engine.dispose()


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    """A plain engine on an open database."""
    opened = database._engine
    yield opened
    opened.dispose()


def test_every_revision_is_listed_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    steps = list(ScriptDirectory.from_config(config).walk_revisions())
    assert tuple(step.revision for step in reversed(steps)) == REVISIONS


def test_every_revision_has_content_to_upgrade() -> None:
    assert tuple(CONTENT) == REVISIONS
    assert set(CONTENT[NEWEST]) == set(Row.metadata.tables)


def test_the_steps_make_what_the_models_describe(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "version_table": VERSION_TABLE})
        assert compare_metadata(context, Row.metadata) == []


def test_constraints_bear_the_names_that_the_models_give_them(engine: sa.Engine) -> None:
    """Autogenerate compares neither checks nor the names of primary and foreign keys."""
    found = sa.inspect(engine)
    for table in Row.metadata.sorted_tables:
        names = {str(one.name) for one in table.constraints if isinstance(one, sa.CheckConstraint)}
        assert {one["name"] for one in found.get_check_constraints(table.name)} == names
        assert found.get_pk_constraint(table.name)["name"] == table.primary_key.name
        keys = {(str(one.name), one.ondelete) for one in table.foreign_key_constraints}
        assert {(k["name"], k["options"].get("ondelete")) for k in found.get_foreign_keys(table.name)} == keys


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_database_of_any_revision_is_brought_to_the_newest_with_its_data(file: Path, revision: str) -> None:
    make(file, revision)
    with sqlite3.connect(file) as old:
        for table, row in CONTENT[revision].items():
            holes = ", ".join("?" * len(row))
            old.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({holes})", tuple(row.values()))
    old.close()
    with Database.open(file) as database, database.reading() as session:
        assert session.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")) == NEWEST
        for table, row in CONTENT[revision].items():
            kept = session.execute(sa.text(f"SELECT {', '.join(row)} FROM {table}")).one()
            assert tuple(kept) == tuple(row.values())
        assert session.execute(sa.text("PRAGMA foreign_key_check")).all() == []


def test_epochs_of_an_older_schema_cover_what_their_runs_say(file: Path) -> None:
    make(file, "0002")
    split = {"start": "2020-01-01T00:00Z", "search_end": "2021-01-01T00:00Z", "vault_start": "2021-01-02T00:00Z"}
    report = json.dumps({"split": {**split, "end": "2021-06-01T00:00Z"}, "markets": {"BTC/USDT@binance": "f"}})
    told = {**RUN, "campaign": '{"timeframe": "4h"}', "report": report}
    rows = [("discovery_runs", told), ("judging_rounds", ROUND), ("judging_rounds", {**ROUND, "epoch": "lost"})]
    with sqlite3.connect(file) as old:
        for table, row in rows:
            holes = ", ".join("?" * len(row))
            old.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({holes})", tuple(row.values()))
    old.close()
    with Database.open(file) as database:
        ledger = LedgerInSql(database, TickingClock())
        day = 86_400_000  # 2020-01-01 is day 18,262 since 1970
        same = data_epoch(
            "now", markets=("BTC/USD@coinbase",), start=18_262 * day, search_end=18_628 * day,
            vault_start=18_629 * day, end=18_800 * day,
        )  # fmt: skip
        ledger.enter(same)
        assert ledger.judged_until(same) == 18_779 * day  # 2021-06-01
        assert ledger.open_round("now", ["run-2"], level=0.05).number == 2
        assert ledger.account("lost").rounds == 1


def test_columns_of_the_first_plan_are_there() -> None:
    """Names fixed before the first line was written: what other programs may query."""
    planned = {
        AlphaRow: "id discovery_run_id strategy_type strategy_name parameters sharpe_ratio total_return max_drawdown"
        " win_rate profit_factor in_sample_sharpe out_sample_sharpe validation_score market_regime tested_symbols"
        " timeframe discovered_at last_validated deployment_status deployment_count",
        RunRow: "id strategy_types optimization_method max_iterations parallel_workers start_time end_time"
        " runtime_hours strategies_tested profitable_found best_sharpe best_return cpu_hours gpu_hours memory_peak_gb"
        " status error_message",
        CacheRow: "id strategy_type parameters_hash parameters backtest_results performance_metrics created_at"
        " hit_count",
        LedgerRow: "epoch run_id strategy method batch n_tested n_eligible recorded_at",
        RoundRow: "epoch number level run_ids opened_at outcome",
    }
    for row, names in planned.items():
        assert set(names.split()) <= set(row.__table__.columns.keys())


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("discovered_alphas", ["sharpe_ratio", "total_return"]),
        ("discovered_alphas", ["discovery_run_id", "discovered_at"]),
        ("discovered_alphas", ["strategy_type"]),
        ("discovered_alphas", ["validation_score"]),
        ("discovery_runs", ["status"]),
        ("optimization_cache", ["strategy_type", "parameters_hash"]),
    ],
)
def test_indexes_of_the_first_plan_are_there(engine: sa.Engine, table: str, columns: list[str]) -> None:
    assert columns in [index["column_names"] for index in sa.inspect(engine).get_indexes(table)]


def test_a_newer_database_is_left_alone(file: Path) -> None:
    Database.open(file).close()
    with sqlite3.connect(file) as newer:
        newer.execute(f"UPDATE {VERSION_TABLE} SET version_num = '0099'")
    newer.close()
    with pytest.raises(StorageFailed, match=r"newer version .*\(schema 0099, known up to 0007\); run pip install -U"):
        Database.open(file)


def test_a_file_of_another_program_is_left_alone(file: Path) -> None:
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    with pytest.raises(StorageFailed, match=r"holds tables of another program \(bookmarks\); name another one"):
        Database.open(file)
    with sqlite3.connect(file) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    other.close()


def test_a_step_that_fails_leaves_the_old_schema(file: Path) -> None:
    make(file, "0001")
    with sqlite3.connect(file) as old:
        old.execute("CREATE TABLE judging_rounds (mine TEXT)")  # in the way of the second table of step 0002
    old.close()
    with pytest.raises(StorageFailed, match="judging_rounds already exists"):
        Database.open(file)
    with sqlite3.connect(file) as old:
        assert old.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [("0001",)]
        assert old.execute("SELECT 1 FROM sqlite_master WHERE name = 'trial_ledger'").fetchall() == []
    old.close()
