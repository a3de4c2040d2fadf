"""``alpha strategies``: what can be searched."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, heading, print_json, say, table
from alpha_discovery.core.params import Choice, Float, Int, Kind, Off, Optional
from alpha_discovery.generation.blocks import shipped_text
from alpha_discovery.generation.strategy import NAME as GENERATED
from alpha_discovery.generation.strategy import generated
from alpha_discovery.reports.words import setting
from alpha_discovery.rules.strategy import Strategy
from alpha_discovery.strategies.registry import all_strategies, find_strategy
from alpha_discovery.strategies.templates import templates

strategies_app = typer.Typer(help="What can be searched: rules, parameters, sources.", no_args_is_help=True)


@strategies_app.command("list", epilog="Example: alpha strategies list --family breakout")
def list_(
    family: Annotated[str | None, typer.Option(help="Only of this family, e.g. mean_reversion.")] = None,
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """List every strategy: those of the package, of plug-ins, and of your folder."""
    found = all_strategies(settings_of(userdir).strategies).values()
    chosen = [one for one in found if family in (None, one.family)]
    if as_json:
        print_json({"strategies": [strategy_json(one) for one in chosen]})
        return
    rows = [(one.name, one.family, one.summary + _together(one.n_legs)) for one in chosen]
    table(console(), ("Strategy", "Family", "What it does"), rows, "llL")
    if not rows:
        families = ", ".join(sorted({one.family for one in found}))
        say(console(), f"no strategy of the family {family}; there are {families}")


@strategies_app.command("show", epilog="Example: alpha strategies show sma_cross")
def show(
    name: Annotated[str, typer.Argument(metavar="STRATEGY", help="A name of: alpha strategies list.")],
    userdir: UserDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one strategy: its rule in words, its parameters, its source, when it fails."""
    found = generated() if name == GENERATED else find_strategy(name, settings_of(userdir).strategies)
    if as_json:
        print_json(strategy_json(found))
    else:
        _show(console(), found)


@strategies_app.command("blocks", epilog="Example: alpha strategies blocks > blocks.yaml")
def blocks() -> None:
    """Print the building blocks of generated rules, to change them and give them back as --blocks FILE.yaml."""
    typer.echo(shipped_text(), nl=False)


def strategy_json(strategy: Strategy) -> dict[str, Any]:
    """A strategy as plain JSON values."""
    return {
        "name": strategy.name, "family": strategy.family, "doc": strategy.doc, "source": strategy.source,
        "markets": strategy.n_legs, "rules": strategy.rules.to_json(), "sentences": strategy.rules.describe(),
        "space": strategy.space.to_json(), "templates": templates(strategy), "fingerprint": strategy.fingerprint,
    }  # fmt: skip


def _show(screen: Console, strategy: Strategy) -> None:
    heading(screen, f"{strategy.name}  ({strategy.family})")
    for paragraph in strategy.doc.split("\n\n"):
        say(screen, " ".join(paragraph.split()))
    heading(screen, "Rule")
    for line in strategy.rules.describe():
        say(screen, f"• {line}")
    for condition in strategy.own.conditions:
        say(screen, f"• only with {condition}")
    heading(screen, "Parameters", "what a search goes through, and three settings to start from")
    named = templates(strategy)
    shown = dict.fromkeys((*strategy.space.kinds, *(name for values in named.values() for name in values)))
    rows = [_parameter_row(strategy, name, named) for name in shown]
    table(screen, ("Parameter", "Searched", *named), rows, "ll" + "r" * len(named))
    heading(screen, "Source")
    say(screen, strategy.source)


def _parameter_row(strategy: Strategy, name: str, named: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    kind = strategy.space.kinds.get(name)
    values = [setting(name, named[level][name]) for level in named]
    return name, _range(name, kind) if kind is not None else "not searched", *values


def _range(name: str, kind: Kind) -> str:
    match kind:
        case Int() | Float():
            step = f" step {setting(name, kind.step)}" if kind.step not in (None, 1) else ""
            return f"{setting(name, kind.low)} to {setting(name, kind.high)}{step}"
        case Optional():
            return f"off, or {_range(name, kind.kind)}"
        case Choice():
            return ", ".join(map(str, kind.only or kind.values))
        case Off():
            return "off"
    return str(kind)


def _together(n_legs: int) -> str:
    return "" if n_legs == 1 else f" Trades {n_legs} markets together."
