"""Every endpoint against everybody who may ask: nobody, viewer, admin, ended, forged, somebody else."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from alpha_discovery.http.options import PREFIX

ANYBODY = {
    ("get", "/health"), ("get", "/ready"), ("get", "/auth/setup"), ("post", "/auth/setup"), ("post", "/auth/login"),
    ("post", "/auth/refresh"),
}  # fmt: skip
ADMIN_ONLY = {
    ("post", "/start"), ("post", "/deploy/{alpha_id}"), ("delete", "/stop/{run_id}"), ("post", "/runs"),
    ("post", "/runs/{run_id}/stop"), ("post", "/runs/{run_id}/pause"), ("post", "/runs/{run_id}/resume"),
    ("post", "/runs/{run_id}/rerun"), ("put", "/runs/{run_id}/priority"), ("put", "/alphas/{alpha_id}/deployment"),
    ("get", "/data/uploads"), ("post", "/data/uploads"), ("post", "/data/uploads/{upload_id}/preview"),
    ("post", "/data/uploads/{upload_id}/store"), ("delete", "/data/uploads/{upload_id}"), ("get", "/users"),
    ("post", "/users"), ("patch", "/users/{user_id}"), ("delete", "/users/{user_id}"), ("get", "/audit"),
    ("post", "/bots/{bot_id}/start"), ("post", "/bots/{bot_id}/stop"), ("post", "/bots/{bot_id}/halt"),
    ("post", "/bots/{bot_id}/resume"), ("post", "/bots/{bot_id}/demote"), ("put", "/system/limits"),
    ("delete", "/system/limits"), ("post", "/data/downloads"), ("delete", "/data/downloads/{download_id}"),
    ("post", "/portfolios"), ("post", "/portfolios/{name}/rebalance"),
}  # fmt: skip
DENIED = 401, 403


def endpoints(server: Any) -> Iterator[tuple[str, str]]:
    """Method and path (without the prefix) of everything that the description lists."""
    for path, operations in server.client.app.openapi()["paths"].items():
        for method in operations:
            yield method, path.removeprefix(PREFIX)


def ask(server: Any, method: str, path: str, headers: dict[str, str]) -> int:
    """The status of a request for something that is not there, with an empty body."""
    filled = path.replace("{", "absent-").replace("}", "")
    more: dict[str, Any] = {} if method in ("get", "delete") else {"json": {}}
    query = "?seconds=0.01" if path.endswith("events") else ""
    answer = server.client.request(method, PREFIX + filled + query, headers=headers, **more)
    return int(answer.status_code)


def forged(server: Any) -> Iterator[dict[str, str]]:
    """Tokens that look right: another secret, no signature, a stranger's, a raised user, a damaged key."""
    token = server.site.access.login("bob", "correct horse battery").access
    claims = jwt.decode(token, options={"verify_signature": False})
    admin = server.site.access.users.named("ada")[0]
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    body = token.split(".")[1]
    raised = base64.urlsafe_b64encode(json.dumps({**claims, "sub": admin.id}).encode()).decode().rstrip("=")
    for text in (
        jwt.encode(claims, b"another secret, as long as ours is!", algorithm="HS256"),
        f"{head}.{body}.",
        f"{token.split('.')[0]}.{raised}.{token.split('.')[2]}",
        jwt.encode({**claims, "sid": "none"}, server.site.access._secret, algorithm="HS256"),
        "alpha_0000000000000000_secret", "alpha_", "rubbish", "",
    ):  # fmt: skip
        yield {"Authorization": f"Bearer {text}"}


def test_nobody_gets_past_the_door(server: Any) -> None:
    for method, path in endpoints(server):
        status = ask(server, method, path, {})
        assert (status in DENIED) == ((method, path) not in ANYBODY or path == "/auth/refresh"), (method, path, status)


def test_a_viewer_changes_nothing(server: Any) -> None:
    headers = server.login("bob")
    for method, path in endpoints(server):
        if path in ("/auth/logout", "/auth/refresh"):
            continue
        assert (ask(server, method, path, headers) == 403) == ((method, path) in ADMIN_ONLY), (method, path)


def test_an_admin_is_let_in_everywhere(server: Any) -> None:
    headers = server.login("ada")
    for method, path in endpoints(server):
        if path not in ("/auth/logout", "/auth/refresh"):
            assert ask(server, method, path, headers) not in DENIED, (method, path)


def test_forged_tokens_open_nothing(server: Any) -> None:
    for headers in forged(server):
        for method, path in endpoints(server):
            if (method, path) not in ANYBODY:
                assert ask(server, method, path, headers) == 401, (method, path, headers)


def test_ended_tokens_open_nothing(server: Any) -> None:
    access = server.site.access
    claims = jwt.decode(access.login("ada", "correct horse battery").access, options={"verify_signature": False})
    late = {**claims, "exp": int((datetime.now(UTC) - timedelta(seconds=1)).timestamp())}
    headers = {"Authorization": f"Bearer {jwt.encode(late, access._secret, algorithm='HS256')}"}
    for method, path in endpoints(server):
        if (method, path) not in ANYBODY:
            assert ask(server, method, path, headers) == 401, (method, path)


def test_a_browser_without_its_csrf_token_changes_nothing(server: Any) -> None:
    token = server.site.access.login("ada", "correct horse battery").access
    headers = {"Cookie": f"alpha_access={token}"}
    for method, path in endpoints(server):
        if (method, path) not in ANYBODY:
            assert (ask(server, method, path, headers) == 403) == (method != "get"), (method, path)


def test_what_belongs_to_somebody_else_is_not_there(server: Any) -> None:
    access = server.site.access
    principal = access.principal(access.login("bob", "correct horse battery").access)
    key, _ = access.make_key(principal, "cron", role="viewer")
    eve = server.login("eve")
    for path in (f"/auth/keys/{key.id}", f"/auth/sessions/{principal.session_id}"):
        assert server.client.delete(PREFIX + path, headers=eve).status_code == 404
    assert server.client.get(f"{PREFIX}/auth/keys", headers=eve).json() == []
    assert server.client.get(f"{PREFIX}/auth/me", headers=server.login("bob")).status_code == 200
    assert access.keys.get(key.id)[0].revoked_at is None


def test_logins_come_in_pages(server: Any) -> None:
    eve = [server.login("eve") for _ in range(3)]
    pages = [
        server.client.get(f"{PREFIX}/auth/sessions", headers=eve[-1], params={"limit": 2, "offset": offset})
        for offset in (0, 2)
    ]
    total = int(pages[0].headers["X-Total-Count"])
    assert total >= 3
    assert [len(page.json()) for page in pages] == [2, min(2, total - 2)]
    assert not {one["id"] for one in pages[0].json()} & {one["id"] for one in pages[1].json()}


def test_every_listed_endpoint_exists(server: Any) -> None:
    assert set(endpoints(server)) >= ANYBODY | ADMIN_ONLY
