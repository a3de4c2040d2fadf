"""Files and pages over HTTP from servers that are slow, busy or cut off."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar

import httpx

from alpha_discovery.errors import NotFound, SourceFailed, StorageFailed

_BUSY = frozenset({408, 418, 425, 429, 500, 502, 503, 504})  # 418 is what Binance sends before it bans an address
_PART = 1 << 16

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long a busy server is waited for.

    Attributes
    ----------
    attempts : int
        Tries of one address before giving up.
    first_wait, longest_wait : float
        Seconds before the second try, doubled for each further one, and the most that is waited at once, also
        when the server asks for more.
    timeout : float
        Seconds without a byte after which a connection counts as lost.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    timeout: float = 30.0


class Web:
    """Reads addresses; retries what may pass, refuses what will not.

    Parameters
    ----------
    patience : Patience
        How often and how long.
    transport : httpx.BaseTransport, optional
        What carries the requests; the network by default.
    sleep : callable
        Waits that many seconds.
    """

    def __init__(
        self,
        patience: Patience = Patience(),
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._patience = patience
        self._sleep = sleep
        self._client = httpx.Client(
            timeout=patience.timeout, transport=transport, follow_redirects=True,
            limits=httpx.Limits(max_keepalive_connections=0),  # nothing stays open, so nobody has to close a source
        )  # fmt: skip

    def text(self, url: str) -> str:
        """The body at an address.

        Raises
        ------
        NotFound
            If there is nothing (404).
        SourceFailed
            If the server refuses, or stays busy or silent for every attempt.
        """

        def read() -> str:
            response = self._client.get(url)
            _check(response)
            return response.text

        return self._retried(url, read)

    def file(self, url: str, path: Path) -> None:
        """Write the body at an address to ``path``, whole or not at all.

        A broken transfer is continued where it stopped, in this call or in a later one: its bytes wait in
        ``<path>.part``. Errors as `text`, and `StorageFailed` if the folder cannot be written to.
        """
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._retried(url, lambda: self._append(url, part))
            part.replace(path)
        except OSError as error:
            if isinstance(error, SourceFailed):
                raise
            raise StorageFailed(f"cannot write {path} ({error.strerror}); check the folder and free space") from None

    def _append(self, url: str, part: Path) -> None:
        have = part.stat().st_size if part.exists() else 0
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:  # the part is whole already, or
                part.unlink()  # of another file: begin again
                raise _Again("the part on disk does not fit")
            _check(response)
            continues = response.status_code == httpx.codes.PARTIAL_CONTENT
            with part.open("ab" if continues else "wb") as file:
                for chunk in response.iter_raw(_PART):
                    file.write(chunk)

    def _retried(self, url: str, read: Callable[[], T]) -> T:
        wait, reason = self._patience.first_wait, ""
        for attempt in range(self._patience.attempts):
            try:
                return read()
            except _Again as again:
                reason, pause = str(again), again.wait if again.wait is not None else wait
            except httpx.HTTPError as error:
                reason, pause = _in_words(error), wait
            if attempt + 1 < self._patience.attempts:
                self._sleep(min(pause, self._patience.longest_wait))
                wait *= 2
        raise SourceFailed(f"{url} could not be read in {self._patience.attempts} attempts ({reason}); try again later")


class _Again(Exception):
    """An answer after which another try makes sense; ``wait`` in seconds if the server named it."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status in _BUSY:
        raise _Again(f"HTTP {status}", _asked_wait(response))
    if status == httpx.codes.NOT_FOUND:
        raise NotFound(f"there is nothing at {response.request.url}")
    if status >= 400:
        raise SourceFailed(f"{response.request.url} was refused with HTTP {status}; check the address and your access")


def _asked_wait(response: httpx.Response) -> float | None:
    asked = response.headers.get("Retry-After", "")
    if asked.isdigit():
        return float(asked)
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except ValueError:
        return None


def _in_words(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.RemoteProtocolError):
        return "the transfer broke off"
    return str(error) or type(error).__name__
