"""Answers that are held: of several who ask at once one works, and what was promised by nobody is held by nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from alpha_discovery.core.clock import SystemClock
from alpha_discovery.http.remembered import Promise, Remembered, state_of
from alpha_discovery.storage.database import Database


class Counted:
    """An application that answers slowly, and counts how often it was asked and by how many at once."""

    def __init__(self, database: Database, *, promises: bool) -> None:
        self._database = database
        self._promises = promises
        self.asked = self.inside = self.most = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self._promises:
            scope["state"]["promise"] = Promise(await state_of(self._database), None)
        await asyncio.sleep(0.05)
        self.inside -= 1
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


async def asked(app: Remembered) -> list[Message]:
    """What one request brings."""
    got: list[Message] = []

    async def send(message: Message) -> None:
        got.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/a", "query_string": b"", "headers": []}
    await app(scope | {"state": {}}, receive, send)
    return got


def asked_at_once(tmp_path: Path, *, promises: bool) -> tuple[Counted, list[list[Message]]]:
    """One request, and when that is answered and its answer is out of date, five at once."""

    async def all_of_them() -> list[list[Message]]:
        first = await asked(app)
        with database.transaction():
            pass
        return [first, *await asyncio.gather(*(asked(app) for _ in range(5)))]

    with Database.open(tmp_path / "alpha.db") as database:
        counted = Counted(database, promises=promises)
        app = Remembered(counted, database, SystemClock())
        return counted, asyncio.run(all_of_them())


def test_of_several_who_ask_at_once_one_works(tmp_path: Path) -> None:
    counted, answers = asked_at_once(tmp_path, promises=True)
    assert (counted.asked, counted.most) == (2, 1)
    assert all(one == answers[0] for one in answers)


def test_nobody_waits_for_the_end_of_what_nobody_promised(tmp_path: Path) -> None:
    """Two hundred who follow events ask the same, and each must hear at once."""
    counted, answers = asked_at_once(tmp_path, promises=False)
    assert (counted.asked, counted.most) == (6, 5)
    assert all(one == answers[0] for one in answers)
