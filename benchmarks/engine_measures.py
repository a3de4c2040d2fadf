"""Measurements of the engine, one a process: ``python -m benchmarks.engine_measures NAME n=5000 workers=2``.

Each prints one line of JSON. Compiled code comes from the cache on disk and runs once before anything is timed, so
that times are those of a process that has worked before; `engine_start` measures what one that has not pays. Parts are
timed by the processor time of their thread, which other programs on the machine disturb least.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np
from benchmarks.engine_work import COSTS, STRATEGIES, YEAR, candidates, tape_of, thirds
from benchmarks.machine import Found, answer, forget_peak, most_since_mib, peak_mib, resident_mib

from alpha_discovery.backtest.across_chunks import Common
from alpha_discovery.backtest.columns import Columns
from alpha_discovery.backtest.cutting import chunk_size
from alpha_discovery.backtest.screen import Options, prepared, screen, screen_chunks
from alpha_discovery.backtest.tape import Tape, tape
from alpha_discovery.backtest.task import on_cpu
from alpha_discovery.core.space import Batch, batch_size, take
from alpha_discovery.metrics.summary import sharpe_ratio
from alpha_discovery.testing.markets import garch

DAYS = 365.0
WARM = 5_000  # candidates that a process has worked on before it is timed
T = TypeVar("T")


def end_to_end(batches: dict[str, Batch], over: Tape, workers: int) -> int:
    """Parameters to Sharpe ratio, drawdown, return and trades of every candidate; gives the number of trades."""
    trades = 0
    for name, batch in batches.items():
        found = screen(STRATEGIES[name].rules, batch, over, COSTS, Options(workers=workers))
        ratios, falls, gains = sharpe_ratio(found, DAYS), found["max_drawdown"], found["total_return"]
        assert len(ratios) == len(falls) == len(gains)
        trades += int(found["n_trades"].sum())
    return trades


def measure_work(n: int, workers: int, bars: int = YEAR) -> Found:
    """End to end, the tape included, over the last so many hourly bars; work of this kind was done before."""
    over = tape_of(bars)
    end_to_end({name: candidates(name, count) for name, count in thirds(min(n, WARM)).items()}, over, workers)
    batches = {name: candidates(name, count) for name, count in thirds(n).items()}
    before, cpu = time.perf_counter(), time.process_time()
    trades = end_to_end(batches, tape(over.bars), workers)
    seconds, spent = time.perf_counter() - before, time.process_time() - cpu
    return {"seconds": seconds, "cpu_seconds": spent, "n": n, "workers": workers, "bars": bars, "trades": trades}


def measure_minutes(n: int, days: int) -> Found:
    """End to end over synthetic minute bars."""
    over = tape((garch(days * 1_440, seed=1, timeframe="1m"),))
    end_to_end({name: candidates(name, 64) for name in STRATEGIES}, over, 1)
    batches = {name: candidates(name, count) for name, count in thirds(n).items()}
    trades, seconds = timed(lambda: end_to_end(batches, over, 1), time.process_time)
    return {"cpu_seconds": seconds, "n": n, "bars": days * 1_440, "trades": trades}


def measure_parts(n: int) -> Found:
    """One core, each strategy by itself: processor seconds of signals (columns and bitmaps) and of the kernel."""
    over, out = tape_of(), {"n": float(n)}
    size = chunk_size(over)
    for name in STRATEGIES:
        rules, batch = STRATEGIES[name].rules, candidates(name, n)
        end_to_end({name: take(batch, slice(0, 64))}, over, 1)
        order = np.lexsort([batch[key] for key in reversed(rules.parameters)])
        common = Common(over.close.shape[1], batch, partial(Columns, over))
        spent, trades = {"signals": 0.0, "kernel": 0.0}, 0
        for start in range(0, n, size):
            part = take(batch, order[start : start + size])
            task, seconds = timed(partial(prepared, rules, part, over, COSTS, common=common))
            spent["signals"] += seconds
            (sums, _), seconds = timed(partial(on_cpu, task))
            spent["kernel"] += seconds
            trades += int(sums[:, 0].sum())
        out.update({f"{name} {part}": seconds for part, seconds in spent.items()})
        out[f"{name} trades"] = trades / n
    return out


def measure_alone(n: int, workers: int) -> Found:
    """Kernels that share nothing, one a thread, ``n`` candidates each: the most that so many cores give."""
    rules, batch = STRATEGIES["ma_cross"].rules, candidates("ma_cross", n)
    tasks = [prepared(rules, batch, tape_of(), COSTS) for _ in range(workers)]
    for task in tasks:
        on_cpu(task)
    with ThreadPoolExecutor(workers) as pool:
        _, seconds = timed(lambda: list(pool.map(on_cpu, tasks)), time.perf_counter)
    return {"seconds": seconds, "n": n, "workers": workers}


def measure_memory(n: int) -> Found:
    """What ``n`` candidates of one strategy need above the bars and the compiled code, read chunk by chunk."""
    over, rules = tape_of(), STRATEGIES["ma_cross"].rules
    screen(rules, candidates("ma_cross", 64), over, COSTS, Options(workers=2))
    before = resident_mib()
    batch = candidates("ma_cross", n)
    columns = sum(column.nbytes for column in batch.values()) / 2**20
    ratios = np.empty(batch_size(batch))
    for chunk in screen_chunks(rules, batch, over, COSTS, Options(workers=2)):
        ratios[chunk.rows] = sharpe_ratio(chunk.summary, DAYS)
    return {"n": n, "above_mib": peak_mib() - before, "parameters_mib": columns}


def measure_long(n: int, days: int) -> Found:
    """What ``n`` candidates of the cross of averages over synthetic minute bars need above bars and tape; pauses."""
    rules, batch = STRATEGIES["ma_cross"].rules, candidates("ma_cross", n)
    screen(rules, candidates("ma_cross", 64), tape((garch(1_440, seed=1, timeframe="1m"),)), COSTS, Options(workers=2))
    over = tape((garch(days * 1_440, seed=1, timeframe="1m"),))
    before, told = resident_mib(), [time.perf_counter()]
    forget_peak()  # that was of making the bars
    told += (time.perf_counter() for _ in screen_chunks(rules, batch, over, COSTS, Options(workers=2)))
    above, seconds = most_since_mib() - before, told[-1] - told[0]
    return {"n": n, "bars": days * 1_440, "above_mib": above, "seconds": seconds, "pause": float(np.diff(told).max())}


def timed(work: Callable[[], T], clock: Callable[[], float] = time.thread_time) -> tuple[T, float]:
    """A result and what it took."""
    before = clock()
    result = work()
    return result, clock() - before


MEASURES: dict[str, Callable[..., Any]] = {
    "work": measure_work, "minutes": measure_minutes, "parts": measure_parts, "alone": measure_alone,
    "memory": measure_memory, "long": measure_long,
}  # fmt: skip

if __name__ == "__main__":
    answer(MEASURES)
