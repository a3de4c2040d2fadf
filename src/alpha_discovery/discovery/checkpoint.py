"""What a search goes on from after its last whole batch, so that a killed run ends as an undisturbed one.

A checkpoint is small and of one size: optimizer, family test, block sample, counters. The candidates themselves are
kept as segments, one a batch, written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from alpha_discovery.core.clock import SystemClock
from alpha_discovery.search.budget import Spent

if TYPE_CHECKING:
    from alpha_discovery.discovery.journal import Journal
    from alpha_discovery.discovery.ports import Executor
    from alpha_discovery.discovery.records import RunRecord

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Saved:
    """Plain values and arrays that a store keeps together."""

    values: dict[str, Any]
    arrays: Arrays


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a search stands.

    Attributes
    ----------
    job : int
        Number of the job that is being searched.
    batches : tuple of int
        Batches done of each job so far; their sum is the number of segments.
    done : int
        Candidates evaluated.
    best : float
        Best Sharpe ratio so far; minus infinity before any.
    optimizer : mapping
        `Optimizer.state` of the job, as plain JSON values.
    family, blocks : mapping of str to array
        States of the family test and of the block sample.
    logs : tuple of lists of rows
        `Optimizer.log` of each job before this one.
    spent : tuple of Spent
        What each job so far has used.
    """

    job: int
    batches: tuple[int, ...]
    done: int
    best: float
    optimizer: Mapping[str, Any]
    family: Arrays
    blocks: Arrays
    logs: tuple[list[dict[str, Any]], ...] = ()
    spent: tuple[Spent, ...] = ()

    def saved(self) -> Saved:
        """Plain form, read back by `from_saved`."""
        best = self.best if np.isfinite(self.best) else None
        values = {
            "job": self.job, "batches": list(self.batches), "done": self.done, "best": best,
            "optimizer": dict(self.optimizer), "logs": list(self.logs),
            "spent": [one.to_json() for one in self.spent],
        }  # fmt: skip
        arrays = {f"family.{name}": one for name, one in self.family.items()}
        return Saved(values, arrays | {f"blocks.{name}": one for name, one in self.blocks.items()})

    @staticmethod
    def from_saved(saved: Saved) -> Checkpoint:
        """Inverse of `saved`."""
        values = saved.values
        best = float("-inf") if values["best"] is None else float(values["best"])
        return Checkpoint(
            values["job"], tuple(values["batches"]), values["done"], best, values["optimizer"],
            _under("family.", saved.arrays), _under("blocks.", saved.arrays),
            tuple(values["logs"]), tuple(map(Spent.from_json, values.get("spent", ()))),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Segment:
    """The candidates of one batch: parameters and the columns that were computed."""

    batch: Arrays
    columns: Arrays

    def saved(self) -> Saved:
        """Plain form, read back by `from_saved`."""
        arrays = {f"batch.{name}": one for name, one in self.batch.items()}
        return Saved({}, arrays | {f"columns.{name}": one for name, one in self.columns.items()})

    @staticmethod
    def from_saved(saved: Saved) -> Segment:
        """Inverse of `saved`."""
        return Segment(_under("batch.", saved.arrays), _under("columns.", saved.arrays))


@dataclass(frozen=True, eq=False)
class Resumed:
    """A checkpoint with every segment before it, in order."""

    checkpoint: Checkpoint
    segments: Sequence[Segment]

    def of_job(self, job: int) -> Sequence[Segment]:
        """The segments of one job."""
        batches = self.checkpoint.batches
        start = sum(batches[:job])
        return self.segments[start : start + batches[job]] if job < len(batches) else ()


@dataclass(frozen=True, eq=False)
class Step:
    """One batch that is done: its segment, and the checkpoint after it, made when it is asked for."""

    number: int
    segment: Segment
    checkpoint: Callable[[], Checkpoint]


class Checkpoints(Protocol):
    """Where runs put what they go on from. Everything is called inside the run's transaction."""

    def load(self, run_id: str) -> Resumed | None:
        """What the run goes on from; None if it has to begin."""

    def save(self, run_id: str, step: Step, progress: Mapping[str, Any]) -> None:
        """Keep a batch and the checkpoint after it; ``progress`` are counters for people, as plain values."""

    def enter(self, run_id: str, stage: str) -> None:
        """The run begins another stage."""

    def copied(self, run_id: str, done: int, copies: int) -> None:
        """So many of the markets without an edge were searched."""

    def close(self, record: RunRecord) -> None:
        """The run is over, or put down for good: nothing will go on from here."""

    def journal(self, run_id: str) -> Journal | None:
        """Where finished parts of the judging are kept; None: nowhere."""


class NoCheckpoints:
    """For runs that begin again when they are cut off."""

    def load(self, run_id: str) -> Resumed | None:
        """None."""
        return None

    def save(self, run_id: str, step: Step, progress: Mapping[str, Any]) -> None:
        """Nothing."""

    def enter(self, run_id: str, stage: str) -> None:
        """Nothing."""

    def copied(self, run_id: str, done: int, copies: int) -> None:
        """Nothing."""

    def close(self, record: RunRecord) -> None:
        """Nothing."""

    def journal(self, run_id: str) -> Journal | None:
        """None."""
        return None


@dataclass(frozen=True)
class Course:
    """How a search goes on in its surroundings; no number depends on it, but for the clock's.

    Attributes
    ----------
    attend : callable
        Called several times a second, between chunks of work: may wait, and may raise to end the search.
    threads : callable, optional
        How many threads the next batch may use.
    resume : Resumed, optional
        Where to go on.
    executor : Executor, optional
        Other processes or machines that compute parts of the search; without one, threads do.
    device : str
        What simulates trades where threads do: ``cpu`` or ``cuda``.
    clock : callable
        Seconds that never go back, for searches that end by them: the one thing here that a number may depend on.
    """

    attend: Callable[[], None] = lambda: None
    threads: Callable[[], int] | None = None
    resume: Resumed | None = field(default=None, repr=False)
    executor: Executor | None = None
    device: str = "cpu"
    clock: Callable[[], float] = SystemClock().monotonic

    def workers(self, usual: int) -> int:
        """Threads of the next batch."""
        return usual if self.threads is None else max(1, self.threads())


def attended(chunks: Iterable[Any], attend: Callable[[], None]) -> Iterable[Any]:
    """The same chunks, with a look around before each."""
    for chunk in chunks:
        yield chunk
        attend()


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): one for name, one in arrays.items() if name.startswith(prefix)}
