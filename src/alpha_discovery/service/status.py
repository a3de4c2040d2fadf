"""A run as people and programs see it: what is stored of it, its place in the queue, how long it will take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from alpha_discovery.discovery.records import RunRecord, RunState
from alpha_discovery.storage.queue import QueueEntry

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of many: ``total`` counts all that match, ``offset`` says where these begin."""

    items: Sequence[Item]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True)
class RunStatus:
    """A run, and its place in the queue; None for a run that was made at a terminal."""

    record: RunRecord
    entry: QueueEntry | None

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record.id

    @property
    def state(self) -> RunState:
        """What may be done with it: see `alpha_discovery.discovery.records.MOVES`."""
        return self.record.state

    @property
    def stage(self) -> str:
        """What is being done: waiting, search, judge, over."""
        if self.entry is None:
            return "over" if self.state is not RunState.RUNNING else "search"
        return self.entry.stage

    @property
    def progress(self) -> float:
        """Share of the search that is done, 0 to 1; 1 for a completed run."""
        if self.state is RunState.COMPLETED:
            return 1.0
        if self.entry is None or not self.entry.planned:  # at a terminal, or nobody has taken it up from there yet
            planned = self.record.planned
            return min(1.0, self.record.strategies_tested / planned) if planned else 0.0
        return self.entry.progress

    @property
    def worked_hours(self) -> float:
        """Hours that somebody worked on it."""
        if self.entry is None:
            return self.record.runtime_hours or 0.0
        return self.entry.worked_seconds / 3600.0

    @property
    def remaining_hours(self) -> float | None:
        """Hours of the search that are left at the pace so far; None before there is one, and after the search."""
        share = self.progress
        if self.state is RunState.COMPLETED or not 0.0 < share < 1.0 or not self.worked_hours:
            return None
        return self.worked_hours * (1.0 - share) / share

    @property
    def resource_usage(self) -> dict[str, Any]:
        """What it uses now: per cent of all cores, GiB of memory and of a GPU's; 0 while nobody works on it."""
        entry = self.entry
        return {
            "cpu_usage": (entry.cpu_percent if entry else None) or 0.0,
            "memory_usage_gb": (entry.memory_gb if entry else None) or 0.0,
            "gpu_usage": (entry.gpu_memory_gb if entry else None) or 0.0,
        }
