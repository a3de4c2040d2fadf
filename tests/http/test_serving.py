"""The server's socket."""

from __future__ import annotations

import asyncio
import socket

from alpha_discovery.http.options import HttpOptions
from alpha_discovery.http.serving import listen


def test_an_answer_is_sent_at_once_and_not_when_the_last_packet_is_acknowledged() -> None:
    delays: list[int] = []

    async def answered() -> None:
        def told(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            made = writer.get_extra_info("socket")
            delays.append(made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listen(HttpOptions(port=0)) as listening:
            server = await asyncio.start_server(told, sock=listening)
            async with server:
                reader, writer = await asyncio.open_connection(*listening.getsockname())
                await reader.read()
                writer.close()

    asyncio.run(answered())
    assert all(delays)
    assert delays
