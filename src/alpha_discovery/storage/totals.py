"""Sums over the whole database, for those who watch it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alpha_discovery.core.clock import Clock
from alpha_discovery.discovery.records import RunState
from alpha_discovery.storage.bot_models import BotStateRow
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
    memory: dict[str, float]
    cpu: dict[str, float]
    gpu_memory: dict[str, float]
    bot_profit: dict[str, float]
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
        held = select(
            QueueRow.worker, func.max(QueueRow.heartbeat), func.max(QueueRow.memory_gb),
            func.sum(QueueRow.cpu_percent), func.max(QueueRow.gpu_memory_gb),
        ).where(QueueRow.worker.is_not(None))  # fmt: skip
        at_work = session.execute(held.group_by(QueueRow.worker)).all()
        return Totals(
            tested=int(tested or 0), eligible=int(eligible or 0), batches=batches,  # PostgreSQL sums to decimals
            profitable=int(session.scalar(select(func.sum(RunRow.profitable_found))) or 0),
            alphas=alphas, best_sharpe=best, runs={row[0]: row[1] for row in session.execute(by_state)},
            durations=tuple(3600.0 * one for one in hours if one is not None),
            rounds=session.scalar(select(func.count()).select_from(RoundRow)) or 0,
            cache_entries=entries, cache_hits=int(hits or 0), bots={row[0]: row[1] for row in session.execute(by_bot)},
            lately_tested=int(lately[0] or 0), lately_batches=lately[1],
            heartbeats={str(row[0]): row[1] for row in at_work if row[1]},
            memory={str(row[0]): 2.0**30 * row[2] for row in at_work if row[2] is not None},
            cpu={str(row[0]): row[3] for row in at_work if row[3] is not None},
            gpu_memory={str(row[0]): 2.0**30 * row[4] for row in at_work if row[4] is not None},
            bot_profit={name: equity - float(capital) for name, equity, capital in _equities(session)},
            now=now,
        )  # fmt: skip


def _equities(session: Session) -> list[tuple[str, float, str]]:
    """Name, equity at the last mark, and capital of each bot that has begun."""
    query = select(BotRow.name, BotStateRow.state, BotRow.allocated_capital)
    query = query.join(BotStateRow, BotStateRow.bot_id == BotRow.id)
    found = [(name, state.get("book", {}).get("equity"), capital) for name, state, capital in session.execute(query)]
    return [(name, float(equity), str(capital)) for name, equity, capital in found if equity is not None]
