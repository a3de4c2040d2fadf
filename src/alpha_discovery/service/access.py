"""Who may come in, and as what: passwords, short-lived signed tokens, refresh with rotation, keys for scripts.

An access token is signed and lives a quarter of an hour; it names its user's epoch, so a change of password, role or
state makes it worthless at once. A refresh token is random, kept as a hash and good for one use: the next one takes its
place, and the old one shown again ends the login, whoever shows it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import jwt
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from alpha_discovery.core.clock import Clock
from alpha_discovery.errors import AlphaDiscoveryError, NotFound, StorageFailed, UserError
from alpha_discovery.storage.database import Database
from alpha_discovery.storage.users import ADMIN, ROLES, Key, KeysInSql, Login, SessionsInSql, User, UsersInSql

ACCESS_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(days=14)
GRACE = 10.0  # seconds in which two tabs of a browser may show the same refresh token
SHORTEST = 12
LONGEST = 256  # argon2 takes its time over what is longer
KEY_MARK = "alpha"
_ISSUER = "alpha-discovery"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")
_NOTE_EVERY = 60.0  # seconds between two notes of a key's use


class NotSignedIn(AlphaDiscoveryError):
    """No proof of who is asking, or one that is worth nothing (HTTP 401)."""


class NotAllowed(AlphaDiscoveryError, PermissionError):
    """Somebody who may not do this (HTTP 403)."""


@dataclass(frozen=True)
class Principal:
    """Who is asking.

    Attributes
    ----------
    role : str
        What may be done: that of the user, or of the key if that is less.
    session_id, key_id : str or None
        Which login, or which key.
    expires : datetime or None
        Until when the proof is good; None for a key without an end.
    """

    user: User
    role: str
    session_id: str | None = None
    key_id: str | None = None
    expires: datetime | None = None

    @property
    def is_admin(self) -> bool:
        """Whether everything may be done."""
        return self.role == ADMIN


@dataclass(frozen=True)
class Tokens:
    """What a login gives: a signed token, the random one that renews it, and when each ends."""

    access: str
    refresh: str
    expires: datetime
    session_expires: datetime
    user: User
    session_id: str


class Access:
    """The door of a laboratory."""

    def __init__(self, database: Database, clock: Clock, *, secret: bytes, hasher: PasswordHash | None = None) -> None:
        self.users = UsersInSql(database)
        self.sessions = SessionsInSql(database)
        self.keys = KeysInSql(database)
        self._clock = clock
        self._secret = secret
        self._hasher = hasher or PasswordHash((Argon2Hasher(),))
        self._setup: str | None = None

    def add_user(self, name: str, password: str, role: str) -> User:
        """Store a new user; raises `UserError` for a name, password or role that will not do."""
        if not _NAME.fullmatch(name):
            raise UserError(f"the user name {name!r} needs 1 to 64 letters, digits or any of _ . @ -")
        check_role(role)
        now = self._clock.now()
        user = User(secrets.token_hex(8), name, role, active=True, epoch=1, created_at=now, last_login=None)
        self.users.add(user, self._hash(name, password))
        self._setup = None
        return user

    def set_password(self, user_id: str, password: str) -> User:
        """Give a user another password; every login ends. Raises `UserError`, `NotFound`."""
        user = self.users.get(user_id)
        if user is None:
            raise NotFound(f"no user is stored under {user_id!r}")
        changed = self.users.change(user_id, password=self._hash(user.name, password))
        self.sessions.end_all(user_id, self._clock.now())
        return changed

    def login(self, name: str, password: str, *, client: str = "") -> Tokens:
        """Tokens for a user's password; raises `NotSignedIn`, after the same time whatever was wrong."""
        found = self.users.named(name)
        if found is None:
            self._hasher.verify(password[:LONGEST], self._nobody)
            raise NotSignedIn("user name or password is wrong")
        user, stored = found
        if len(password) > LONGEST or not self._hasher.verify(password, stored) or not user.active:
            raise NotSignedIn("user name or password is wrong")
        now = self._clock.now()
        self.users.note_login(user.id, now)
        refresh = secrets.token_urlsafe(32)
        login = Login(secrets.token_hex(16), user.id, now, now + SESSION_LIFE, None, client)
        self.sessions.begin(login, _hashed(refresh))
        return self._tokens(user, login, refresh)

    def check_password(self, user: User, password: str) -> None:
        """Whether it is really the user who is sitting there; raises `NotAllowed`."""
        found = self.users.named(user.name)
        if found is None or not self._hasher.verify(password[: LONGEST + 1], found[1]):
            raise NotAllowed("the present password is wrong")

    def refresh(self, token: str) -> Tokens:
        """New tokens for a refresh token, which is worth nothing then; raises `NotSignedIn`."""
        fresh = secrets.token_urlsafe(32)
        login = self.sessions.rotate(_hashed(token), _hashed(fresh), now=self._clock.now(), grace=GRACE)
        user = self.users.get(login.user_id) if login else None
        if login is None or user is None or not user.active:
            raise NotSignedIn("this refresh token is worth nothing any more; sign in again")
        return self._tokens(user, login, fresh)

    def principal(self, token: str) -> Principal:
        """Who shows a token or a key; raises `NotSignedIn`."""
        return self._by_key(token) if token.startswith(f"{KEY_MARK}_") else self._by_token(token)

    def make_key(self, owner: Principal, name: str, *, role: str, expires: datetime | None = None) -> tuple[Key, str]:
        """A new key and its text, which is shown once; raises `UserError`, `NotAllowed`."""
        check_role(role)
        if role == ADMIN and not owner.is_admin:
            raise NotAllowed("a key can do no more than its owner")
        if expires is not None and expires <= self._clock.now():
            raise UserError("the key would have ended already; name a later time")
        secret = secrets.token_urlsafe(32)
        key = Key(secrets.token_hex(8), owner.user.id, name, role, self._clock.now(), expires, None, None)
        self.keys.add(key, _hashed(secret))
        return key, f"{KEY_MARK}_{key.id}_{secret}"

    def csrf_token(self, session_id: str) -> str:
        """What a browser must send along to change anything; only pages of this server can read it."""
        return hmac.new(self._secret, f"csrf:{session_id}".encode(), hashlib.sha256).hexdigest()

    def offer_setup(self) -> str | None:
        """A one-time secret that makes the first admin; None if there is a user already."""
        if self.users.count():
            return None
        self._setup = secrets.token_urlsafe(24)
        return self._setup

    def set_up(self, secret: str, name: str, password: str) -> User:
        """Make the first admin; raises `NotAllowed` for a wrong or used secret."""
        offered = self._setup
        if offered is None or not hmac.compare_digest(offered.encode(), secret.encode()) or self.users.count():
            raise NotAllowed("this link was used or is not of this start of the server; see what it printed last")
        return self.add_user(name, password, ADMIN)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))

    def _hash(self, name: str, password: str) -> str:
        if not SHORTEST <= len(password) <= LONGEST:
            raise UserError(f"a password needs {SHORTEST} to {LONGEST} characters; found {len(password)}")
        if password.lower() == name.lower() or len(set(password)) < 4:
            raise UserError("this password is too easy to guess; take several words")
        return self._hasher.hash(password)

    def _tokens(self, user: User, login: Login, refresh: str) -> Tokens:
        now = self._clock.now()
        expires = min(now + ACCESS_LIFE, login.expires_at)
        claims = {
            "iss": _ISSUER, "sub": user.id, "sid": login.id, "epoch": user.epoch,
            "iat": int(now.timestamp()), "exp": int(expires.timestamp()),
        }  # fmt: skip
        access = jwt.encode(claims, self._secret, algorithm="HS256")
        return Tokens(access, refresh, expires, login.expires_at, user, login.id)

    def _by_token(self, token: str) -> Principal:
        try:
            claims = jwt.decode(
                token, self._secret, algorithms=["HS256"], issuer=_ISSUER,
                options={"require": ["exp", "sub", "sid", "epoch"], "verify_exp": False, "verify_iat": False},
            )  # fmt: skip
        except jwt.InvalidTokenError:
            raise NotSignedIn("this token is not one of ours; sign in again") from None
        now = self._clock.now()
        if now.timestamp() >= claims["exp"]:
            raise NotSignedIn("this token has ended; renew it or sign in again")
        user, login = self.users.get(claims["sub"]), self.sessions.get(claims["sid"])
        if user is None or login is None or not user.active or user.epoch != claims["epoch"]:
            raise NotSignedIn("this token is worth nothing any more; sign in again")
        if login.ended_at is not None:
            raise NotSignedIn("this login was ended; sign in again")
        return Principal(user, user.role, login.id, None, datetime.fromtimestamp(claims["exp"], UTC))

    def _by_key(self, text: str) -> Principal:
        _, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        found = self.keys.get(key_id)
        now = self._clock.now()
        if found is None or not hmac.compare_digest(found[1], _hashed(secret)):
            raise NotSignedIn("this key is not one of ours")
        key = found[0]
        user = self.users.get(key.user_id)
        over = key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)
        if over or user is None or not user.active:
            raise NotSignedIn("this key is worth nothing any more; make another one")
        if key.last_used is None or (now - key.last_used).total_seconds() > _NOTE_EVERY:
            self.keys.note_use(key.id, now)
        role = ADMIN if key.role == user.role == ADMIN else ROLES[-1]
        return Principal(user, role, None, key.id, key.expires_at)


def check_role(role: str) -> None:
    """Raises `UserError` for a role that does not exist."""
    if role not in ROLES:
        raise UserError(f"no role {role!r}; use {' or '.join(ROLES)}")


def signing_secret(file: Path) -> bytes:
    """The secret that signs tokens, from a file that only its owner can read; made where there is none.

    Raises
    ------
    StorageFailed
        If it cannot be written or read, or others could read it.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.{os.getpid()}")
        if not file.exists():
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(secrets.token_hex(32).encode())
            try:
                os.link(part, file)  # unlike a rename, it does not replace what another server has just made
            except FileExistsError:
                pass
            finally:
                part.unlink()
        if file.stat().st_mode & 0o077:
            raise StorageFailed(f"others can read {file}; run: chmod 600 {file}")
        return file.read_bytes()
    except OSError as error:
        if isinstance(error, StorageFailed):
            raise
        raise StorageFailed(f"cannot keep the signing secret in {file} ({error.strerror})") from error


def _hashed(secret: str) -> str:
    """Random texts of 256 bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
