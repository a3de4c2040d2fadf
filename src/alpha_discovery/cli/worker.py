"""``alpha worker``: work on queued runs."""

from __future__ import annotations

from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.ending import WithParent, has_ended, on_signals
from alpha_discovery.cli.options import Executor, RayAddress, UserDir, Workers, log_day_and_night, settings_of
from alpha_discovery.compute.executors import check_installed
from alpha_discovery.service.governor import Governor, Limits
from alpha_discovery.service.worker import Pace, Worker

worker_app = typer.Typer(help="Work on queued runs until told to end.")

Slots = Annotated[int, typer.Option(min=1, max=64, help="Runs at work at once; they share the threads.")]
UntilIdle = Annotated[bool, typer.Option("--until-idle", help="End when nothing is left to do.")]
Lease = Annotated[float, typer.Option(min=1.0, help="Seconds of silence after which others take its runs up.")]
MaxCpu = Annotated[float | None, typer.Option(min=1.0, max=100.0, help="Per cent of all cores to use at most.")]
MaxMemory = Annotated[float | None, typer.Option(min=0.1, help="GiB of memory to use at most.")]
MaxGpuMemory = Annotated[float | None, typer.Option(min=0.1, help="GiB of a GPU's memory to use at most.")]
IdleOnly = Annotated[bool, typer.Option("--idle-only", help="Use only what other programs leave of --max-cpu-percent.")]
Nice = Annotated[int, typer.Option(min=0, max=19, help="Give way to other programs, 0 to 19.")]


@worker_app.command(epilog="Example: alpha worker --slots 2 --max-cpu-percent 80")
def worker(
    slots: Slots = 2,
    until_idle: UntilIdle = False,
    lease: Lease = 15.0,
    max_cpu_percent: MaxCpu = None,
    max_memory_gb: MaxMemory = None,
    max_gpu_memory_gb: MaxGpuMemory = None,
    idle_only: IdleOnly = False,
    nice: Nice = 0,
    with_parent: WithParent = None,
    executor: Executor = None,
    ray: RayAddress = None,
    workers: Workers = None,
    userdir: UserDir = None,
) -> None:
    """Take runs from the queue and work on them; several workers may share one database.

    When a worker is killed another one goes on with its runs: it repeats the batch in hand, and of batches that take
    less than a second those of about the last second. Nothing that was counted is lost.
    """
    limits = Limits(max_cpu_percent, max_memory_gb, max_gpu_memory_gb, idle_only, nice)
    settings = settings_of(userdir, workers=workers, executor=executor, ray_address=ray)
    log_day_and_night(settings)
    check_installed(settings.executor)
    with open_lab(settings) as opened:
        one = Worker(opened, Pace(slots=slots, lease=lease), Governor(limits))
        on_signals(one.end)
        typer.echo(f"worker {one.name} works on {opened.database.name}", err=True)
        if until_idle:
            one.run_until_idle()
        else:
            one.run(until=lambda: has_ended(with_parent))
