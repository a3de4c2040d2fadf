"""What happens around every request: measured and logged, limited in size, guarded by headers, tagged."""

from __future__ import annotations

import hashlib
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alpha_discovery.http.options import PREFIX, HttpOptions
from alpha_discovery.http.problems import problem
from alpha_discovery.telemetry.metrics import Telemetry

UPLOADS = f"{PREFIX}/data/uploads"
CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"  # of what is no page


def page_policy(nonce: str) -> str:
    """The content policy of a page: our own files, and style sheets that bear the nonce; nothing of other hosts."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self';"
        " frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types default"
    )


# a report is one file with its script and style inside; the sandbox gives it an origin of its own, without our cookies
REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; sandbox allow-scripts"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}  # fmt: skip
CLIENT_LEFT = 499  # as nginx logs a request whose asker went away before there was an answer
_log = structlog.get_logger("alpha_discovery.http")


class Guarded:
    """Refuses other hosts' names and bodies that are too large, and adds the security headers."""

    def __init__(self, app: ASGIApp, options: HttpOptions) -> None:
        self._app = app
        self._options = options

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), str(scope["path"]))
            await send(message)

        limit = self._options.max_upload if scope["path"] == UPLOADS else self._options.max_body
        length = headers.get("content-length", "0")
        if not self._options.answers_to(headers.get("host", "")):
            refused = problem(Request(scope), 421, "this server does not go by that name; allow it with --name")
        elif not length.isdigit() or int(length) > limit:
            refused = problem(Request(scope), 413, f"a body may have {limit:,} bytes here; found {length}")
        else:
            await self._app(scope, _limited(receive, limit), answer)
            return
        await refused(scope, receive, answer)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        if path.startswith(PREFIX):
            headers.setdefault("Cache-Control", "no-cache, private")
        if self._options.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")


class Measured:
    """Notes how long each request took, under its route, and logs it with an id."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and watch."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, request_id = time.perf_counter(), CLIENT_LEFT, secrets.token_hex(8)

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer)
            except Exception:
                status = 500
                raise
            finally:
                took = time.perf_counter() - began
                route = getattr(scope.get("route"), "path", "other")
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._telemetry.answered(method, route, status, took)
                run_id = scope.get("path_params", {}).get("run_id")
                more = {"run_id": run_id} if run_id else {}
                _log.info("request", method=method, route=route, status=status, seconds=round(took, 4), **more)


class Tagged:
    """Gives JSON that is read an ETag, and answers 304 to who has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; its answer is held back until it is whole if it is JSON."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        held: list[Message] = []

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and _tagged(message):
                held.append(message)
                return
            if not held:
                await send(message)
                return
            held.append(message)
            if not message.get("more_body", False):
                for part in _with_tag(held, known):
                    await send(part)

        await self._app(scope, receive, answer)


_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _tagged(start: Message) -> bool:
    return start["status"] == 200 and Headers(raw=start["headers"]).get("content-type") == "application/json"


def _with_tag(held: list[Message], known: str) -> list[Message]:
    start, body = held[0], b"".join(part.get("body", b"") for part in held[1:])
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = MutableHeaders(raw=start["headers"])
    headers["ETag"] = tag
    if tag in [one.strip() for one in known.split(",")]:
        del headers["content-length"]
        return [{**start, "status": 304, "headers": headers.raw}, {"type": "http.response.body", "body": b""}]
    return [{**start, "headers": headers.raw}, {"type": "http.response.body", "body": body}]


def _limited(receive: Receive, limit: int) -> Receive:
    """Bodies that do not say how long they are end at the limit."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"a body may have {limit:,} bytes here")
        return message

    return limited


