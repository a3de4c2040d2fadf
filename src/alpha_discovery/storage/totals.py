"""Sums over the whole database, for those who watch it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from alpha_discovery.core.clock import Clock
from alpha_discovery.discovery.records import RunState
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.models import AlphaRow, CacheRow, LedgerRow, RoundRow, RunRow
from alpha_discovery.storage.queue_models import BotRow, QueueRow

LATELY = timedelta(minutes=5)
MOST_RUNS = 10_000


@dataclass(frozen=True)
class Totals:
    """Counts of everything, and what happened in the last five minutes."""

    tested: int
    eligible: int
    batches: int
    profitable: int
    alphas: int
    best_sharpe: float | None
    runs: dict[str, int]
    durations: tuple[float, ...]
    rounds: int
    cache_entries: int
    cache_hits: int
    bots: dict[str, int]
    lately_tested: int
    lately_batches: int
    heartbeats: dict[str, datetime]
    now: datetime


def totals(database: Database, clock: Clock) -> Totals:
    """Count everything, in one view of the database."""
    now = clock.now()
    with database.reading() as session:
        tested, eligible, batches = session.execute(
            select(func.sum(LedgerRow.n_tested), func.sum(LedgerRow.n_eligible), func.count())
        ).one()
        lately = session.execute(
            select(func.sum(LedgerRow.n_tested), func.count()).where(LedgerRow.recorded_at > now - LATELY)
        ).one()
        alphas, best = session.execute(select(func.count(), func.max(AlphaRow.sharpe_ratio))).one()
        entries, hits = session.execute(select(func.count(), func.sum(CacheRow.hit_count))).one()
        hours = session.scalars(
            select(RunRow.runtime_hours).where(RunRow.state == RunState.COMPLETED).order_by(RunRow.start_time.desc())
            .limit(MOST_RUNS)
        )  # fmt: skip
        by_state = select(RunRow.state, func.count()).group_by(RunRow.state)
        by_bot = select(BotRow.state, func.count()).group_by(BotRow.state)
        held = select(QueueRow.worker, func.max(QueueRow.heartbeat)).where(QueueRow.worker.is_not(None))
        return Totals(
            tested=tested or 0, eligible=eligible or 0, batches=batches,
            profitable=session.scalar(select(func.sum(RunRow.profitable_found))) or 0,
            alphas=alphas, best_sharpe=best, runs={row[0]: row[1] for row in session.execute(by_state)},
            durations=tuple(3600.0 * one for one in hours if one is not None),
            rounds=session.scalar(select(func.count()).select_from(RoundRow)) or 0,
            cache_entries=entries, cache_hits=hits or 0, bots={row[0]: row[1] for row in session.execute(by_bot)},
            lately_tested=lately[0] or 0, lately_batches=lately[1],
            heartbeats={str(w): at for w, at in session.execute(held.group_by(QueueRow.worker)) if at},
            now=now,
        )  # fmt: skip
