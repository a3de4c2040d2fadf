"""Runs, alphas and the cache."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the three tables."""
    _runs()
    _alphas()
    _cache()


def _runs() -> None:
    op.create_table(
        "discovery_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("campaign", sa.JSON(), nullable=False),
        sa.Column("campaign_hash", sa.String(), nullable=False),
        sa.Column("data_hash", sa.String(), nullable=False),
        sa.Column("epoch", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("start_time", MOMENT, nullable=False),
        sa.Column("end_time", MOMENT),
        sa.Column("runtime_hours", sa.Double()),
        sa.Column("strategy_types", sa.JSON(), nullable=False),
        sa.Column("optimization_method", sa.String(), nullable=False),
        sa.Column("max_iterations", sa.BigInteger(), nullable=False),
        sa.Column("parallel_workers", sa.BigInteger(), nullable=False),
        sa.Column("strategies_tested", sa.BigInteger(), nullable=False),
        sa.Column("profitable_found", sa.BigInteger(), nullable=False),
        sa.Column("best_sharpe", sa.Double()),
        sa.Column("best_return", sa.Double()),
        sa.Column("cpu_hours", sa.Double()),
        sa.Column("gpu_hours", sa.Double()),
        sa.Column("memory_peak_gb", sa.Double()),
        sa.Column("error_message", sa.Text()),
        sa.Column("funnel", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_discovery_runs"),
    )
    for name in ("epoch", "status", "start_time"):
        op.create_index(f"ix_discovery_runs_{name}", "discovery_runs", [name])


def _alphas() -> None:
    op.create_table(
        "discovered_alphas",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("discovery_run_id", sa.String(), nullable=False),
        sa.Column("strategy_type", sa.String(), nullable=False),
        sa.Column("strategy_name", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("costs", sa.JSON(), nullable=False),
        sa.Column("market", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("engine_version", sa.String(), nullable=False),
        sa.Column("sharpe_ratio", sa.Double(), nullable=False),
        sa.Column("total_return", sa.Double(), nullable=False),
        sa.Column("max_drawdown", sa.Double(), nullable=False),
        sa.Column("win_rate", sa.Double(), nullable=False),
        sa.Column("profit_factor", sa.Double(), nullable=False),
        sa.Column("in_sample_sharpe", sa.Double()),
        sa.Column("out_sample_sharpe", sa.Double()),
        sa.Column("validation_score", sa.Double()),
        sa.Column("market_regime", sa.String()),
        sa.Column("tested_symbols", sa.JSON(), nullable=False),
        sa.Column("timeframe", sa.String(), nullable=False),
        sa.Column("discovered_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("last_validated", MOMENT),
        sa.Column("deployment_status", sa.String(), nullable=False),
        sa.Column("deployment_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_discovered_alphas"),
        sa.ForeignKeyConstraint(
            ["discovery_run_id"], ["discovery_runs.id"],
            name="fk_discovered_alphas_discovery_run_id", ondelete="CASCADE",
        ),
    )  # fmt: skip
    for name in ("strategy_type", "sharpe_ratio", "total_return", "validation_score"):
        op.create_index(f"ix_discovered_alphas_{name}", "discovered_alphas", [name])
    op.create_index("idx_alpha_performance", "discovered_alphas", ["sharpe_ratio", "total_return"])
    op.create_index("idx_alpha_discovery", "discovered_alphas", ["discovery_run_id", "discovered_at"])


def _cache() -> None:
    op.create_table(
        "optimization_cache",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("strategy_type", sa.String(), nullable=False),
        sa.Column("parameters_hash", sa.String(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("backtest_results", sa.JSON(), nullable=False),
        sa.Column("performance_metrics", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used", sa.BigInteger(), nullable=False),
        sa.Column("hit_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_optimization_cache"),
        sa.UniqueConstraint("parameters_hash", name="uq_optimization_cache_parameters_hash"),
    )
    op.create_index("ix_optimization_cache_last_used", "optimization_cache", ["last_used"])
    op.create_index("idx_cache_lookup", "optimization_cache", ["strategy_type", "parameters_hash"])
