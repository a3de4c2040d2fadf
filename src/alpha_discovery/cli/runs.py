"""``alpha runs``: what was run, and what came out."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from alpha_discovery.bootstrap import Workplace, open_lab
from alpha_discovery.cli.campaign_file import plain
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.render import duration, files, how_to_go_on, run_text
from alpha_discovery.cli.terminal import console, print_json, record_json, say, table
from alpha_discovery.core.yaml_text import read_yaml
from alpha_discovery.discovery.records import OVER, RunRecord, RunState
from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.reports.words import count, ratio
from alpha_discovery.service.discoveries import HIGHEST_PRIORITY, Discoveries
from alpha_discovery.service.retention import archived, is_archived, restore
from alpha_discovery.service.status import RunStatus
from alpha_discovery.storage.queue import QueueEntry
from alpha_discovery.storage.trials import NAME

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Its id, or the beginning of it.")]

runs_app = typer.Typer(help="Runs that were made, and what came out.", no_args_is_help=True)


@runs_app.command("list", epilog="Example: alpha runs list --state completed --limit 5")
def list_(
    limit: Annotated[int, typer.Option(min=0, help="How many, the newest first.")] = 20,
    state: Annotated[str | None, typer.Option(help="Only runs that are in it: queued, running, completed ...")] = None,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    with open_lab(settings_of(userdir), create=False) as opened:
        found = opened.lab.runs.list(limit=limit, state=state)
    if as_json:
        print_json({"runs": [record_json(run) for run in found]})
        return
    head = ("Run", "Began (UTC)", "State", "Markets", "Tried", "Best Sharpe", "Alphas")
    table(console(), head, [_row(run) for run in found], "lllLrrr")
    if not found and limit:
        start = "no runs; start one with: alpha discover --symbol BTC/USD"
        say(console(), start if state is None else f"no run is {state}; see all with: alpha runs list")


@runs_app.command("show", epilog="Example: alpha runs show 1a2b3c")
def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Its id, or the beginning of it.")],
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one run: what was tried, the funnel, what luck would have reached, what passed."""
    settings = settings_of(userdir)
    with open_lab(settings, create=False) as opened:
        run = _stored(opened, run_id)
        alphas = opened.lab.alphas.of_run(run.id)
        account = opened.lab.ledger.account(run.epoch, level=run.campaign["protocol"]["level"])
        status = Discoveries(opened).status(run.id)
        resumable = opened.queue.is_resumable(run.id)
    if as_json:
        ledger = {**vars(account), "level_left": account.level_left}
        far = {"stage": status.stage, "progress": status.progress, "remaining_hours": status.remaining_hours}
        alphas_ = [record_json(alpha) for alpha in alphas]
        print_json({"run": {**record_json(run), **far}, "alphas": alphas_, "ledger": ledger})
        return
    screen = console()
    run_text(screen, run, alphas, account)
    if status.entry is not None and run.state not in OVER:
        say(screen, _how_far(status, status.entry))
    if resumable:
        say(screen, how_to_go_on(run.id))
    written = {"report": settings.reports / f"run-{run.id[:12]}.html", "trials": settings.runs / run.id / NAME}
    files(screen, {what: path for what, path in written.items() if path.exists()})


def _stored(opened: Workplace, run_id: str) -> RunRecord:
    """A run of the database; raises `NotFound`, which says so of one that is archived."""
    try:
        return opened.lab.runs.get(run_id)
    except NotFound:
        if not is_archived(opened, run_id):
            raise
        raise NotFound(f"run {run_id} is archived; bring it back with: alpha runs restore {run_id}") from None


@runs_app.command("archived", epilog="Example: alpha runs archived")
def archived_(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """List runs that were moved out of the database."""
    with open_lab(settings_of(userdir), create=False) as opened:
        found = archived(opened)
    if as_json:
        print_json({"runs": [record_json(run) for run in found]})
        return
    head = ("Run", "Began (UTC)", "State", "Markets", "Tried", "Best Sharpe", "Alphas")
    table(console(), head, [_row(run) for run in found], "lllLrrr")
    if not found:
        say(console(), "no run is archived")


@runs_app.command("restore", epilog="Example: alpha runs restore 1a2b3c")
def restore_(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="Its id, or the beginning of it.")],
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring an archived run and its alphas back into the database."""
    with open_lab(settings_of(userdir), create=False) as opened:
        record = restore(opened, run_id)
    if as_json:
        print_json({"run": record_json(record)})
        return
    say(console(), f"run {record.id[:12]} is back; see: alpha runs show {record.id[:8]}")


@runs_app.command("stop", epilog="Example: alpha runs stop 1a2b3c")
def stop_(run_id: RunId, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """End a queued or running run; what it tried stays counted."""
    _asked(run_id, "stop", userdir, as_json=as_json)


@runs_app.command("pause", epilog="Example: alpha runs pause 1a2b3c")
def pause_(run_id: RunId, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Put a run down until it is resumed."""
    _asked(run_id, "pause", userdir, as_json=as_json)


@runs_app.command("resume", epilog="Example: alpha runs resume 1a2b3c")
def resume_(run_id: RunId, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Let a run that was put down, or has failed, go on from its last checkpoint; a worker or the server takes it."""
    _asked(run_id, "resume", userdir, as_json=as_json)


@runs_app.command("again", epilog="Example: alpha runs again 1a2b3c --change max_iterations=5000")
def again_(
    run_id: RunId,
    change: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of its campaign, also costs.commission=0.001; several times.")
    ] = None,
    priority: Annotated[int, typer.Option(min=-HIGHEST_PRIORITY, max=HIGHEST_PRIORITY, help="Higher: sooner.")] = 0,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Queue the campaign of a run once more, with changes; a worker, the lab or the server takes it."""
    changes = _changes(change or [])
    with open_lab(settings_of(userdir), create=False) as opened:
        new = Discoveries(opened).rerun(run_id, changes, priority=priority)
    if as_json:
        print_json({"run_id": new, "status": RunState.QUEUED})
        return
    say(console(), f"run {new[:12]} is queued; alpha worker takes it, see: alpha runs show {new[:8]}")


def _changes(told: list[str]) -> dict[str, Any]:
    """Settings of a campaign from NAME=VALUE; a dot goes into a part of it, and values are read as YAML."""
    import yaml

    found: dict[str, Any] = {}
    for one in told:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UserError(f"--change needs NAME=VALUE, such as max_iterations=5000; found {one!r}")
        part, dot, inner = name.partition(".")
        try:
            read = plain(read_yaml(value))
        except yaml.YAMLError:
            raise UserError(f"--change {one}: cannot read the value {value!r}") from None
        if isinstance(read, str):
            with suppress(ValueError):
                read = float(read)  # YAML takes 1e-3 for a word
        if dot:
            if not isinstance(found.setdefault(part, {}), dict):
                raise UserError(f"--change {one}: {part} was changed as a whole already; use one of the two")
            found[part][inner] = read
        else:
            found[part] = read
    return found


def _asked(run_id: str, what: str, userdir: Path | None, *, as_json: bool) -> None:
    with open_lab(settings_of(userdir), create=False) as opened:
        runs = Discoveries(opened)
        state = {"stop": runs.stop, "pause": runs.pause, "resume": runs.resume}[what](run_id)
        if state is RunState.STOPPING:
            state = runs.put_down(run_id)
        id_ = runs.status(run_id).id
    if as_json:
        print_json({"run_id": id_, "status": state})
        return
    say(console(), f"run {id_[:12]} is {state}")


def _how_far(status: RunStatus, entry: QueueEntry) -> str:
    """How far a run of the queue is, who has it, and how long the search will take."""
    left = status.remaining_hours
    words = [
        f"{status.stage}, {status.progress:.0%} of the search done", f"priority {entry.priority}",
        f"held by {entry.worker}" if entry.worker else "waits for a worker",
    ]  # fmt: skip
    if left is not None:
        words.append(f"about {duration(3600.0 * left)} left at its pace")
    return "; ".join(words)


def _row(run: RunRecord) -> tuple[str, ...]:
    markets = ", ".join(run.report.get("markets", {})) or ", ".join(run.campaign["symbols"])
    return (
        run.id[:8], f"{run.start_time:%m-%d %H:%M}", run.state, f"{markets} {run.campaign['timeframe']}",
        count(run.strategies_tested), ratio(run.best_sharpe), count(run.profitable_found),
    )  # fmt: skip
