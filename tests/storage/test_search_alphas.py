"""Lists of many alphas: found in an index, not by reading each alpha."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from alpha_discovery.storage.database import Database
from alpha_discovery.storage.search_alphas import SORTED_BY, AlphaQuery, AlphaSearch

INDEX = "idx_alpha_listing"


@pytest.fixture
def database(template: Path, tmp_path: Path) -> Iterator[Database]:
    """A file; how PostgreSQL goes about a query depends on how much it holds."""
    with Database.open(str(shutil.copy(template, tmp_path / "alpha.db"))) as opened:
        yield opened


@pytest.fixture
def asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """Statements that were sent to the database, with their values."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, values))

    sa.event.listen(database._engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(database._engine, "before_cursor_execute", note)


def plan(database: Database, asked: list[tuple[str, Any]]) -> list[str]:
    """How the statements are gone about, step by step."""
    wanted = [(statement, values) for statement, values in asked if statement.lstrip().startswith("SELECT")]
    with database._engine.connect() as connection:
        return [
            row[3]
            for statement, values in wanted
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
        ]


@pytest.mark.parametrize("sort", SORTED_BY)
def test_a_page_of_any_order_is_found_in_one_index(database: Database, asked: list[tuple[str, Any]], sort: str) -> None:
    query = AlphaQuery(
        sort=sort, min_sharpe=1.0, strategy_types=("sma_cross",), text="btc", max_drawdown=0.2, offset=50_000
    )
    AlphaSearch(database).listed(query)
    scans = [step for step in plan(database, asked) if step.startswith("SCAN discovered_alphas")]
    assert len(scans) == 2  # the page, and how many there are
    assert all(step == f"SCAN discovered_alphas USING COVERING INDEX {INDEX}" for step in scans), scans
