"""What endpoints of users, keys, logins and the audit log take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from alpha_discovery.service.access import LONGEST, SHORTEST

Role = Literal["admin", "viewer"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LoginRequest(_Strict):
    """A user's name and password."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=LONGEST)
    cookie: bool = Field(default=False, description="a browser: keep the login in cookies, not in the answer")


class RefreshRequest(_Strict):
    """A refresh token; null: the cookie's."""

    refresh_token: str | None = Field(default=None, max_length=200)


class SetupRequest(_Strict):
    """The first admin."""

    token: str = Field(max_length=200, description="of the link that the server printed when it started")
    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=SHORTEST, max_length=LONGEST)


class SetupState(BaseModel):
    """Whether the first admin has to be made."""

    needed: bool


class UserOut(BaseModel):
    """A user."""

    id: str
    name: str
    role: Role
    active: bool
    created_at: datetime
    last_login: datetime | None


class Signed(BaseModel):
    """A login. The tokens are null where a browser keeps them in cookies."""

    user: UserOut
    access_token: str | None
    refresh_token: str | None
    token_type: str = "bearer"  # noqa: S105  (the name of a kind)
    expires: datetime
    csrf_token: str = Field(description="a browser sends it as X-CSRF-Token with every change")


class Me(BaseModel):
    """Who is asking, and what may be done."""

    user: UserOut
    role: Role
    by_key: bool
    expires: datetime | None


class PasswordRequest(_Strict):
    """Another password."""

    present: str = Field(max_length=LONGEST)
    new: str = Field(min_length=SHORTEST, max_length=LONGEST)


class NewUser(_Strict):
    """A user to be."""

    name: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=SHORTEST, max_length=LONGEST)
    role: Role = "viewer"


class UserChange(_Strict):
    """What is to change of a user; null: nothing."""

    role: Role | None = None
    active: bool | None = None
    password: str | None = Field(default=None, min_length=SHORTEST, max_length=LONGEST)


class NewKey(_Strict):
    """A key to be."""

    name: str = Field(min_length=1, max_length=100)
    role: Role = "viewer"
    expires_at: AwareDatetime | None = None


class KeyOut(BaseModel):
    """A key, without its secret."""

    id: str
    user_id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime | None
    last_used: datetime | None
    revoked_at: datetime | None


class KeyMade(KeyOut):
    """A new key with its text, which is shown this once."""

    key: str


class SessionOut(BaseModel):
    """A login that is good."""

    id: str
    began_at: datetime
    expires_at: datetime
    client: str
    current: bool


class DeedOut(BaseModel):
    """A line of the audit log."""

    id: int
    at: datetime
    who: str
    action: str
    target: str
    detail: dict[str, Any]
    client: str
