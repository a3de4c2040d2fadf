"""A laboratory in numbers, for its metrics."""

from __future__ import annotations

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.storage.totals import LATELY, totals
from alpha_discovery.telemetry.metrics import Snapshot


def snapshot(place: Workplace, *, listeners: int = 0) -> Snapshot:
    """Everything that the database knows, counted now."""
    found = totals(place.database, place.lab.clock)
    cache = place.cache.counts
    lately = LATELY.total_seconds()
    return Snapshot(
        strategies_tested=found.tested, profitable=found.profitable, durations=found.durations, runs=found.runs,
        best_sharpe=found.best_sharpe, alphas=found.alphas, queue_length=place.queue.waiting(),
        candidates_per_second=found.lately_tested / lately,
        batch_seconds=lately / found.lately_batches if found.lately_batches else None,
        cache_entries=found.cache_entries, cache_hits=found.cache_hits + sum(cache.hits.values()),
        cache_misses=cache.misses, cache_failures=cache.failures, ledger_batches=found.batches,
        ledger_eligible=found.eligible, judging_rounds=found.rounds,
        worker_silence={name: (found.now - at).total_seconds() for name, at in found.heartbeats.items()},
        worker_memory=found.memory, worker_cpu=found.cpu, worker_gpu_memory=found.gpu_memory,
        bot_profit=found.bot_profit, bots=found.bots, listeners=listeners,
    )  # fmt: skip
