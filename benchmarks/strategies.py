"""What a candidate of each built-in strategy of one market costs: a year of hourly bars, one core, processor time.

A search over all strategies is as slow as its slowest ones, which the three of `engine` do not show.
"""

from __future__ import annotations

import statistics
from functools import partial

from benchmarks.engine_measures import timed
from benchmarks.engine_work import COSTS, candidates_of, market, tape_of
from benchmarks.machine import Found

from alpha_discovery.backtest.screen import Options, prepared, screen
from alpha_discovery.backtest.tape import tape
from alpha_discovery.backtest.task import on_cpu
from alpha_discovery.core.space import batch_size, take
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import built_in_strategies

RUNS = 5
SAMPLE = 256  # candidates that the kernel alone is timed on
MICRO = 1e6


def measured(n: int) -> Found:
    """Microseconds a candidate of ``n`` random ones each: median of the whole and of the kernel alone."""
    found = {name: _of(one, n) for name, one in built_in_strategies().items() if one.n_legs == 1}
    return {"n": n, "market": market()[1], "strategies": found}


def _of(strategy: Strategy, n: int) -> dict[str, float]:
    rules, batch, bars = strategy.rules, candidates_of(strategy, n), tape_of().bars
    few = take(batch, slice(0, SAMPLE))
    task = prepared(rules, few, tape(bars), COSTS)

    def whole() -> None:
        screen(rules, batch, tape(bars), COSTS, Options(workers=1))

    timed(whole), timed(partial(on_cpu, task))
    both = [statistics.median(timed(work)[1] for _ in range(RUNS)) for work in (whole, partial(on_cpu, task))]
    return {"whole_us": MICRO * both[0] / batch_size(batch), "kernel_us": MICRO * both[1] / batch_size(few)}


def table(found: Found) -> list[tuple[str, str]]:
    """A line a strategy, the dearest first, and their mean."""
    each = sorted(found["strategies"].items(), key=lambda item: -item[1]["whole_us"])
    mean = statistics.fmean(one["whole_us"] for _, one in each)
    lines = [(name, f"{one['whole_us']:.0f} us a candidate, the kernel {one['kernel_us']:.0f}") for name, one in each]
    rate = f"{mean:.0f} us a candidate: {MICRO / mean:,.0f} a second on one core"
    return [*lines, (f"mean of {len(each)} strategies", rate)]
