"""What every block of text at the terminal is made of: headings, tables, bars, JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from alpha_discovery.cli.fitting import MIN_FOLDED, fitted
from alpha_discovery.discovery.evidence import jsonable

WIDEST = 120  # wider lines are hard to read
WIDE = 100  # columns from which there is room for more than the numbers that matter
INDENT = 2


def console() -> Console:
    """The terminal as it is now; 80 columns where nothing says how wide it is."""
    made = Console(highlight=False)
    return Console(highlight=False, width=WIDEST) if made.width > WIDEST else made


def heading(screen: Console, text: str, note: str = "") -> None:
    """A line that begins a block, with half a line that explains it."""
    screen.print()
    screen.print(Text(text, style="bold cyan"))
    if note:
        say(screen, note, style="dim")


def say(screen: Console, text: str, style: str = "", *, indent: int = INDENT) -> None:
    """A paragraph; square brackets in it are just brackets."""
    screen.print(Padding(Text(text, style=style), (0, 0, 0, indent), expand=False))


def table(
    screen: Console, head: Sequence[str], rows: Iterable[Sequence[str | Text]], align: str, *, spare: Sequence[str] = ()
) -> None:
    """Rows under headings; ``align`` has a letter a column, ``l`` or ``r``; capital letters fold, the others do not.

    Where the terminal is too narrow, headings first stand on several lines; then columns under the headings ``spare``
    are left out, the first of them first, and named below; then texts fold, the longest first. Numbers are never cut.
    """
    shown = fitted(head, [list(row) for row in rows], align, spare=spare, room=screen.width - INDENT)
    made = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold", collapse_padding=True
    )
    for name, letter in zip(shown.head, shown.align, strict=True):
        justify: Any = "right" if letter.lower() == "r" else "left"
        folds: dict[str, Any] = {"overflow": "fold", "min_width": MIN_FOLDED} if letter.isupper() else {"no_wrap": True}
        made.add_column(name, justify=justify, **folds)
    for row in shown.rows:
        made.add_row(*row)
    screen.print(Padding(made, (0, 0, 0, INDENT), expand=False))
    if shown.left_out:
        say(screen, f"no room here for: {', '.join(shown.left_out)}", style="dim")


def bar(share: float, width: int, style: str) -> Text:
    """A horizontal bar of ``share`` (0 to 1) of ``width`` columns."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    return Text("█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else ""), style=style)


def print_json(value: Any) -> None:
    """One JSON object on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain))


def record_json(record: Any) -> dict[str, Any]:
    """A stored record as plain JSON values; an infinite profit factor is the string "inf"."""
    return jsonable(vars(record))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
