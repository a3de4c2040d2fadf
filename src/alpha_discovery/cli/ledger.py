"""``alpha ledger``: everything that was ever tried on each stretch of data, and what trust is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from alpha_discovery import api
from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import WIDE, console, heading, print_json, say, table
from alpha_discovery.reports.words import chance, count, percent, ratio

ledger_app = typer.Typer(add_completion=False)


@ledger_app.command(epilog="Example: alpha ledger --json")
def ledger(userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Show the account of every data epoch: what was tried, and what of its error level is left.

    Each judging uses up a part of the allowed chance of a false report: for all bars of its vault, whatever
    market list, end date or bar length they are asked with next. 90 days of new bars are a new vault.
    """
    with open_lab(settings_of(userdir), create=False) as opened:
        rows = api.ledger_rows(opened.lab)
    if as_json:
        print_json({"epochs": rows})
        return
    screen = console()
    heading(screen, "Ledger", "nothing here is ever lowered or deleted")
    head = ("Data", "Tried", "Worth", "Looks", "Level left", "Luck reaches", "Vault from")
    if screen.width >= WIDE:
        table(screen, head, [_row(one) for one in rows], "Lrrrrrr")
    else:
        table(screen, head[:-1], [_narrow(one, rows) for one in rows], "Lrrrrr")
    if not rows:
        say(screen, "nothing was tried yet")
        return
    words = "worth: as many independent tries are as hard to beat; looks: how many judgings were charged"
    say(screen, words, style="dim")
    say(screen, "luck reaches: annual Sharpe of the best of them, once in twenty searches", style="dim")
    followed = [(row["markets"], vault) for row in rows for vault in row["vaults"] if vault["closed"]]
    if followed:
        heading(screen, "Closed vaults", "a newer one followed; what stands is false once in twenty times at most")
        table(screen, ("Data", "Vault", "p", "Allowed", ""), [_closed(*one) for one in followed], "LLrrL")


def _closed(markets: str, vault: dict[str, Any]) -> tuple[str, ...]:
    verdict = "stands" if vault["stands"] else "not confirmed" if vault["p"] < 1.0 else "nothing accepted"
    span = f"{vault['start'][:10]} to {vault['end'][:10]}"
    return markets, span, chance(vault["p"]), chance(vault["level"]), verdict


def _narrow(one: dict[str, Any], rows: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """A row without the column of the vault, whose begin is told where several rows are about the same markets."""
    data, *rest, vault = _row(one)
    several = sum(other["markets"] == data for other in rows) > 1
    return f"{data}, vault from {vault}" if several else data, *rest


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    left = f"{percent(one['level_left'], 1)} of {percent(one['level'], 0)}"
    sealed = one["vault_start"] < one["end"]
    vault = one["vault_start"][:10] if sealed else "none"
    return (
        one["markets"], count(one["n_tested"]), count(one["n_effective"]), count(one["rounds"]), left,
        ratio(one["noise_sharpe"]), vault,
    )  # fmt: skip
