"""Running the server beside other things: its socket, its thread, the link for the first admin."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable

import uvicorn

from alpha_discovery.bootstrap import Workplace
from alpha_discovery.errors import UserError
from alpha_discovery.http.app import create_app, make_site
from alpha_discovery.http.options import HttpOptions
from alpha_discovery.service.limits import LimitsBook

GRACE = 3  # seconds that open streams get when the server ends
BACKLOG = 2048
SWITCH = 0.0005  # seconds that a thread may keep the others waiting: the one that answers waits for each that computes
KEEP_ALIVE = 75  # seconds: longer than clients keep an idle connection, or one closes it while the other begins to ask


class HttpServer:
    """A server that answers in a thread of its own, from `start` to `end`."""

    def __init__(
        self, place: Workplace, options: HttpOptions, *, say: Callable[[str], None], limits: LimitsBook | None = None
    ) -> None:
        self._options = options
        self._say = say
        self._site = make_site(place, options, limits=limits)
        self._server = uvicorn.Server(
            uvicorn.Config(
                create_app(self._site), log_config=None, access_log=False, server_header=False,
                ssl_certfile=options.certificate, ssl_keyfile=options.private_key,
                proxy_headers=options.behind_proxy, timeout_graceful_shutdown=GRACE,
                timeout_keep_alive=KEEP_ALIVE,
            )
        )  # fmt: skip
        self._thread: threading.Thread | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it answers."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Listen, and say where, and how the first admin is made; raises `UserError` if the address is taken."""
        listening = listen(self._options)
        sys.setswitchinterval(SWITCH)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="http", daemon=True)
        self._thread.start()
        url = self._options.url
        self._say(f"the laboratory is at {url}")
        link = self._site.access.offer_setup()
        if link is not None:
            self._say(f"make the first admin here, once: {url}/setup#token={link}")
            self._say("or at a terminal: alpha users add NAME --role admin")

    def end(self) -> None:
        """Let requests end that are under way, and stop."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(2.0 * GRACE)


def listen(options: HttpOptions) -> socket.socket:
    """A socket at the address; what it accepts sends at once.

    Head and body of an answer are two packets. With Nagle's algorithm the second waits until the first is acknowledged,
    which the other side puts off by 40 ms. asyncio switches it off only where a socket names its protocol.
    """
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        made = socket.create_server((options.host.strip("[]"), options.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UserError(
            f"cannot listen on {options.host} port {options.port} ({error.strerror}); name another one with --port"
        ) from error
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, made.detach())
