"""Answers that are given again as long as nothing was stored in between.

A page of alphas costs milliseconds of processor: who asks, the rows, their evidence in words, JSON, gzip. The same
request with the same proof of who asks has the same answer until that proof ends or something is stored. What this
server stores, a login that it ends included, counts at once; what other processes store, within a second. Of several
who ask the same at once, one works and the others wait.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alpha_discovery.core.clock import Clock
from alpha_discovery.errors import StorageFailed
from alpha_discovery.http.guard import ViewerDep
from alpha_discovery.http.site import site_of
from alpha_discovery.storage.database import Database

FRESH = 1.0  # seconds between two looks at what other processes store
LIFE = 30.0  # seconds: after it the use of a key is noted again
MOST = 256  # answers that are held
LARGEST = 256 * 1024  # bytes of one
_PROOFS = ("authorization", "x-api-key", "cookie")
Key = tuple[object, ...]


@dataclass(frozen=True)
class State:
    """What a database held, as far as that can be told: commits of this process, those of all, and when."""

    commits: int
    version: object
    at: float


@dataclass(frozen=True)
class Promise:
    """The state before an answer was begun, and until when its asker may have it."""

    state: State
    until: datetime | None


async def state_of(database: Database) -> State:
    """The state now; one that equals no other where the database fails."""
    commits, at = database.commits, time.monotonic()
    version: object = object()
    with suppress(StorageFailed):
        version = database.version() if database.is_file else await to_thread.run_sync(database.version)
    return State(commits, version, at)


async def _state(request: Request) -> State:
    return await state_of(site_of(request).place.database)


async def remember(request: Request, state: Annotated[State, Depends(_state)], principal: ViewerDep) -> None:
    """The answer of this route depends on the database and on what was asked, and on nothing else."""
    request.state.promise = Promise(state, principal.expires)


@dataclass
class _Answer:
    promise: Promise
    route: Any
    start: Message
    body: bytes
    looked: float  # when it was known last that nobody had stored anything


class Remembered:
    """Holds the answers of routes that depend on `remember`."""

    def __init__(self, app: ASGIApp, database: Database, clock: Clock) -> None:
        self._app = app
        self._database = database
        self._clock = clock
        self._held: OrderedDict[Key, _Answer] = OrderedDict()
        self._promised: set[str] = set()  # paths whose answers depend on the database alone, as far as seen
        self._at_work: dict[Key, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, again or anew."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        key = (scope["path"], scope["query_string"], "gzip" in headers.get("accept-encoding", ""),
               *(tuple(headers.getlist(name)) for name in _PROOFS))  # fmt: skip
        if scope["path"] not in self._promised:  # an event stream, for one: who waits for its end would wait for good
            await self._anew(key, scope, receive, send)
            return
        held = await self._good(key)
        if held is None and (other := self._at_work.get(key)) is not None:
            await other.wait()
            held = await self._good(key)
        if held is None:
            await self._anew(key, scope, receive, send)
            return
        scope["route"] = held.route
        for message in _again(held, headers.get("if-none-match", "")):
            await send(message)

    async def _good(self, key: Key) -> _Answer | None:
        held, now = self._held.get(key), time.monotonic()
        if held is None:
            return None
        before, until = held.promise.state, held.promise.until
        if now - before.at < LIFE and before.commits == self._database.commits:
            if now - held.looked >= FRESH and (await state_of(self._database)).version == before.version:
                held.looked = now
            if now - held.looked < FRESH and (until is None or self._clock.now() < until):
                return held
        if self._held.get(key) is held:
            del self._held[key]
        return None

    async def _anew(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        began: list[Message] = []
        body = bytearray()

        async def answer(message: Message) -> None:
            promise: Promise | None = scope.get("state", {}).get("promise")
            if message["type"] == "http.response.start" and message["status"] == 200 and promise is not None:
                began.append({**message, "headers": list(message["headers"])})
                self._promised.add(scope["path"])
            elif began and promise is not None and len(body) <= LARGEST:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False) and len(body) <= LARGEST:
                    self._hold(key, _Answer(promise, scope.get("route"), began[0], bytes(body), promise.state.at))
            await send(message)

        done = asyncio.Event()
        self._at_work.setdefault(key, done)
        try:
            await self._app(scope, receive, answer)
        finally:
            done.set()
            if self._at_work.get(key) is done:
                del self._at_work[key]

    def _hold(self, key: Key, answer: _Answer) -> None:
        self._held[key] = answer
        self._held.move_to_end(key)
        while len(self._held) > MOST:
            self._held.popitem(last=False)


def _again(held: _Answer, known: str) -> list[Message]:
    headers = MutableHeaders(raw=list(held.start["headers"]))
    tag = headers.get("etag")
    if tag is not None and tag in [one.strip() for one in known.split(",")]:
        for name in ("content-length", "content-encoding", "content-type"):
            del headers[name]
        return [{**held.start, "status": 304, "headers": headers.raw}, {"type": "http.response.body", "body": b""}]
    return [{**held.start, "headers": headers.raw}, {"type": "http.response.body", "body": held.body}]
