"""What a search that chooses between methods did, as text at the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from alpha_discovery.cli.terminal import heading, say, table
from alpha_discovery.discovery.records import RunRecord
from alpha_discovery.discovery.turns import shares
from alpha_discovery.reports.words import count, plural, ratio

TURNS = 8  # of each strategy, the first ones; the report has them all


def chosen(screen: Console, run: RunRecord) -> None:
    """For each strategy who searched, what it gained, and why each turn was given; nothing without a choice."""
    for job in run.report["jobs"]:
        taken = job.get("turns", [])
        if len(shares(taken)) < 2 or run.optimization_method != "hybrid":
            continue
        heading(
            screen, f"Who searched {job['strategy']}",
            "each batch goes to the method that raised the mean of the best ten Sharpe ratios most per second lately",
        )  # fmt: skip
        rows = [
            (one["method"], count(one["turns"]), count(one["rows"]), f"{one['gain']:+.3f}") for one in shares(taken)
        ]
        table(screen, ("Method", "Turns", "Candidates", "Gain"), rows, "lrrr")
        head = ("Batch", "Method", "Candidates", "Best", "Why")
        table(screen, head, [_turn(one) for one in taken[:TURNS]], "llrrL")
        if (more := len(taken) - TURNS) > 0:
            say(screen, f"and {plural(more, 'turn')} more; the report has them all", "dim")


def _turn(one: dict[str, object]) -> tuple[str | Text, ...]:
    first, last = one["first"], one["last"]
    span = f"{first}" if first == last else f"{first}-{last}"
    return span, str(one["method"]), count(one["rows"]), ratio(one["best"]), Text(str(one["why"]), style="dim")
