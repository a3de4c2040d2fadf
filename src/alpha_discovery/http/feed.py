"""Events of runs for many listeners: one reader asks the database, however many listen."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress

import structlog
from anyio import to_thread

from alpha_discovery.errors import StorageFailed
from alpha_discovery.storage.events import Event, EventsInSql

PAUSE = 0.3  # seconds between two looks at the database while somebody listens
KEPT = 2_000  # newest events that are held in memory
PAGE = 500
_log = structlog.get_logger("alpha_discovery.http")


class EventFeed:
    """Follows the log of events; start it with `run` in the server's loop."""

    def __init__(self, events: EventsInSql, *, pause: float = PAUSE) -> None:
        self._events = events
        self._pause = pause
        self._held: deque[Event] = deque(maxlen=KEPT)
        self._complete_after = 0  # every event above this id is held
        self._last = 0
        self._news = asyncio.Event()
        self.listeners = 0

    async def run(self) -> None:
        """Look for new events until cancelled; a database that does not answer is asked again."""
        begun = False
        while True:
            with suppress(StorageFailed):
                if not begun:
                    self._last = self._complete_after = await to_thread.run_sync(self._events.last_id)
                    begun = True
                elif self.listeners:
                    await self._look()
            await asyncio.sleep(self._pause)

    async def follow(
        self, after: int, run_id: str | None, *, beat: float, ends: Callable[[], bool]
    ) -> AsyncIterator[Event | None]:
        """Events above an id as they happen, of one run or of all; None after each ``beat`` of silence.

        It is over when ``ends`` says so, which is asked after every beat and every page.
        """
        self.listeners += 1
        try:
            while True:
                news = self._news
                found, after = await self._since(after, run_id)
                for event in found:
                    yield event
                if ends():
                    return
                if not found:
                    try:
                        await asyncio.wait_for(news.wait(), beat)
                    except TimeoutError:
                        yield None
        finally:
            self.listeners -= 1

    async def _look(self) -> None:
        found = await self._page(self._last, None)
        if not found:
            return
        for event in found:
            if len(self._held) == KEPT:
                self._complete_after = self._held[0].id
            self._held.append(event)
        self._last = found[-1].id
        news, self._news = self._news, asyncio.Event()
        news.set()

    async def _since(self, after: int, run_id: str | None) -> tuple[Sequence[Event], int]:
        """A page of events, and the id after which to ask for the next."""
        if after >= self._complete_after:
            found = [one for one in self._held if one.id > after and run_id in (None, one.run_id)]
            return found, max(after, self._last)
        found = list(await self._page(after, run_id))
        if len(found) == PAGE:
            return found, found[-1].id
        return found, max(found[-1].id if found else after, self._complete_after)

    async def _page(self, after: int, run_id: str | None) -> Sequence[Event]:
        return await to_thread.run_sync(lambda: self._events.since(after, run_id=run_id, limit=PAGE))
