"""Users, sessions, keys, the audit log and kept answers, over a real database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.storage.audit import AnswersInSql, AuditInSql, KeyReused, Question
from alpha_discovery.storage.bots import Bot, BotsInSql
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.users import ADMIN, VIEWER, Login, SessionsInSql, User, UsersInSql
from alpha_discovery.testing.example_records import NOON, TickingClock


def user(name: str = "ada", role: str = ADMIN) -> User:
    """A user."""
    return User(f"id-{name}", name, role, active=True, epoch=1, created_at=NOON, last_login=None)


@pytest.fixture
def users(database: Database) -> UsersInSql:
    """Users, with one admin."""
    found = UsersInSql(database)
    found.add(user(), "hash")
    return found


@pytest.fixture
def sessions(database: Database, users: UsersInSql) -> SessionsInSql:
    """Sessions, with one login and its first refresh token."""
    found = SessionsInSql(database)
    found.begin(Login("s", "id-ada", NOON, NOON + timedelta(days=1), None, ""), "first")
    return found


def test_a_name_is_taken_once_whatever_its_case(users: UsersInSql) -> None:
    with pytest.raises(UserError, match="a user named 'ADA' already"):
        users.add(user("ADA"), "hash")


def test_the_last_active_admin_cannot_be_lost(users: UsersInSql) -> None:
    users.add(user("bob", VIEWER), "hash")
    for change in ({"role": VIEWER}, {"active": False}):
        with pytest.raises(UserError, match="last active admin"):
            users.change("id-ada", **change)
    with pytest.raises(UserError, match="last active admin"):
        users.delete("id-ada")
    found = users.get("id-ada")
    assert found is not None
    assert (found.role, found.active, found.epoch) == (ADMIN, True, 1)


def test_every_change_raises_the_epoch(users: UsersInSql) -> None:
    assert users.change("id-ada", password="other").epoch == 2


def test_a_refresh_token_is_good_once(sessions: SessionsInSql) -> None:
    assert sessions.rotate("first", "second", now=NOON, grace=10.0) is not None
    assert sessions.rotate("first", "third", now=NOON + timedelta(seconds=5), grace=10.0) is None
    assert sessions.rotate("second", "third", now=NOON + timedelta(seconds=6), grace=10.0) is not None


def test_a_refresh_token_shown_again_later_ends_the_login(sessions: SessionsInSql) -> None:
    sessions.rotate("first", "second", now=NOON, grace=10.0)
    assert sessions.rotate("first", "third", now=NOON + timedelta(seconds=11), grace=10.0) is None
    assert sessions.rotate("second", "third", now=NOON + timedelta(seconds=12), grace=10.0) is None


def test_a_user_that_goes_takes_logins_along(users: UsersInSql, sessions: SessionsInSql) -> None:
    users.add(user("bob"), "hash")
    users.delete("id-ada")
    assert sessions.get("s") is None


def test_the_log_lists_the_newest_first(database: Database) -> None:
    audit = AuditInSql(database, TickingClock())
    for number in range(3):
        audit.note("ada", "start" if number else "login", f"run-{number}")
    found, total = audit.list(limit=2)
    assert ([deed.target for deed in found], total) == (["run-2", "run-1"], 3)
    assert audit.list(action="login")[1] == 1


def test_a_kept_answer_is_given_again_without_the_work(database: Database) -> None:
    answers, done = AnswersInSql(database, TickingClock()), []
    question = Question("ada", "key", "hash")
    for _ in range(2):
        answer = answers.once(question, lambda: done.append(1) or {"run_id": "a"})  # type: ignore[func-returns-value]
    assert answer == answers.given(question) == {"run_id": "a"}
    assert done == [1]


def test_work_that_fails_leaves_the_key_free(database: Database) -> None:
    answers = AnswersInSql(database, TickingClock())
    question = Question("ada", "key", "hash")
    with pytest.raises(ZeroDivisionError):
        answers.once(question, lambda: {"x": 1 // 0})
    assert answers.given(question) is None
    assert answers.once(question, lambda: {"x": 1}) == {"x": 1}


def test_a_key_with_another_request_is_refused(database: Database) -> None:
    answers = AnswersInSql(database, TickingClock())
    answers.once(Question("ada", "key", "one"), lambda: {"x": 1})
    with pytest.raises(KeyReused):
        answers.once(Question("ada", "key", "two"), lambda: {"x": 2})
    with pytest.raises(KeyReused):
        answers.given(Question("ada", "key", "two"))
    assert answers.once(Question("bob", "key", "two"), lambda: {"x": 2}) == {"x": 2}


def test_an_answer_is_kept_for_a_day(database: Database) -> None:
    clock = TickingClock()
    answers, question = AnswersInSql(database, clock), Question("ada", "key", "hash")
    assert answers.once(question, lambda: {"x": 1}) == answers.given(question) == {"x": 1}
    clock.now = lambda: NOON + timedelta(days=2)  # type: ignore[method-assign]
    assert answers.given(question) is None


def test_work_without_a_key_is_done_each_time(database: Database) -> None:
    answers, numbers = AnswersInSql(database, TickingClock()), iter(range(2))
    assert [answers.once(None, lambda: {"x": next(numbers)}) for _ in range(2)] == [{"x": 0}, {"x": 1}]


def test_bots_have_names_of_their_own(database: Database) -> None:
    bots = BotsInSql(database)
    first = Bot("bot-1", "alpha-1", "first", "stopped", "10000.01", {"mode": "paper"}, NOON, NOON, "ada")
    bots.add(first)
    with pytest.raises(UserError, match="a bot named 'first' already"):
        bots.add(Bot("bot-2", "alpha-1", "first", "stopped", "1", {}, NOON, NOON, None))
    assert bots.list() == ([first], 1)
    assert bots.get("bot") == first
    with pytest.raises(NotFound):
        bots.get("other")


def test_no_secret_is_in_the_file(tmp_path: Path) -> None:
    """What a thief of the database has: neither password nor token."""
    from alpha_discovery.service.access import Access

    with Database.open(tmp_path / "alpha.db") as database:
        access = Access(database, TickingClock(), secret=b"s" * 32)
        access.add_user("ada", "correct horse battery", ADMIN)
        tokens = access.login("ada", "correct horse battery")
        _, key = access.make_key(access.principal(tokens.access), "cron", role=VIEWER)
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in ("correct horse battery", tokens.refresh, tokens.access, key.split("_", 2)[2]):
        assert secret.encode() not in held
