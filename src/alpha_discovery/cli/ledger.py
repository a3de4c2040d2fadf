"""``alpha ledger``: everything that was ever tried on each stretch of data, and what trust is left."""

from __future__ import annotations

from typing import Any

import typer

from alpha_discovery import api
from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import WIDE, console, heading, print_json, say, table
from alpha_discovery.reports.words import count, percent, ratio

ledger_app = typer.Typer(add_completion=False)


@ledger_app.command(epilog="Example: alpha ledger --json")
def ledger(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Show the account of every data epoch: what was tried, and what of its error level is left.

    A data epoch is one set of markets up to one quarter of a year; 90 days of new bars open a new one.

    Each time the vault of an epoch is opened, a part of the allowed chance of a false report is used up.
    """
    with open_lab(settings_of(userdir), create=False) as opened:
        rows = api.ledger_rows(opened.lab)
    if as_json:
        print_json({"epochs": rows})
        return
    screen = console()
    heading(screen, "Ledger", "nothing here is ever lowered or deleted")
    head = ("Epoch", "Data", "Tried", "Runs", "Vault opened", "Level left", "Active", "Luck's best t")
    columns = len(head) if screen.width >= WIDE else len(head) - 2
    table(screen, head[:columns], [_row(one)[:columns] for one in rows], "lLrrrrrr"[:columns])
    if not rows:
        say(screen, "nothing was tried yet")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    left = f"{percent(one['level_left'], 1)} of {percent(one['level'], 0)}"
    return (
        one["epoch"][:8], one["markets"] or "by hand only", count(one["n_tested"]), count(one["n_runs"]),
        count(one["rounds"]), left, count(one["n_eligible"]), ratio(one["noise_reach"]),
    )  # fmt: skip
