"""Results that need not be computed twice, in SQL; the least recently used go first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from alpha_discovery.core.clock import Clock
from alpha_discovery.errors import OutOfRange
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert, to_json
from alpha_discovery.storage.models import CacheRow
from alpha_discovery.storage.plain import not_plain

MAX_ROWS = 200_000  # some 200 MB
_CHUNK = 1_000  # keys of one statement: an older SQLite takes no more
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TABLE = cast("Table", CacheRow.__table__)
_OWN_COLUMNS = ("parameters", "performance_metrics")


class CacheInSql:
    """The port `Cache` over a database: at most ``max_rows`` results, whoever stored them."""

    def __init__(self, database: Database, clock: Clock, *, max_rows: int = MAX_ROWS) -> None:
        if max_rows < 1:
            raise OutOfRange(name="max_rows", value=max_rows, allowed="[1, inf)")
        self._database = database
        self._clock = clock
        self._max_rows = max_rows

    def get_many(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Stored results by key, in the order of ``keys``; absent keys are absent."""
        found: dict[str, dict[str, Any]] = {}
        with self._database.transaction() as session:
            for chunk in _chunks(keys):
                query = select(
                    CacheRow.id, CacheRow.backtest_results, CacheRow.parameters, CacheRow.performance_metrics
                ).where(CacheRow.id.in_(chunk))
                found |= {key: _joined(*parts) for key, *parts in session.execute(query)}
            self._count_hits(session, list(found))
        return {key: found[key] for key in keys if key in found}

    def set_many(self, items: dict[str, dict[str, Any]], *, strategy_type: str) -> None:
        """Store results; a key that exists is replaced. Raises `UserError` for NaN and what else JSON cannot hold."""
        now = self._clock.now()
        fixed = {"strategy_type": strategy_type, "created_at": now, "last_used": _microseconds(now), "hit_count": 0}
        rows = [{"id": key, "parameters_hash": key, **_split(value), **fixed} for key, value in items.items()]
        if not rows:
            return
        with self._database.transaction() as session:
            add = insert(session, _TABLE)
            changed = ("strategy_type", "backtest_results", *_OWN_COLUMNS, "created_at", "last_used")
            replace = add.on_conflict_do_update(
                index_elements=["id"], set_={name: add.excluded[name] for name in changed}
            )
            session.connection().execute(replace, rows)
            self._evict(session)

    def hits(self, key: str) -> int:
        """How often a stored result was found; 0 for a key that is not stored."""
        with self._database.reading() as session:
            return session.scalar(select(CacheRow.hit_count).where(CacheRow.id == key)) or 0

    def _count_hits(self, session: Session, keys: list[str]) -> None:
        changed = {"hit_count": CacheRow.hit_count + 1, "last_used": _microseconds(self._clock.now())}
        for chunk in _chunks(keys):
            hit = update(CacheRow).where(CacheRow.id.in_(chunk)).values(changed)
            session.execute(hit, execution_options={"synchronize_session": False})

    def _evict(self, session: Session) -> None:
        excess = (session.scalar(select(func.count()).select_from(CacheRow)) or 0) - self._max_rows
        if excess > 0:
            oldest = select(CacheRow.id).order_by(CacheRow.last_used, CacheRow.id).limit(excess)
            gone = delete(CacheRow).where(CacheRow.id.in_(oldest))
            session.execute(gone, execution_options={"synchronize_session": False})


def _split(value: dict[str, Any]) -> dict[str, str]:
    """A result as JSON over the table's columns; parameters and metrics in their own, where a person can query them."""
    own = {name: value[name] for name in _OWN_COLUMNS if isinstance(value.get(name), dict) and value[name]}
    rest = {name: part for name, part in value.items() if name not in own}
    parts = {name: own.get(name, {}) for name in _OWN_COLUMNS} | {"backtest_results": rest}
    try:
        return {name: to_json(part) for name, part in parts.items()}
    except (TypeError, ValueError) as error:
        raise not_plain("a cached result", error) from None


def _joined(rest: dict[str, Any], *own: dict[str, Any]) -> dict[str, Any]:
    return rest | {name: values for name, values in zip(_OWN_COLUMNS, own, strict=True) if values}


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
