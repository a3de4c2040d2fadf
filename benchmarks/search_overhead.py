"""What a search method costs beside the backtests it asks for: processor time a candidate, thinking and evaluating.

    python -m benchmarks.search_overhead [--candidates 20000]

Both are measured in one run on a year of hourly bars: each batch is asked, screened as a run screens it, and told. The
promise is that genetic and hybrid search think for less than their backtests take, also where rules are bred.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from typing import Any

import numpy as np
from benchmarks import machine

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.space import batch_size
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.history import History, Split
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.screening import run_screening
from alpha_discovery.search import generations, trees
from alpha_discovery.testing.markets import garch

YEAR = 24 * 365
CASES = (("genetic", "trend_following"), ("hybrid", "trend_following"), ("genetic", "generated"))


def main() -> None:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--candidates", type=int, default=20_000)
    given = parser.parse_args()
    gc.freeze()  # as the command does once it has imported what it needs: nothing of that is searched for garbage
    found = [measured(method, strategy, given.candidates) for method, strategy in CASES]
    for one in found:
        print(json.dumps(one), flush=True)
    data = {"machine": machine.facts(), "bars": YEAR, "cases": found}
    machine.RESULTS.mkdir(exist_ok=True)
    (machine.RESULTS / "search_overhead.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


class Watch:
    """Processor seconds spent inside methods of classes."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = False

    def over(self, cls: type, name: str) -> tuple[type, str, Any]:
        """Watch a method from now on; what to set back afterwards."""
        original = getattr(cls, name)

        def timed(this: Any, *args: Any, **more: Any) -> Any:
            if self._inside:
                return original(this, *args, **more)
            self._inside, began = True, time.process_time()
            try:
                return original(this, *args, **more)
            finally:
                self._inside, self.seconds = False, self.seconds + time.process_time() - began

        setattr(cls, name, timed)
        return cls, name, original


def measured(method: str, strategy: str, candidates: int) -> dict[str, Any]:
    """One search: microseconds a candidate of thinking (ask, tell, watch) and of everything else, its backtests."""
    market = garch(YEAR, seed=1)
    key = market.instrument.symbol
    plan = Campaign(
        symbols=(key,), strategies=(strategy,), method=method, max_iterations=candidates, costs=Costs(0.001, 0.0005),
        seed=1,
    )  # fmt: skip
    end = int(market.time[-1]) + market.timeframe.ms
    past = History({key: market}, Split(int(market.time[0]), end, end, end))
    small = Campaign.from_json({**plan.to_json(), "max_iterations": 300})
    run_screening(small, past, jobs_of(small), workers=1)  # compiles, and imports what models need
    watch = Watch()
    watched = [watch.over(cls, name) for cls in (generations.Generations, trees.TreeSearch)
               for name in ("ask", "tell", "watch") if hasattr(cls, name)]  # fmt: skip
    try:
        began = time.process_time()
        screening = run_screening(plan, past, jobs_of(plan), workers=1)
        whole = time.process_time() - began
    finally:
        for cls, name, original in watched:
            setattr(cls, name, original)
    n = sum(batch_size(one.batch) for one in screening.trials)
    micro = 1e6 / n
    thinking, evaluating = watch.seconds * micro, (whole - watch.seconds) * micro
    return {
        "method": method, "strategy": strategy, "candidates": n, "thinking_us": round(thinking, 1),
        "evaluating_us": round(evaluating, 1), "holds": bool(thinking < evaluating),
        "best_t": round(float(np.nanmax(screening.trials[0].columns["t"])), 2),
    }  # fmt: skip


if __name__ == "__main__":
    main()
