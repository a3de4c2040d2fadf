"""``alpha lab``: discovery day and night, by a schedule."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.ending import on_signals
from alpha_discovery.cli.options import UserDir, Workers, log_day_and_night, settings_of
from alpha_discovery.compute.executors import check_installed
from alpha_discovery.config import Config, read_config
from alpha_discovery.service.governor import Governor, Limits
from alpha_discovery.service.lab import LabSchedule
from alpha_discovery.service.refresh import refresher
from alpha_discovery.service.watch import watched
from alpha_discovery.service.worker import Pace, Worker
from alpha_discovery.settings import Settings

lab_app = typer.Typer(help="Discover day and night, by a schedule and within limits.")

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="Configuration; see: alpha config.")]
Now = Annotated[bool, typer.Option("--now", help="Start every campaign at once, then follow the schedule.")]
UntilIdle = Annotated[bool, typer.Option("--until-idle", help="With --now: end when everything is done.")]


@lab_app.command(epilog="Example: alpha lab -c alpha.yaml --now")
def lab(
    config: ConfigFile = None,
    now: Now = False,
    until_idle: UntilIdle = False,
    workers: Workers = None,
    userdir: UserDir = None,
) -> None:
    """Start the campaigns of a configuration by its schedule, and work on them.

    Before each campaign its markets are brought up to date and old runs are archived; limits of processor and memory
    are kept, and nothing is asked of anybody.
    """
    told = read_config(config)
    settings = settings_for(told, userdir, workers)
    log_day_and_night(settings)
    check_installed(settings.executor)
    with open_lab(settings) as opened:
        worker = Worker(opened, Pace(slots=told.resources.runs_at_once), Governor(limits_of(told)))
        ended = threading.Event()
        schedule = LabSchedule(opened, told, before=(refresher(ended.is_set),))
        schedule.look()  # a schedule that is no cron line is told at once
        if now:
            started = schedule.start_all(opened.lab.clock.now())
            typer.echo(f"started {len(started)} runs", err=True)
        on_signals(ended.set, worker.end)
        thread = threading.Thread(target=schedule.run, args=(ended,), name="schedule")
        thread.start()
        try:
            with watched(opened, ended) as schedule.notifier:
                if until_idle:
                    worker.run_until_idle()
                else:
                    worker.run()
        finally:
            ended.set()
            thread.join()


def settings_for(config: Config, userdir: Path | None, workers: int | None) -> Settings:
    """Settings of this machine: options first, then the environment, then the configuration."""
    settings = settings_of(userdir, workers=workers)
    more: dict[str, object] = {}
    if not settings.workers and config.max_parallel_workers:
        more["workers"] = config.max_parallel_workers
    if settings.database_url is None and config.storage.database_url is not None:
        more["database_url"] = config.storage.database_url
    if settings.redis_url is None and config.storage.redis_url is not None:
        more["redis_url"] = config.storage.redis_url
    for name in ("executor", "ray_address", "gpus_per_part"):
        if name not in settings.model_fields_set and name in config.resources.model_fields_set:
            more[name] = getattr(config.resources, name)
    if "cache_mb" not in settings.model_fields_set:
        more["cache_mb"] = config.storage.cache_mb if config.cache_enabled else 0
    return settings.model_copy(update=more)


def limits_of(config: Config) -> Limits:
    """What may be used."""
    told = config.resources
    return Limits(told.max_cpu_percent, told.max_memory_gb, told.max_gpu_memory_gb, told.idle_only, told.nice)
