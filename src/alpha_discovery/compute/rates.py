"""Backtests a second that a machine reaches on given bars.

Signals and simulation are also timed apart: signals are computed on the CPU whatever the device is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from alpha_discovery.backtest.cuda_kernel import Gpu
from alpha_discovery.backtest.cutting import chunk_size, cut
from alpha_discovery.backtest.screen import Options, prepared, screen_chunks
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.backtest.task import Simulator, on_cpu
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import Batch, take
from alpha_discovery.rules.strategy import Strategy

_SEED = 20240101
T = TypeVar("T")


@dataclass(frozen=True)
class Rate:
    """What was measured of one strategy on one device.

    Attributes
    ----------
    strategy, device : str
    workers : int
        Threads.
    bars, candidates : int
        Length of the history, and backtests of it that were run in full.
    trades : float
        Mean of a candidate.
    per_second : float
        Backtests a second, signals included, daily returns written.
    signals_per_second, simulated_per_second : float
        Each half on its own: signals by one thread, simulation by one thread or the GPU, transfers included.
    first : float
        Seconds of the first chunk, compilation included where nothing was compiled yet.
    """

    strategy: str
    device: str
    workers: int
    bars: int
    candidates: int
    trades: float
    per_second: float
    signals_per_second: float
    simulated_per_second: float
    first: float


def measure(
    strategy: Strategy, bars: Bars, *, device: str = "cpu", workers: int = 1, seconds: float = 3.0
) -> Rate:
    """Screen parameters drawn from a strategy's space for about ``seconds``, and each half for as long again."""
    over, costs = tape((bars,) * strategy.n_legs), Costs()
    options = Options(device=device, workers=workers, daily=1)
    batch = drawn(strategy, chunk_size(over, device) * max(2, workers))
    part = take(batch, own := cut(strategy.rules, batch, (over,), device)[0])
    _, first = _timed(lambda: _trades(strategy, part, over, costs, options))
    trades, done, spent = 0, 0, 0.0
    while spent < seconds:
        found, took = _timed(lambda: _trades(strategy, batch, over, costs, options))
        trades, done, spent = trades + found, done + len(next(iter(batch.values()))), spent + took
    signals, task = _rate(lambda: prepared(strategy.rules, part, over, costs, options), len(own), seconds)
    simulator: Simulator = Gpu(over) if device == "cuda" else on_cpu
    simulated, _ = _rate(lambda: simulator(task), len(own), seconds)
    return Rate(
        strategy.name, device, workers, len(bars), done, trades / done, done / spent, signals, simulated, first
    )


def drawn(strategy: Strategy, n: int) -> Batch:
    """``n`` random candidates of a strategy's space, the same ones every time; its conditions hold."""
    rng = np.random.default_rng(_SEED)
    pieces: list[Batch] = []
    found = 0
    while found < n:
        batch = strategy.space.from_unit(rng.random((n, len(strategy.space.free))))
        holds = strategy.space.satisfied(batch)
        pieces.append({name: column[holds] for name, column in batch.items()})
        found += int(holds.sum())
    return {name: np.concatenate([piece[name] for piece in pieces])[:n] for name in pieces[0]}


def _trades(strategy: Strategy, batch: Batch, over: Tape, costs: Costs, options: Options) -> int:
    chunks = screen_chunks(strategy.rules, batch, over, costs, options)
    return sum(int(chunk.summary["n_trades"].sum()) for chunk in chunks)


def _rate(work: Callable[[], T], size: int, seconds: float) -> tuple[float, T]:
    """Candidates a second of something that does ``size`` at a time, and what it gave last."""
    result, _ = _timed(work)
    times = 0
    start = time.perf_counter()
    while times == 0 or time.perf_counter() - start < seconds / 2:
        result = work()
        times += 1
    return size * times / (time.perf_counter() - start), result


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start
