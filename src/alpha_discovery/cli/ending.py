"""When a process that goes on and on is to end: at a signal, or with the process that started it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Annotated

import typer

WithParent = Annotated[
    int | None, typer.Option("--with-parent", help="End when the process of this number, our parent, has ended.")
]


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
