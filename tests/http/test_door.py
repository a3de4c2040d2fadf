"""Signing in, renewing, keys, the first admin, and how often one may try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alpha_discovery.errors import StorageFailed, UserError
from alpha_discovery.http.options import PREFIX

PASSWORD = "correct horse battery"


def sign_in(server: Any, **more: Any) -> Any:
    """The answer to a login."""
    body = {"name": "ada", "password": PASSWORD} | more
    return server.client.post(f"{PREFIX}/auth/login", json=body)


def test_a_wrong_password_and_a_wrong_name_read_alike(server: Any) -> None:
    first, second = sign_in(server, password="wrong"), sign_in(server, name="nobody")
    assert (first.status_code, first.json()["detail"]) == (second.status_code, second.json()["detail"])
    assert first.status_code == 401
    assert first.headers["content-type"] == "application/problem+json"


def test_a_browser_keeps_its_login_where_no_script_reads_it(server: Any) -> None:
    answer = sign_in(server, cookie=True)
    cookies = {line.split("=")[0]: line.lower() for line in answer.headers.get_list("set-cookie")}
    assert answer.json()["access_token"] is None
    assert all("samesite=strict" in line for line in cookies.values())
    hidden = {name for name, line in cookies.items() if "httponly" in line}
    assert hidden == {"alpha_access", "alpha_refresh"}


def test_a_browser_changes_things_with_its_csrf_token(server: Any) -> None:
    csrf = sign_in(server, cookie=True).json()["csrf_token"]
    body = {"name": "cron"}
    assert server.client.post(f"{PREFIX}/auth/keys", json=body).status_code == 403
    assert server.client.post(f"{PREFIX}/auth/keys", json=body, headers={"X-CSRF-Token": "x"}).status_code == 403
    assert server.client.post(f"{PREFIX}/auth/keys", json=body, headers={"X-CSRF-Token": csrf}).status_code == 201


def test_a_refresh_token_is_good_once(server: Any) -> None:
    first = sign_in(server).json()["refresh_token"]
    again = {"refresh_token": first}
    second = server.client.post(f"{PREFIX}/auth/refresh", json=again)
    assert second.status_code == 200
    assert server.client.post(f"{PREFIX}/auth/refresh", json=again).status_code == 401
    fresh = {"Authorization": f"Bearer {second.json()['access_token']}"}
    assert server.client.get(f"{PREFIX}/auth/me", headers=fresh).json()["user"]["name"] == "ada"


def test_going_out_ends_the_login(server: Any) -> None:
    headers = server.login()
    assert server.client.post(f"{PREFIX}/auth/logout", headers=headers).status_code == 204
    assert server.client.get(f"{PREFIX}/auth/me", headers=headers).status_code == 401


def test_another_password_ends_every_login(server: Any) -> None:
    headers, other = server.login("bob"), server.login("bob")
    body = {"present": PASSWORD, "new": "another good long one"}
    assert server.client.put(f"{PREFIX}/auth/password", json=body, headers=headers).status_code == 204
    assert server.client.get(f"{PREFIX}/auth/me", headers=other).status_code == 401


def test_a_viewer_that_was_an_admin_can_change_nothing_at_once(server: Any) -> None:
    server.post("/users", json={"name": "zoe", "password": PASSWORD, "role": "admin"})
    zoe, user = server.login("zoe"), server.site.access.users.named("zoe")[0]
    assert server.client.get(f"{PREFIX}/users", headers=zoe).status_code == 200
    server.client.patch(f"{PREFIX}/users/{user.id}", json={"role": "viewer"}, headers=server.login())
    assert server.client.get(f"{PREFIX}/users", headers=zoe).status_code == 401


def test_a_key_works_until_it_is_revoked(server: Any) -> None:
    made = server.post("/auth/keys", json={"name": "cron", "role": "admin"}).json()
    headers = {"X-API-Key": made["key"]}
    assert server.client.get(f"{PREFIX}/auth/me", headers=headers).json()["by_key"] is True
    server.client.delete(f"{PREFIX}/auth/keys/{made['id']}", headers=server.login())
    assert server.client.get(f"{PREFIX}/auth/me", headers=headers).status_code == 401


def test_a_key_does_no_more_than_its_owner(server: Any) -> None:
    answer = server.client.post(f"{PREFIX}/auth/keys", json={"name": "x", "role": "admin"}, headers=server.login("bob"))
    assert answer.status_code == 403


def test_too_many_attempts_have_to_wait(open_server: Callable[..., Any]) -> None:
    server = open_server()
    server.site.attempts.__init__(3)
    codes = [sign_in(server, password="wrong").status_code for _ in range(5)]
    assert codes == [401, 401, 401, 429, 429]
    assert sign_in(server).headers["retry-after"] == "60"


def test_one_who_knows_the_password_never_has_to_wait(open_server: Callable[..., Any]) -> None:
    server = open_server()
    server.site.attempts.__init__(3)
    wrong = {"password": "wrong"}
    codes = [sign_in(server, **more).status_code for more in [{}, {}, {}, {}, wrong, wrong, wrong, {}]]
    assert codes == [200, 200, 200, 200, 401, 401, 401, 429]


def test_the_first_admin_is_made_once_with_the_printed_link(server: Any) -> None:
    access = server.site.access
    assert access.offer_setup() is None  # there are users
    for user in access.users.list():
        if user.name != "ada":
            access.users.delete(user.id)
    assert server.client.get(f"{PREFIX}/auth/setup").json() == {"needed": False}
    wanted = {"token": "guessed", "name": "mallory", "password": PASSWORD}
    assert server.client.post(f"{PREFIX}/auth/setup", json=wanted).status_code == 403


@pytest.mark.parametrize("password", ["short", "a" * 300, "aaaaaaaaaaaaaa", "somebody-named"])
def test_passwords_that_are_easy_to_guess_are_refused(server: Any, password: str) -> None:
    with pytest.raises(UserError):
        server.site.access.add_user("somebody-named", password, "viewer")


def test_everything_that_was_done_is_in_the_audit_log(server: Any) -> None:
    server.post("/users", json={"name": "zoe", "password": PASSWORD})
    log = server.client.get(f"{PREFIX}/audit", headers=server.login()).json()
    assert (log[0]["who"], log[0]["action"], log[0]["target"]) == ("ada", "user_added", "zoe")
    assert PASSWORD not in str(log)


def test_who_has_not_signed_in_is_not_told_where_the_database_is(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageFailed("the database postgresql://lab@10.0.0.7/lab cannot be reached")

    headers = server.login()
    monkeypatch.setattr(server.site.place.events, "last_id", away)
    monkeypatch.setattr(server.site.discoveries, "list", away)
    anonymous = server.client.get(f"{PREFIX}/ready")
    assert anonymous.status_code == 503
    assert anonymous.json()["detail"] == (
        "what the laboratory stores cannot be reached; try again, and see the server's log"
    )
    assert anonymous.headers["retry-after"] == "5"
    signed_in = server.client.get(f"{PREFIX}/runs", headers=headers)
    assert (signed_in.status_code, "10.0.0.7" in signed_in.json()["detail"]) == (503, True)
