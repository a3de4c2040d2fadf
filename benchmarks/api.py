"""How fast the server answers: pages of 100,000 alphas, starts, and one event told to 200 listeners.

    python -m benchmarks.api [--alphas 100000] [--seconds 15] [--nice -15]

The server is a process of its own, with a worker beside it that is busy with a run all the time; the client shares the
machine with both, and with whatever else runs. ``--nice`` (root) lets all three go before the rest of a machine that is
shared; the load average and the processor time of the server, which depends less on others, are told in any case.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
from benchmarks.api_client import Client, at_rate
from sqlalchemy import insert

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.discovery.records import RunState
from alpha_discovery.http.options import PREFIX
from alpha_discovery.service.access import Access
from alpha_discovery.settings import Settings
from alpha_discovery.storage.models import AlphaRow
from alpha_discovery.testing.example_records import alpha_record, run_record

Found = dict[str, Any]
RATE, PAGE = 200.0, 50
LISTENERS, STARTS, PAGES, OTHERS = 200, 40, 10, 200
PATIENCE = 180.0  # seconds until a server that shares a machine must be up, or a run at work
PASSWORD = "correct horse battery"  # of a server that lives for a minute  # nosec B105
SERVER = "from alpha_discovery.cli.main import app; app()"
START = {"strategy_types": ["sma_cross"], "symbols": ["BTC/USD"], "max_iterations": 100, "backtest_period_days": None,
         "optimization_method": "random"}  # fmt: skip
LONG = {"max_iterations": 10_000_000, "priority": 10}  # a run that is at work all the time


def fill(folder: Path, count: int) -> None:
    """Store alphas of one run, of every quality, and an admin."""
    rng = np.random.default_rng(1)
    with open_lab(Settings(userdir=folder)) as opened:
        Access(opened.database, SystemClock(), secret=b"").add_user("ada", PASSWORD, "admin")
        opened.lab.runs.add(run_record(state=RunState.COMPLETED))
        values = vars(alpha_record())
        for begin in range(0, count, 5_000):
            rows = [
                {**values, "id": f"{k:032x}", "sharpe_ratio": float(rng.normal(1.5, 0.5)),
                 "validation_score": float(rng.random())}
                for k in range(begin, min(count, begin + 5_000))
            ]  # fmt: skip
            with opened.database.transaction() as session:
                session.execute(insert(AlphaRow), rows)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """`alpha serve` over a folder: its port and its process, ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", "--processes", "1", "--workers", "1", "--port", str(port), "--userdir", str(folder)]
    with subprocess.Popen([sys.executable, "-c", SERVER, *words], stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + PATIENCE
            while not _ready(f"http://127.0.0.1:{port}{PREFIX}/ready"):
                if server.poll() is not None or time.monotonic() > until:
                    raise SystemExit("the server did not come up")
                time.sleep(0.2)
            yield port, psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _ready(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@dataclass(frozen=True)
class Bench:
    """A client, and the process of the server that it asks."""

    client: Client
    server: psutil.Process

    async def page(self, k: int) -> None:
        """One of the first pages."""
        await self.got(f"/alphas?limit={PAGE}&offset={PAGE * (k % PAGES)}&min_sharpe=1.0")

    async def another(self, k: int) -> None:
        """A page that nobody has asked for yet."""
        await self.got(f"/alphas?limit={PAGE}&offset={PAGE * (k % PAGES)}&min_sharpe={1.0 + k / 10_000}")

    async def start(self, k: int) -> None:
        """Queue a small run."""
        await self.got("/start", {**START, "settings": {"seed": k}})

    async def got(self, path: str, body: Found | None = None) -> Any:
        """What a request brings; it must be answered in good order."""
        method, told = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
        status, answer = await self.client.ask(method, path, told)
        if status not in (200, 201):
            raise SystemExit(f"{method} {path} was answered with {status}: {answer[:300]!r}")
        return answer

    async def figures(self, ask: Callable[[int], Awaitable[None]], rate: float, count: int) -> Found:
        """Milliseconds until 50, 95 and 99 of 100 answers, and of the server's processor a request."""
        before, began = _processor(self.server), time.perf_counter()
        times = await at_rate(ask, rate, count)
        took, used = time.perf_counter() - began, _processor(self.server) - before
        told = {"requests": count, "asked_per_second": rate, "answered_per_second": round(count / took, 1)}
        return told | {**percentiles(times), "processor_ms_a_request": round(1000.0 * used / count, 2)}

    async def streams(self) -> Found:
        """How long until every listener has heard of a run that was queued."""
        heard: list[float] = []
        ready = asyncio.Semaphore(0)

        async def listen() -> None:
            async for line in self.client.lines("/events?seconds=60"):
                if line.startswith("retry"):
                    ready.release()
                elif line.startswith("data") and '"queued"' in line:
                    heard.append(time.perf_counter())
                    return

        tasks = [asyncio.create_task(listen()) for _ in range(LISTENERS)]
        for _ in range(LISTENERS):
            await ready.acquire()
        began = time.perf_counter()
        await self.start(10_000)
        await asyncio.wait_for(asyncio.gather(*tasks), 60.0)
        return {"listeners": LISTENERS, "heard": len(heard), **percentiles([one - began for one in heard])}

    async def progress(self, run_id: str) -> Found:
        """How far a run is."""
        told = json.loads(await self.plain(f"/status/{run_id}"))
        return {"status": told["status"], "tested": told["strategies_tested"]}

    async def plain(self, path: str) -> str:
        """An answer that is short enough to come as it is."""
        return str((await self.got(path)).decode())


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at which half, 95 and 99 of 100 are there."""
    found = np.percentile(np.array(seconds) * 1000.0, [50, 95, 99])
    return dict(zip(("p50_ms", "p95_ms", "p99_ms"), (round(float(one), 2) for one in found), strict=True))


@asynccontextmanager
async def signed_in(port: int, server: psutil.Process) -> AsyncIterator[Bench]:
    """A client that may do everything."""
    bench = Bench(Client("127.0.0.1", port, PREFIX), server)
    try:
        answer = json.loads(await bench.got("/auth/login", {"name": "ada", "password": PASSWORD}))
        bench.client.headers["Authorization"] = f"Bearer {answer['access_token']}"
        yield bench
    finally:
        bench.client.close()


async def measure(port: int, server: psutil.Process, seconds: float) -> Found:
    """Everything that is measured of a server that runs."""
    async with signed_in(port, server) as bench:
        run_id = json.loads(await bench.got("/start", {**START, **LONG}))["run_id"]
        until = time.monotonic() + PATIENCE
        while not (await bench.progress(run_id))["tested"]:
            if time.monotonic() > until:
                raise SystemExit("the run did not begin")
            await asyncio.sleep(0.1)
        await at_rate(bench.page, 20.0, 20)  # warm
        before = (await bench.progress(run_id))["tested"]
        pages = await bench.figures(bench.page, RATE, int(RATE * seconds))
        meanwhile = (await bench.progress(run_id))["tested"] - before
        return {
            "get_alphas": {**pages, "run_tested_meanwhile": meanwhile},
            "get_alphas_each_page_another": await bench.figures(bench.another, 20.0, OTHERS),
            "start": await bench.figures(bench.start, 5.0, STARTS),
            "events": await bench.streams(),
            "active_run": await bench.progress(run_id),
            "connections_replaced": bench.client.replaced,
        }


def measured(alphas: int, seconds: float) -> Found:
    """Fill, serve, measure."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), alphas)
        before = os.getloadavg()[0]
        with serving(Path(folder)) as (port, server):
            found = asyncio.run(measure(port, server, seconds))
        load = {"load_before": round(before, 2), "load_after": round(os.getloadavg()[0], 2)}
        return {"alphas": alphas, "cores": os.cpu_count(), "nice": os.nice(0), **load, **found}


def table(found: Found) -> list[tuple[str, str]]:
    """The figures in lines."""
    rows = []
    for name, what in (
        ("get_alphas", f"GET /alphas, {found['alphas']:,} stored, a run at work"),
        ("get_alphas_each_page_another", "the same, each page for the first time"), ("start", "POST /start"),
    ):  # fmt: skip
        told = found[name]
        figures = f"p95 {told['p95_ms']:.1f} ms at {told['asked_per_second']:.0f}/s"
        rows.append((what, f"{figures}, {told['processor_ms_a_request']:.1f} ms of processor each"))
    rows.append((f"an event, until {LISTENERS} listeners have it", f"p95 {found['events']['p95_ms']:.0f} ms"))
    return [*rows, ("load of the machine before", f"{found['load_before']:.1f} on {found['cores']} cores")]


def go_before_others(nice: int) -> None:
    """Set the niceness of this process and of what it starts; Linux also weighs whole sessions against each other."""
    os.nice(nice)
    weight = Path("/proc/self/autogroup")
    if nice and weight.exists():
        if os.getpid() != os.getsid(0):
            os.setsid()
        weight.write_text(str(nice))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--alphas", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--nice", type=int, default=0, help="how far to give way; below 0 (root): to go before others")
    told = parser.parse_args()
    go_before_others(told.nice)
    print(json.dumps(measured(told.alphas, told.seconds), indent=2))


if __name__ == "__main__":
    main()
