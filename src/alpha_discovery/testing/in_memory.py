"""The ports over plain dictionaries: for tests, and for runs that leave nothing behind.

They pass the suites of `alpha_discovery.testing.storage_suite`, as the adapters over SQL do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from alpha_discovery.core.clock import Clock
from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.records import (
    ALPHA_MOVES,
    DEPLOYMENT_MOVES,
    MOVES,
    AlphaRecord,
    AlphaState,
    Decided,
    DeploymentStatus,
    EpochAccount,
    JudgingRound,
    LedgerEntry,
    RunRecord,
    RunState,
    check_move,
)
from alpha_discovery.errors import NotFound, OutOfRange, UnknownName, UserError
from alpha_discovery.storage.accounting import (
    another_outcome,
    charged,
    check_charge_stands,
    check_counts,
    no_round,
    not_entered,
    runs_of_round,
)
from alpha_discovery.storage.plain import check_limit, checked, plain_float, plain_json, the_only
from alpha_discovery.validation.combine import alpha_spending

Outcome = dict[str, Any] | None


@dataclass
class Tables:
    """What a `Memory` holds, in the order in which it came."""

    runs: dict[str, RunRecord] = field(default_factory=dict)
    alphas: dict[str, AlphaRecord] = field(default_factory=dict)
    entries: dict[tuple[str, str, int], LedgerEntry] = field(default_factory=dict)
    rounds: dict[tuple[str, int], tuple[JudgingRound, Outcome]] = field(default_factory=dict)
    noise: dict[str, tuple[float, float]] = field(default_factory=dict)
    epochs: dict[str, DataEpoch] = field(default_factory=dict)

    def copy(self) -> Tables:
        """The same rows, which never change, in tables of their own."""
        return Tables(**{name: dict(rows) for name, rows in vars(self).items()})


class Memory:
    """What `Database` is for SQL: a place that several adapters share, with transactions over all of them."""

    def __init__(self) -> None:
        self._tables = Tables()
        self._depth = 0
        self._lock = threading.RLock()

    def copy(self) -> Memory:
        """The same rows in a place of its own."""
        made = Memory()
        made._tables = self._tables.copy()
        return made

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: an exception undoes whatever adapters stored inside."""
        with self._lock:
            before = self._tables.copy() if self._depth == 0 else self._tables
            self._depth += 1
            try:
                yield
            except BaseException:
                if self._depth == 1:
                    self._tables = before
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def alone(self) -> Iterator[Tables]:
        """What is stored, for one thread at a time."""
        with self._lock:
            yield self._tables

    @property
    def in_transaction(self) -> bool:
        """Whether somebody is inside `transaction`; asked by the thread that would be."""
        with self._lock:
            return self._depth > 0


class RunsInMemory:
    """The port `Runs` over a `Memory`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def add(self, run: RunRecord) -> None:
        """Store a new run; raises `UserError` if its id is taken."""
        stored = checked(run)
        with self._memory.alone() as tables:
            if run.id in tables.runs:
                raise UserError(f"a run with the id {run.id} is stored already; give the new one another id")
            tables.runs[run.id] = stored

    def update(self, run: RunRecord) -> None:
        """Replace the run of this id; raises `NotFound`, or `ImpossibleMove` if its state cannot change so."""
        stored = checked(run)
        with self._memory.alone() as tables:
            check_move(_exactly(tables, run.id).state, run.state, moves=MOVES, what=f"run {run.id}")
            tables.runs[run.id] = stored

    def get(self, run_id: str) -> RunRecord:
        """The run whose id is or uniquely starts with ``run_id``; raises `NotFound`."""
        with self._memory.alone() as tables:
            return checked(tables.runs[the_only(run_id, tables.runs, kind="run")])

    def held(self, run_id: str) -> RunRecord:
        """The run of exactly this id; raises `NotFound`. Whoever is in a transaction is alone there anyway."""
        with self._memory.alone() as tables:
            return checked(_exactly(tables, run_id))

    def list(self, *, limit: int = 50, state: str | None = None) -> Sequence[RunRecord]:
        """Newest first; raises `UnknownName` for a state that does not exist."""
        if state is not None and state not in set(RunState):
            raise UnknownName(kind="run state", name=state, known=set(RunState))
        with self._memory.alone() as tables:
            runs = [run for run in tables.runs.values() if state in (None, run.state)]
        newest = sorted(runs, key=lambda run: (run.start_time, run.id), reverse=True)
        return [checked(run) for run in newest[: check_limit(limit)]]

    def delete_run(self, run_id: str) -> None:
        """Forget the run of exactly this id, and its alphas; what it tried stays in the ledger. Raises `NotFound`."""
        with self._memory.alone() as tables:
            del tables.runs[_exactly(tables, run_id).id]
            tables.alphas = {id_: one for id_, one in tables.alphas.items() if one.discovery_run_id != run_id}


class AlphasInMemory:
    """The port `Alphas` over a `Memory`."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def add(self, alpha: AlphaRecord) -> None:
        """Store an alpha; one that is already stored (same id) stays as it is. Raises `NotFound` without its run."""
        stored = checked(alpha)
        with self._memory.alone() as tables:
            if alpha.discovery_run_id not in tables.runs:
                raise NotFound(f"no run is stored under {alpha.discovery_run_id!r}; store the run before its alphas")
            tables.alphas.setdefault(alpha.id, stored)

    def get(self, alpha_id: str) -> AlphaRecord:
        """The alpha whose id is or uniquely starts with ``alpha_id``; raises `NotFound`."""
        with self._memory.alone() as tables:
            return checked(tables.alphas[the_only(alpha_id, tables.alphas, kind="alpha")])

    def top(
        self, *, limit: int = 10, min_sharpe: float | None = None, strategy_type: str | None = None
    ) -> Sequence[AlphaRecord]:
        """Best first: by validation score (none comes last), then Sharpe ratio."""
        good = [
            one
            for one in self._best_first()
            if (min_sharpe is None or one.sharpe_ratio >= min_sharpe) and strategy_type in (None, one.strategy_type)
        ]
        return good[: check_limit(limit)]

    def of_run(self, run_id: str) -> Sequence[AlphaRecord]:
        """The alphas that the run of exactly this id found, best first."""
        return [one for one in self._best_first() if one.discovery_run_id == run_id]

    def deployable(self, *, min_validation_score: float = 0.7, max_deployment_count: int = 5) -> Sequence[AlphaRecord]:
        """Pending or approved, scored high enough, deployed fewer times; best first."""
        return [
            one
            for one in self._best_first()
            if one.deployment_status in (DeploymentStatus.PENDING, DeploymentStatus.APPROVED)
            and one.deployment_count < max_deployment_count
            and one.validation_score is not None
            and one.validation_score >= min_validation_score
        ]

    def set_deployment(self, alpha_id: str, status: DeploymentStatus, *, deployed_once_more: bool = False) -> None:
        """Move the deployment status; raises `NotFound`, `ImpossibleMove`."""
        with self._memory.alone() as tables:
            old = self.get(alpha_id)
            check_move(old.deployment_status, status, moves=DEPLOYMENT_MOVES, what=f"alpha {old.id}")
            count = old.deployment_count + deployed_once_more
            tables.alphas[old.id] = replace(old, deployment_status=status, deployment_count=count)

    def set_state(self, alpha_id: str, state: AlphaState) -> None:
        """Say what has been shown of an alpha; raises `NotFound`, `ImpossibleMove`."""
        with self._memory.alone() as tables:
            old = self.get(alpha_id)
            check_move(old.state, state, moves=ALPHA_MOVES, what=f"alpha {old.id}")
            tables.alphas[old.id] = replace(old, state=state)

    def _best_first(self) -> Sequence[AlphaRecord]:
        def rank(one: AlphaRecord) -> tuple[bool, float, float, str]:
            return one.validation_score is None, -(one.validation_score or 0.0), -one.sharpe_ratio, one.id

        with self._memory.alone() as tables:
            return [checked(one) for one in sorted(tables.alphas.values(), key=rank)]


class LedgerInMemory:
    """The port `Ledger` over a `Memory`."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    def enter(self, epoch: DataEpoch) -> None:
        """Say what an epoch covers; saying it again changes nothing."""
        with self._memory.alone() as tables:
            tables.epochs.setdefault(epoch.id, epoch)

    def record(self, entry: LedgerEntry) -> None:
        """Count a batch; the same (run, strategy, batch) counted again changes nothing."""
        check_counts(entry)
        stored = checked(entry)
        with self._memory.alone() as tables:
            _entered(tables, entry.epoch)
            tables.entries.setdefault((entry.run_id, entry.strategy, entry.batch), stored)

    def open_round(self, epoch: str, run_ids: Sequence[str], *, level: float) -> JudgingRound:
        """Open the next judging round and charge for it; once per set of runs."""
        runs = runs_of_round(run_ids)
        check_charge_stands(in_transaction=self._memory.in_transaction)
        with self._memory.alone() as tables:
            opened = _rounds_at(tables, _entered(tables, epoch))
            for one in opened:
                if one.epoch == epoch and one.run_ids == runs:
                    return one
            number = len(opened) + 1
            one = checked(JudgingRound(epoch, number, alpha_spending(number, level), runs, self._clock.now()))
            tables.rounds[epoch, number] = (one, None)
            return one

    def granted(self, epoch: str, number: int) -> JudgingRound:
        """The round that was opened under this number; raises `NotFound`."""
        with self._memory.alone() as tables:
            return _find(tables, epoch, number)[0]

    def close_round(self, round_: JudgingRound, outcome: dict[str, Any]) -> None:
        """Store what the round decided; raises `NotFound`, and `ImpossibleMove` if it decided something else before."""
        decided = plain_json("outcome", outcome)
        with self._memory.alone() as tables:
            opened, before = _find(tables, round_.epoch, round_.number)
            if before not in (None, decided):
                raise another_outcome(round_)
            tables.rounds[round_.epoch, round_.number] = (opened, decided)

    def outcome(self, round_: JudgingRound) -> Outcome:
        """What the round decided; None while it is open. Raises `NotFound`."""
        with self._memory.alone() as tables:
            decided: Outcome = plain_json("outcome", _find(tables, round_.epoch, round_.number)[1])
        return decided

    def rounds(self, epoch: DataEpoch) -> Sequence[Decided]:
        """Every round at a vault of prices of this epoch, whenever, with what it covers and decided."""
        with self._memory.alone() as tables:
            return [
                Decided(tables.epochs[one.epoch], one, decided)
                for one, decided in tables.rounds.values() if tables.epochs[one.epoch].shares_prices(epoch)
            ]  # fmt: skip

    def note_noise(self, epoch: str, *, n_effective: float, noise_reach: float) -> None:
        """Remember the effective number of trials and the best t that noise would reach, each the largest so far."""
        new = plain_float("n_effective", n_effective), plain_float("noise_reach", noise_reach)
        with self._memory.alone() as tables:
            _entered(tables, epoch)
            old = tables.noise.get(epoch, new)
            tables.noise[epoch] = max(old[0], new[0]), max(old[1], new[1])

    def account(self, epoch: str | DataEpoch, *, level: float = 0.05) -> EpochAccount:
        """The epoch's account; zero counts if nothing was tried. One that was not entered is given whole."""
        with self._memory.alone() as tables:
            own = epoch if isinstance(epoch, DataEpoch) else tables.epochs.get(epoch)
            if own is None:
                return EpochAccount(str(epoch), 0, 0, 0, 0, level, 0.0)
            near = _related(tables, own.learned_from)
            entries = [one for one in tables.entries.values() if one.epoch in near]
            rounds = len(_rounds_at(tables, own))
            noise = [tables.noise[id_] for id_ in near if id_ in tables.noise]
        return EpochAccount(
            own.id,
            n_tested=sum(one.n_tested for one in entries),
            n_eligible=sum(one.n_eligible for one in entries),
            n_runs=len({one.run_id for one in entries}),
            rounds=rounds,
            level=level,
            level_spent=charged(rounds, level),
            n_effective=max((one for one, _ in noise), default=None),
            noise_reach=max((one for _, one in noise), default=None),
        )

    def tried(self, epoch: str, strategies: Sequence[str], *, besides: Sequence[str], in_vault: bool = False) -> int:
        """Candidates of these strategies that other runs tried on prices of the epoch, or only of its vault."""
        with self._memory.alone() as tables:
            own = tables.epochs.get(epoch)
            if own is None:
                return 0
            near = _related(tables, own.spoiled_by if in_vault else own.learned_from)
            entries = [one for one in tables.entries.values() if one.epoch in near and one.strategy in strategies]
        return sum(one.n_tested for one in entries if one.run_id not in besides)

    def judged_until(self, epoch: DataEpoch) -> int | None:
        """End (ms) of the last vault that was opened and shares prices with this one's; None without one."""
        with self._memory.alone() as tables:
            opened = _rounds_at(tables, epoch)
            return max((tables.epochs[one.epoch].end for one in opened), default=None)

    def epochs(self) -> Sequence[DataEpoch]:
        """Every epoch with an entry, the latest first."""
        with self._memory.alone() as tables:
            in_order = sorted(tables.entries.values(), key=lambda one: one.recorded_at)
            latest = {one.epoch: n for n, one in enumerate(in_order)}  # sorting keeps the order of equal times
            return [tables.epochs[id_] for id_ in sorted(latest, key=latest.__getitem__, reverse=True)]


class CacheInMemory:
    """The port `Cache` over a dictionary: at most ``max_rows`` results, the least recently used go first."""

    def __init__(self, *, max_rows: int = 200_000) -> None:
        if max_rows < 1:
            raise OutOfRange(name="max_rows", value=max_rows, allowed="[1, inf)")
        self._max_rows = max_rows
        self._results: dict[str, dict[str, Any]] = {}
        self._hits: dict[str, int] = {}

    def get_many(self, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Stored results by key, in the order of ``keys``; absent keys are absent."""
        found = {key: self._results[key] for key in keys if key in self._results}
        for key, value in found.items():
            self._touch(key, value)
            self._hits[key] += 1
        return {key: plain_json("a cached result", value) for key, value in found.items()}

    def set_many(self, items: dict[str, dict[str, Any]], *, strategy_type: str) -> None:
        """Store results; a key that exists is replaced. Raises `UserError` for NaN and what else JSON cannot hold."""
        stored = {key: plain_json("a cached result", value) for key, value in items.items()}
        for key, value in stored.items():
            self._touch(key, value)
            self._hits.setdefault(key, 0)
        while len(self._results) > self._max_rows:
            oldest = next(iter(self._results))
            del self._results[oldest], self._hits[oldest]

    def hits(self, key: str) -> int:
        """How often a stored result was found; 0 for a key that is not stored."""
        return self._hits.get(key, 0)

    def _touch(self, key: str, value: dict[str, Any]) -> None:
        self._results.pop(key, None)  # a dictionary is in order of insertion
        self._results[key] = value


def _exactly(tables: Tables, run_id: str) -> RunRecord:
    if run_id not in tables.runs:
        raise NotFound(f"no run is stored under {run_id!r}")
    return tables.runs[run_id]


def _entered(tables: Tables, epoch: str) -> DataEpoch:
    if epoch not in tables.epochs:
        raise not_entered(epoch)
    return tables.epochs[epoch]


def _related(tables: Tables, meets: Callable[[DataEpoch], bool]) -> set[str]:
    return {one.id for one in tables.epochs.values() if meets(one)}


def _rounds_at(tables: Tables, epoch: DataEpoch) -> list[JudgingRound]:
    near = {epoch.id, *_related(tables, epoch.shares_vault)}
    return [one for one, _ in tables.rounds.values() if one.epoch in near]


def _find(tables: Tables, epoch: str, number: int) -> tuple[JudgingRound, Outcome]:
    found = tables.rounds.get((epoch, number))
    if found is None:
        raise no_round(epoch, number)
    return found
