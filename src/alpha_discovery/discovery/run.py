"""A discovery run from campaign to stored alphas, at one go or from a checkpoint.

1. Resolve strategies and markets, cut off the vault, store the run.
2. Search; each batch is counted in the ledger before its results are used.
3. Judge; store the alphas with their evidence; close the run.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from alpha_discovery.core.bars import iso
from alpha_discovery.core.clock import Clock
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.timeframe import DAY
from alpha_discovery.discovery.across_epochs import believe
from alpha_discovery.discovery.alpha_record import alpha_records
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.checkpoint import Checkpoints, Course, NoCheckpoints
from alpha_discovery.discovery.features import market_features
from alpha_discovery.discovery.finer import check_detail, load_market
from alpha_discovery.discovery.finished import finished
from alpha_discovery.discovery.foresight import outlook
from alpha_discovery.discovery.history import History, Spans, campaign_bars, history, within
from alpha_discovery.discovery.jobs import Job, embargo, jobs_of, market_keys
from alpha_discovery.discovery.journal import Journal, JournalInMemory
from alpha_discovery.discovery.judge import Verdict, judge
from alpha_discovery.discovery.ports import Alphas, Ledger, MarketData, Runs
from alpha_discovery.discovery.records import AlphaRecord, LedgerEntry, RunRecord, RunState
from alpha_discovery.discovery.replication import copies_done, estimate, replicator
from alpha_discovery.discovery.screening import Counted, Screening, run_screening
from alpha_discovery.discovery.validation_score import Scores, shipped
from alpha_discovery.errors import BadMarketData, TooFewBars, UserError

MOST_RUNS = 10_000  # looked through for runs of the same campaign

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lab:
    """What a run needs around it."""

    market_data: MarketData
    runs: Runs
    alphas: Alphas
    ledger: Ledger
    clock: Clock
    transaction: Callable[[], AbstractContextManager[object]] = nullcontext  # all or nothing
    user_strategies: Path | None = None  # a folder of the user's own strategy files
    journal: Journal = field(default_factory=JournalInMemory)  # null markets that were searched
    checkpoints: Checkpoints = field(default_factory=NoCheckpoints)
    scores: Scores = field(default_factory=shipped)  # what evidence is worth
    keep: Callable[[Discovery], None] = lambda _: None  # writes what is no row, before the run counts as completed
    present: Callable[[str], AbstractContextManager[object]] = nullcontext  # shows others that a run's process is alive


@dataclass(frozen=True, eq=False)
class Discovery:
    """A finished run: its record, the alphas, and everything that was tried."""

    record: RunRecord
    alphas: tuple[AlphaRecord, ...]
    verdict: Verdict
    screening: Screening

    def to_frame(self) -> pd.DataFrame:
        """Every candidate: strategy, parameters, metrics, t."""
        frames = []
        for trials in self.screening.trials:
            frame = pd.DataFrame({**trials.batch, **trials.columns})
            frame.insert(0, "strategy", trials.job.strategy.name)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def __repr__(self) -> str:
        found = f"{len(self.alphas)} alphas" if self.alphas else "nothing passed"
        return f"<Discovery {self.record.id[:12]}: {self.record.strategies_tested:,} tried, {found}>"

    def _repr_html_(self) -> str:
        cells = [(escape(stage), f"{count:,}", escape(why)) for stage, count, why in self.funnel]
        rows = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
        head = "<tr><th>stage</th><th>left</th><th>asked</th></tr>"
        return f"<b>{escape(repr(self))}</b><table>{head}{rows}</table>"

    @property
    def funnel(self) -> tuple[tuple[str, int, str], ...]:
        """Stages with how many candidates reached them."""
        return self.record.funnel


def discover(
    campaign: Campaign,
    lab: Lab,
    *,
    workers: int = 1,
    course: Course = Course(),  # noqa: B008  (frozen)
    progress: Callable[[Counted], None] = lambda _: None,
    notice: Callable[[str], None] = _log.info,
) -> Discovery:
    """Run a campaign.

    Parameters
    ----------
    workers : int
        Threads. No number depends on it.
    course : Course, optional
        What computes the parts of the search, where it is not these threads; who watches over it.
    progress : callable
        Called after each batch, and after some null markets if the search learns; every few seconds while one is in
        hand.
    notice : callable
        Told in a sentence each what this search can find at all, before it begins, and what the judging of a search
        that learns will take.

    Raises
    ------
    UserError, NotFound
        Before anything is stored, if the campaign cannot be run on the data at hand.
    """
    jobs = jobs_of(campaign, lab.user_strategies)
    campaign, past = _with_fresh_vault(campaign, jobs, lab, notice)
    lab.ledger.enter(past.stretch)
    record = _started(campaign, past, lab, workers)
    record = replace(record, report={**record.report, "outlook": _foreseen(campaign, jobs, past, lab, notice)})
    with at_work(record, lab):
        task = Task(campaign, jobs, past, record)
        wanted = _still_wanted(record.id, lab)
        return _carried_out(task, lab, workers=workers, progress=progress, notice=notice, course=course, wanted=wanted)


@contextmanager
def at_work(record: RunRecord, lab: Lab) -> Iterator[None]:
    """Store a run that this process works on itself; if the block raises, the run is told as stopped or failed."""
    with lab.present(record.id):
        lab.runs.add(record)
        try:
            yield
        except BaseException as error:
            state = RunState.STOPPED if isinstance(error, KeyboardInterrupt) else RunState.FAILED
            with lab.transaction():
                last = lab.runs.held(record.id)
                if last.state is not RunState.STOPPED:
                    lab.runs.update(replace(last, state=state, end_time=lab.clock.now(), error_message=str(error)))
            raise


def _still_wanted(run_id: str, lab: Lab) -> Callable[[], None]:
    """What raises once a run at a terminal was stopped from elsewhere: workers are asked to put theirs down."""

    def wanted() -> None:
        _unless_stopped(lab.runs.get(run_id))

    return wanted


def _unless_stopped(run: RunRecord) -> RunRecord:
    """The run as it was read; raises `UserError` if it was stopped from elsewhere."""
    if run.state is RunState.STOPPED:
        raise UserError(f"run {run.id[:12]} was stopped from elsewhere; what it tried stays counted")
    return run


def take_up(
    run_id: str,
    lab: Lab,
    *,
    workers: int = 1,
    course: Course = Course(),  # noqa: B008  (frozen)
    progress: Callable[[Counted], None] = lambda _: None,
    notice: Callable[[str], None] = _log.info,
) -> Discovery:
    """Begin a stored run that has not begun, or go on with one from its last checkpoint.

    Whoever calls it moves the run to `RunState.RUNNING` before, and says what became of it if this raises.

    Raises
    ------
    UserError, NotFound
        If the campaign cannot be run on the data at hand.
    BadMarketData
        If the bars are no longer those on which the run began.
    """
    record = lab.runs.get(run_id)
    campaign = campaign_from(record)
    jobs = jobs_of(campaign, lab.user_strategies)
    if not record.data_hash:
        campaign, past = _with_fresh_vault(campaign, jobs, lab, notice)
        lab.ledger.enter(past.stretch)
        told = _foreseen(campaign, jobs, past, lab, notice)  # before it has begun: killed here, it is foreseen again
        record = _begun(replace(record, campaign=campaign.to_json()), past, told, lab, workers)
    else:
        past = loaded_again(campaign, jobs, record, lab.market_data)
    if record.data_hash != past.fingerprint:
        raise BadMarketData(f"the bars are not those on which run {record.id[:12]} began; run its campaign again")
    task = Task(campaign, jobs, past, record)
    resumed = replace(course, resume=lab.checkpoints.load(record.id))
    return _carried_out(task, lab, workers=workers, progress=progress, notice=notice, course=resumed)


def _foreseen(
    campaign: Campaign, jobs: tuple[Job, ...], past: History, lab: Lab, notice: Callable[[str], None]
) -> dict[str, Any]:
    """Say what the search can find before it begins, and keep it."""
    for told in past.told_spans:
        notice(told)
    seen = outlook(campaign, jobs, past, lab.ledger.account(past.epoch, level=campaign.protocol.level))
    notice(str(seen))
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(seen).items()}


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be carried out: a campaign, resolved, on bars."""

    campaign: Campaign
    jobs: tuple[Job, ...]
    past: History
    record: RunRecord


def _carried_out(
    task: Task,
    lab: Lab,
    *,
    workers: int,
    progress: Callable[[Counted], None],
    notice: Callable[[str], None],
    course: Course = Course(),  # noqa: B008  (frozen)
    wanted: Callable[[], None] = lambda: None,
) -> Discovery:
    campaign, jobs, past, run_id = task.campaign, task.jobs, task.past, task.record.id
    course = replace(course, clock=lab.clock.monotonic)
    counted, began = _counter(campaign, task.record, lab, progress), lab.clock.monotonic()
    screening = run_screening(campaign, past, jobs, workers=workers, counted=counted, course=course, underway=progress)
    if screening.adaptive:
        level = lab.ledger.account(past.epoch, level=campaign.protocol.level).next_level
        notice(str(estimate(campaign, lab.clock.monotonic() - began, level=level, workers=workers)))
    with lab.transaction():
        lab.checkpoints.enter(run_id, "judge")
    replicate = replicator(
        [(campaign, screening.jobs)], past, workers=workers, journal=lab.checkpoints.journal(run_id) or lab.journal,
        progress=_copies_told(run_id, lab, progress, wanted), underway=_copies_underway(progress, wanted),
        course=course,
    )  # fmt: skip
    wanted()

    def attend() -> None:
        course.attend()
        wanted()

    verdict = judge(
        campaign, past, screening, lab.ledger,
        run_ids=[run_id], replicate=replicate, same=same_campaign(lab.runs, campaign), attend=attend,
    )  # fmt: skip
    course.attend()
    alphas = alpha_records(
        campaign, past, screening, verdict, run_of=lambda _: run_id, now=lab.clock.now(), scores=lab.scores
    )
    record = finished(campaign, _unless_stopped(lab.runs.get(run_id)), screening, verdict, now=lab.clock.now())
    lab.keep(Discovery(record, alphas, verdict, screening))
    with lab.transaction():
        _unless_stopped(lab.runs.held(run_id))
        for alpha in alphas:
            lab.alphas.add(alpha)
        lab.runs.update(record)
        lab.checkpoints.close(record)
        believe(past.stretch, lab.ledger, lab.alphas)
    return Discovery(record, alphas, verdict, screening)


def _with_fresh_vault(
    campaign: Campaign, jobs: tuple[Job, ...], lab: Lab, notice: Callable[[str], None]
) -> tuple[Campaign, History]:
    """The campaign and its bars; where their vault was judged before, enough new bars make the new vault."""
    past = load_history(campaign, jobs, lab.market_data)
    judged = None if campaign.protocol.vault_start else lab.ledger.judged_until(past.stretch)
    if judged is None or past.split.end - judged < campaign.protocol.min_vault_days * DAY:
        return campaign, past
    fresh = replace(campaign, protocol=replace(campaign.protocol, vault_start=iso(judged)))
    try:
        moved = load_history(fresh, jobs, lab.market_data)
    except TooFewBars:
        return campaign, past
    if moved.split.vault_start < judged:
        return campaign, past
    began = iso(moved.split.vault_start)
    notice(f"the vault of these prices was opened before; the bars from {began} on are the new one")
    return fresh, moved


def same_campaign(runs: Runs, campaign: Campaign) -> list[str]:
    """Ids of the runs of this very campaign: they tried the same list, whatever became of them."""
    return [run.id for run in runs.list(limit=MOST_RUNS) if run.campaign_hash == campaign.fingerprint]


def _copies_told(
    run_id: str, lab: Lab, progress: Callable[[Counted], None], wanted: Callable[[], None]
) -> Callable[[int, int], None]:
    """Progress of the null markets, written down for who watches from elsewhere."""
    tell = copies_done(progress)

    def told(done: int, copies: int) -> None:
        with lab.transaction():
            lab.checkpoints.copied(run_id, done, copies)
        wanted()
        tell(done, copies)

    return told


def _copies_underway(
    progress: Callable[[Counted], None], wanted: Callable[[], None]
) -> Callable[[float, int], None]:
    """Progress within null markets."""
    tell = copies_done(progress, in_hand=True)

    def told(done: float, copies: int) -> None:
        wanted()
        tell(done, copies)

    return told


def load_history(
    campaign: Campaign, jobs: tuple[Job, ...], market_data: MarketData, spans: Spans = MappingProxyType({})
) -> History:
    """The campaign's bars, cut into search part and vault; ``spans``: those of a history that is loaded again."""
    venue, detail = campaign.venue, campaign.timeframe_detail
    bars = {key: load_market(market_data, key, campaign.timeframe, venue, detail) for key in market_keys(jobs)}
    inside = within(campaign_bars(campaign, bars), spans)
    for one in inside.values():
        check_detail(one)
    return history(inside, campaign.protocol, embargo_bars=embargo(jobs), traded=[job.sleeves for job in jobs])


def loaded_again(campaign: Campaign, jobs: tuple[Job, ...], record: RunRecord, market_data: MarketData) -> History:
    """The bars that a run began on, without those that came since; all of the campaign's if it has not begun."""
    if not record.data_hash:
        return load_history(campaign, jobs, market_data)
    split = record.report["split"]
    begun = replace(campaign, start=split["start"], end=split["end"])
    return load_history(begun, jobs, market_data, record.report.get("spans", {}))


def _started(campaign: Campaign, past: History, lab: Lab, workers: int) -> RunRecord:
    now = lab.clock.now()
    return RunRecord(
        id=content_hash(campaign.fingerprint, past.fingerprint, now.isoformat())[:32],
        campaign=campaign.to_json(),
        campaign_hash=campaign.fingerprint,
        data_hash=past.fingerprint,
        epoch=past.epoch,
        state=RunState.RUNNING,
        start_time=now,
        strategy_types=campaign.strategies,
        optimization_method=campaign.method,
        max_iterations=campaign.max_iterations,
        parallel_workers=workers,
        report=_of_bars(past),
    )


def _of_bars(past: History) -> dict[str, Any]:
    """What the record says of the bars: how they are cut, which they are, and how those of the search part moved."""
    moved = market_features(past.search.values())
    told = {"split": past.split.to_json(), "markets": past.fingerprints, "market_features": moved}
    return told | ({"spans": past.spans} if past.spans else {})


def _begun(record: RunRecord, past: History, outlook: dict[str, Any], lab: Lab, workers: int) -> RunRecord:
    """Pin a run that was queued to the bars that are there now, together with what it can find."""
    with lab.transaction():
        lab.ledger.enter(past.stretch)
        began = replace(
            lab.runs.get(record.id), campaign=record.campaign, campaign_hash=campaign_from(record).fingerprint,
            data_hash=past.fingerprint, epoch=past.epoch, start_time=lab.clock.now(), parallel_workers=workers,
            report={**_of_bars(past), "outlook": outlook},
        )  # fmt: skip
        lab.runs.update(began)
    return began


def _counter(
    campaign: Campaign, record: RunRecord, lab: Lab, progress: Callable[[Counted], None]
) -> Callable[[Counted], None]:
    """Counts each batch in the ledger, then tells who watches."""

    def counted(batch: Counted) -> None:
        now = lab.clock.now()
        entry = LedgerEntry(
            record.epoch, record.id, batch.strategy, campaign.method, batch.batch, batch.n_tested, batch.n_eligible, now
        )
        best, own = (one if math.isfinite(one) else None for one in (batch.best_sharpe, batch.batch_best))
        told = {
            "strategy": batch.strategy, "batch": batch.batch, "n_tested": batch.n_tested,
            "n_eligible": batch.n_eligible, "done": batch.done, "planned": batch.planned, "best_sharpe": best,
            "batch_best": own, "method": batch.method, "why": batch.why,
        }  # fmt: skip
        with lab.transaction():
            # read again: somebody may have stopped it meanwhile; whoever stops it now waits until this is counted
            last = lab.runs.held(record.id)
            lab.ledger.record(entry)
            lab.runs.update(replace(last, strategies_tested=batch.done, best_sharpe=best))
            if batch.step is not None:
                lab.checkpoints.save(record.id, batch.step, told)
        _unless_stopped(last)
        progress(batch)

    return counted


def campaign_from(record: RunRecord | Mapping[str, Any]) -> Campaign:
    """The campaign of a stored run."""
    return Campaign.from_json(record.campaign if isinstance(record, RunRecord) else record)
