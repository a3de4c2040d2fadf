"""Notices to people: a webhook that takes JSON, a Telegram chat. Sent by a thread; nothing waits for a server."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Protocol

import httpx

from alpha_discovery.core.notices import LEVELS, Level, Notice

MOST_WAITING = 200
MOST_REMEMBERED = 1_000
TELEGRAM = "https://api.telegram.org"
_log = logging.getLogger(__name__)


class Channel(Protocol):
    """One way to reach somebody."""

    name: str

    def send(self, client: httpx.Client, notice: Notice) -> httpx.Response:
        """Send it; raises what httpx raises."""


class Webhook:
    """Posts a notice as a JSON object to an address.

    ``text`` holds everything in one line, which chat programs show as they get it; the other fields are those of
    `Notice`, and ``at``.
    """

    name = "webhook"

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, client: httpx.Client, notice: Notice) -> httpx.Response:
        """Send it."""
        told = {**asdict(notice), "message": notice.text, "text": notice.line, "at": datetime.now(UTC).isoformat()}
        return client.post(self._url, json=told)


class Telegram:
    """Sends a notice to a chat as a bot of Telegram.

    Parameters
    ----------
    token : str
        Of the bot; it is never logged.
    chat : str
        Id of the chat, or ``@channel``.
    """

    name = "telegram"

    def __init__(self, token: str, chat: str, *, server: str = TELEGRAM) -> None:
        self._url = f"{server.rstrip('/')}/bot{token}/sendMessage"
        self._chat = chat

    def send(self, client: httpx.Client, notice: Notice) -> httpx.Response:
        """Send it, as plain text."""
        told = {"chat_id": self._chat, "text": notice.line[:4096], "disable_web_page_preview": True}
        return client.post(self._url, json=told)


class Messenger:
    """A `core.notices.Notifier` over channels.

    Parameters
    ----------
    channels : sequence of Channel
    least : str
        Notices below this level are not sent.
    quiet : float
        Seconds in which an equal notice is not sent again.
    attempts : int
        Tries of one channel before a notice counts as lost.
    wait : float
        Seconds before the second try, doubled for each further one.
    transport : httpx.BaseTransport, optional
        What carries the requests; the network by default.
    """

    def __init__(
        self,
        channels: Sequence[Channel],
        *,
        least: Level = "warning",
        quiet: float = 600.0,
        attempts: int = 4,
        wait: float = 1.0,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.sent = self.lost = 0
        self._channels = tuple(channels)
        self._least = LEVELS.index(least)
        self._quiet = quiet
        self._attempts = attempts
        self._wait = wait
        self._clock = clock
        self._told: dict[Notice, float] = {}
        self._waiting: queue.Queue[Notice | None] = queue.Queue(MOST_WAITING)
        self._ending = threading.Event()
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses; Telegram's hold the token
        self._client = httpx.Client(timeout=10.0, transport=transport)
        self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
        self._thread.start()

    def tell(self, notice: Notice) -> None:
        """Send a notice soon; one that was sent a moment ago, or finds too many waiting, is not sent."""
        if LEVELS.index(notice.level) < self._least or self._is_repeated(notice):
            return
        try:
            self._waiting.put_nowait(notice)
        except queue.Full:
            self.lost += len(self._channels)

    def close(self, patience: float = 5.0) -> None:
        """Send what waits, for at most so many seconds, and end."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=patience)
        self._thread.join(patience)
        self._ending.set()
        self._thread.join(patience)
        self._client.close()

    def _is_repeated(self, notice: Notice) -> bool:
        now = self._clock()
        if now - self._told.get(notice, float("-inf")) < self._quiet:
            return True
        self._told.pop(notice, None)
        self._told[notice] = now
        if len(self._told) > MOST_REMEMBERED:
            self._told.pop(next(iter(self._told)))
        return False

    def _run(self) -> None:
        while (notice := self._waiting.get()) is not None:
            for channel in self._channels:
                if self._delivered(channel, notice):
                    self.sent += 1
                else:
                    self.lost += 1

    def _delivered(self, channel: Channel, notice: Notice) -> bool:
        """Whether it arrived; the reason of a failure is logged without the address, which may hold a secret."""
        why = ""
        for attempt in range(self._attempts):
            if attempt and self._ending.wait(self._wait * 2.0 ** (attempt - 1)):
                break
            try:
                answer = channel.send(self._client, notice)
            except httpx.HTTPError as error:
                why = type(error).__name__
                continue
            if answer.is_success:
                return True
            why = f"status {answer.status_code}"
            if answer.status_code < 500 and answer.status_code not in (408, 429):
                break
        _log.warning("a notice could not be sent by %s: %s", channel.name, why)
        return False
