"""A million candidates of a genetic search over a year of one market: time, memory, and what the ledger counts.

    python -m benchmarks.search_million [--candidates 1000000] [--workers 2] [--method genetic] [--profile]

It is the search part of a run, counted in a database file like any other, and nothing else of it: the judging of a
search that learns repeats the whole search on markets without an edge, at the same price each.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alpha_discovery.core.clock import SystemClock
from alpha_discovery.core.costs import Costs
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.discovery.history import History, Split
from alpha_discovery.discovery.jobs import jobs_of
from alpha_discovery.discovery.records import LedgerEntry
from alpha_discovery.discovery.screening import Counted, run_screening
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.ledger import LedgerInSql
from alpha_discovery.testing.markets import garch

YEAR = 24 * 365
RESULTS = Path(__file__).parent / "results" / "search_million.json"


def main() -> None:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--candidates", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--method", default="genetic")
    parser.add_argument("--strategy", default="trend_following")
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead of keeping figures")
    given = parser.parse_args()
    if given.profile:
        profile = cProfile.Profile()
        profile.runcall(measured, given)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        return
    figures = measured(given)
    print(json.dumps(figures, indent=1))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """The run, and what it took."""
    market = garch(YEAR, seed=1)
    campaign = Campaign(
        symbols=(market.instrument.symbol,), strategies=(given.strategy,), method=given.method,
        max_iterations=given.candidates, costs=Costs(0.001, 0.0005), seed=1,
    )  # fmt: skip
    end = int(market.time[-1]) + market.timeframe.ms
    past = History({campaign.symbols[0]: market}, Split(int(market.time[0]), end, end, end))
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "alpha.db") as database:
        ledger = LedgerInSql(database, SystemClock())
        ledger.enter(past.stretch)

        def counted(batch: Counted) -> None:
            entry = LedgerEntry(
                past.epoch, "million", batch.strategy, given.method, batch.batch, batch.n_tested, batch.n_eligible,
                datetime.now(UTC),
            )  # fmt: skip
            ledger.record(entry)

        run_screening(_small(campaign), past, jobs_of(_small(campaign)), workers=given.workers)  # compiles
        began, cpu = time.perf_counter(), time.process_time()
        screening = run_screening(campaign, past, jobs_of(campaign), workers=given.workers, counted=counted)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        account = ledger.account(past.epoch)
    return {
        "method": given.method, "strategy": given.strategy, "bars": len(market), "workers": given.workers,
        "candidates": sum(map(len, screening.trials)), "in_ledger": account.n_tested,
        "seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1),
        "peak_memory_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
    }  # fmt: skip


def _small(campaign: Campaign) -> Campaign:
    return Campaign.from_json({**campaign.to_json(), "max_iterations": 200})


if __name__ == "__main__":
    main()
