"""A small HTTP client: one that costs milliseconds a request would measure itself, on the machine that it shares."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Client:
    """Asks one server over connections that stay open.

    A connection that the server closed while it was idle is replaced, and counted; any other failure is raised.
    """

    host: str
    port: int
    prefix: str
    headers: dict[str, str] = field(default_factory=dict)
    replaced: int = 0

    def __post_init__(self) -> None:
        self._idle: list[Pair] = []

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of an answer."""
        while True:
            known = bool(self._idle)
            pair = self._idle.pop() if known else await asyncio.open_connection(self.host, self.port)
            try:
                found = await self._exchange(pair, method, path, body)
            except (ConnectionError, asyncio.IncompleteReadError):
                pair[1].close()
                if not known:
                    raise
                self.replaced += 1
                continue
            self._idle.append(pair)
            return found

    async def lines(self, path: str) -> AsyncIterator[str]:
        """Lines of a stream, as they come, over a connection of its own."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            writer.write(self._head("GET", path, b""))
            while line := await reader.readline():
                yield line.decode().strip()
        finally:
            writer.close()

    def close(self) -> None:
        """Let every connection go."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _exchange(self, pair: Pair, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        reader, writer = pair
        writer.write(self._head(method, path, body) + body)
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head.split(b" ", 2)[1])
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return status, await reader.readexactly(int(length.split(b":")[1]))

    def _head(self, method: str, path: str, body: bytes) -> bytes:
        told = {"Host": f"{self.host}:{self.port}", "Accept-Encoding": "gzip", **self.headers}
        if body:
            told |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = [f"{method} {self.prefix}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def at_rate(ask: Callable[[int], Awaitable[None]], rate: float, count: int) -> list[float]:
    """Seconds until each answer to requests that come at a rate, whether or not earlier ones are answered.

    Time counts from when a request was due: a server that falls behind cannot hide it.
    """
    times: list[float] = []

    async def one(k: int, due: float) -> None:
        await ask(k)
        times.append(time.perf_counter() - due)

    began, tasks = time.perf_counter(), []
    for k in range(count):
        due = began + k / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(k, due)))
    await asyncio.gather(*tasks)
    return times
