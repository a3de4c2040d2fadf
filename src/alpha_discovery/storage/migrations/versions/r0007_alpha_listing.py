"""One index of all that alphas are filtered, ordered and counted by."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

LISTING = [
    "validation_score", "sharpe_ratio", "id", "total_return", "max_drawdown", "win_rate", "profit_factor",
    "in_sample_sharpe", "out_sample_sharpe", "discovered_at", "state", "deployment_status", "deployment_count",
    "timeframe", "strategy_type", "strategy_name", "discovery_run_id",
]  # fmt: skip


def upgrade() -> None:
    """Create it; a hundred thousand alphas take a second or two."""
    op.create_index("idx_alpha_listing", "discovered_alphas", LISTING)
