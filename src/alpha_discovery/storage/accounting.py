"""Rules of the trial ledger that every implementation keeps."""

from __future__ import annotations

import math
from collections.abc import Sequence

from alpha_discovery.discovery.records import ImpossibleMove, JudgingRound, LedgerEntry
from alpha_discovery.errors import NotFound, OutOfRange, StorageFailed, UserError
from alpha_discovery.validation.combine import alpha_spending


def check_counts(entry: LedgerEntry) -> None:
    """Refuse (`OutOfRange`) what would lower a count: fewer than none tested, or more eligible than tested."""
    if entry.n_tested < 0:
        raise OutOfRange(name="n_tested", value=entry.n_tested, allowed="[0, inf)")
    if not 0 <= entry.n_eligible <= entry.n_tested:
        raise OutOfRange(name="n_eligible", value=entry.n_eligible, allowed=f"[0, {entry.n_tested}] (n_tested)")


def runs_of_round(run_ids: Sequence[str]) -> tuple[str, ...]:
    """The runs of a round, each once and in order, so that a set of runs has one name; raises `UserError` for none."""
    if not run_ids:
        raise UserError("a judging round needs at least one run")
    return tuple(sorted(set(run_ids)))


def check_charge_stands(*, in_transaction: bool) -> None:
    """Refuse (`StorageFailed`) a round whose charge could be undone after somebody has looked at the vault."""
    if in_transaction:
        raise StorageFailed("a judging round is charged for good before its vault opens; open it outside a transaction")


def charged(rounds: int, level: float) -> float:
    """What so many rounds take of a level together."""
    return math.fsum(alpha_spending(number, level) for number in range(1, rounds + 1))


def not_entered(epoch: str) -> NotFound:
    """An epoch of which the ledger does not know what it covers."""
    return NotFound(f"data epoch {epoch} is not in the ledger; say what it covers first, with enter")


def another_outcome(round_: JudgingRound) -> ImpossibleMove:
    """A round that is decided was to be decided otherwise."""
    return ImpossibleMove(what=_name(round_.epoch, round_.number), old="decided", new="decided otherwise")


def no_round(epoch: str, number: int) -> NotFound:
    """A round that the ledger never opened."""
    return NotFound(f"{_name(epoch, number)} was never opened; ask the ledger for it first")


def _name(epoch: str, number: int) -> str:
    return f"judging round {number} of data epoch {epoch}"
