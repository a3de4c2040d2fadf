"""Processes that do not hear the terminal."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from alpha_discovery.core.children import deaf_to_interruptions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no masks of signals there")

READ = "import sys; print('ready', flush=True); print(sys.stdin.readline(), end='', flush=True)"


def test_what_is_started_inside_does_not_hear_an_interruption() -> None:
    with deaf_to_interruptions():
        process = subprocess.Popen(
            [sys.executable, "-c", READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate("still here\n", timeout=60)[0] == "still here\n"


def test_we_hear_afterwards_what_came_meanwhile() -> None:
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append("afterwards"))
    try:
        with deaf_to_interruptions():
            signal.pthread_kill(threading.get_ident(), signal.SIGINT)
            heard.append("inside")
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == ["inside", "afterwards"]
