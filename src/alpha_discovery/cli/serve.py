"""``alpha serve``: the laboratory over HTTP, with a worker beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from alpha_discovery.bootstrap import open_lab
from alpha_discovery.cli.main import COMMANDS
from alpha_discovery.cli.options import UserDir, settings_of
from alpha_discovery.errors import UserError
from alpha_discovery.settings import Settings

serve_app = typer.Typer(help="Serve the laboratory to browsers and programs.")

Host = Annotated[str, typer.Option(help="Address to listen on; beyond this machine only with TLS or --plain-http.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]
Certificate = Annotated[Path | None, typer.Option(help="TLS certificate, PEM.")]
PrivateKey = Annotated[Path | None, typer.Option(help="Its private key, PEM.")]
Behind = Annotated[bool, typer.Option("--behind-proxy", help="A proxy in front ends TLS.")]
Plain = Annotated[bool, typer.Option("--plain-http", help="Listen beyond this machine without TLS.")]
Names = Annotated[list[str] | None, typer.Option("--name", help="Host name to answer to; may be given several times.")]
Origins = Annotated[list[str] | None, typer.Option("--origin", help="Origin of another page that may call it.")]
OpenMetrics = Annotated[bool, typer.Option("--open-metrics", help="Answer /metrics without a key.")]
ApiOnly = Annotated[bool, typer.Option("--api-only", help="Start no worker beside it.")]


@serve_app.command(epilog="Example: alpha serve --port 8080")
def serve(
    host: Host = "127.0.0.1", port: Port = 8000, certificate: Certificate = None, private_key: PrivateKey = None,
    behind_proxy: Behind = False, plain_http: Plain = False, name: Names = None, origin: Origins = None,
    open_metrics: OpenMetrics = False, api_only: ApiOnly = False, userdir: UserDir = None,
) -> None:  # fmt: skip
    """Serve until told to end (Ctrl-C); runs that are under way go on at the next start."""
    from alpha_discovery.http.options import HttpOptions
    from alpha_discovery.http.serving import serve as serve_http
    from alpha_discovery.telemetry.logs import log_as_json

    if "*" in (origin or ()):
        raise UserError("--origin * would let every page in the world call this server; name the origins")
    options = HttpOptions(
        host=host, port=port, certificate=certificate, private_key=private_key, behind_proxy=behind_proxy,
        plain_http=plain_http, names=tuple(name or ()), origins=tuple(origin or ()), open_metrics=open_metrics,
    )  # fmt: skip
    settings = settings_of(userdir)
    log_as_json("info" if settings.log_level == "warning" else settings.log_level)
    with open_lab(settings) as opened, _worker(settings, wanted=not api_only and "worker" in COMMANDS):
        serve_http(opened, options, say=lambda line: typer.echo(line, err=True))


@contextmanager
def _worker(settings: Settings, *, wanted: bool) -> Iterator[None]:
    """A worker in a process of its own: its threads take no time from answers, and it may be killed alone."""
    if not wanted:
        yield
        return
    command = [sys.executable, "-c", "from alpha_discovery.cli.main import app; app()", "worker"]
    beside = subprocess.Popen(  # noqa: S603  (our own command, no shell)
        [*command, "--userdir", str(settings.userdir)], env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        yield
    finally:
        beside.send_signal(signal.SIGTERM)
        try:
            beside.wait(timeout=20.0)
        except subprocess.TimeoutExpired:
            beside.kill()
            beside.wait()
