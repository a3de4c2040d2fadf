"""``alpha ledger``: everything that was ever tried on each stretch of data, and what trust is left."""

from __future__ import annotations

from collections import Counter
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
    columns = len(head) if screen.width >= WIDE else len(head) - 1
    alike = Counter(one["markets"] for one in rows)
    shown = [_row(one, apart=alike[one["markets"]] > 1 and columns < len(head))[:columns] for one in rows]
    table(screen, head[:columns], shown, "Lrrrrrr"[:columns])
    if not rows:
        say(screen, "nothing was tried yet")
        return
    words = (
        "worth: so many independent tries are as hard to beat as the widest search that was judged, not all of them "
        "together; looks: how many judgings were charged"
    )
    say(screen, words, style="dim")
    say(screen, "luck reaches: annual Sharpe of the best of one such search, once in twenty", style="dim")
    closed = [_closed(row["markets"], vault) for row in rows for vault in row["vaults"] if vault["closed"]]
    if closed:  # accounts of the same prices name the same vaults
        heading(screen, "Closed vaults", "a newer one followed; what stands is false once in twenty times at most")
        table(screen, ("Data", "Vault", "p", "Allowed", ""), list(dict.fromkeys(closed)), "LLrrL")


def _closed(markets: str, vault: dict[str, Any]) -> tuple[str, ...]:
    verdict = "stands" if vault["stands"] else "not confirmed" if vault["p"] < 1.0 else "nothing accepted"
    span = f"{vault['start'][:10]} to {vault['end'][:10]}"
    return markets, span, chance(vault["p"]), chance(vault["level"]), verdict


def _row(one: dict[str, Any], *, apart: bool) -> tuple[str, ...]:
    """An account; ``apart``: its vault is named with its markets, which another account has too."""
    left = f"{percent(one['level_left'], 1)} of {percent(one['level'], 0)}"
    sealed = one["vault_start"] < one["end"]
    vault = one["vault_start"][:10] if sealed else "none"
    data = f"{one['markets']}, vault from {vault}" if apart else one["markets"]
    return (
        data, count(one["n_tested"]), count(one["n_effective"]), count(one["rounds"]), left,
        ratio(one["noise_sharpe"]), vault,
    )  # fmt: skip
