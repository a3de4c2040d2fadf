"""The same work with vectorbt, in its own environment.

    PYTHON_OF_THE_ENVIRONMENT -m benchmarks.engine_vectorbt FOLDER numba|rust PROCESSES COLUMNS

The folder holds ``bars.npz`` and the parameters of each strategy. Every distinct indicator is computed once a chunk,
signals are numpy comparisons, `Portfolio.from_signals` runs a chunk of columns at a time, and chunks go to as many
processes as there are cores. Sizes are amounts of money (it refuses reversals of sizes in percent) and Sharpe ratios
are of hourly returns, which is less work than of daily ones; all else is as in ours.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import vectorbt as vbt  # type: ignore[import-not-found]

Array = npt.NDArray[Any]
Signals = tuple[Array, Array, Array, Array]
CASH = 1.0e6


def by_window(windows: Array, compute: Callable[[list[int]], Any]) -> Array:
    """An indicator's column of each candidate, computed once for each distinct window."""
    distinct, column = np.unique(windows.astype(int), return_inverse=True)
    table: Array = np.asarray(compute(distinct.tolist()))
    each: Array = table.reshape(-1, len(distinct))[:, column]
    return each


def average(close: Array, windows: Array, *, ewm: bool = False) -> Array:
    return by_window(windows, lambda some: vbt.MA.run(close, some, ewm=ewm).ma)


def strength(close: Array, windows: Array) -> Array:
    return by_window(2 * windows - 1, lambda some: vbt.RSI.run(close, some, ewm=True).rsi)  # the span of Wilder's


def crossed(a: Array, b: Any) -> Array:
    above, not_above = np.greater(a, b), np.less_equal(a, b)
    return np.concatenate((np.zeros_like(above[:1]), above[1:] & not_above[:-1]))


def ma_cross(close: Array, p: dict[str, Array]) -> Signals:
    fast, slow = average(close, p["fast"]), average(close, p["slow"])
    up, down = crossed(fast, slow), crossed(slow, fast)
    return up, down, down, up


def rsi_reversion(close: Array, p: dict[str, Array]) -> Signals:
    rsi, low, high = strength(close, p["rsi_period"]), p["rsi_oversold"], p["rsi_overbought"]
    middle = (low + high) / 2.0
    return crossed(rsi, low), rsi >= middle, crossed(high, rsi), rsi <= middle


def generated(close: Array, p: dict[str, Array]) -> Signals:
    trend, rsi, price = average(close, p["trend"], ewm=True), strength(close, p["window"]), close[:, None]
    back, column = np.unique(p["back"].astype(int), return_inverse=True)
    rising = np.stack([np.append(np.zeros(k, dtype=bool), close[k:] > close[:-k]) for k in back], axis=1)[:, column]
    never = np.zeros_like(rising)
    return (price > trend) & rising & (rsi < p["level"]), price < trend, never, never


STRATEGIES = {"ma_cross": ma_cross, "rsi_reversion": rsi_reversion, "generated": generated}


def backtest(job: tuple[str, dict[str, Array], dict[str, Array], str]) -> int:
    """Sharpe ratio, drawdown, return and trades of some columns; gives the number of trades."""
    name, bars, p, engine = job
    prices = {key: column[:, None] for key, column in bars.items()}
    rows = {key: p[key][None, :] for key in ("position_size", "stop_loss", "take_profit")}
    signals = [np.concatenate((np.zeros_like(one[:1]), one[:-1])) for one in STRATEGIES[name](bars["close"], p)]
    portfolio = vbt.Portfolio.from_signals(
        prices["close"], *signals, price=prices["open"], open=prices["open"], high=prices["high"], low=prices["low"],
        size=rows["position_size"] * CASH, size_type="value", init_cash=CASH, fees=0.001, slippage=0.0005,
        sl_stop=rows["stop_loss"], tp_stop=rows["take_profit"], stop_entry_price="FillPrice",
        stop_exit_price="StopMarket", freq="1h", engine=engine,
    )  # fmt: skip
    found = (portfolio.sharpe_ratio(), portfolio.max_drawdown(), portfolio.total_return(), portfolio.trades.count())
    return int(np.asarray(found[3]).sum())


def timed(job: tuple[str, dict[str, Array], dict[str, Array], str]) -> tuple[int, float]:
    """Trades, and the processor time of the process that found them."""
    before = time.process_time()
    return backtest(job), time.process_time() - before


def jobs(folder: Path, engine: str, chunk: int, n: int | None = None) -> list[Any]:
    """Chunks of columns."""
    bars = dict(np.load(folder / "bars.npz"))
    batches = {name: dict(np.load(folder / f"{name}.npz")) for name in STRATEGIES}
    return [
        (name, bars, {key: column[:n][start : start + chunk] for key, column in batch.items()}, engine)
        for name, batch in batches.items()
        for start in range(0, len(batch["stop_loss"][:n]), chunk)
    ]


def warm_up(folder: Path, engine: str) -> None:
    """Compile in each process, on a few columns."""
    for job in jobs(folder, engine, 4, n=4):
        backtest(job)


def main(folder: Path, engine: str, processes: int, chunk: int) -> None:
    """Start the processes, let each of them compile and the whole work be done once, then time."""
    with multiprocessing.get_context("spawn").Pool(processes, warm_up, (folder, engine)) as pool:
        pool.map(backtest, jobs(folder, engine, chunk), chunksize=1)
        before = time.perf_counter()
        done = pool.map(timed, jobs(folder, engine, chunk), chunksize=1)
        seconds = time.perf_counter() - before
        pool.close()
        pool.join()  # only of children that have ended is the memory known
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024.0  # of the largest process
    trades, spent = (sum(column) for column in zip(*done, strict=True))
    print(json.dumps({"seconds": seconds, "cpu_seconds": spent, "trades": trades, "peak_mib": peak}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
