"""Backtests a second on the GPU against the CPU of the same machine, and whether both give the same numbers.

    python -m benchmarks.gpu [--bars 26280] [--seconds 3] [--out benchmarks/results/gpu.json]

Needs ``pip install 'alpha-discovery[gpu]'`` and a GPU; it says what is missing otherwise. Each strategy is screened
whole on both, then simulated alone by blocks of 64 to 512 threads and by chunks of several sizes, which is
what the constants `BLOCK` and `CHUNK` should be chosen from.
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from alpha_discovery.backtest import cuda_kernel
from alpha_discovery.backtest.account import TRADES
from alpha_discovery.backtest.cutting import chunk_size
from alpha_discovery.backtest.screen import Options, prepared
from alpha_discovery.backtest.tape import tape
from alpha_discovery.backtest.task import on_cpu
from alpha_discovery.compute.cores import usable_cores
from alpha_discovery.compute.devices import choose_device
from alpha_discovery.compute.rates import drawn, measure
from alpha_discovery.core.bars import Bars
from alpha_discovery.core.costs import Costs
from alpha_discovery.strategies.registry import find_strategy
from alpha_discovery.testing.markets import garch

STRATEGIES = ("sma_cross", "macd_cross", "mean_reversion", "pairs_reversion")
BLOCKS = (64, 128, 256, 512)
SIZES = (2_048, 16_384, 65_536, 262_144)
RESULTS = Path(__file__).parent / "results" / "gpu.json"


def main() -> None:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--bars", type=int, default=26_280, help="hourly bars: three years by default")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long to measure each, about")
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    device = choose_device("cuda")
    market = garch(given.bars, seed=1)
    figures = {
        "machine": {"device": asdict(device), "cores": usable_cores(), "processor": platform.processor()},
        "bars": given.bars,
        "agreement": [agreement(name, market) for name in STRATEGIES],
        "rates": [rates(name, market, given.seconds) for name in STRATEGIES],
        "blocks": [of_block(block, market) for block in BLOCKS],
        "sizes": [of_size(size, market) for size in SIZES],
    }
    given.out.parent.mkdir(exist_ok=True)
    given.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


def agreement(name: str, market: Bars, n: int = 2_000) -> dict[str, Any]:
    """Largest relative difference of any sum, and how many candidates are equal to the last bit."""
    strategy = find_strategy(name)
    over = tape((market,) * strategy.n_legs)
    task = prepared(strategy.rules, drawn(strategy, n), over, Costs(), Options(daily=2))
    gpu, cpu = cuda_kernel.Gpu(over)(task), on_cpu(task)
    return {
        "strategy": name, "candidates": n, "trades_equal": bool((gpu[0][:, TRADES] == cpu[0][:, TRADES]).all()),
        "bit_equal": int((gpu[0] == cpu[0]).all(axis=1).sum()), "largest_difference": difference(gpu[0], cpu[0]),
        "largest_difference_of_daily_returns": difference(gpu[1], cpu[1]),
    }  # fmt: skip


def difference(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> float:
    """Largest difference, relative to the larger of 1 and the value."""
    return float((np.abs(a - b) / np.maximum(1.0, np.abs(b))).max())


def rates(name: str, market: Bars, seconds: float) -> dict[str, Any]:
    """Whole screening on the CPU and on the GPU, all cores for the signals of both."""
    strategy, workers = find_strategy(name), usable_cores()
    both = {kind: measure(strategy, market, device=kind, workers=workers, seconds=seconds) for kind in ("cpu", "cuda")}
    return {kind: asdict(rate) for kind, rate in both.items()}


def of_block(block: int, market: Bars) -> dict[str, Any]:
    """Simulation alone by blocks of a size."""
    before = cuda_kernel.BLOCK
    cuda_kernel.BLOCK = block
    try:
        return {"block": block, **simulated(chunk_size(tape((market,)), "cuda"), market)}
    finally:
        cuda_kernel.BLOCK = before


def of_size(size: int, market: Bars) -> dict[str, Any]:
    """Simulation alone of so many candidates at a time."""
    return {"size": size, **simulated(size, market)}


def simulated(size: int, market: Bars, times: int = 3) -> dict[str, Any]:
    """Candidates a second, the best of a few runs: with daily returns brought back, and without."""
    strategy, over = find_strategy("sma_cross"), tape((market,))
    batch, gpu = drawn(strategy, size), cuda_kernel.Gpu(over)
    found = {}
    for daily in (0, 1):
        task = prepared(strategy.rules, batch, over, Costs(), Options(daily=daily))
        gpu(task)
        best = min(seconds_of(gpu, task) for _ in range(times))
        found[f"per_second_daily_{daily}"] = size / best
    return found


def seconds_of(gpu: cuda_kernel.Gpu, task: Any) -> float:
    """Wall-clock time of one task, transfers included."""
    start = time.perf_counter()
    gpu(task)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
