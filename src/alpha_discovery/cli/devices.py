"""``alpha devices``: which device simulates, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from alpha_discovery.compute.devices import choose_device

devices_app = typer.Typer(help="Which device simulates trades, and why.")

Wanted = Annotated[str, typer.Option("--device", envvar="ALPHA_DEVICE", help="auto, cpu or cuda.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


@devices_app.command(epilog="Example: alpha devices --device cuda")
def devices(device: Wanted = "auto", as_json: AsJson = False) -> None:
    """Say which device simulates trades, and why that one."""
    chosen = choose_device(device)
    if as_json:
        typer.echo(json.dumps(asdict(chosen)))
    else:
        typer.echo(f"{chosen.kind}: {chosen}")
