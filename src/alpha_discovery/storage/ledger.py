"""The trial ledger and the judging rounds in SQL. Nothing here lowers a count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from alpha_discovery.core.clock import Clock
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.records import EpochAccount, JudgingRound, LedgerEntry
from alpha_discovery.storage.accounting import (
    another_outcome,
    check_charge_stands,
    check_counts,
    no_round,
    runs_of_round,
)
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.engine import insert
from alpha_discovery.storage.models import EpochRow, LedgerRow, RoundRow
from alpha_discovery.storage.plain import checked, plain_float, plain_json
from alpha_discovery.validation.combine import alpha_spending


class LedgerInSql:
    """The port `Ledger` over a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def record(self, entry: LedgerEntry) -> None:
        """Count a batch; the same (run, strategy, batch) counted again changes nothing.

        Raises
        ------
        OutOfRange
            For negative counts, or more eligible candidates than tested ones.
        """
        check_counts(entry)
        values: dict[str, Any] = vars(checked(entry))
        with self._database.transaction() as session:
            session.execute(insert(session, LedgerRow).values(values).on_conflict_do_nothing())

    def open_round(self, epoch: str, run_ids: Sequence[str], *, level: float) -> JudgingRound:
        """Open the next judging round and charge for it; once per set of runs.

        Raises
        ------
        UserError
            Without a run.
        StorageFailed
            Inside a transaction: the charge must stand before the vault is opened.
        """
        runs = runs_of_round(run_ids)
        check_charge_stands(in_transaction=self._database.in_transaction)
        runs_hash = content_hash(list(runs))
        with self._database.transaction() as session:
            while True:  # somebody else may take the number first: then the next one
                known = select(RoundRow).where(RoundRow.epoch == epoch, RoundRow.runs_hash == runs_hash)
                if (row := session.scalar(known)) is not None:
                    return _round(row)
                last = session.scalar(select(func.max(RoundRow.number)).where(RoundRow.epoch == epoch))
                number = (last or 0) + 1
                opened = JudgingRound(epoch, number, alpha_spending(number, level), runs, self._clock.now())
                if _add_round(session, opened, runs_hash):
                    return opened

    def close_round(self, round_: JudgingRound, outcome: dict[str, Any]) -> None:
        """Store what the round decided; raises `NotFound`, and `ImpossibleMove` if it decided something else before."""
        decided = plain_json("outcome", outcome)
        with self._database.transaction() as session:
            row = _find_round(session, round_, lock=True)
            if row.outcome not in (None, decided):
                raise another_outcome(round_)
            row.outcome = decided
            session.flush()

    def outcome(self, round_: JudgingRound) -> dict[str, Any] | None:
        """What the round decided; None while it is open. Raises `NotFound`."""
        with self._database.reading() as session:
            return _find_round(session, round_).outcome

    def note_noise(self, epoch: str, *, n_effective: float, noise_reach: float) -> None:
        """Remember the effective number of trials and the best t that noise would reach, each the largest so far."""
        values = {
            "n_effective": plain_float("n_effective", n_effective),
            "noise_reach": plain_float("noise_reach", noise_reach),
        }
        with self._database.transaction() as session:
            add = insert(session, EpochRow).values(epoch=epoch, **values)
            largest = {
                name: case((add.excluded[name] > stored, add.excluded[name]), else_=stored)
                for name, stored in (("n_effective", EpochRow.n_effective), ("noise_reach", EpochRow.noise_reach))
            }
            session.execute(add.on_conflict_do_update(index_elements=["epoch"], set_=largest))

    def account(self, epoch: str, *, level: float = 0.05) -> EpochAccount:
        """The epoch's account; zero counts if nothing was tried."""
        sums = select(
            func.coalesce(func.sum(LedgerRow.n_tested), 0),
            func.coalesce(func.sum(LedgerRow.n_eligible), 0),
            func.count(LedgerRow.run_id.distinct()),
        ).where(LedgerRow.epoch == epoch)
        with self._database.reading() as session:
            n_tested, n_eligible, n_runs = map(int, session.execute(sums).one())  # PostgreSQL sums to Decimal
            levels = session.scalars(select(RoundRow.level).where(RoundRow.epoch == epoch)).all()
            noise = session.execute(
                select(EpochRow.n_effective, EpochRow.noise_reach).where(EpochRow.epoch == epoch)
            ).one_or_none()
        spent = math.fsum(levels)
        return EpochAccount(epoch, n_tested, n_eligible, n_runs, len(levels), level, spent, *(noise or (None, None)))

    def tried(self, epoch: str, strategies: Sequence[str], *, besides: Sequence[str]) -> int:
        """How many candidates of these strategies were tried on the epoch by other runs than ``besides``."""
        sums = select(func.coalesce(func.sum(LedgerRow.n_tested), 0)).where(
            LedgerRow.epoch == epoch, LedgerRow.strategy.in_(strategies), LedgerRow.run_id.not_in(besides)
        )
        with self._database.reading() as session:
            return int(session.scalar(sums) or 0)

    def epochs(self) -> Sequence[str]:
        """Every epoch with an entry, the latest first."""
        latest = func.max(LedgerRow.recorded_at).desc(), func.max(LedgerRow.id).desc()
        with self._database.reading() as session:
            return session.scalars(select(LedgerRow.epoch).group_by(LedgerRow.epoch).order_by(*latest)).all()


def _add_round(session: Session, round_: JudgingRound, runs_hash: str) -> bool:
    """Whether the number was still free."""
    values: dict[str, Any] = vars(checked(round_)) | {"runs_hash": runs_hash}
    add = insert(session, RoundRow).values(values).on_conflict_do_nothing().returning(RoundRow.number)
    return session.scalar(add) is not None


def _find_round(session: Session, round_: JudgingRound, *, lock: bool = False) -> RoundRow:
    row = session.get(RoundRow, (round_.epoch, round_.number), with_for_update=lock, populate_existing=True)
    if row is None:
        raise no_round(round_)
    return row


def _round(row: RoundRow) -> JudgingRound:
    return JudgingRound(row.epoch, row.number, row.level, tuple(row.run_ids), row.opened_at)
