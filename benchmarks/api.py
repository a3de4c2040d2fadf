"""How fast the server answers: pages of 100,000 alphas, starts, and one event told to 200 listeners.

    python -m benchmarks.api [--alphas 100000] [--seconds 15] > benchmarks/results/api.json

The server is a process of its own, with a worker beside it that is busy with a run all the time; the clients share the
machine with both, and with whatever else runs (`load_before`).
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
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from sqlalchemy import insert

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.core.clock import SystemClock
from alpha_discovery.discovery.records import RunState
from alpha_discovery.service.access import Access
from alpha_discovery.settings import Settings
from alpha_discovery.storage.models import AlphaRow
from alpha_discovery.testing.example_records import alpha_record, run_record

RATE = 200.0
LISTENERS = 200
STARTS = 40
PASSWORD = "correct horse battery"  # of a server that lives for a minute
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


def figures(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at which half, 95 and 99 of 100 answers are there."""
    found = np.percentile(np.array(seconds) * 1000.0, [50, 95, 99])
    return dict(zip(("p50_ms", "p95_ms", "p99_ms"), (round(float(one), 2) for one in found), strict=True))


async def at_rate(ask: Callable[[int], Awaitable[None]], rate: float, seconds: float) -> list[float]:
    """Times of answers to requests that come at a rate, whether or not earlier ones are answered.

    Time counts from when a request was due: a server that falls behind cannot hide it.
    """
    times: list[float] = []

    async def one(k: int, due: float) -> None:
        await ask(k)
        times.append(time.perf_counter() - due)

    began, tasks = time.perf_counter(), []
    for k in range(int(rate * seconds)):
        due = began + k / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(k, due)))
    await asyncio.gather(*tasks)
    return times


async def measure(url: str, seconds: float) -> dict[str, Any]:
    """Everything that is measured of a server that runs."""
    limits = httpx.Limits(max_connections=600, max_keepalive_connections=600)
    async with httpx.AsyncClient(base_url=url + "/api/alpha-discovery", limits=limits, timeout=60.0) as client:
        login = await client.post("/auth/login", json={"name": "ada", "password": PASSWORD})
        client.headers["authorization"] = f"Bearer {login.json()['access_token']}"

        async def page(k: int) -> None:
            answer = await client.get("/alphas", params={"limit": 50, "offset": 50 * (k % 10), "min_sharpe": 1.0})
            assert answer.status_code == 200, answer.text

        async def start(k: int) -> None:
            answer = await client.post("/start", json={**START, "settings": {"seed": k}})
            assert answer.status_code == 201, answer.text

        long = await client.post("/start", json={**START, **LONG})
        await running(client, long.raise_for_status().json()["run_id"])
        await at_rate(page, 20.0, 1.0)  # warm
        pages = await at_rate(page, RATE, seconds)
        starts = await at_rate(start, 5.0, STARTS / 5.0)
        return {
            "get_alphas": {"requests_per_second": RATE, "requests": len(pages), **figures(pages)},
            "start": {"requests": len(starts), **figures(starts)},
            "events": await streams(client, start),
            "active_run": await progress(client, long.json()["run_id"]),
        }


async def running(client: httpx.AsyncClient, run_id: str) -> None:
    """Wait until a run has its first batch done."""
    for _ in range(1200):
        if (await progress(client, run_id))["tested"]:
            return
        await asyncio.sleep(0.1)
    raise SystemExit("the run did not begin")


async def progress(client: httpx.AsyncClient, run_id: str) -> dict[str, Any]:
    """How far a run is."""
    told = (await client.get(f"/status/{run_id}")).raise_for_status().json()
    return {"status": told["status"], "tested": told["strategies_tested"]}


async def streams(client: httpx.AsyncClient, start: Callable[[int], Awaitable[None]]) -> dict[str, Any]:
    """How long until every listener has heard of a run that was queued."""
    heard: list[float] = []
    ready = asyncio.Semaphore(0)

    async def listen() -> None:
        async with client.stream("GET", "/events", params={"seconds": 60}) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("retry"):
                    ready.release()
                elif line.startswith("data"):
                    heard.append(time.perf_counter())
                    return

    tasks = [asyncio.create_task(listen()) for _ in range(LISTENERS)]
    for _ in range(LISTENERS):
        await ready.acquire()
    began = time.perf_counter()
    await start(10_000)
    await asyncio.wait_for(asyncio.gather(*tasks), 60.0)
    return {"listeners": LISTENERS, "heard": len(heard), **figures([one - began for one in heard])}


def main() -> None:
    """Fill, serve, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--alphas", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=15.0)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        fill(Path(folder), told.alphas)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        words = ["serve", "--processes", "1", "--workers", "1", "--port", str(port), "--userdir", folder]
        load = os.getloadavg()[0]
        with subprocess.Popen([sys.executable, "-c", SERVER, *words], stderr=subprocess.DEVNULL) as server:
            try:
                url = f"http://127.0.0.1:{port}"
                wait(url)
                found = asyncio.run(measure(url, told.seconds))
            finally:
                server.terminate()
    machine = {"alphas": told.alphas, "cores": os.cpu_count(), "load_before": round(load, 2)}
    print(json.dumps({**machine, **found}, indent=2))


def wait(url: str) -> None:
    """Until it answers."""
    for _ in range(300):
        try:
            if httpx.get(f"{url}/api/alpha-discovery/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the server did not come up")


if __name__ == "__main__":
    main()
