"""The trial ledger and the judging rounds in SQL. Nothing here lowers a count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from alpha_discovery.core.clock import Clock
from alpha_discovery.core.identity import content_hash
from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.records import Decided, EpochAccount, JudgingRound, LedgerEntry
from alpha_discovery.storage.accounting import (
    another_outcome,
    charged,
    check_charge_stands,
    check_counts,
    no_round,
    not_entered,
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

    def enter(self, epoch: DataEpoch) -> None:
        """Say what an epoch covers; saying it again changes nothing."""
        told = vars(checked(epoch))
        values = {"epoch": told.pop("id"), **told, "markets": list(epoch.markets)}
        with self._database.transaction() as session:
            session.execute(insert(session, EpochRow).values(values).on_conflict_do_nothing())

    def record(self, entry: LedgerEntry) -> None:
        """Count a batch; the same (run, strategy, batch) counted again changes nothing.

        Raises
        ------
        OutOfRange
            For negative counts, or more eligible candidates than tested ones.
        NotFound
            If the epoch was not entered.
        """
        check_counts(entry)
        values: dict[str, Any] = vars(checked(entry))
        with self._database.transaction() as session:
            _entered(session, entry.epoch)
            session.execute(insert(session, LedgerRow).values(values).on_conflict_do_nothing())

    def open_round(self, epoch: str, run_ids: Sequence[str], *, level: float) -> JudgingRound:
        """Open the next judging round and charge for it; once per set of runs.

        Raises
        ------
        UserError
            Without a run.
        NotFound
            If the epoch was not entered.
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
                place = (session.scalar(select(func.max(RoundRow.place))) or 0) + 1
                number = len(_rounds_at(session, _entered(session, epoch))) + 1
                opened = JudgingRound(epoch, number, alpha_spending(number, level), runs, self._clock.now())
                if _add_round(session, opened, runs_hash=runs_hash, place=place):
                    return opened

    def granted(self, epoch: str, number: int) -> JudgingRound:
        """The round that was opened under this number; raises `NotFound`."""
        with self._database.reading() as session:
            row = session.get(RoundRow, (epoch, number))
            if row is None:
                raise no_round(epoch, number)
            return _round(row)

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

    def rounds(self, epoch: DataEpoch) -> Sequence[Decided]:
        """Every round at a vault of prices of this epoch, whenever, with what it covers and decided."""
        with self._database.reading() as session:
            near = {one.id: one for one in map(_covered, session.scalars(select(EpochRow))) if one.shares_prices(epoch)}
            rows = session.scalars(select(RoundRow).where(RoundRow.epoch.in_(near)).order_by(RoundRow.place))
            return [Decided(near[row.epoch], _round(row), row.outcome) for row in rows]

    def note_noise(self, epoch: str, *, n_effective: float, noise_reach: float) -> None:
        """Remember the effective number of trials and the best t that noise would reach, each the largest so far."""
        values = {
            "n_effective": plain_float("n_effective", n_effective),
            "noise_reach": plain_float("noise_reach", noise_reach),
        }
        with self._database.transaction() as session:
            _entered(session, epoch)
            largest = {
                name: case((or_(stored.is_(None), stored < values[name]), values[name]), else_=stored)
                for name, stored in (("n_effective", EpochRow.n_effective), ("noise_reach", EpochRow.noise_reach))
            }
            session.execute(update(EpochRow).where(EpochRow.epoch == epoch).values(largest))

    def account(self, epoch: str | DataEpoch, *, level: float = 0.05) -> EpochAccount:
        """The epoch's account; zero counts if nothing was tried. One that was not entered is given whole."""
        with self._database.reading() as session:
            own = epoch if isinstance(epoch, DataEpoch) else _epoch(session, epoch)
            if own is None:
                return EpochAccount(str(epoch), 0, 0, 0, 0, level, 0.0)
            near = _related(session, own.learned_from)
            sums = select(
                func.coalesce(func.sum(LedgerRow.n_tested), 0),
                func.coalesce(func.sum(LedgerRow.n_eligible), 0),
                func.count(LedgerRow.run_id.distinct()),
            ).where(LedgerRow.epoch.in_(near))
            n_tested, n_eligible, n_runs = map(int, session.execute(sums).one())  # PostgreSQL sums to Decimal
            rounds = len(_rounds_at(session, own))
            noise = session.execute(
                select(func.max(EpochRow.n_effective), func.max(EpochRow.noise_reach)).where(EpochRow.epoch.in_(near))
            ).one()
        return EpochAccount(own.id, n_tested, n_eligible, n_runs, rounds, level, charged(rounds, level), *noise)

    def tried(self, epoch: str, strategies: Sequence[str], *, besides: Sequence[str], in_vault: bool = False) -> int:
        """Candidates of these strategies that other runs tried on prices of the epoch, or only of its vault."""
        with self._database.reading() as session:
            own = _epoch(session, epoch)
            if own is None:
                return 0
            near = _related(session, own.spoiled_by if in_vault else own.learned_from)
            sums = select(func.coalesce(func.sum(LedgerRow.n_tested), 0)).where(
                LedgerRow.epoch.in_(near), LedgerRow.strategy.in_(strategies), LedgerRow.run_id.not_in(besides)
            )
            return int(session.scalar(sums) or 0)

    def judged_until(self, epoch: DataEpoch) -> int | None:
        """End (ms) of the last vault that was opened and shares prices with this one's; None without one."""
        with self._database.reading() as session:
            rounds = _rounds_at(session, epoch)
            return session.scalar(select(func.max(EpochRow.end)).where(EpochRow.epoch.in_(rounds)))

    def epochs(self) -> Sequence[DataEpoch]:
        """Every epoch with an entry, the latest first."""
        latest = func.max(LedgerRow.recorded_at).desc(), func.max(LedgerRow.id).desc()
        with self._database.reading() as session:
            ids = session.scalars(select(LedgerRow.epoch).group_by(LedgerRow.epoch).order_by(*latest)).all()
            known = {row.epoch: _covered(row) for row in session.scalars(select(EpochRow))}
        return [known[id_] for id_ in ids]


def _epoch(session: Session, epoch: str) -> DataEpoch | None:
    row = session.get(EpochRow, epoch, populate_existing=True)
    return None if row is None else _covered(row)


def _entered(session: Session, epoch: str) -> DataEpoch:
    found = _epoch(session, epoch)
    if found is None:
        raise not_entered(epoch)
    return found


def _related(session: Session, meets: Callable[[DataEpoch], bool]) -> list[str]:
    """Ids of the epochs that stand so to one of them, that one included if it does."""
    return [one.id for one in map(_covered, session.scalars(select(EpochRow))) if meets(one)]


def _rounds_at(session: Session, epoch: DataEpoch) -> list[str]:
    """The epoch of every round that was opened at prices of this vault; an epoch stands once for each of its rounds."""
    near: Iterable[str] = {epoch.id, *_related(session, epoch.shares_vault)}
    return list(session.scalars(select(RoundRow.epoch).where(RoundRow.epoch.in_(near))))


def _covered(row: EpochRow) -> DataEpoch:
    times = row.start, row.search_end, row.vault_start, row.end
    return DataEpoch(row.epoch, tuple(row.markets), row.timeframe, *times)


def _add_round(session: Session, round_: JudgingRound, *, runs_hash: str, place: int) -> bool:
    """Whether number and place were still free."""
    values: dict[str, Any] = vars(checked(round_)) | {"runs_hash": runs_hash, "place": place}
    add = insert(session, RoundRow).values(values).on_conflict_do_nothing().returning(RoundRow.number)
    return session.scalar(add) is not None


def _find_round(session: Session, round_: JudgingRound, *, lock: bool = False) -> RoundRow:
    row = session.get(RoundRow, (round_.epoch, round_.number), with_for_update=lock, populate_existing=True)
    if row is None:
        raise no_round(round_.epoch, round_.number)
    return row


def _round(row: RoundRow) -> JudgingRound:
    return JudgingRound(row.epoch, row.number, row.level, tuple(row.run_ids), row.opened_at)
