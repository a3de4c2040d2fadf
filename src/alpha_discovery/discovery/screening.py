"""The search part of a run: ask, screen, count in the ledger, feed the family test; nothing else is kept.

A pure function of (history, campaign): the number of workers, the chunking and the time of day do not change a bit of
the result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.collecting import uncollected
from alpha_discovery.core.identity import content_hash
from alpha_discovery.core.space import Batch, batch_size, joined
from alpha_discovery.discovery.behaviour import behaviour
from alpha_discovery.discovery.block_sample import BlockSample
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.checkpoint import Checkpoint, Course, Resumed, Segment, Step
from alpha_discovery.discovery.control import COLUMN, share_of
from alpha_discovery.discovery.evaluating import Evaluator, Grounds
from alpha_discovery.discovery.history import History
from alpha_discovery.discovery.jobs import Job
from alpha_discovery.discovery.kept_returns import ROOM, KeptReturns
from alpha_discovery.discovery.parts import SECONDS_PER_BAR, part_size
from alpha_discovery.discovery.tally import Tally, empty_tally
from alpha_discovery.generation.strategy import Generated
from alpha_discovery.search.behaviour import Watching
from alpha_discovery.search.budget import Spent
from alpha_discovery.search.listed import Listed
from alpha_discovery.search.methods import make_optimizer
from alpha_discovery.search.protocol import Optimizer, Row
from alpha_discovery.validation.stepm import StepM

BATCH = 8_192
BATCH_SECONDS = 4.0  # of one core, by estimate: where more of a batch would take longer, progress is told earlier
LEAST = 64  # candidates of a batch
EVERY = 3.0  # seconds after which a batch in hand tells how far it is
PARTS_AHEAD = 2  # parts for each worker of an executor in one batch
_JOB_SHIFT = 40  # candidate ids are job * 2^40 + row


@dataclass(frozen=True)
class Counted:
    """One batch that was evaluated: what the ledger must count, how far the run is, and where it could go on.

    ``batch_best`` is its own best Sharpe ratio; ``method`` and ``why`` tell what a search that chooses chose for it.
    Of a batch ``in_hand`` nothing is counted yet: it only tells how far the run is. ``share`` is what is done of null
    markets in hand, all of them together, beyond ``done``.
    """

    strategy: str
    batch: int
    n_tested: int
    n_eligible: int
    done: int
    planned: int
    best_sharpe: float
    step: Step | None = field(default=None, compare=False, repr=False)
    batch_best: float = float("-inf")
    method: str | None = None
    why: str | None = None
    in_hand: bool = False
    share: float = 0.0

    @property
    def reached(self) -> float:
        """What is done, with what is done of null markets in hand."""
        return self.done + self.share


@dataclass(frozen=True, eq=False)
class Trials:
    """Every candidate of one job, slim: parameters and the columns a person looks at.

    ``columns`` hold float64 (n,): sharpe_ratio, profit_factor, the fields of `tally.SLIM`, ``t`` (NaN: not eligible).
    ``log`` is what an optimizer that chooses between methods decided, generation by generation, and why;
    ``n_periods`` the accounting periods that were searched; ``control`` the share of what short looks dropped that was
    looked at in full for `alpha_discovery.discovery.control`, 0 where nothing was dropped. ``kept`` has the daily
    returns of all of them, if they were few and fixed before looking, and these threads computed them.
    """

    job: Job
    plan: str
    adaptive: bool
    batch: Batch
    columns: dict[str, npt.NDArray[np.float64]]
    log: tuple[Row, ...] = ()
    n_periods: int = 0
    control: float = 0.0
    kept: KeptReturns | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return batch_size(self.batch)

    def found(self, row: int) -> tuple[Trials, int]:
        """Trials of one strategy with parameters, and the place of a row in them.

        Where each row spells rules of its own, they become such a strategy; else nothing changes.
        """
        strategy = self.job.strategy
        if not isinstance(strategy, Generated):
            return self, row
        own, space, batch = strategy.found(self.job.space, self.batch, row)
        columns = {name: values[row : row + 1] for name, values in self.columns.items()}
        return replace(self, job=Job(own, space, self.job.sleeves), batch=batch, columns=columns, kept=None), 0


@dataclass(frozen=True, eq=False)
class Screening:
    """What a search part leaves to the judge.

    ``family`` tests every eligible candidate, ``blocks`` keeps the block sums of a sample of them.
    """

    trials: tuple[Trials, ...]
    family: StepM
    blocks: BlockSample
    n_periods: int
    periods_per_year: float

    @property
    def adaptive(self) -> bool:
        """Whether what was evaluated depended on results."""
        return any(trials.adaptive for trials in self.trials)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs, as a search made again is to end them."""
        return tuple(trials.job for trials in self.trials)

    @property
    def strategies(self) -> tuple[str, ...]:
        """Names of the strategies that were tried, each once."""
        return tuple(dict.fromkeys(trials.job.strategy.name for trials in self.trials))

    def find(self, candidate: int) -> tuple[Trials, int]:
        """The trials and the row of a candidate id, as `Trials.found`."""
        return self.trials[candidate >> _JOB_SHIFT].found(candidate & ((1 << _JOB_SHIFT) - 1))


def run_screening(
    campaign: Campaign,
    history: History,
    jobs: tuple[Job, ...],
    *,
    workers: int = 1,
    counted: Callable[[Counted], None] = lambda _: None,
    into: Screening | None = None,
    course: Course = Course(),  # noqa: B008  (frozen)
    control: bool = True,
    underway: Callable[[Counted], None] = lambda _: None,
) -> Screening:
    """Search every job of a campaign on the search part.

    Parameters
    ----------
    counted : callable
        Called after each batch, before anything of it can be used: writes the ledger, and the checkpoint.
    into : Screening, optional
        Of another campaign on the same history: both become one family, and the trials of this one follow.
    course : Course, optional
        How it goes on in its surroundings: where to begin, when to wait, when to end.
    control : bool
        Whether some of what short looks drop is looked at in full, which changes no other number.
    underway : callable
        Called every few seconds while a batch is evaluated, which over a million bars may take minutes.
    """
    laid_out = history.laid_out
    year = history.search[jobs[0].sleeves[0][0]].periods_per_year
    pool = _pool(campaign, history, len(laid_out.calendar), year) if into is None else into
    planned = [_optimizer(campaign, job, history) for job in jobs]
    at = _Standing(sum(optimizer.planned for optimizer in planned))
    if course.resume is not None:
        _restore(pool, course.resume, planned, at)
    tally = Tally(pool.family, pool.blocks, pool.n_periods, year)
    grounds = Grounds(campaign, history, tally, course, workers, share_of(campaign.max_iterations) if control else 0.0)
    trials, room = list[Trials](), ROOM
    for job, optimizer in zip(jobs, planned, strict=True):
        over = laid_out.over(job.sleeves)
        number = len(pool.trials) + len(trials)
        kept = KeptReturns(number << _JOB_SHIFT, room if _may_keep(job, optimizer, course) else 0)
        ahead = Ahead(underway)
        evaluator = Evaluator(grounds, job, over, kept, ahead.looked)
        known = course.resume.of_job(len(trials)) if course.resume else ()
        parts = [(one.batch, one.columns) for one in known]
        spent, began = at.enter(len(trials)), course.clock()
        size = _batch(grounds, job, optimizer)
        for batch in _batches(optimizer, size, job, spent) if at.is_open(len(trials)) else ():
            ahead.begin(at.in_hand(job), batch_size(batch), evaluator.cost(batch_size(batch)))
            columns = evaluator.columns(batch, (number << _JOB_SHIFT) + sum(batch_size(part) for part, _ in parts))
            parts.append((batch, columns))
            if isinstance(optimizer, Watching):
                optimizer.watch(batch, behaviour(campaign, job, batch, over, columns))
            with uncollected():
                optimizer.tell(batch, columns["sharpe_ratio"], objectives(columns))
            spent.add(columns["sharpe_ratio"], seconds=(now := course.clock()) - began)
            began = now
            counted(at.counted(job, Segment(batch, columns), optimizer, pool))
        at.leave(len(trials), optimizer)
        trials.append(_joined(job, spent, optimizer, parts, at.logs[len(trials)], grounds, kept))
        room -= kept.nbytes
    return replace(pool, trials=(*pool.trials, *trials))


class Ahead:
    """Tells how far a batch in hand is, every `EVERY` seconds."""

    def __init__(self, tell: Callable[[Counted], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock

    def begin(self, at: Counted, size: int, cost: float) -> None:
        """A batch of so many candidates, which cost so many looks in full, begins where the search is at."""
        self._at, self._size, self._cost, self._looked, self._told = at, size, cost, 0.0, self._clock()

    def looked(self, many: float) -> None:
        """So many more looks in full were taken for it; what it is ahead by is their share of all that it costs."""
        self._looked += many
        done = int(self._size * (self._looked / self._cost) + 1e-9)
        if done < self._size and (now := self._clock()) - self._told >= EVERY:  # once done, who counts it tells
            self._told = now
            self._tell(replace(self._at, done=self._at.done + done))


@dataclass
class _Standing:
    """How far a search is."""

    planned: int
    first: int = 0  # the job to begin or go on with
    done: int = 0
    best: float = float("-inf")
    batches: list[int] = field(default_factory=list)
    logs: list[list[Row]] = field(default_factory=list)  # of the jobs that are done
    spent: list[Spent] = field(default_factory=list)

    def enter(self, job: int) -> Spent:
        """Begin a job, or find it begun; what it has used."""
        if job == len(self.batches):
            self.batches.append(0)
        if job == len(self.spent):
            self.spent.append(Spent())
        return self.spent[job]

    def leave(self, job: int, optimizer: Optimizer) -> None:
        """Keep what was decided in a job, unless it is known from before."""
        if job == len(self.logs):
            self.logs.append(optimizer.log())

    def is_open(self, job: int) -> bool:
        """Whether there is something left to search of it."""
        return job >= self.first

    def in_hand(self, job: Job) -> Counted:
        """How far the search is as a batch begins."""
        return Counted(job.strategy.name, self.batches[-1] + 1, 0, 0, self.done, self.planned, self.best, in_hand=True)

    def counted(self, job: Job, segment: Segment, optimizer: Optimizer, pool: Screening) -> Counted:
        """Take in a batch, and say what must be counted of it."""
        columns = segment.columns
        size = len(columns["sharpe_ratio"])
        number = sum(self.batches)
        self.batches[-1] += 1
        self.done += size
        batch_best = float(np.nanmax(columns["sharpe_ratio"], initial=float("-inf")))
        self.best = max(self.best, batch_best)
        chosen = (optimizer.log() or [{"method": None, "why": None}])[-1]

        def checkpoint() -> Checkpoint:
            return Checkpoint(
                len(self.batches) - 1, tuple(self.batches), self.done, self.best, optimizer.state(),
                pool.family.state(), pool.blocks.state(), tuple(self.logs), tuple(map(replace, self.spent)),
            )  # fmt: skip

        return Counted(
            job.strategy.name, self.batches[-1], size, int(columns["eligible"].sum()), self.done, self.planned,
            self.best, Step(number, segment, checkpoint), batch_best, chosen["method"], chosen["why"],
        )  # fmt: skip


def _restore(pool: Screening, resume: Resumed, optimizers: list[Optimizer], at: _Standing) -> None:
    """Bring family, optimizer and counters to where they were at a checkpoint."""
    last = resume.checkpoint
    optimizers[last.job].restore(dict(last.optimizer))
    at.first, at.done, at.best, at.batches = last.job, last.done, last.best, list(last.batches)
    at.logs, at.spent = list(last.logs), list(last.spent)
    pool.family.go_on(last.family)
    pool.blocks.go_on(last.blocks)


def objectives(columns: Mapping[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """float64 (n, 3) as `OBJECTIVES` says, higher is better; NaN for a candidate that is not active enough."""
    goals = np.stack([columns["sharpe_ratio"], -columns["max_drawdown"], -columns["turnover"]], axis=1)
    goals[columns["eligible"] == 0.0] = np.nan
    return goals


def _pool(campaign: Campaign, history: History, n_periods: int, periods_per_year: float) -> Screening:
    """A family without a candidate."""
    tally = empty_tally(campaign, history.epoch, n_periods, periods_per_year)
    return Screening((), tally.family, tally.blocks, n_periods, periods_per_year)


def _optimizer(campaign: Campaign, job: Job, history: History) -> Optimizer:
    if job.rows is not None:
        return Listed(job.space, job.rows)
    seed = int(content_hash("search", campaign.seed, job.strategy.name)[:8], 16)
    bars = sum(len(history.search[sleeve[0]]) for sleeve in job.sleeves)
    return make_optimizer(
        campaign.method, job.space, budget=campaign.max_iterations, seed=seed, region=job.region,
        cost=SECONDS_PER_BAR * bars, judge=job.guide, sampling=campaign.sampling,
    )  # fmt: skip


def _batches(optimizer: Optimizer, size: int, job: Job, spent: Spent) -> Iterator[Batch]:
    while job.until is None or not job.until.reached(spent):
        with uncollected():
            batch = optimizer.ask(size)
        if not batch_size(batch):
            return
        yield batch


def _as_ended(job: Job, spent: Spent) -> Job:
    """The job as a search made again is to end: where this one did."""
    return job if job.until is None else replace(job, until=job.until.timeless(spent))


def _plan(job: Job, optimizer: Optimizer, spent: Spent) -> str:
    """What the optimizer planned, through which looks, and what ended it, in a line."""
    looks = "" if job.halving is None else f"; {job.halving}"
    why = "" if job.until is None else job.until.reason(spent)
    return f"{optimizer.plan}{looks}" + (f"; ended after {spent.candidates:,} candidates: {why}" if why else "")


def _batch(grounds: Grounds, job: Job, optimizer: Optimizer) -> int:
    """Candidates to ask for at once; where that changes nothing, enough to keep every worker of an executor busy.

    Or few enough to be told of every few seconds: a batch over a million bars would take minutes.
    """
    executor, patience = grounds.course.executor, None if job.until is None else job.until.patience
    if patience is not None:
        return min(BATCH, patience)
    if optimizer.adaptive or job.halving is not None or job.until is not None:
        return BATCH
    bars = grounds.bars_of(job)
    size = min(BATCH, max(LEAST, int(BATCH_SECONDS / (SECONDS_PER_BAR * max(1, bars)))))
    return size if executor is None else max(size, PARTS_AHEAD * executor.width * part_size(bars))


def _may_keep(job: Job, optimizer: Optimizer, course: Course) -> bool:
    """Whether the judge may need daily returns again: of a list, which no copy repeats, as the CPU computes them."""
    return not optimizer.adaptive and job.halving is None and course.executor is None and course.device == "cpu"


def _with_control(
    values: dict[str, npt.NDArray[np.float64]], control: float
) -> dict[str, npt.NDArray[np.float64]]:
    """A checkpoint of an earlier version has none."""
    return values if not control or COLUMN in values else {**values, COLUMN: np.full(len(values["t"]), np.nan)}


def _joined(
    job: Job, spent: Spent, optimizer: Optimizer, parts: list[tuple[Batch, dict[str, npt.NDArray[np.float64]]]],
    log: list[Row], grounds: Grounds, kept: KeptReturns,
) -> Trials:
    batch = joined([part for part, _ in parts])
    control = 0.0 if job.halving is None else grounds.control
    columns = joined([_with_control(values, control) for _, values in parts])
    adaptive = optimizer.adaptive or job.selects
    plan = _plan(job, optimizer, spent)
    n_periods, whole = grounds.tally.n_periods, kept if 0 < len(kept) == batch_size(batch) else None
    return Trials(_as_ended(job, spent), plan, adaptive, batch, columns, tuple(log), n_periods, control, whole)
