"""``alpha serve``: API, schedule, workers and bots in one command, each worker in a process that is watched."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.bot_work import LiveBots, RealOrders
from alpha_discovery.cli.ending import on_signals, with_us
from alpha_discovery.cli.http_options import (
    Behind,
    Certificate,
    Host,
    Names,
    OpenMetrics,
    Origins,
    Plain,
    Port,
    PrivateKey,
)
from alpha_discovery.cli.lab import settings_for
from alpha_discovery.cli.options import UserDir, Workers, log_day_and_night
from alpha_discovery.compute.executors import check_installed
from alpha_discovery.config import read_config
from alpha_discovery.errors import StorageFailed, UserError
from alpha_discovery.reports.words import plural
from alpha_discovery.service.lab import LabSchedule
from alpha_discovery.service.limits import LimitsBook, WorkerLimits
from alpha_discovery.service.refresh import refresher
from alpha_discovery.service.watch import watched
from alpha_discovery.settings import Settings

serve_app = typer.Typer(help="API, schedule, workers and bots in one command.")

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="Configuration; see: alpha config.")]
Processes = Annotated[int, typer.Option(min=0, max=64, help="Worker processes; they share the threads.")]


LOOK = 0.5  # seconds between two looks at the workers
PAUSE = 5.0  # seconds before a worker that died is started again
GOODBYE = 30.0  # seconds that workers have to put their runs down
COMMAND = "import sys; from alpha_discovery.cli.main import app; sys.argv[0] = 'alpha'; app()"


class Crew:
    """Worker processes that are started again when they die."""

    def __init__(self, words: list[str], count: int, environment: Mapping[str, str]) -> None:
        self._words = words
        # by the environment: a command line, with a password in it, is there for everybody to read
        self._environment = {**os.environ, **environment}
        self.running: list[subprocess.Popen[bytes]] = [self._start() for _ in range(count)]
        self._again: list[float] = []
        self._leaving: set[int] = set()

    def look(self) -> None:
        """Start workers again that died a while ago."""
        for one in [one for one in self.running if one.poll() is not None]:
            if one.pid in self._leaving:
                self.running[self.running.index(one)] = self._start()
                self._leaving.remove(one.pid)
                continue
            typer.echo(f"process {one.pid} ended with code {one.returncode}; another one follows", err=True)
            self.running.remove(one)
            self._again.append(time.monotonic() + PAUSE)
        for at in [at for at in self._again if at <= time.monotonic()]:
            self._again.remove(at)
            self.running.append(self._start())

    def change(self, words: list[str]) -> None:
        """Let all put their runs down and start again with another command line."""
        self._words = words
        self._leaving |= {one.pid for one in self.running}
        self.dismiss()

    def dismiss(self) -> None:
        """Tell all to put their runs down."""
        for one in self.running:
            one.terminate()

    def end(self) -> None:
        """Wait until all have put their runs down, and end those that do not."""
        self.dismiss()
        until = time.monotonic() + GOODBYE
        for one in self.running:
            try:
                one.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", COMMAND, *self._words], env=self._environment)  # noqa: S603


@serve_app.command(epilog="Example: alpha serve -c alpha.yaml")
def serve(
    config: ConfigFile = None, processes: Processes = 1, host: Host = "127.0.0.1", port: Port = 8000,
    certificate: Certificate = None, private_key: PrivateKey = None, behind_proxy: Behind = False,
    plain_http: Plain = False, name: Names = None, origin: Origins = None, open_metrics: OpenMetrics = False,
    workers: Workers = None, live: LiveBots = False, real_orders: RealOrders = False,
    userdir: UserDir = None,
) -> None:  # fmt: skip
    """Answer over HTTP, and keep workers, started bots and the schedule of the lab running, until told to end.

    Bots that were started (alpha bots start) trade: on the stored bars, or with --live on those of their exchange.
    A worker that dies is started again, and its runs go on from their checkpoints. When this process is killed, its
    workers hand their runs back and end too.
    """
    from alpha_discovery.http.options import HttpOptions  # a second that no other command need pay
    from alpha_discovery.http.serving import HttpServer

    if "*" in (origin or ()):
        raise UserError("--origin * would let every page in the world call this server; name the origins")
    options = HttpOptions(
        host=host, port=port, certificate=certificate, private_key=private_key, behind_proxy=behind_proxy,
        plain_http=plain_http, names=tuple(name or ()), origins=tuple(origin or ()), open_metrics=open_metrics,
        real_orders=real_orders,
    )  # fmt: skip
    told = read_config(config)
    settings = settings_for(told, userdir, workers)
    log_day_and_night(settings)
    check_installed(settings.executor)
    ended = threading.Event()
    on_signals(ended.set)
    with open_lab(settings) as opened:
        schedule = LabSchedule(opened, told, before=(refresher(ended.is_set),))
        schedule.look()
        limits = LimitsBook(settings.userdir / "limits.json", told.resources)
        server = HttpServer(opened, options, say=lambda line: typer.echo(line, err=True), limits=limits)
        server.start()
        thread = threading.Thread(target=schedule.run, args=(ended,), name="schedule")
        thread.start()
        held, environment = limits.now, _environment(settings)
        crew = Crew(_words(held, settings, max(1, processes)), processes, environment)
        flags = [*(["--live"] if live else []), *(["--real-orders"] if real_orders else [])]
        bots = Crew(["bots", "work", *with_us(), "--userdir", str(settings.userdir), *flags], 1, environment)
        typer.echo(f"{plural(processes, 'worker')} on {opened.database.name}; end with Ctrl-C", err=True)
        try:
            with watched(opened, ended) as schedule.notifier:
                while not ended.wait(LOOK) and server.is_alive:
                    if limits.now != held:
                        held = limits.now
                        crew.change(_words(held, settings, max(1, processes)))
                    crew.look()
                    bots.look()
                    with suppress(StorageFailed):  # whoever needs the database tells of it
                        opened.queue.put_down_overdue()
        finally:
            ended.set()
            for everybody in (crew, bots):  # they put down what they hold while the server still answers
                everybody.dismiss()
            server.end()
            crew.end()
            bots.end()
            thread.join()


def _words(told: WorkerLimits, settings: Settings, processes: int) -> list[str]:
    """The command line of a worker."""
    words = ["worker", *with_us(), "--slots", str(told.runs_at_once), "--userdir", str(settings.userdir)]
    words += ["--workers", str(max(1, settings.threads // processes)), "--nice", str(told.nice)]
    if told.max_cpu_percent is not None:
        words += ["--max-cpu-percent", str(max(1.0, told.max_cpu_percent / processes))]
    if told.max_memory_gb is not None:
        words += ["--max-memory-gb", str(told.max_memory_gb / processes)]
    if told.max_gpu_memory_gb is not None:
        words += ["--max-gpu-memory-gb", str(told.max_gpu_memory_gb / processes)]
    return words + (["--idle-only"] if told.idle_only else [])


def _environment(settings: Settings) -> dict[str, str]:
    """What a worker must know and a command line should not show, or has no option for."""
    told = {
        "ALPHA_DATABASE_URL": settings.database_url, "ALPHA_REDIS_URL": settings.redis_url,
        "ALPHA_CACHE_MB": str(settings.cache_mb), "ALPHA_EXECUTOR": settings.executor,
        "ALPHA_RAY_ADDRESS": settings.ray_address, "ALPHA_GPUS_PER_PART": str(settings.gpus_per_part),
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}
