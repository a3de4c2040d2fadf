"""A lower bound of the kernel's time: one pass over what it must read, with nothing decided.

Every trade of a candidate is known beforehand. Left is what no exact simulation of these trades can do without: the
words of the bitmaps, the prices of fills, the close of each day that a position spans and a return of it, and the
row of results. Bound and kernel are compared at the same candidates.
"""

from __future__ import annotations

import time

import numpy as np
from benchmarks.engine_work import COSTS, STRATEGIES, candidates, tape_of
from benchmarks.machine import Found, answer
from numba import njit

from alpha_discovery.backtest.account import WIDTH
from alpha_discovery.backtest.evaluate import evaluate
from alpha_discovery.backtest.screen import prepared
from alpha_discovery.core.space import take

REPEATS = 20


@njit(nogil=True, error_model="numpy", cache=True)
def one_pass(tables, rows_of, open_, close, day, day_last, first, entries, exits, out):  # type: ignore[no-untyped-def]
    """What must be read and written, for trades ``first[i] .. first[i+1]`` of each candidate."""
    for i in range(len(out)):
        seen = np.uint64(0)
        for k in range(4):
            for word in tables[k][rows_of[i, k]]:
                seen |= word
        equity, total, squares = 1.0, 0.0, 0.0
        for j in range(first[i], first[i + 1]):
            quantity, mark = 0.1 * equity / open_[entries[j]], equity
            for d in range(day[entries[j]], day[exits[j]]):
                now = equity + quantity * (close[day_last[d]] - open_[entries[j]])
                change = now / mark - 1.0
                total += change
                squares += change * change
                mark = now
            equity += quantity * (open_[exits[j]] - open_[entries[j]])
        out[i, :] = total
        out[i, 0], out[i, 1], out[i, 2] = equity, squares, float(seen & np.uint64(1))


def measure_limit(n: int) -> Found:
    """Processor seconds of the pass over ``n`` candidates of each strategy."""
    over, found = tape_of(), {"n": float(n)}
    for name, strategy in STRATEGIES.items():
        batch = candidates(name, n)
        task = prepared(strategy.rules, batch, over, COSTS)
        trades = [evaluate(strategy.rules, take(batch, slice(i, i + 1)), over, COSTS).trades for i in range(n)]
        first = np.cumsum([0, *map(len, trades)])
        entries, exits = (np.concatenate([one[key] for one in trades]) for key in ("entry_bar", "exit_bar"))
        out = np.empty((n, WIDTH))
        arguments = (task.bitmaps, task.rows_of, over.open[0], over.close[0], over.day, over.day_last, first)
        one_pass(*arguments, entries, exits, out)
        spent = []
        for _ in range(REPEATS):
            before = time.thread_time()
            one_pass(*arguments, entries, exits, out)
            spent.append(time.thread_time() - before)
        found[f"{name} bound"] = float(np.median(spent))
    return found


if __name__ == "__main__":
    answer({"limit": measure_limit})
