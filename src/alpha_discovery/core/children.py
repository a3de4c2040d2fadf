"""Processes that we start do not hear the terminal: whoever started them says when they end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deaf_to_interruptions() -> Iterator[None]:
    """What is started in the block inherits that Ctrl-C is not heard, from its first instruction on.

    One that comes meanwhile reaches us after the block. Systems without masks of signals start as ever.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
