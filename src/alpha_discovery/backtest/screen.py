"""Screening: the summaries of many candidates, chunk by chunk, in a fixed order.

Chunks are worked on by threads (the kernels hold no lock), the calling one among them; what comes out does not depend
on how many there are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.account import summaries
from alpha_discovery.backtest.across_batches import kept_of
from alpha_discovery.backtest.across_chunks import ROOM, Common
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.cuda_kernel import on_cuda
from alpha_discovery.backtest.cutting import cut
from alpha_discovery.backtest.directions import directed
from alpha_discovery.backtest.in_order import in_order
from alpha_discovery.backtest.kept_memory import zeros
from alpha_discovery.backtest.parts import Parts
from alpha_discovery.backtest.signals import computed_for, conditions, signals_of
from alpha_discovery.backtest.simulate import DELAY, DIRECTION, LEVERAGE, N_RISK
from alpha_discovery.backtest.tape import Tape
from alpha_discovery.backtest.task import Simulator, Task, on_cpu
from alpha_discovery.core import risk as risk_space
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import SUMMARY, Records
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.errors import UserError
from alpha_discovery.rules.spelled import AnyRules

INTRABAR = ("stop_first", "target_first", "detail")
DEVICES = ("cpu", "cuda")
_WHOLE = np.dtype((np.void, SUMMARY.itemsize))  # a record is copied ten times as fast as its fields one by one
_NO_DAYS = np.zeros((0, 0), dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Chunk:
    """Results of some candidates of a batch.

    Attributes
    ----------
    rows : int64 (k,)
        Their positions in the batch.
    summary : SUMMARY records (k,)
    adjusted, raw : float32 (n_days, k)
        Daily returns net of costs, detrended and as they are; no rows where not asked for.
    """

    rows: npt.NDArray[np.int64]
    summary: Records
    adjusted: npt.NDArray[np.float32]
    raw: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Options:
    """How to screen; none but ``intrabar`` changes a number.

    Attributes
    ----------
    intrabar : str
        ``stop_first``, ``target_first`` or ``detail`` (from finer bars), for a bar that touches both.
    workers : int
        Threads.
    daily : int
        0: summaries only; 1: detrended daily returns too; 2: raw ones as well.
    chunk : int or None
        Candidates worked on together; None: as many as fit a bounded working set.
    device : str
        ``cpu`` or ``cuda``: where trades are simulated. Signals are computed on the CPU either way.
    beside : int
        Tapes that are screened side by side, which share the room for columns.
    """

    intrabar: str = "stop_first"
    workers: int = 1
    daily: int = 0
    chunk: int | None = None
    device: str = "cpu"
    beside: int = 1

    def __post_init__(self) -> None:
        if self.device not in DEVICES:
            raise UserError(f"no device {self.device!r}; use {' or '.join(DEVICES)}")
        if self.intrabar not in INTRABAR:
            raise UserError(f"no intrabar policy {self.intrabar!r}; use {' or '.join(INTRABAR)}")


DEFAULT = Options()


def screen_chunks(
    rules: AnyRules, batch: Batch, tape: Tape, costs: Costs, options: Options = DEFAULT,
    pieces: Sequence[npt.NDArray[np.int64]] | None = None,
) -> Iterator[Chunk]:  # fmt: skip
    """Backtest every row of ``batch``; chunks come in a fixed order and cover every row once.

    Parameters
    ----------
    batch : columns (n,)
        The parameters of the rules; risk parameters that are absent take their defaults.
    pieces : sequence of int64 arrays, optional
        The rows of each chunk, as `cutting.cut` gives them for this tape, or for several that go together.

    Raises
    ------
    UserError
        If the rules need other legs than the tape has, finer bars are missing, or leverage meets several legs.
    """
    checked(rules, risk_matrix(rules, batch, tape), tape, options.intrabar)
    if pieces is None:
        pieces = cut(rules, batch, [tape], options.device, options.chunk)
    parts = Parts()
    make = partial(Columns, tape, wanted=conditions(rules), parts=parts)
    reading = computed_for(rules)
    room = ROOM // options.beside
    common = Common(tape.close.shape[1], batch, make, nodes=reading, room=room, kept=kept_of(tape))
    simulator = on_cuda(tape) if options.device == "cuda" else on_cpu

    def work(rows: npt.NDArray[np.int64]) -> Chunk:
        return finished(rows, simulator, prepared(rules, take(batch, rows), tape, costs, options, common))

    workers = options.workers
    if workers <= 1 or len(pieces) == 1:
        yield from map(work, pieces)
        return
    threads = workers - 1  # and this one
    with ThreadPoolExecutor(threads, thread_name_prefix="screen") as pool:
        with parts.among(pool, threads):
            common.prepare(reading)
        yield from in_order(pool, threads, work, pieces)


def screen(rules: AnyRules, batch: Batch, tape: Tape, costs: Costs, options: Options = DEFAULT) -> Records:
    """SUMMARY records (n,) of every row of ``batch``."""
    out = zeros((batch_size(batch),), SUMMARY)
    whole = out.view(_WHOLE)
    for chunk in screen_chunks(rules, batch, tape, costs, options):
        whole[chunk.rows] = chunk.summary.view(_WHOLE)
    return out


def checked(rules: AnyRules, risk: npt.NDArray[np.float64], tape: Tape, intrabar: str) -> None:
    """Refuse what the engine cannot do; raises `UserError`."""
    if intrabar not in INTRABAR:
        raise UserError(f"no intrabar policy {intrabar!r}; use {', '.join(INTRABAR)}")
    if rules.n_legs != len(tape.bars):
        raise UserError(f"the rules trade {rules.n_legs} legs; {len(tape.bars)} were given")
    if intrabar == "detail" and not len(tape.detail[0]):
        raise UserError("intrabar='detail' needs finer bars; give them as detail= or use stop_first")
    if len(tape.bars) > 1 and (risk[:, LEVERAGE] > 1.0).any():
        raise UserError("leverage above 1 is simulated for one market only; several legs need leverage=1")


def cost_row(costs: Costs) -> tuple[float, ...]:
    """Costs in the order in which the kernels take them; a capital of 0 says that size does not matter."""
    most = math.inf if costs.max_share is None else costs.max_share
    capital = costs.capital if costs.depends_on_size else 0.0
    rates = costs.commission, costs.slippage, costs.limit_commission, costs.maintenance
    return (*rates, costs.impact, most, capital)


def risk_matrix(rules: AnyRules, batch: Batch, tape: Tape) -> npt.NDArray[np.float64]:
    """float64 (n, N_RISK): the risk columns of a batch, and the delay that the rules' latency makes."""
    rows = batch_size(batch)
    columns = risk_space.with_defaults(batch, rows)
    matrix = np.empty((rows, N_RISK))
    for k, name in enumerate(risk_space.NAMES):
        matrix[:, k] = columns[name]
    matrix[:, DELAY] = np.sqrt(rules.latency_ms.values(batch) / tape.bar_ms)
    return matrix


def prepared(
    rules: AnyRules, batch: Batch, tape: Tape, costs: Costs, options: Options = DEFAULT, common: Common | None = None
) -> Task:
    """All rows of ``batch`` as one task: their signals computed, nothing simulated yet.

    ``common`` has what is computed once for all chunks of a larger batch.
    """
    tables, weights = signals_of(rules, batch, tape, common)
    risk = risk_matrix(rules, batch, tape)
    tables = directed(tables, risk[:, DIRECTION])
    rows_of = np.stack([table.row for table in tables], axis=1)
    return Task(
        tape, INTRABAR.index(options.intrabar), tuple(table.values for table in tables), rows_of,
        risk, weights, cost_row(costs), options.daily,
    )  # fmt: skip


def finished(rows: npt.NDArray[np.int64], simulator: Simulator, task: Task) -> Chunk:
    """What a simulator finds of a task, whose candidates are some rows of a batch."""
    sums, daily = simulator(task)
    summary = summaries(sums, n_days=task.tape.n_days, n_bars=task.tape.end - task.tape.begin)
    adjusted, raw = (daily[kind] if kind < task.daily else _NO_DAYS for kind in range(2))
    return Chunk(rows, summary, adjusted, raw)
