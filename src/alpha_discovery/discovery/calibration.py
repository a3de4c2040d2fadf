"""The lab judged by its own standard: complete discoveries on markets whose truth is known.

Each market is searched and judged in memory with an empty ledger, as a user's first run on new data would be. On
markets without an edge the share that report anything is the realised chance of a false alpha; on planted ones it is
the power.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from scipy.special import betainccinv, betaincinv

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.children import deaf_to_interruptions
from alpha_discovery.core.identity import ENGINE_VERSION, content_hash
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.data_epoch import DataEpoch
from alpha_discovery.discovery.evidence import jsonable
from alpha_discovery.discovery.history import history
from alpha_discovery.discovery.jobs import embargo, jobs_of
from alpha_discovery.discovery.journal import Entry, Journal, JournalInMemory
from alpha_discovery.discovery.judge import CONFIRMED, Finalist, Reason, Verdict, judge
from alpha_discovery.discovery.records import Decided, EpochAccount, JudgingRound, LedgerEntry
from alpha_discovery.discovery.replication import replicator
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.errors import NotFound, OutOfRange
from alpha_discovery.validation.combine import alpha_spending

RULE = 3  # raised whenever the judge decides differently: older journals then no longer count

Maker = Callable[[int], dict[str, Bars]]


class Rate(NamedTuple):
    """A share of markets with its exact (Clopper & Pearson, 1934) two-sided confidence interval."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """hits / n."""
        return self.hits / self.n

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Trial:
    """What the complete discovery made of one market.

    ``finalists`` holds, for each, strategy, parameters, p-values and verdict; ``confirmed`` counts those that passed
    the test and ``reported`` those that are inside the thresholds of interest as well; ``p`` is the smallest combined
    p-value (1: no finalist).
    """

    seed: int
    tested: int
    eligible: int
    confirmed: int
    reported: int
    p: float
    finalists: tuple[Entry, ...]
    seconds: float


Once = Callable[[dict[str, Bars], Campaign], Trial]


@dataclass(frozen=True)
class Cell:
    """Many markets of one kind under one campaign."""

    name: str
    trials: tuple[Trial, ...]

    @property
    def reporting(self) -> Rate:
        """Share of markets on which something was reported."""
        return rate(sum(trial.reported > 0 for trial in self.trials), len(self.trials))

    @property
    def confirming(self) -> Rate:
        """Share of markets on which something passed the test, whatever the thresholds of interest say."""
        return rate(sum(trial.confirmed > 0 for trial in self.trials), len(self.trials))

    def to_json(self) -> dict[str, Any]:
        """Rates, and the seeds that they come from."""
        seeds = [trial.seed for trial in self.trials]
        return {
            "name": self.name,
            "markets": len(seeds),
            "seeds": [min(seeds), max(seeds)],
            "tested": self.trials[0].tested,
            "reporting": self.reporting._asdict() | {"value": self.reporting.value},
            "confirming": self.confirming._asdict() | {"value": self.confirming.value},
            "mean_alphas": sum(trial.reported for trial in self.trials) / len(seeds),
            "seconds_a_market": sum(trial.seconds for trial in self.trials) / len(seeds),
        }


def calibrate(
    name: str,
    market: Maker,
    campaign: Campaign,
    seeds: Sequence[int],
    *,
    workers: int = 1,
    journal: Journal | None = None,
    progress: Callable[[Trial], None] = lambda _: None,
    once: Once | None = None,
) -> Cell:
    """Run the complete discovery on one market a seed.

    Parameters
    ----------
    name : str
        Of the kind of market, with its settings: part of the identity under which results are resumed.
    market : callable
        From a seed to bars by market key; with several workers it must survive the trip to another process.
    campaign : Campaign
        Its seed is replaced by the market's.
    workers : int
        Processes; with 1 everything happens in this one. No number depends on it.
    journal : Journal, optional
        Markets found there are not computed again.
    once : callable, optional
        What is done on one market instead of `discover_once`; the name then has to say so.
    """
    if not seeds:
        raise OutOfRange(name="markets", value=0, allowed="[1, inf)")
    journal = JournalInMemory() if journal is None else journal
    key = cell_key(name, campaign)
    known = {entry["seed"]: trial_of(entry) for entry in journal.entries() if entry.get("cell") == key}
    left = [seed for seed in seeds if seed not in known]
    with closing(_computed((market, campaign, once or discover_once), left, workers)) as trials:
        for trial in trials:
            journal.append({"cell": key, "name": name, **asdict(trial)})
            known[trial.seed] = trial
            progress(trial)
    return Cell(name, tuple(known[seed] for seed in seeds))


def cell_key(name: str, campaign: Campaign) -> str:
    """What the journal entries of a kind of market under a campaign have in common."""
    return content_hash(name, campaign.to_json(), ENGINE_VERSION, RULE)[:16]


def discover_once(bars: dict[str, Bars], campaign: Campaign) -> Trial:
    """Search and judge one market with an empty ledger; nothing is stored."""
    began = time.perf_counter()
    jobs = jobs_of(campaign)
    traded = [job.sleeves for job in jobs]
    past = history(bars, campaign.protocol, embargo_bars=embargo(jobs), traded=traded)
    screening = run_screening(campaign, past, jobs)
    replicate = replicator([(campaign, screening.jobs)], past)
    verdict = judge(campaign, past, screening, EmptyLedger(), run_ids=["calibration"], replicate=replicate)
    return trial_with(campaign.seed, verdict, time.perf_counter() - began)


def trial_with(seed: int, verdict: Verdict, seconds: float) -> Trial:
    """What is told of a market that was judged."""
    reasons = [finalist.reason for finalist in verdict.finalists]
    return Trial(
        seed=seed,
        tested=verdict.family.n_tested,
        eligible=verdict.family.n_eligible,
        confirmed=sum(reason in CONFIRMED for reason in reasons),
        reported=sum(reason is Reason.ACCEPTED for reason in reasons),
        p=min((finalist.p for finalist in verdict.finalists), default=1.0),
        finalists=tuple(_finalist(finalist) for finalist in verdict.finalists),
        seconds=seconds,
    )


def rate(hits: int, n: int, *, confidence: float = 0.95) -> Rate:
    """``hits`` of ``n`` with the exact interval. Source: Clopper & Pearson (1934), Biometrika 26."""
    if not 0 <= hits <= n or n < 1:
        raise OutOfRange(name="hits, n", value=(hits, n), allowed="0 <= hits <= n, n at least 1")
    tail = (1.0 - confidence) / 2.0
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betainccinv(hits + 1, n - hits, tail)) if hits < n else 1.0
    return Rate(hits, n, low, high)


def together(cells: Iterable[Cell]) -> Rate:
    """Share of markets of all cells on which something was reported."""
    rates = [cell.reporting for cell in cells]
    return rate(sum(one.hits for one in rates), sum(one.n for one in rates))


def summary(cells: Sequence[Cell]) -> dict[str, Any]:
    """Rates of every cell, and of those without an edge together, as plain JSON values."""
    null = [cell for cell in cells if not cell.name.startswith("planted")]
    every = together(null) if null else None
    return {
        "cells": [cell.to_json() for cell in cells],
        "without_edge": None if every is None else {**every._asdict(), "value": every.value},
    }


class EmptyLedger:
    """The port `Ledger` of somebody who has tried nothing yet: it forgets, and every round is the first."""

    def __init__(self) -> None:
        self._opened: JudgingRound | None = None

    def enter(self, epoch: DataEpoch) -> None:
        """Nothing to remember."""

    def record(self, entry: LedgerEntry) -> None:
        """Nothing to remember."""

    def open_round(self, epoch: str, run_ids: Sequence[str], *, level: float) -> JudgingRound:
        """The first round."""
        opened = JudgingRound(epoch, 1, alpha_spending(1, level), tuple(run_ids), datetime.fromtimestamp(0, UTC))
        self._opened = opened
        return opened

    def granted(self, epoch: str, number: int) -> JudgingRound:
        """The round that was opened last; raises `NotFound` for another one."""
        if self._opened is None or (self._opened.epoch, self._opened.number) != (epoch, number):
            raise NotFound(f"judging round {number} of data epoch {epoch} was never opened")
        return self._opened

    def close_round(self, round_: JudgingRound, outcome: dict[str, Any]) -> None:
        """Nothing to remember."""

    def outcome(self, round_: JudgingRound) -> dict[str, Any] | None:
        """Never decided."""
        return None

    def rounds(self, epoch: DataEpoch) -> Sequence[Decided]:
        """None that is remembered."""
        return ()

    def note_noise(self, epoch: str, *, n_effective: float, noise_reach: float) -> None:
        """Nothing to remember."""

    def account(self, epoch: str | DataEpoch, *, level: float = 0.05) -> EpochAccount:
        """Nothing tried."""
        return EpochAccount(epoch if isinstance(epoch, str) else epoch.id, 0, 0, 0, 0, level, 0.0)

    def tried(self, epoch: str, strategies: Sequence[str], *, besides: Sequence[str], in_vault: bool = False) -> int:
        """Nothing tried."""
        return 0

    def judged_until(self, epoch: DataEpoch) -> int | None:
        """Nothing judged."""
        return None

    def epochs(self) -> Sequence[DataEpoch]:
        """None."""
        return ()


def _finalist(finalist: Finalist) -> Entry:
    job = finalist.trials.job
    return {
        "strategy": job.strategy.name,
        "parameters": job.space.decode(finalist.trials.batch, finalist.row),
        "verdict": finalist.reason.name.lower(),
        **jsonable({"t": finalist.t, "p_family": finalist.p_family, "p_vault": finalist.p_vault, "p": finalist.p}),
    }


def trial_of(entry: Entry) -> Trial:
    """The market that an entry of the journal is about."""
    fields = {name: entry[name] for name in Trial.__dataclass_fields__}
    return Trial(**{**fields, "finalists": tuple(entry["finalists"])})


_TASK: list[tuple[Maker, Campaign, Once]] = []  # what a worker process was started for


def _start(market: Maker, campaign: Campaign, once: Once) -> None:
    _TASK[:] = [(market, campaign, once)]


def _work(seed: int) -> Trial:
    market, campaign, once = _TASK[0]
    return once(market(seed), replace(campaign, seed=seed))


def _computed(task: tuple[Maker, Campaign, Once], seeds: list[int], workers: int) -> Generator[Trial, None, None]:
    """Trials as they come; a few more than there are workers are asked for ahead."""
    if workers <= 1 or len(seeds) < 2:
        _start(*task)
        yield from map(_work, seeds)
        return
    context = multiprocessing.get_context("spawn")  # forked numba threads would hang
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=task) as pool:
        waiting: set[Future[Trial]] = set()
        rest = iter(seeds)
        try:
            while True:
                with deaf_to_interruptions():
                    for seed in rest:
                        waiting.add(pool.submit(_work, seed))
                        if len(waiting) > workers:
                            break
                if not waiting:
                    return
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        except BaseException:  # nobody waits for the markets in hand: they are computed again
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
