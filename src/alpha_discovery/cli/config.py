"""``alpha config``: check, show and explain the configuration file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alpha_discovery.cli.options import AsJson, UserDir, settings_of
from alpha_discovery.cli.terminal import console, print_json, say
from alpha_discovery.config import ROOT, Config, read_config, schema_text
from alpha_discovery.discovery.campaign import Campaign
from alpha_discovery.reports.words import plural

config_app = typer.Typer(help="Check, show and explain the configuration file.", no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Left out: defaults and environment alone.")]


@config_app.command("check", epilog="Example: alpha config check alpha.yaml")
def check(file: File = None, userdir: UserDir = None, as_json: AsJson = False) -> None:
    """Read a configuration, and say which campaigns it makes."""
    settings = settings_of(userdir)
    config = read_config(file)
    plans = config.campaigns(settings.strategies) if config.backtest.symbols else ()
    campaigns = [Campaign.from_json(plan) for plan in plans]
    if as_json:
        print_json({"campaigns": [one.to_json() for one in campaigns], "without_effect": config.without_effect()})
        return
    screen = console()
    for one in campaigns:
        say(screen, f"{', '.join(one.symbols)} {one.timeframe}: {', '.join(one.strategies)} by {one.method}")
    say(screen, f"the configuration is good; it makes {plural(len(campaigns), 'campaign')}")
    for name in config.without_effect():
        say(screen, f"note: {name} is accepted and changes nothing here")


@config_app.command("show", epilog="Example: alpha config show alpha.yaml")
def show(file: File = None, as_json: AsJson = False) -> None:
    """Print every setting as it holds: file, environment, defaults. Passwords in addresses are hidden."""
    told = {ROOT: _hidden(read_config(file))}
    if as_json:
        print_json(told)
        return
    import yaml

    typer.echo(yaml.safe_dump(told, sort_keys=False), nl=False)


@config_app.command("schema", epilog="Example: alpha config schema > alpha.schema.json")
def schema() -> None:
    """Print the JSON schema; editors check and complete the file with it."""
    typer.echo(schema_text(), nl=False)


def _hidden(config: Config) -> dict[str, object]:
    told = config.model_dump(mode="json")
    for name in ("database_url", "redis_url"):
        address = told["storage"][name]
        if address and "@" in address:
            kind, _, rest = address.partition("://")
            user = rest.rpartition("@")[0].partition(":")[0]
            told["storage"][name] = f"{kind}://{user}:***@{rest.rpartition('@')[2]}"
    return told
