"""Where an adaptive search begins, as text at the terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from alpha_discovery.cli.terminal import heading, say, table
from alpha_discovery.discovery.adapting import Adapted
from alpha_discovery.reports.words import count, plain, plural, setting

MARKETS = {"high_volatility": "wild", "trending": "trending", "normal": "neither wild nor trending"}


def regions_text(screen: Console, adapted: Adapted) -> None:
    """The kind of market, each region with what it rests on, and whether a model thins the proposals."""
    heading(
        screen, "Where the search begins",
        f"{plural(len(adapted.runs), 'earlier run')} read; {adapted.campaign.timeframe} bars; "
        f"the market is {MARKETS[adapted.market]}",
    )  # fmt: skip
    for family, model in adapted.learned.items():
        say(screen, f"model of {plain(family)}: {model.why}")
    rows = [
        (strategy, name, _range(name, one.wanted), _range(name, list(one.spread)), count(one.samples), one.of)
        for strategy, found in adapted.found.items()
        for name, one in found.items()
    ]
    if not rows:
        say(screen, "too little is known from earlier runs on bars of this length: the whole space is searched evenly")
        return
    table(screen, ("Strategy", "Parameter", "Region", "Mean +- 2 sd", "Finds", "Of"), rows, "llllrl")
    say(screen, "A quarter of the budget explores the whole space whatever the regions bring.", style="dim")


def _range(name: str, wanted: list[Any]) -> str:
    *off, low, high = wanted
    return f"{'off or ' if off else ''}{setting(name, low)} to {setting(name, high)}"
