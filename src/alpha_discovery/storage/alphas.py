"""Accepted alphas in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Select, select

from alpha_discovery.discovery.records import (
    ALPHA_MOVES,
    DEPLOYMENT_MOVES,
    AlphaRecord,
    AlphaState,
    DeploymentStatus,
    check_move,
)
from alpha_discovery.errors import NotFound
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert
from alpha_discovery.storage.lineage import enter_lineage
from alpha_discovery.storage.lookup import find_row
from alpha_discovery.storage.models import AlphaRow, RunRow
from alpha_discovery.storage.plain import check_limit, checked

DEPLOYABLE = (DeploymentStatus.PENDING, DeploymentStatus.APPROVED)


class AlphasInSql:
    """The port `Alphas` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, alpha: AlphaRecord) -> None:
        """Store an alpha; one that is already stored (same id) stays as it is. Raises `NotFound` without its run."""
        values: dict[str, Any] = vars(checked(alpha))
        with self._database.transaction() as session:
            if session.scalar(select(RunRow.id).where(RunRow.id == alpha.discovery_run_id)) is None:
                raise NotFound(f"no run is stored under {alpha.discovery_run_id!r}; store the run before its alphas")
            session.execute(insert(session, AlphaRow).values(values).on_conflict_do_nothing())
            enter_lineage(session, alpha)

    def get(self, alpha_id: str) -> AlphaRecord:
        """The alpha whose id is or uniquely starts with ``alpha_id``; raises `NotFound`."""
        with self._database.reading() as session:
            return alpha_record_of(find_row(session, AlphaRow, alpha_id, kind="alpha"))

    def top(
        self, *, limit: int = 10, min_sharpe: float | None = None, strategy_type: str | None = None
    ) -> Sequence[AlphaRecord]:
        """Best first: by validation score (none comes last), then Sharpe ratio."""
        query = _best_first().limit(check_limit(limit))
        if min_sharpe is not None:
            query = query.where(AlphaRow.sharpe_ratio >= min_sharpe)
        if strategy_type is not None:
            query = query.where(AlphaRow.strategy_type == strategy_type)
        return self._all(query)

    def of_run(self, run_id: str) -> Sequence[AlphaRecord]:
        """The alphas that the run of exactly this id found, best first."""
        return self._all(_best_first().where(AlphaRow.discovery_run_id == run_id))

    def deployable(self, *, min_validation_score: float = 0.7, max_deployment_count: int = 5) -> Sequence[AlphaRecord]:
        """Pending or approved, scored high enough, deployed fewer times; best first."""
        return self._all(
            _best_first().where(
                AlphaRow.deployment_status.in_(DEPLOYABLE),
                AlphaRow.validation_score >= min_validation_score,
                AlphaRow.deployment_count < max_deployment_count,
            )
        )

    def set_deployment(self, alpha_id: str, status: DeploymentStatus, *, deployed_once_more: bool = False) -> None:
        """Move the deployment status; raises `NotFound`, `ImpossibleMove`."""
        with self._database.transaction() as session:
            found = find_row(session, AlphaRow, alpha_id, kind="alpha")
            row = session.get_one(AlphaRow, found.id, with_for_update=True, populate_existing=True)
            old = DeploymentStatus(row.deployment_status)
            check_move(old, status, moves=DEPLOYMENT_MOVES, what=f"alpha {row.id}")
            row.deployment_status = status
            row.deployment_count += deployed_once_more
            session.flush()

    def set_state(self, alpha_id: str, state: AlphaState) -> None:
        """Say what has been shown of an alpha; raises `NotFound`, `ImpossibleMove`."""
        with self._database.transaction() as session:
            found = find_row(session, AlphaRow, alpha_id, kind="alpha")
            row = session.get_one(AlphaRow, found.id, with_for_update=True, populate_existing=True)
            check_move(AlphaState(row.state), state, moves=ALPHA_MOVES, what=f"alpha {row.id}")
            row.state = state
            session.flush()

    def _all(self, query: Select[AlphaRow]) -> Sequence[AlphaRecord]:
        with self._database.reading() as session:
            return [alpha_record_of(row) for row in session.scalars(query)]


def _best_first() -> Select[AlphaRow]:
    score, sharpe = AlphaRow.validation_score, AlphaRow.sharpe_ratio
    return select(AlphaRow).order_by(score.desc().nulls_last(), sharpe.desc(), AlphaRow.id)


def alpha_record_of(row: AlphaRow) -> AlphaRecord:
    """The record that a row stands for."""
    values = {f.name: getattr(row, f.name) for f in fields(AlphaRecord)}
    values["state"] = AlphaState(row.state)
    values["deployment_status"] = DeploymentStatus(row.deployment_status)
    values["tested_symbols"] = tuple(row.tested_symbols)
    return AlphaRecord(**values)
