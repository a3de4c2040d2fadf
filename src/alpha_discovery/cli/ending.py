"""When a process is to end: at a signal, or with the process that started it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

WithParent = Annotated[
    int | None, typer.Option("--with-parent", help="End when the process of this number, our parent, has ended.")
]

ENDING = 5.0  # seconds in which a process that was asked to end is not disturbed while it puts its work down
_ASKED = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def interruptible() -> Iterator[None]:
    """Whoever asks the process to end interrupts it as Ctrl-C does, once: what it does then gets `ENDING` seconds.

    A signal that is ignored stays so (``nohup``); outside the main thread, where none can be heard, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = float("-inf")

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if time.monotonic() - asked > ENDING:
            asked = time.monotonic()
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in _ASKED}
    heard = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])


def on_signals(*ends: Callable[[], None]) -> None:
    """Call these, quick as they are, when Ctrl-C or somebody else asks the process to end."""

    def end(number: int, frame: FrameType | None) -> None:
        for one in ends:
            one()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def with_us() -> list[str]:
    """The words of a command line that let its process end when this one does, however soon that is."""
    return ["--with-parent", str(os.getpid())]


def has_ended(parent: int | None) -> bool:
    """Whether our parent of this number is gone: by its number, for it may have ended before we could ask who it is."""
    return parent is not None and os.getppid() != parent
