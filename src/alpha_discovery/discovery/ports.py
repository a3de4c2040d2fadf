"""What the use cases need from the outside; adapters implement it, `bootstrap` wires it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from alpha_discovery.core.bars import Bars
from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.records import (
    AlphaRecord,
    AlphaState,
    Decided,
    DeploymentStatus,
    EpochAccount,
    JudgingRound,
    LedgerEntry,
    RunRecord,
)

Ground = TypeVar("Ground")
Part = TypeVar("Part")
Result = TypeVar("Result")


class Executor(Protocol):
    """Other processes or machines that compute parts of a search. No number depends on how many there are."""

    @property
    def width(self) -> int:
        """How many parts are computed at once; raises `MissingExtra` or `WorkersLost` where none can be."""

    @property
    def device(self) -> str:
        """What simulates trades there: ``cpu`` or ``cuda``."""

    def run(
        self,
        work: Callable[[Ground, Part], Result],
        ground: Ground,
        parts: Sequence[Part],
        *,
        attend: Callable[[], None] = lambda: None,
    ) -> Iterator[Result]:
        """``work(ground, part)`` of each part, in the order of the parts.

        The ground is handed to each process or machine once. A part whose worker is lost is computed again.

        Parameters
        ----------
        work : callable
            A function of a module, so that it has the same name everywhere.
        attend : callable
            Called several times a second while results are waited for; may raise to end the work.

        Raises
        ------
        WorkersLost
            If the same part has cost several workers their lives, or there are none left.
        """


class MarketData(Protocol):
    """Where bars come from."""

    def load(self, symbol: str, timeframe: str, venue: str | None = None) -> Bars:
        """The stored bars; raises `NotFound` with what to do, `BadMarketData` if they are damaged."""


class Runs(Protocol):
    """Stored discovery runs."""

    def add(self, run: RunRecord) -> None:
        """Store a new run; its id must be new."""

    def update(self, run: RunRecord) -> None:
        """Replace the run of this id; raises `NotFound`, or `ImpossibleMove` if its state cannot change so."""

    def get(self, run_id: str) -> RunRecord:
        """The run whose id is or uniquely starts with ``run_id``; raises `NotFound`."""

    def held(self, run_id: str) -> RunRecord:
        """The run of exactly this id; nobody else changes it before the transaction that this is a part of ends.

        Raises `NotFound`.
        """

    def list(self, *, limit: int = 50, state: str | None = None) -> Sequence[RunRecord]:
        """Newest first; raises `UnknownName` for a state that does not exist."""

    def delete_run(self, run_id: str) -> None:
        """Forget the run of exactly this id, and its alphas; what it tried stays in the ledger. Raises `NotFound`."""


class Alphas(Protocol):
    """Stored alphas."""

    def add(self, alpha: AlphaRecord) -> None:
        """Store an alpha; one that is already stored (same id) stays as it is. Raises `NotFound` without its run."""

    def get(self, alpha_id: str) -> AlphaRecord:
        """The alpha whose id is or uniquely starts with ``alpha_id``; raises `NotFound`."""

    def top(
        self, *, limit: int = 10, min_sharpe: float | None = None, strategy_type: str | None = None
    ) -> Sequence[AlphaRecord]:
        """Best first: by validation score, then Sharpe ratio."""

    def of_run(self, run_id: str) -> Sequence[AlphaRecord]:
        """The alphas that one run found."""

    def deployable(self, *, min_validation_score: float = 0.7, max_deployment_count: int = 5) -> Sequence[AlphaRecord]:
        """Pending or approved, scored high enough, deployed fewer times; best first."""

    def set_deployment(self, alpha_id: str, status: DeploymentStatus, *, deployed_once_more: bool = False) -> None:
        """Move the deployment status; raises `NotFound`, `ImpossibleMove`."""

    def set_state(self, alpha_id: str, state: AlphaState) -> None:
        """Say what has been shown of an alpha; raises `NotFound`, `ImpossibleMove`."""


class Ledger(Protocol):
    """The account of everything that was ever tried on a data epoch. Nothing lowers its counts.

    Epochs whose prices overlap share what they are charged for; what is not entered can be neither tried nor judged.
    """

    def enter(self, epoch: DataEpoch) -> None:
        """Say what an epoch covers, before anything is tried on it; saying it again changes nothing."""

    def record(self, entry: LedgerEntry) -> None:
        """Count a batch; the same (run, strategy, batch) counted again changes nothing. `NotFound` if its epoch was
        not entered."""

    def open_round(self, epoch: str, run_ids: Sequence[str], *, level: float) -> JudgingRound:
        """Open the next judging round and charge for it, at ``level * 6 / (pi^2 r^2)``; once per set of runs:
        asking again for the same runs gives the round they already have. r counts every round whose vault shares
        prices with this one. The charge stands before the vault is opened, so this is refused (`StorageFailed`)
        inside a transaction that could still be undone; `NotFound` if the epoch was not entered."""

    def granted(self, epoch: str, number: int) -> JudgingRound:
        """The round that was opened under this number; raises `NotFound`."""

    def close_round(self, round_: JudgingRound, outcome: dict[str, Any]) -> None:
        """Store what the round decided (plain JSON values). A round decides once: the same outcome again changes
        nothing, another one raises `ImpossibleMove`; `NotFound` if the round was never opened."""

    def outcome(self, round_: JudgingRound) -> dict[str, Any] | None:
        """What the round decided; None while it is open. Raises `NotFound`."""

    def rounds(self, epoch: DataEpoch) -> Sequence[Decided]:
        """Every round at a vault of prices of this epoch, whenever, with what it covers and decided."""

    def note_noise(self, epoch: str, *, n_effective: float, noise_reach: float) -> None:
        """Remember the effective number of trials and the best t that noise would reach, each the largest so far.
        `NotFound` if the epoch was not entered."""

    def account(self, epoch: str | DataEpoch, *, level: float = 0.05) -> EpochAccount:
        """The epoch's account: what was tried on its prices, in it or in another epoch, and the rounds that looked at
        prices of its vault; zero counts if nothing was. One that was not entered is given whole."""

    def tried(
        self, epoch: str, strategies: Sequence[str], *, besides: Sequence[str], in_vault: bool = False
    ) -> int:
        """How many candidates of these strategies were tried on prices of the epoch by other runs than ``besides``;
        with ``in_vault`` only those that were tried on prices of its vault."""

    def judged_until(self, epoch: DataEpoch) -> int | None:
        """End (ms) of the last vault that was opened and shares prices with this one's; None without one."""

    def epochs(self) -> Sequence[DataEpoch]:
        """Every epoch with an entry, the latest first."""


class Cache(Protocol):
    """Results that need not be computed twice."""

    def get_many(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Stored results by key; absent keys are absent."""

    def set_many(self, items: dict[str, dict[str, Any]], *, strategy_type: str) -> None:
        """Store results; a key that exists is replaced."""
