"""Processes that are asked to end."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alpha_discovery.cli.ending import interruptible
from alpha_discovery.market_data import Catalog
from alpha_discovery.testing import markets

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")


@pytest.fixture(autouse=True)
def hearing() -> Iterator[None]:
    """Signals are heard, also where the tests were begun in the background or by ``nohup``, which ignore some."""
    before = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGHUP)]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    for number, handler in before:
        signal.signal(number, handler)


def _ask(number: int) -> None:
    os.kill(os.getpid(), number)
    time.sleep(5.0)  # until it is heard


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_asks_the_process_to_end_interrupts_it(asked: int) -> None:
    with pytest.raises(KeyboardInterrupt), interruptible():
        _ask(asked)


def test_asking_again_does_not_disturb_what_is_being_put_down() -> None:
    told = []
    with interruptible():
        try:
            _ask(signal.SIGINT)
        except KeyboardInterrupt:
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.05)
            told.append("put down")
    assert told == ["put down"]


def test_what_was_to_be_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_signals_are_heard_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_discovery_that_is_terminated_is_stored_as_stopped(tmp_path: Path) -> None:
    Catalog(tmp_path / "data").save(markets.random_walk(24 * 365, seed=1))
    words = ("discover", "--symbol", "SYN/USDT", "--strategy", "sma_cross", "--max-iterations", "1000000")
    alpha = (sys.executable, "-c", "from alpha_discovery.cli.main import app; app()")
    command = [*alpha, *words, "--userdir", str(tmp_path)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    while not process.stderr.readline().startswith("sma_cross:"):
        assert process.poll() is None
    process.terminate()
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.endswith("error: stopped; what was tried so far stays counted\n")
    with sqlite3.connect(tmp_path / "alpha.db") as database:
        assert database.execute("select status from discovery_runs").fetchall() == [("stopped",)]
