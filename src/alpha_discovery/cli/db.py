"""``alpha db``: look after the database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, print_json, say, table
from alpha_discovery.errors import StorageFailed
from alpha_discovery.storage.care import backup, check
from alpha_discovery.storage.database import Database

db_app = typer.Typer(help="Look after the database: upgrade, check, copy.", no_args_is_help=True)


@db_app.command("upgrade", epilog="Example: alpha db upgrade")
def upgrade(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Bring the database to the newest schema; any other command does it too, on the way."""
    with Database.open(settings_of(userdir).database) as database:
        health = check(database)
    if as_json:
        print_json({"database": health.name, "revision": health.revision})
        return
    say(console(), f"{health.name} has schema {health.revision}, the newest")


@db_app.command("check", epilog="Example: alpha db check")
def check_(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Read the whole database; exit code 1 if something is wrong with it."""
    with Database.open(settings_of(userdir).database, create=False) as database:
        health = check(database)
    if as_json:
        print_json(vars(health))
    else:
        table(console(), ("Table", "Rows"), [(name, f"{count:,}") for name, count in health.rows.items()], "lr")
    if health.problems:
        raise StorageFailed(f"{health.name} is damaged: {health.problems[0]}; restore a copy")
    if not as_json:
        say(console(), f"{health.name} is whole; schema {health.revision}")


@db_app.command("backup", epilog="Example: alpha db backup copies/alpha-2026-01-31.db")
def backup_(
    to: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; must not exist.")],
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Copy the database while others go on working; a server's is written by pg_dump."""
    written = backup(settings_of(userdir).database, to)
    if as_json:
        print_json({"backup": str(written), "bytes": written.stat().st_size})
        return
    say(console(), f"copied to {written} ({written.stat().st_size / 1e6:,.1f} MB)")
