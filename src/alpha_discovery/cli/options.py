"""Options that several commands share, and the settings they make."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from alpha_discovery.environment import warn_of_unknown
from alpha_discovery.settings import Settings, read_settings

UserDir = Annotated[
    Path | None,
    typer.Option("--userdir", envvar="ALPHA_USERDIR", help="Folder of everything you own; default user_data."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Venue = Annotated[str | None, typer.Option(help="Where the symbol trades, if several venues are stored.")]
Start = Annotated[str | None, typer.Option(help="First time to use, UTC, e.g. 2024-01-01.")]
End = Annotated[str | None, typer.Option(help="Time before which to stop.")]
TimeRange = Annotated[str | None, typer.Option(help="Start and end in one: 20240101-20240601, 20240101-, -20240601.")]
Against = Annotated[
    list[str] | None,
    typer.Option(help="The other market of a strategy that trades two, e.g. BTC/USDT:USDT@binance-um."),
]
CostsText = Annotated[
    str | None,
    typer.Option("--costs", help="e.g. commission=0.001,slippage=0.0005; also maker, impact, max_share, capital."),
]
Commission = Annotated[float | None, typer.Option(help="Fraction of traded value a side; 0.001 is 0.1%.")]
Slippage = Annotated[float | None, typer.Option(help="Fraction by which a market order fills worse.")]
Intrabar = Annotated[
    str | None, typer.Option(help="When a bar touches stop and target: stop_first (default), target_first, detail.")
]
Workers = Annotated[int | None, typer.Option(envvar="ALPHA_WORKERS", help="Threads; 0: one per core; default 0.")]
Executor = Annotated[
    str | None,
    typer.Option(help="What computes searches: threads (default), processes, or ray."),
]
RayAddress = Annotated[
    str | None,
    typer.Option("--ray", help="A Ray cluster: auto, HOST:PORT or ray://HOST:PORT; default: one is started here."),
]


def settings_of(userdir: Path | None, **more: Any) -> Settings:
    """Settings of the environment, with a command's own options in their place."""
    settings = read_settings(userdir=userdir, **more)
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    warn_of_unknown()
    return settings


def log_day_and_night(settings: Settings) -> None:
    """Log as programs that run for months do: JSON lines, and what happens as well as what goes wrong."""
    from alpha_discovery.telemetry.logs import log_as_json  # structlog, which no other command needs

    log_as_json("info" if settings.log_level == "warning" else settings.log_level)
