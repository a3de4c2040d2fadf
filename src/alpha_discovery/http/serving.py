"""Running the server: its log, its signals, the link for the first admin."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.http.app import create_app, make_site
from alpha_discovery.http.options import HttpOptions

GRACE = 3  # seconds that open streams get when the server ends


def serve(place: Workplace, options: HttpOptions, *, say: Callable[[str], None]) -> None:
    """Answer requests until told to end.

    Parameters
    ----------
    say : callable
        Told in a line each where the server is, and how the first admin is made.
    """
    site = make_site(place, options)
    say(f"the laboratory is at {options.url}")
    link = site.access.offer_setup()
    if link is not None:
        say(f"make the first admin here, once: {options.url}/setup#token={link}")
        say("or at a terminal: alpha users add NAME --role admin")
    uvicorn.run(
        create_app(site), host=options.host, port=options.port, log_config=None, access_log=False, server_header=False,
        ssl_certfile=options.certificate, ssl_keyfile=options.private_key, proxy_headers=options.behind_proxy,
        timeout_graceful_shutdown=GRACE,
    )  # fmt: skip
