"""Discovery runs in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from alpha_discovery.discovery.records import MOVES, RunRecord, RunState, check_move
from alpha_discovery.errors import NotFound, UnknownName, UserError
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert
from alpha_discovery.storage.lookup import find_row
from alpha_discovery.storage.models import AlphaRow, RunRow
from alpha_discovery.storage.plain import check_limit, checked


class RunsInSql:
    """The port `Runs` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: RunRecord) -> None:
        """Store a new run; raises `UserError` if its id is taken."""
        values = _values(run)
        with self._database.transaction() as session:
            add = insert(session, RunRow).values(values).on_conflict_do_nothing().returning(RunRow.id)
            if session.scalar(add) is None:
                raise UserError(f"a run with the id {run.id} is stored already; give the new one another id")

    def update(self, run: RunRecord) -> None:
        """Replace the run of this id; raises `NotFound`, or `ImpossibleMove` if its state cannot change so."""
        values = _values(run)
        with self._database.transaction() as session:
            row = _locked(session, run.id)
            check_move(RunState(row.state), run.state, moves=MOVES, what=f"run {run.id}")
            for name, value in values.items():
                setattr(row, name, value)
            session.flush()

    def get(self, run_id: str) -> RunRecord:
        """The run whose id is or uniquely starts with ``run_id``; raises `NotFound`."""
        with self._database.reading() as session:
            return run_record_of(find_row(session, RunRow, run_id, kind="run"))

    def held(self, run_id: str) -> RunRecord:
        """The run of exactly this id, which nobody else changes before the transaction ends; raises `NotFound`."""
        with self._database.transaction() as session:
            return run_record_of(_locked(session, run_id))

    def list(self, *, limit: int = 50, state: str | None = None) -> Sequence[RunRecord]:
        """Newest first; raises `UnknownName` for a state that does not exist."""
        query = select(RunRow).order_by(RunRow.start_time.desc(), RunRow.id.desc()).limit(check_limit(limit))
        if state is not None:
            if state not in set(RunState):
                raise UnknownName(kind="run state", name=state, known=set(RunState))
            query = query.where(RunRow.state == state)
        with self._database.reading() as session:
            return [run_record_of(row) for row in session.scalars(query)]

    def delete_run(self, run_id: str) -> None:
        """Forget the run of exactly this id, and its alphas; what it tried stays in the ledger. Raises `NotFound`."""
        with self._database.transaction() as session:
            session.execute(delete(AlphaRow).where(AlphaRow.discovery_run_id == run_id))
            gone = session.scalar(delete(RunRow).where(RunRow.id == run_id).returning(RunRow.id))
            if gone is None:
                raise NotFound(f"no run is stored under {run_id!r}")


def _locked(session: Session, run_id: str) -> RunRow:
    row = session.get(RunRow, run_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(f"no run is stored under {run_id!r}")
    return row


def _values(run: RunRecord) -> dict[str, Any]:
    return vars(checked(run)) | {"runtime_hours": run.runtime_hours}


def run_record_of(row: RunRow) -> RunRecord:
    """The record that a row stands for."""
    values = {f.name: getattr(row, f.name) for f in fields(RunRecord)}
    values["state"] = RunState(row.state)
    values["strategy_types"] = tuple(row.strategy_types)
    values["funnel"] = tuple(tuple(stage) for stage in row.funnel)
    return RunRecord(**values)
