"""A worker at work beside a test, and what a test waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alpha_discovery.service.discoveries import Discoveries
from alpha_discovery.service.worker import Pace, Worker

Make = Callable[..., dict[str, Any]]
QUICK = Pace(slots=1, look=0.01, poll=0.01, turn=0.0)


@contextmanager
def working(worker: Worker) -> Iterator[Worker]:
    """A worker at work in a thread."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield worker
    finally:
        worker.end()
        thread.join(90.0)
        assert not thread.is_alive()


def wait_for(happened: Callable[[], bool], seconds: float = 90.0) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def kinds(discoveries: Discoveries, run_id: str) -> list[str]:
    """What happened to a run."""
    return [event.kind for event in discoveries.events(run_id=run_id)]


def long_one(campaign: Make, **changes: Any) -> dict[str, Any]:
    """A campaign of hundreds of batches."""
    return campaign(max_iterations=8_000, **changes)
