"""How far a run is: a bar with rate and time left at a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from alpha_discovery.cli.render import duration
from alpha_discovery.discovery.screening import Counted

EVERY = 5.0  # seconds between plain lines
LATELY = 60.0  # seconds that tell the present pace
LEAST = 8  # batches that tell it where they take longer

Report = Callable[[Counted], None]
Clock = Callable[[], float]


class Pace:
    """How fast things go now: strategies differ, so it is what was done in the last minute or `LEAST` batches.

    What was prepared and compiled before the first batch is no part of it. Another number of planned ones begins a new
    count: null markets after candidates.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.now = clock()
        self._seen: deque[tuple[float, float]] = deque()  # when, and how many were done
        self._planned = 0

    def rate(self, batch: Counted) -> float | None:
        """Done a second; None after the first batch, which tells nothing yet."""
        before, self.now = self.now, self._clock()
        if self._planned not in (0, batch.planned):
            self._seen = deque([(before, 0)])
        self._planned = batch.planned
        self._seen.append((self.now, batch.reached))
        while len(self._seen) > LEAST and self.now - self._seen[1][0] >= LATELY:
            self._seen.popleft()
        since, done = self._seen[0]
        return None if len(self._seen) == 1 else (batch.reached - done) / max(1e-9, self.now - since)


def notice(text: str) -> None:
    """A sentence beside the progress, on standard error."""
    typer.echo(text, err=True)


@contextmanager
def shown(*, quiet: bool) -> Iterator[Report]:
    """What to call after each batch; nothing is shown if ``quiet``."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as progress:
            yield _on_bar(progress, Pace(time.monotonic))
    else:
        yield _on_lines(Pace(time.monotonic))


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(), TextColumn("[dim]left[/dim]"), console=Console(stderr=True), transient=True,
    )  # fmt: skip


def _on_bar(progress: Progress, pace: Pace) -> Report:
    task = progress.add_task("preparing (the first run compiles)", total=None, rate="")

    def report(batch: Counted) -> None:
        rate = pace.rate(batch)
        told = _per_second(rate) if rate else ""
        progress.update(task, description=batch.strategy, completed=batch.reached, total=batch.planned, rate=told)

    return report


def _on_lines(pace: Pace) -> Report:
    told = pace.now

    def report(batch: Counted) -> None:
        nonlocal told
        rate = pace.rate(batch)
        if pace.now - told < EVERY and batch.done < batch.planned:
            return
        told = pace.now
        line = f"{batch.strategy}: {batch.reached:,.{1 if batch.share else 0}f} of {batch.planned:,}"
        if rate:
            line += f", {_per_second(rate)}, {_time((batch.planned - batch.reached) / rate)} left"
        typer.echo(line, err=True)

    return report


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60.0 else duration(seconds)


def _per_second(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 10.0 else f"{rate:.2g}/s"
