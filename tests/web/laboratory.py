"""A laboratory on disk and its server, as a person would run them: ``alpha serve`` in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from alpha_discovery.core.bars import Bars
from alpha_discovery.core.instrument import Instrument
from alpha_discovery.market_data import Catalog
from alpha_discovery.testing import markets

PASSWORD = "correct horse battery"
MARKET = Instrument("SYN/USDT", "binance")
COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"


def planted() -> Bars:
    """A year of hours in which following the trend earns a Sharpe ratio of 9 before costs, so that a run finds it."""
    found = markets.planted_trend(24 * 365, seed=3, sharpe=9.0)
    columns = {name: getattr(found, name) for name in ("time", "open", "high", "low", "close", "volume")}
    return Bars(MARKET, found.timeframe, **columns)


@dataclass
class Served:
    """A server that runs."""

    url: str
    setup_link: str | None
    process: subprocess.Popen[bytes]
    log: Path

    def end(self) -> None:
        """Let it end as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()


def prepare(folder: Path) -> None:
    """Store the planted market, as `alpha data import` would."""
    Catalog(folder / "data").save(planted())


def serve(folder: Path, *, processes: int = 1, workers: int = 2) -> Served:
    """Start ``alpha serve`` over a folder, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "serve.log"
    words = ["serve", "--userdir", str(folder), "--port", str(port), "--processes", str(processes)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *words, "--workers", str(workers)], stderr=out, stdout=out,
            env={**os.environ, "ALPHA_LOG_LEVEL": "warning"},
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    for _ in range(1_200):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{url}/api/alpha-discovery/health", timeout=2):
                link = re.search(r"http://\S+/setup#token=\S+", log.read_text(encoding="utf-8"))
                return Served(url, link.group(0) if link else None, process, log)
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the server did not answer: {log.read_text(encoding='utf-8')[-2000:]}")
