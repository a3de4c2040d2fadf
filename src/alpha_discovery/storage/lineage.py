"""Which alpha came out of which, in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alpha_discovery.discovery.records import AlphaRecord
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert
from alpha_discovery.storage.queue_models import LineageRow

MOST = 100  # relatives of one alpha that are told


@dataclass(frozen=True)
class Kin:
    """A relative. ``steps`` is below zero for those it came from, above zero for those that came from it."""

    alpha_id: str
    steps: int
    how: str
    at: datetime


def enter_lineage(session: Session, alpha: AlphaRecord) -> None:
    """Note the parent that an alpha's evidence names; nothing for one that was found by a search."""
    told = alpha.evidence.get("lineage")
    parent = told.get("parent") if isinstance(told, dict) else None
    if isinstance(parent, str):
        row = {"child_id": alpha.id, "parent_id": parent, "how": "improve", "at": alpha.discovered_at}
        session.execute(insert(session, LineageRow).values(row).on_conflict_do_nothing())


class LineageInSql:
    """Relatives over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, alpha_id: str) -> list[Kin]:
        """Everything an alpha came from and that came from it, the oldest first; empty without relatives."""
        with self._database.reading() as session:
            found = [*_walk(session, alpha_id, -1), *_walk(session, alpha_id, 1)]
        return sorted(found, key=lambda kin: (kin.steps, kin.at, kin.alpha_id))


def _walk(session: Session, alpha_id: str, step: int) -> list[Kin]:
    ends = LineageRow.parent_id, LineageRow.child_id
    here, there = ends if step > 0 else ends[::-1]
    found: list[Kin] = []
    edge, seen = [alpha_id], {alpha_id}
    while edge and len(found) < MOST:
        rows = session.execute(select(there, LineageRow.how, LineageRow.at).where(here.in_(edge))).all()
        depth = step * (1 + (abs(found[-1].steps) if found else 0))
        fresh = [Kin(id_, depth, how, at) for id_, how, at in rows if id_ not in seen]
        found, edge = [*found, *fresh], [kin.alpha_id for kin in fresh]
        seen.update(edge)
    return found[:MOST]
