"""Rows by the start of their id."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alpha_discovery.storage.models import AlphaRow, RunRow
from alpha_discovery.storage.plain import the_only

Found = TypeVar("Found", RunRow, AlphaRow)


def find_row(session: Session, row: type[Found], prefix: str, *, kind: str) -> Found:
    """The row whose id is or uniquely starts with ``prefix``; raises `NotFound`, also for several."""
    exact = session.get(row, prefix)
    if exact is not None:
        return exact
    # not LIKE: SQLite's ignores case, and % or _ in an id would match anything
    ids = session.scalars(select(row.id).where(func.substr(row.id, 1, len(prefix)) == prefix))
    return session.get_one(row, the_only(prefix, ids, kind=kind))
