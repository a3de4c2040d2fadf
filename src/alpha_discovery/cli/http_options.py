"""Options of the server: where it listens, whom it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Host = Annotated[str, typer.Option(help="Address to listen on; beyond this machine only with TLS or --plain-http.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")]
Certificate = Annotated[Path | None, typer.Option(help="TLS certificate, PEM.")]
PrivateKey = Annotated[Path | None, typer.Option(help="Its private key, PEM.")]
Behind = Annotated[bool, typer.Option("--behind-proxy", help="A proxy in front ends TLS.")]
Plain = Annotated[bool, typer.Option("--plain-http", help="Listen beyond this machine without TLS.")]
Names = Annotated[list[str] | None, typer.Option("--name", help="Host name to answer to; may be given several times.")]
Origins = Annotated[list[str] | None, typer.Option("--origin", help="Origin of another page that may call it.")]
OpenMetrics = Annotated[bool, typer.Option("--open-metrics", help="Answer /metrics without a key.")]
