"""Notices over a local server that answers as a webhook or as Telegram's bot API does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from alpha_discovery.core.notices import Notice
from alpha_discovery.telemetry.notify import Channel, Messenger, Telegram, Webhook
from alpha_discovery.testing.loopback import QuietHandler, on_loopback

FAILED = Notice("error", "the disk is full", "run abc", "make room")


@contextmanager
def server(*statuses: int) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """A server that answers with these statuses in turn, then 200; its address, and what it was sent."""
    got: list[tuple[str, Any]] = []
    left = list(statuses)

    class Handler(QuietHandler):
        def do_POST(self) -> None:  # noqa: N802  as in http.server
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(left.pop(0) if left else 200)
            self.end_headers()

    with on_loopback(Handler) as address:
        yield address, got


def told(channel: Channel, *notices: Notice, **how: Any) -> Messenger:
    """A messenger that has sent these and ended."""
    messenger = Messenger([channel], wait=0.001, **how)
    for notice in notices:
        messenger.tell(notice)
    messenger.close()
    return messenger


def test_a_webhook_gets_the_notice_as_json() -> None:
    with server() as (url, got):
        assert told(Webhook(f"{url}/hook"), FAILED).sent == 1
    ((path, body),) = got
    assert path == "/hook"
    assert body.pop("at").endswith("+00:00")
    assert body == {
        "level": "error", "about": "run abc", "action": "make room", "message": "the disk is full",
        "text": "[error] run abc: the disk is full (make room)",
    }  # fmt: skip


def test_telegram_is_called_as_its_bot_api_says(caplog: pytest.LogCaptureFixture) -> None:
    # https://core.telegram.org/bots/api#sendmessage: POST /bot<token>/sendMessage with chat_id and text
    with server() as (url, got), caplog.at_level("INFO"):
        told(Telegram("123:abc", "@lab", server=url), FAILED)
    assert "123:abc" not in caplog.text
    ((path, body),) = got
    assert path == "/bot123:abc/sendMessage"
    assert (body["chat_id"], body["text"]) == ("@lab", "[error] run abc: the disk is full (make room)")


def test_a_server_that_is_busy_is_asked_again() -> None:
    with server(503, 429) as (url, got):
        messenger = told(Webhook(url), FAILED)
    assert (len(got), messenger.sent, messenger.lost) == (3, 1, 0)


def test_a_server_that_refuses_is_not_asked_again(caplog: pytest.LogCaptureFixture) -> None:
    with server(404) as (url, got):
        messenger = told(Webhook(f"{url}/secret"), FAILED)
    assert (len(got), messenger.sent, messenger.lost) == (1, 0, 1)
    assert "status 404" in caplog.text
    assert "secret" not in caplog.text


def test_nothing_waits_for_a_server_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    messenger = told(Webhook("http://127.0.0.1:9/"), FAILED)
    assert (messenger.sent, messenger.lost) == (0, 1)
    assert "ConnectError" in caplog.text


def test_the_same_notice_is_sent_once_in_a_while() -> None:
    now = [0.0]
    with server() as (url, got):
        messenger = Messenger([Webhook(url)], quiet=60.0, clock=lambda: now[0])
        for moment in (0.0, 59.0, 61.0):
            now[0] = moment
            messenger.tell(FAILED)
        messenger.close()
    assert len(got) == 2


def test_what_is_below_the_level_is_not_sent() -> None:
    with server() as (url, got):
        told(Webhook(url), Notice("info", "done"), FAILED, least="warning")
    assert [body["level"] for _, body in got] == ["error"]
