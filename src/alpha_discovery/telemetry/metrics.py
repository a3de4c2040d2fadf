"""Metrics in Prometheus' text form: what the database knows, asked when somebody asks, and this process' requests."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
DURATIONS = (60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0)  # seconds, as the document has them
_LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_NAME = "alpha_discovery"


@dataclass(frozen=True)
class Snapshot:
    """A laboratory in numbers.

    ``durations`` are seconds of completed runs; ``worker_silence`` seconds since a worker was heard of, by name, and
    ``worker_memory``, ``worker_gpu_memory`` and ``worker_cpu`` what it used then, in bytes and per cent of all cores;
    ``bot_profit`` is what a bot has gained on its capital, open position included, in the quote currency, by name.
    """

    strategies_tested: int = 0
    profitable: int = 0
    durations: tuple[float, ...] = ()
    runs: Mapping[str, int] = field(default_factory=dict)
    best_sharpe: float | None = None
    alphas: int = 0
    queue_length: int = 0
    candidates_per_second: float = 0.0
    batch_seconds: float | None = None
    cache_entries: int = 0
    cache_hits: int = 0
    cache_misses: int = 0
    cache_failures: Mapping[str, int] = field(default_factory=dict)
    ledger_batches: int = 0
    ledger_eligible: int = 0
    judging_rounds: int = 0
    worker_silence: Mapping[str, float] = field(default_factory=dict)
    worker_memory: Mapping[str, float] = field(default_factory=dict)
    worker_cpu: Mapping[str, float] = field(default_factory=dict)
    worker_gpu_memory: Mapping[str, float] = field(default_factory=dict)
    bots: Mapping[str, int] = field(default_factory=dict)
    bot_profit: Mapping[str, float] = field(default_factory=dict)
    listeners: int = 0


class Telemetry:
    """The metrics of one server."""

    def __init__(self, read: Callable[[], Snapshot]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_OfSnapshot(read))
        ProcessCollector(registry=self._registry)
        self._requests = Histogram(
            f"{_NAME}_http_request_seconds", "Time to answer a request", ("method", "route", "status"),
            buckets=_LATENCIES, registry=self._registry,
        )  # fmt: skip

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note a request; ``route`` is the template, so that ids make no new series."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self._registry)


class _OfSnapshot(Collector):
    def __init__(self, read: Callable[[], Snapshot]) -> None:
        self._read = read

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The series of a laboratory."""
        now = self._read()
        yield _counter("strategies_tested", "Strategies tested, by everybody, ever", now.strategies_tested)
        yield _counter("profitable_strategies", "Strategies that were found profitable", now.profitable)
        yield _durations(now.durations)
        active = sum(now.runs.get(state, 0) for state in ("running", "stopping"))
        yield _gauge("active_runs", "Discovery runs that somebody works on", active)
        yield _gauge("best_sharpe", "Best annual Sharpe ratio of a stored alpha; NaN: there is none", now.best_sharpe)
        yield _labelled("runs", "Runs by state", "state", now.runs)
        yield _gauge("alphas", "Stored alphas", now.alphas)
        yield _gauge("queue_length", "Runs that wait for a worker", now.queue_length)
        yield _gauge("candidates_per_second", "Candidates tested a second, of the last five minutes",
                     now.candidates_per_second)
        yield _gauge("batch_seconds", "Seconds between batches, mean of the last five minutes; NaN: there was none",
                     now.batch_seconds)
        yield _gauge("cache_entries", "Results in the cache", now.cache_entries)
        yield _counter("cache_hits", "Results that need not be computed again", now.cache_hits)
        yield _counter("cache_misses", "Results that were not in any cache of the server", now.cache_misses)
        failures = CounterMetricFamily(f"{_NAME}_cache_failures", "Questions a cache left open", labels=("store",))
        for store, count in sorted(now.cache_failures.items()):
            failures.add_metric((store,), count)
        yield failures
        yield _counter("ledger_batches", "Batches in the trial ledger", now.ledger_batches)
        yield _counter("ledger_eligible", "Candidates in the family of a test", now.ledger_eligible)
        yield _counter("judging_rounds", "Charged looks at a vault", now.judging_rounds)
        yield _labelled("worker_silence_seconds", "Since a worker was heard of", "worker", now.worker_silence)
        yield _labelled("worker_memory_bytes", "Memory that a worker uses", "worker", now.worker_memory)
        yield _labelled("worker_gpu_memory_bytes", "Memory of GPUs that a worker uses", "worker", now.worker_gpu_memory)
        yield _labelled("worker_cpu_percent", "Of all cores that a worker uses", "worker", now.worker_cpu)
        yield _labelled("bot_profit", "Gain of a bot on its capital, quote currency", "bot", now.bot_profit)
        yield _labelled("bots", "Bots by state", "state", now.bots)
        yield _gauge("event_listeners", "Open event streams", now.listeners)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(f"{_NAME}_{name}", text, value=value)


def _gauge(name: str, text: str, value: float | None) -> Metric:
    """A gauge that is there from the start: a series that comes later than its alert is hard to tell from a mistake."""
    return GaugeMetricFamily(f"{_NAME}_{name}", text, value=math.nan if value is None else value)


def _labelled(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"{_NAME}_{name}", text, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


def _durations(seconds: tuple[float, ...]) -> Metric:
    buckets = [(str(bound), float(sum(one <= bound for one in seconds))) for bound in DURATIONS]
    family = HistogramMetricFamily(f"{_NAME}_duration_seconds", "Duration of discovery runs")
    family.add_metric([], [*buckets, ("+Inf", float(len(seconds)))], sum_value=sum(seconds))
    return family
