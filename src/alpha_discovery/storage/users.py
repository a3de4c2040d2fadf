"""Users, their sessions and keys, in SQL. Secrets arrive here as hashes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from alpha_discovery.errors import NotFound, UserError
from alpha_discovery.storage.access_models import KeyRow, RefreshRow, SessionRow, UserRow
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.plain import check_limit

Kind = TypeVar("Kind", bound="User | Key | Login")
ADMIN, VIEWER = "admin", "viewer"
ROLES = (ADMIN, VIEWER)


@dataclass(frozen=True)
class User:
    """A person, without the password."""

    id: str
    name: str
    role: str
    active: bool
    epoch: int
    created_at: datetime
    last_login: datetime | None


@dataclass(frozen=True)
class Key:
    """A key for scripts, without its secret."""

    id: str
    user_id: str
    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    last_used: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class Login:
    """A session of a user."""

    id: str
    user_id: str
    began_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    client: str


class UsersInSql:
    """Users over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user: User, password: str) -> None:
        """Store a new user with the hash of a password; raises `UserError` if the name is taken."""
        with self._database.transaction() as session:
            if session.scalar(select(UserRow.id).where(func.lower(UserRow.name) == user.name.lower())) is not None:
                raise UserError(f"there is a user named {user.name!r} already; choose another name")
            session.add(UserRow(**vars(user), password=password))
            session.flush()

    def get(self, user_id: str) -> User | None:
        """The user of exactly this id."""
        with self._database.reading() as session:
            return _user(session.get(UserRow, user_id))

    def named(self, name: str) -> tuple[User, str] | None:
        """A user by name, upper and lower case alike, and the hash of the password."""
        with self._database.reading() as session:
            row = session.scalar(select(UserRow).where(func.lower(UserRow.name) == name.lower()))
            user = _user(row)
            return None if row is None or user is None else (user, row.password)

    def list(self) -> Sequence[User]:
        """Everybody, by name."""
        with self._database.reading() as session:
            return [_plain(User, row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]

    def count(self) -> int:
        """How many there are."""
        with self._database.reading() as session:
            return session.scalar(select(func.count()).select_from(UserRow)) or 0

    def change(self, user_id: str, **values: Any) -> User:
        """Change password, role or state; tokens given out before are worth nothing then.

        Raises
        ------
        NotFound
            If there is no such user.
        UserError
            If no active admin would be left.
        """
        with self._database.transaction() as session:
            row = session.get(UserRow, user_id, with_for_update=True, populate_existing=True)
            if row is None:
                raise NotFound(f"no user is stored under {user_id!r}")
            for name, value in values.items():
                setattr(row, name, value)
            row.epoch += 1
            session.flush()
            _check_admin_left(session)
            return _plain(User, row)

    def note_login(self, user_id: str, at: datetime) -> None:
        """Remember when somebody came in last."""
        with self._database.transaction() as session:
            session.execute(update(UserRow).where(UserRow.id == user_id).values(last_login=at))

    def delete(self, user_id: str) -> None:
        """Forget a user with sessions and keys; what was done stays in the audit log. Raises as `change`."""
        with self._database.transaction() as session:
            row = session.get(UserRow, user_id)
            if row is None:
                raise NotFound(f"no user is stored under {user_id!r}")
            session.delete(row)
            session.flush()
            _check_admin_left(session)


class SessionsInSql:
    """Logins and their refresh tokens over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, login: Login, refresh_hash: str) -> None:
        """Store a login and its first refresh token."""
        with self._database.transaction() as session:
            session.add(SessionRow(**vars(login)))
            session.flush()
            session.add(RefreshRow(hash=refresh_hash, session_id=login.id, made_at=login.began_at))
            session.flush()

    def rotate(self, old_hash: str, new_hash: str, *, now: datetime, grace: float) -> Login | None:
        """Put a new refresh token in the place of another one; None if that is worth nothing.

        One that was used more than ``grace`` seconds ago was stolen, or its thief is asking: the session ends.
        """
        with self._database.transaction() as session:
            token = session.get(RefreshRow, old_hash, with_for_update=True, populate_existing=True)
            if token is None:
                return None
            row = session.get_one(SessionRow, token.session_id, with_for_update=True, populate_existing=True)
            if token.used_at is not None:
                if (now - token.used_at).total_seconds() > grace and row.ended_at is None:
                    row.ended_at = now
                    session.flush()
                return None
            if row.ended_at is not None or row.expires_at <= now:
                return None
            token.used_at = now
            session.add(RefreshRow(hash=new_hash, session_id=row.id, made_at=now))
            session.flush()
            return _plain(Login, row)

    def get(self, session_id: str) -> Login | None:
        """The login of exactly this id."""
        with self._database.reading() as session:
            row = session.get(SessionRow, session_id)
            return None if row is None else _plain(Login, row)

    def end(self, session_id: str, now: datetime) -> None:
        """End a login; one that is over stays as it is."""
        with self._database.transaction() as session:
            over = update(SessionRow).where(SessionRow.id == session_id, SessionRow.ended_at.is_(None))
            session.execute(over.values(ended_at=now))

    def end_all(self, user_id: str, now: datetime) -> None:
        """End every login of a user."""
        with self._database.transaction() as session:
            over = update(SessionRow).where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None))
            session.execute(over.values(ended_at=now))

    def list(
        self, user_id: str, now: datetime, *, limit: int = 50, offset: int = 0
    ) -> tuple[Sequence[Login], int]:
        """A page of the logins of a user that are good, the newest first, and how many there are."""
        wanted = SessionRow.user_id == user_id, SessionRow.ended_at.is_(None), SessionRow.expires_at > now
        page = select(SessionRow).where(*wanted).order_by(SessionRow.began_at.desc(), SessionRow.id)
        page = page.limit(check_limit(limit)).offset(check_limit(offset))
        with self._database.reading() as session:
            total = session.scalar(select(func.count()).select_from(SessionRow).where(*wanted)) or 0
            return [_plain(Login, row) for row in session.scalars(page)], total


class KeysInSql:
    """Keys for scripts over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: Key, secret_hash: str) -> None:
        """Store a new key by the hash of its secret."""
        with self._database.transaction() as session:
            session.add(KeyRow(**vars(key), hash=secret_hash))
            session.flush()

    def get(self, key_id: str) -> tuple[Key, str] | None:
        """The key of exactly this id, and the hash of its secret."""
        with self._database.reading() as session:
            row = session.get(KeyRow, key_id)
            return None if row is None else (_plain(Key, row), row.hash)

    def list(self, user_id: str) -> Sequence[Key]:
        """A user's keys, revoked ones too, the newest first."""
        query = select(KeyRow).where(KeyRow.user_id == user_id).order_by(KeyRow.created_at.desc(), KeyRow.id)
        with self._database.reading() as session:
            return [_plain(Key, row) for row in session.scalars(query)]

    def note_use(self, key_id: str, at: datetime) -> None:
        """Remember when a key was used last."""
        with self._database.transaction() as session:
            session.execute(update(KeyRow).where(KeyRow.id == key_id).values(last_used=at))

    def revoke(self, key_id: str, at: datetime) -> None:
        """Make a key worth nothing; one that is revoked stays as it is."""
        with self._database.transaction() as session:
            over = update(KeyRow).where(KeyRow.id == key_id, KeyRow.revoked_at.is_(None))
            session.execute(over.values(revoked_at=at))


def _check_admin_left(session: Session) -> None:
    left = select(func.count()).select_from(UserRow).where(UserRow.role == ADMIN, UserRow.active.is_(True))
    if not session.scalar(left):
        raise UserError("this is the last active admin; make another one first")


def _user(row: UserRow | None) -> User | None:
    return None if row is None else _plain(User, row)


def _plain(kind: type[Kind], row: Any) -> Kind:
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})
