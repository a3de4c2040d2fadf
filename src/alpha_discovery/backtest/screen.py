"""Screening: the summaries of many candidates, chunk by chunk, in a fixed order.

Chunks are worked on by threads (the kernels hold no lock), a few ahead of the reader; what comes out does not depend
on how many there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest.account import WIDTH, summaries
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.simulate import DELAY, LEVERAGE, N_RISK, N_TRADE, simulate_all
from alpha_discovery.backtest.simulate_legs import simulate_legs_all
from alpha_discovery.backtest.tape import Tape, one_leg
from alpha_discovery.core import risk as risk_space
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.results import SUMMARY, Records
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.errors import UserError
from alpha_discovery.rules.strategy import Rules

INTRABAR = ("stop_first", "target_first", "detail")
CHUNK = 2_048
_NO_DAYS = np.zeros((0, 0), dtype=np.float32)
_NOTHING = np.zeros((0, N_TRADE)), np.zeros(0)  # room for no trades and no equity
_WORKING_SET = 128 * 2**20  # bytes of bitmaps and daily returns that one chunk may take


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
    """

    intrabar: str = "stop_first"
    workers: int = 1
    daily: int = 0
    chunk: int | None = None

    def __post_init__(self) -> None:
        if self.intrabar not in INTRABAR:
            raise UserError(f"no intrabar policy {self.intrabar!r}; use {' or '.join(INTRABAR)}")


DEFAULT = Options()


def screen_chunks(
    rules: Rules, batch: Batch, tape: Tape, costs: Costs, options: Options = DEFAULT
) -> Iterator[Chunk]:
    """Backtest every row of ``batch``; chunks come in a fixed order and cover every row once.

    Parameters
    ----------
    batch : columns (n,)
        The parameters of the rules; risk parameters that are absent take their defaults.

    Raises
    ------
    UserError
        If the rules need other legs than the tape has, finer bars are missing, or leverage meets several legs.
    """
    checked(rules, risk_matrix(rules, batch, tape), tape, options.intrabar)
    order = _order(rules, batch)
    size = options.chunk or chunk_size(tape)
    pieces = [order[start : start + size] for start in range(0, len(order), size)]

    def work(rows: npt.NDArray[np.int64]) -> Chunk:
        return _screen_chunk(rules, rows, take(batch, rows), tape, costs, options)

    workers = options.workers
    if workers <= 1 or len(pieces) == 1:
        yield from map(work, pieces)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="screen") as pool:
        ahead: deque[Future[Chunk]] = deque()
        try:
            for piece in pieces:
                ahead.append(pool.submit(work, piece))
                if len(ahead) > workers:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def screen(rules: Rules, batch: Batch, tape: Tape, costs: Costs, options: Options = DEFAULT) -> Records:
    """SUMMARY records (n,) of every row of ``batch``."""
    out = np.zeros(batch_size(batch), dtype=SUMMARY)
    for chunk in screen_chunks(rules, batch, tape, costs, options):
        out[chunk.rows] = chunk.summary
    return out


def checked(rules: Rules, risk: npt.NDArray[np.float64], tape: Tape, intrabar: str) -> None:
    """Refuse what the engine cannot do; raises `UserError`."""
    if intrabar not in INTRABAR:
        raise UserError(f"no intrabar policy {intrabar!r}; use {', '.join(INTRABAR)}")
    if len(rules.weights) != len(tape.bars):
        raise UserError(f"the rules trade {len(rules.weights)} legs; {len(tape.bars)} were given")
    if intrabar == "detail" and not len(tape.detail[0]):
        raise UserError("intrabar='detail' needs finer bars; give them as detail= or use stop_first")
    if len(tape.bars) > 1 and (risk[:, LEVERAGE] > 1.0).any():
        raise UserError("leverage above 1 is simulated for one market only; several legs need leverage=1")


def cost_row(costs: Costs) -> tuple[float, float, float, float]:
    """Costs in the order in which the kernels take them."""
    return costs.commission, costs.slippage, costs.limit_commission, costs.maintenance


def chunk_size(tape: Tape) -> int:
    """Candidates worked on together: bounded, so that memory does not grow with their number."""
    each = 4 * tape.close.shape[1] // 8 + 4 * tape.n_days + 8 * WIDTH
    return int(min(CHUNK, max(64, _WORKING_SET // each)))


def risk_matrix(rules: Rules, batch: Batch, tape: Tape) -> npt.NDArray[np.float64]:
    """float64 (n, N_RISK): the risk columns of a batch, and the delay that the rules' latency makes."""
    rows = batch_size(batch)
    columns = risk_space.with_defaults(batch, rows)
    matrix = np.empty((rows, N_RISK))
    for k, name in enumerate(risk_space.NAMES):
        matrix[:, k] = columns[name]
    matrix[:, DELAY] = np.sqrt(rules.latency_ms.values(batch) / tape.bar_ms)
    return matrix


def _order(rules: Rules, batch: Batch) -> npt.NDArray[np.int64]:
    """Rows sorted by the rules' parameters, so that neighbours share columns and bitmaps."""
    rows = batch_size(batch)
    keys = [batch[name] for name in reversed(rules.parameters) if name in batch]
    return np.lexsort(keys).astype(np.int64) if keys else np.arange(rows, dtype=np.int64)


def _screen_chunk(
    rules: Rules, rows: npt.NDArray[np.int64], batch: Batch, tape: Tape, costs: Costs, options: Options
) -> Chunk:
    columns = Columns(tape, batch)
    tables = [columns.bitmaps(signal) for signal in rules.signals]
    bitmaps = tuple(table.values for table in tables)
    rows_of = np.stack([table.row for table in tables], axis=1)
    risk = risk_matrix(rules, batch, tape)
    out = np.empty((len(rows), WIDTH))
    daily = np.zeros((len(rows), options.daily, tape.n_days), dtype=np.float32)
    days = (tape.day, tape.day_first, tape.day_last, tape.day_block)
    span = (tape.begin, tape.end, INTRABAR.index(options.intrabar))
    fees = cost_row(costs)
    if len(tape.bars) == 1:
        prices = one_leg(tape)
        drift = float(tape.drift[0])
        simulate_all(prices, (*days, drift), span, bitmaps, rows_of, risk, fees, out, daily, _NOTHING)
    else:
        weights = np.stack([np.broadcast_to(w.values(batch), len(rows)) for w in rules.weights], axis=1)
        weights = np.ascontiguousarray(weights, dtype=np.float64)
        prices2 = (tape.open, tape.close, tape.spread, tape.running, tape.due, tape.marked)
        legs = np.zeros((len(tape.bars), 4))
        shared = (*days, tape.drift), span, bitmaps, rows_of, risk, weights, fees
        simulate_legs_all(prices2, *shared, out, daily, _NOTHING, legs)
    summary = summaries(out, n_days=tape.n_days, n_bars=tape.end - tape.begin)
    adjusted, raw = (np.ascontiguousarray(daily[:, k].T) if k < options.daily else _NO_DAYS for k in range(2))
    return Chunk(rows, summary, adjusted, raw)
