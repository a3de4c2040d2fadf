"""What a discovery leaves behind, as plain values: the language between use cases and adapters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.errors import AlphaDiscoveryError
from alpha_discovery.validation.combine import alpha_spending


class RunState(StrEnum):
    """Life of a run; `MOVES` says what may follow what."""

    QUEUED = "queued"  # waits for a worker, at the start or in the middle
    RUNNING = "running"
    STOPPING = "stopping"  # somebody asked; the worker has not put it down yet
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"  # ended by a person
    INTERRUPTED = "interrupted"  # put down half-way, by a person or because its process died


MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.QUEUED: frozenset({RunState.RUNNING, RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED}),
    RunState.RUNNING: frozenset(
        {
            RunState.STOPPING, RunState.QUEUED, RunState.COMPLETED, RunState.FAILED, RunState.STOPPED,
            RunState.INTERRUPTED,
        }
    ),
    RunState.STOPPING: frozenset(
        {RunState.STOPPED, RunState.INTERRUPTED, RunState.COMPLETED, RunState.FAILED}
    ),
    RunState.COMPLETED: frozenset(),
    # these three may go on from their last checkpoint
    RunState.FAILED: frozenset({RunState.QUEUED}),
    RunState.STOPPED: frozenset({RunState.QUEUED}),
    RunState.INTERRUPTED: frozenset({RunState.QUEUED, RunState.STOPPED}),
}  # fmt: skip
PUT_DOWN = (RunState.FAILED, RunState.STOPPED, RunState.INTERRUPTED)  # may go on
OVER = (RunState.COMPLETED, *PUT_DOWN)


class AlphaState(StrEnum):
    """What has been shown of an alpha."""

    CANDIDATE = "candidate"  # accepted within an open data epoch: provisional
    VALIDATED = "validated"
    PROVEN = "proven"
    DECAYED = "decayed"


ALPHA_MOVES: dict[AlphaState, frozenset[AlphaState]] = {
    AlphaState.CANDIDATE: frozenset({AlphaState.VALIDATED, AlphaState.PROVEN, AlphaState.DECAYED}),
    AlphaState.VALIDATED: frozenset({AlphaState.PROVEN, AlphaState.DECAYED}),
    AlphaState.PROVEN: frozenset({AlphaState.DECAYED}),
    AlphaState.DECAYED: frozenset(),
}


class DeploymentStatus(StrEnum):
    """Where an alpha stands on its way to a bot."""

    PENDING = "pending"
    APPROVED = "approved"
    DEPLOYED = "deployed"
    RETIRED = "retired"


DEPLOYMENT_MOVES: dict[DeploymentStatus, frozenset[DeploymentStatus]] = {
    DeploymentStatus.PENDING: frozenset(
        {DeploymentStatus.APPROVED, DeploymentStatus.DEPLOYED, DeploymentStatus.RETIRED}
    ),
    DeploymentStatus.APPROVED: frozenset(
        {DeploymentStatus.PENDING, DeploymentStatus.DEPLOYED, DeploymentStatus.RETIRED}
    ),
    DeploymentStatus.DEPLOYED: frozenset({DeploymentStatus.APPROVED, DeploymentStatus.RETIRED}),
    DeploymentStatus.RETIRED: frozenset(),
}

S = TypeVar("S", bound=StrEnum)


class ImpossibleMove(AlphaDiscoveryError):
    """A state that cannot follow the present one."""

    def __init__(self, *, what: str, old: str, new: str) -> None:
        super().__init__(f"{what} is {old}; it cannot become {new}")


def check_move(old: S, new: S, *, moves: Mapping[S, frozenset[S]], what: str) -> None:
    """Let a state stay or move along the table ``moves``; raises `ImpossibleMove` otherwise."""
    if new != old and new not in moves[old]:
        raise ImpossibleMove(what=what, old=old, new=new)


def hours_between(start: datetime, end: datetime) -> float:
    """Hours that passed, and never less than none: clocks are set back."""
    return max(0.0, (end - start).total_seconds() / 3600.0)


@dataclass(frozen=True)
class RunRecord:
    """One discovery run.

    ``funnel`` holds ordered ``[stage, count, explanation]`` rows; ``report`` whatever the run's own summary needs
    (plain JSON values); ``campaign`` the `Campaign` in JSON form.
    """

    id: str
    campaign: dict[str, Any]
    campaign_hash: str
    data_hash: str
    epoch: str
    state: RunState
    start_time: datetime
    strategy_types: tuple[str, ...]
    optimization_method: str
    max_iterations: int
    parallel_workers: int
    end_time: datetime | None = None
    strategies_tested: int = 0
    profitable_found: int = 0
    best_sharpe: float | None = None
    best_return: float | None = None
    cpu_hours: float | None = None
    gpu_hours: float | None = None
    memory_peak_gb: float | None = None
    error_message: str | None = None
    funnel: tuple[tuple[str, int, str], ...] = ()
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def runtime_hours(self) -> float | None:
        """Hours from start to end, None before it has ended; 0 if the clock was set back in between."""
        return None if self.end_time is None else hours_between(self.start_time, self.end_time)

    @property
    def planned(self) -> int:
        """Candidates that it will try, unless something else ends it; 0 where that was not told before it began."""
        return int(self.report.get("outlook", {}).get("planned", 0))


@dataclass(frozen=True)
class AlphaRecord:
    """One accepted alpha with all that is needed to recompute it and to show its evidence without recomputing.

    ``rules`` is the tree in JSON; ``market`` the symbols, venues, timeframe, first and last time used, the split, and
    the fingerprints of the bars; ``metrics`` the numbers by part (``search``, ``vault``, ``full``); ``evidence`` the
    tests. Metrics are plain floats; a value that is not a number is None, an infinite profit factor the string "inf".
    """

    id: str
    discovery_run_id: str
    strategy_type: str
    strategy_name: str
    parameters: dict[str, Any]
    rules: dict[str, Any]
    costs: dict[str, Any]
    market: dict[str, Any]
    metrics: dict[str, Any]
    evidence: dict[str, Any]
    engine_version: str
    sharpe_ratio: float
    total_return: float
    max_drawdown: float
    win_rate: float
    profit_factor: float  # infinity: no losing trade
    in_sample_sharpe: float | None
    out_sample_sharpe: float | None
    validation_score: float | None
    tested_symbols: tuple[str, ...]
    timeframe: str
    discovered_at: datetime
    state: AlphaState = AlphaState.CANDIDATE
    market_regime: str | None = None
    last_validated: datetime | None = None
    deployment_status: DeploymentStatus = DeploymentStatus.PENDING
    deployment_count: int = 0


@dataclass(frozen=True)
class LedgerEntry:
    """Candidates that one batch of one run evaluated on one data epoch."""

    epoch: str
    run_id: str
    strategy: str
    method: str
    batch: int
    n_tested: int
    n_eligible: int
    recorded_at: datetime


@dataclass(frozen=True)
class JudgingRound:
    """Leave to look at the vault of an epoch once: the r-th round, at the level the ledger grants to it."""

    epoch: str
    number: int
    level: float
    run_ids: tuple[str, ...]
    opened_at: datetime


class Decided(NamedTuple):
    """A judging round, what its epoch covers, and what it decided (None while it is open)."""

    epoch: DataEpoch
    round: JudgingRound
    outcome: dict[str, Any] | None


@dataclass(frozen=True)
class EpochAccount:
    """The ledger's account of one data epoch and of everything that shares its prices.

    ``rounds`` were opened at vaults that share prices with this one's; ``level_spent`` is what so many rounds take.
    """

    epoch: str
    n_tested: int
    n_eligible: int
    n_runs: int
    rounds: int
    level: float
    level_spent: float
    n_effective: float | None = None
    noise_reach: float | None = None

    @property
    def level_left(self) -> float:
        """What later rounds can still spend."""
        return max(0.0, self.level - self.level_spent)

    @property
    def next_level(self) -> float:
        """What the next round would be judged at."""
        return alpha_spending(self.rounds + 1, self.level)
