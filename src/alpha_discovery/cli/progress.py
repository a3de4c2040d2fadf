"""How far a run is: a bar with rate and time left at a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from alpha_discovery.discovery.screening import Counted

EVERY = 5.0  # seconds between plain lines

Report = Callable[[Counted], None]


@contextmanager
def shown(*, quiet: bool) -> Iterator[Report]:
    """What to call after each batch; nothing is shown if ``quiet``."""
    if quiet:
        yield lambda _: None
    elif sys.stderr.isatty():
        with _bar() as progress:
            yield _on_bar(progress)
    else:
        yield _on_lines(time.monotonic)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(), TextColumn("[dim]left[/dim]"), console=Console(stderr=True), transient=True,
    )  # fmt: skip


def _on_bar(progress: Progress) -> Report:
    task: TaskID = progress.add_task("preparing (the first run compiles)", total=None, rate="")
    began = time.monotonic()

    def report(batch: Counted) -> None:
        progress.update(
            task, description=batch.strategy, completed=batch.done, total=batch.planned,
            rate=f"{batch.done / max(1e-9, time.monotonic() - began):,.0f}/s",
        )  # fmt: skip

    return report


def _on_lines(clock: Callable[[], float]) -> Report:
    began = last = clock()

    def report(batch: Counted) -> None:
        nonlocal last
        now = clock()
        if now - last < EVERY and batch.done < batch.planned:
            return
        last = now
        rate = batch.done / max(1e-9, now - began)
        left = (batch.planned - batch.done) / rate
        typer.echo(f"{batch.done:,} of {batch.planned:,} candidates, {rate:,.0f}/s, {left:,.0f} s left", err=True)

    return report
