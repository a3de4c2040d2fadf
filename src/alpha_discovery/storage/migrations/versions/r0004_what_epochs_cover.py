"""What each data epoch covers, so that those whose prices overlap share one account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TIMES = ("start", "search_end", "vault_start", "end")
_WIDEST = {"start": min, "search_end": max, "vault_start": min, "end": max}  # of several runs: what any of them saw


def upgrade() -> None:
    """Add what epochs cover, as far as their runs tell it, and the place of a round among all."""
    with op.batch_alter_table("data_epochs") as change:
        change.alter_column("n_effective", existing_type=sa.Double(), nullable=True)
        change.alter_column("noise_reach", existing_type=sa.Double(), nullable=True)
        change.add_column(sa.Column("markets", sa.JSON(), nullable=False, server_default="[]"))
        change.add_column(sa.Column("timeframe", sa.String(), nullable=False, server_default=""))
        for name in TIMES:
            change.add_column(sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    _tell_what_runs_know()
    with op.batch_alter_table("data_epochs") as change:
        for name in ("markets", "timeframe", *TIMES):
            change.alter_column(name, server_default=None)
    with op.batch_alter_table("judging_rounds") as change:
        change.add_column(sa.Column("place", sa.BigInteger(), nullable=True))
    _number_rounds()
    with op.batch_alter_table("judging_rounds") as change:
        change.alter_column("place", existing_type=sa.BigInteger(), nullable=False)
        change.create_unique_constraint("uq_judging_rounds_place", ["place"])


def _tell_what_runs_know() -> None:
    runs = sa.table("discovery_runs", *map(sa.column, ("epoch", "campaign", "report")))
    entries, rounds = (sa.table(name, sa.column("epoch")) for name in ("trial_ledger", "judging_rounds"))
    epochs = sa.table("data_epochs", *map(sa.column, ("epoch", "markets", "timeframe", *TIMES)))
    connection = op.get_bind()
    covered: dict[str, dict[str, Any]] = {}
    for epoch, campaign, report in connection.execute(sa.select(runs.c.epoch, runs.c.campaign, runs.c.report)).all():
        told = _cover(_read(campaign), _read(report))
        if told is not None:
            known = covered.setdefault(epoch, told)
            known.update({name: pick(known[name], told[name]) for name, pick in _WIDEST.items()})
    held = set(connection.scalars(sa.select(epochs.c.epoch)))
    named = {epoch for rows in (entries, rounds) for epoch in connection.scalars(sa.select(rows.c.epoch).distinct())}
    for epoch in sorted(named - held):
        connection.execute(epochs.insert().values(epoch=epoch))
    for epoch, told in covered.items():
        values = {**told, "markets": sa.cast(sa.literal(json.dumps(told["markets"])), sa.JSON())}
        if connection.dialect.name == "sqlite":
            values["markets"] = json.dumps(told["markets"])
        connection.execute(epochs.update().where(epochs.c.epoch == epoch).values(values))


def _cover(campaign: Any, report: Any) -> dict[str, Any] | None:
    split = report.get("split") if isinstance(report, Mapping) else None
    if not isinstance(split, Mapping) or set(TIMES) - set(split) or not isinstance(campaign, Mapping):
        return None
    times = {name: int(datetime.fromisoformat(split[name]).timestamp() * 1000) for name in TIMES}
    return {"markets": sorted(report.get("markets", ())), "timeframe": campaign.get("timeframe", ""), **times}


def _number_rounds() -> None:
    rounds = sa.table("judging_rounds", *map(sa.column, ("epoch", "number", "opened_at", "place")))
    connection = op.get_bind()
    order = sa.select(rounds.c.epoch, rounds.c.number).order_by(rounds.c.opened_at, rounds.c.epoch, rounds.c.number)
    for place, (epoch, number) in enumerate(connection.execute(order).all(), start=1):
        one = (rounds.c.epoch == epoch) & (rounds.c.number == number)
        connection.execute(rounds.update().where(one).values(place=place))


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
