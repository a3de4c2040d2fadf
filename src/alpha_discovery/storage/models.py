"""The tables, as SQLAlchemy sees them; a column that a record has bears the record's name.

Texts have no length: SQLite would ignore it, PostgreSQL would refuse the long name of somebody's strategy.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment: with time zone where the database has one, else as UTC; always given back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, without the zone for a database that would drop it."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The moment in UTC, whatever zone the server's session is set to."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """JSON that is written as the text of it, which its owner has made and checked; read as any other JSON."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """Nothing is left to do to a text."""


class Row(DeclarativeBase):
    """What every table has in common."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy's way of declaring it)
        str: String(),
        int: BigInteger(),
        float: Double(),
        datetime: UtcTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
    }


class RunRow(Row):
    """A discovery run."""

    __tablename__ = "discovery_runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    campaign: Mapped[dict[str, Any]]
    campaign_hash: Mapped[str]
    data_hash: Mapped[str]
    epoch: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column("status", index=True)
    start_time: Mapped[datetime] = mapped_column(index=True)
    end_time: Mapped[datetime | None]
    runtime_hours: Mapped[float | None]
    strategy_types: Mapped[list[Any]]
    optimization_method: Mapped[str]
    max_iterations: Mapped[int]
    parallel_workers: Mapped[int]
    strategies_tested: Mapped[int]
    profitable_found: Mapped[int]
    best_sharpe: Mapped[float | None]
    best_return: Mapped[float | None]
    cpu_hours: Mapped[float | None]
    gpu_hours: Mapped[float | None]
    memory_peak_gb: Mapped[float | None]
    error_message: Mapped[str | None] = mapped_column(Text)
    funnel: Mapped[list[Any]]
    report: Mapped[dict[str, Any]]


# All that alphas are filtered, ordered and counted by: a list is found in it, whatever the rest of an alpha weighs.
LISTING = (
    "validation_score", "sharpe_ratio", "id", "total_return", "max_drawdown", "win_rate", "profit_factor",
    "in_sample_sharpe", "out_sample_sharpe", "discovered_at", "state", "deployment_status", "deployment_count",
    "timeframe", "strategy_type", "strategy_name", "discovery_run_id",
)  # fmt: skip


class AlphaRow(Row):
    """An accepted alpha; it goes when its run is deleted."""

    __tablename__ = "discovered_alphas"

    id: Mapped[str] = mapped_column(primary_key=True)
    discovery_run_id: Mapped[str] = mapped_column(ForeignKey("discovery_runs.id", ondelete="CASCADE"))
    strategy_type: Mapped[str] = mapped_column(index=True)
    strategy_name: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    rules: Mapped[dict[str, Any]]
    costs: Mapped[dict[str, Any]]
    market: Mapped[dict[str, Any]]
    metrics: Mapped[dict[str, Any]]
    evidence: Mapped[dict[str, Any]]
    engine_version: Mapped[str]
    sharpe_ratio: Mapped[float] = mapped_column(index=True)
    total_return: Mapped[float] = mapped_column(index=True)
    max_drawdown: Mapped[float]
    win_rate: Mapped[float]
    profit_factor: Mapped[float]
    in_sample_sharpe: Mapped[float | None]
    out_sample_sharpe: Mapped[float | None]
    validation_score: Mapped[float | None] = mapped_column(index=True)
    market_regime: Mapped[str | None]
    tested_symbols: Mapped[list[Any]]
    timeframe: Mapped[str]
    discovered_at: Mapped[datetime]
    state: Mapped[str]
    last_validated: Mapped[datetime | None]
    deployment_status: Mapped[str]
    deployment_count: Mapped[int]

    __table_args__ = (
        Index("idx_alpha_performance", "sharpe_ratio", "total_return"),
        Index("idx_alpha_discovery", "discovery_run_id", "discovered_at"),
        Index("idx_alpha_listing", *LISTING),
    )


class CacheRow(Row):
    """A stored result: its key twice (``id``, ``parameters_hash``), its last use in microseconds since 1970 UTC."""

    __tablename__ = "optimization_cache"

    id: Mapped[str] = mapped_column(primary_key=True)
    strategy_type: Mapped[str]
    parameters_hash: Mapped[str] = mapped_column(unique=True)
    parameters: Mapped[dict[str, Any]] = mapped_column(JsonText())
    backtest_results: Mapped[dict[str, Any]] = mapped_column(JsonText())
    performance_metrics: Mapped[dict[str, Any]] = mapped_column(JsonText())
    created_at: Mapped[datetime]
    last_used: Mapped[int] = mapped_column(index=True)
    hit_count: Mapped[int]

    __table_args__ = (Index("idx_cache_lookup", "strategy_type", "parameters_hash"),)


class LedgerRow(Row):
    """A batch that was evaluated. It refers to no run, so that no deletion lowers a count."""

    __tablename__ = "trial_ledger"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    epoch: Mapped[str] = mapped_column(index=True)
    run_id: Mapped[str]
    strategy: Mapped[str]
    method: Mapped[str]
    batch: Mapped[int]
    n_tested: Mapped[int]
    n_eligible: Mapped[int]
    recorded_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("run_id", "strategy", "batch"),
        CheckConstraint("n_eligible >= 0 AND n_eligible <= n_tested", name="counts"),
    )


class RoundRow(Row):
    """A judging round: one charged look at the vault of an epoch."""

    __tablename__ = "judging_rounds"

    epoch: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int]  # among all rounds of all epochs: two that are opened at once cannot both count the same
    level: Mapped[float]
    run_ids: Mapped[list[Any]]
    runs_hash: Mapped[str]
    opened_at: Mapped[datetime]
    outcome: Mapped[dict[str, Any] | None]

    __table_args__ = (UniqueConstraint("epoch", "runs_hash"), UniqueConstraint("place"))


class EpochRow(Row):
    """What a data epoch covers (times in ms UTC), and what is known of the noise in it."""

    __tablename__ = "data_epochs"

    epoch: Mapped[str] = mapped_column(primary_key=True)
    n_effective: Mapped[float | None]
    noise_reach: Mapped[float | None]
    markets: Mapped[list[Any]]
    timeframe: Mapped[str]
    start: Mapped[int]
    search_end: Mapped[int]
    vault_start: Mapped[int]
    end: Mapped[int]
