"""How far a run is: a bar with rate and time left at a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from alpha_discovery.discovery.screening import Counted

EVERY = 5.0  # seconds between plain lines

Report = Callable[[Counted], None]
Clock = Callable[[], float]


class Pace:
    """How fast things go. Another number of planned ones begins a new count: null markets after candidates."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.began = self.now = clock()
        self._planned = 0

    def rate(self, batch: Counted) -> float:
        """Done a second since the present count began."""
        if self._planned not in (0, batch.planned):
            self.began = self.now
        self._planned, self.now = batch.planned, self._clock()
        return batch.done / max(1e-9, self.now - self.began)


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
        rate = _per_second(pace.rate(batch))
        progress.update(task, description=batch.strategy, completed=batch.done, total=batch.planned, rate=rate)

    return report


def _on_lines(pace: Pace) -> Report:
    told = pace.now

    def report(batch: Counted) -> None:
        nonlocal told
        rate = pace.rate(batch)
        if pace.now - told < EVERY and batch.done < batch.planned:
            return
        told = pace.now
        left = (batch.planned - batch.done) / rate
        line = f"{batch.strategy}: {batch.done:,} of {batch.planned:,}, {_per_second(rate)}, {left:,.0f} s left"
        typer.echo(line, err=True)

    return report


def _per_second(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 10.0 else f"{rate:.2g}/s"
